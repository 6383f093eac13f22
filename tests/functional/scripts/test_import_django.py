"""``oidc-pyramid import-django``."""

import json

CLIENT = {
    "model": "oidc_provider.client",
    "pk": 1,
    "fields": {
        "client_id": "books",
        "client_secret": "s" * 56,
        "response_types": [["code"]],
        "_redirect_uris": "https://rp.example/cb",
        "_scope": "",
        "logo": "oidc_provider/clients/logo.png",
    },
}


def dumped(terminal, records):
    path = terminal.directory / "dump.json"
    path.write_text(json.dumps(records), "utf-8")
    return str(path)


def test_a_dump_is_taken_over(terminal):
    result = terminal.run("import-django", dumped(terminal, [CLIENT]))
    assert result.exit_code == 0
    assert "0 keys, 1 clients, 0 consents and 0 people were taken over." in result.output
    assert "logo_uri" in result.output
    shown = json.loads(terminal.run("client", "show", "books", "--json").output)
    assert shown["token_endpoint_auth_method"] == "client_secret_basic"


def test_as_json(terminal):
    options = ("--json", "--auth-method", "client_secret_post")
    result = terminal.run("import-django", dumped(terminal, [CLIENT]), *options)
    assert json.loads(result.output)["clients"] == 1


def test_what_is_no_dump_is_told(terminal):
    for records, sentence in (({}, "no list of records"), ([{"model": "x"}], "no dump")):
        result = terminal.run("import-django", dumped(terminal, records))
        assert result.exit_code != 0
        assert sentence in result.output
    (terminal.directory / "dump.json").write_text("{", "utf-8")
    result = terminal.run("import-django", str(terminal.directory / "dump.json"))
    assert "no JSON" in result.output
