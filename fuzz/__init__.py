"""Odd bytes for everything that reads what strangers send: ``make fuzz``.

``targets`` are functions of bytes; atheris drives them with coverage, and the tests with hypothesis.
"""
