"""production.ini is ready for use when its issuer is edited, and for nothing else."""

from pathlib import Path

PRODUCTION = Path(__file__).parents[3] / "production.ini"


def test_init_and_doctor_need_nothing_but_an_issuer(fresh):
    text = PRODUCTION.read_text(encoding="utf-8")
    text = text.replace("https://id.example.com", "https://id.acme.test")
    fresh.write(text)
    assert "wonderland" not in fresh.says("init")
    assert "No problems were found." in fresh.says("doctor")
