"""``oidc-pyramid settings``."""

from oidc_pyramid.settings import KEYS


def test_every_key_with_its_source(terminal):
    shown = terminal.json("settings")
    assert set(shown) == set(KEYS)
    assert shown["oidc.issuer"] == {"value": "http://localhost:6543", "source": "ini file"}
    assert shown["oidc.code_expire"] == {"value": 60, "source": "default"}
    assert shown["oidc.signing_algs"]["value"] == ["ES256"]


def test_secrets_are_not_shown(terminal):
    secret = (terminal.directory / "var" / "secret").read_text().strip()
    for said in (terminal.says("settings"), terminal.says("settings", "--json")):
        assert secret not in said
    assert terminal.json("settings")["oidc.secret"]["source"].startswith("file:")


def test_only_what_is_set(terminal):
    assert "oidc.code_expire" not in terminal.says("settings", "--changed")
    assert "oidc.issuer" in terminal.says("settings", "--changed")
