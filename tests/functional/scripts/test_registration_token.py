"""``oidc-pyramid registration-token``: made once, listed without its value, taken back."""

import json


def test_made_listed_taken_back(terminal):
    made = terminal.json("registration-token", "create", "--uses", "3", "--label", "team")
    assert len(made["token"]) == 43
    (listed,) = terminal.json("registration-token", "list")
    assert (listed["uses_left"], listed["label"]) == (3, "team")
    assert made["token"] not in json.dumps(listed)
    terminal.says("registration-token", "revoke", listed["id"])
    assert terminal.json("registration-token", "list") == []
    assert "no single token" in terminal.fails("registration-token", "revoke", listed["id"])


def test_a_bad_duration_is_one_sentence(terminal):
    assert "soon" in terminal.fails("registration-token", "create", "--expires", "soon")
