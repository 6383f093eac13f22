"""Faults under load, with a ledger outside the provider: ``make soak`` (docs/explanation/reliability.md).

A package beside ``benchmarks/``: a scenario is run by ``python -m soak`` for hours, and by the tests
for seconds.
"""
