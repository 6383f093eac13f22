"""``oidc-pyramid client``."""

import json
import time

import pytest

from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.client_fields import READERS
from oidc_pyramid.scripts.client_options import LISTS

CALLBACK = ("--redirect-uri", "https://shop.example/cb")
KEYS_THERE = ("--jwks-uri", "https://x.example/jwks")


def stored(terminal, client_id):
    with terminal.provider() as provider:
        client = provider.clients[client_id]
        client._p_activate()
        return client


def good(terminal, client_id, secret, *, later=0):
    with terminal.provider() as provider:
        return provider.clients[client_id].check_secret(secret, now=int(time.time()) + later)


def test_add_with_options(terminal):
    made = terminal.json(
        *("client", "add", "--name", "Shop", *CALLBACK),
        *("--redirect-uri", "https://shop.example/cb2"),
        *("--grant-type", "authorization_code", "--grant-type", "refresh_token"),
        *("--scope", "openid email", "--contact", "a@shop.example", "--skip-consent"),
        *(
            "--default-max-age",
            "300",
            "--require-auth-time",
            "--logo-uri",
            "https://shop.example/l",
        ),
    )
    assert made["client_id"].startswith("c-")
    assert len(made["client_secret"]) >= 43
    assert made["client_secret_expires_at"] == 0
    client = stored(terminal, made["client_id"])
    assert client.redirect_uris == ("https://shop.example/cb", "https://shop.example/cb2")
    assert client.grant_types == ("authorization_code", "refresh_token")
    assert client.scope == ("openid", "email")
    assert client.skip_consent is client.require_auth_time is True
    assert client.default_max_age == 300
    assert good(terminal, made["client_id"], made["client_secret"])


def test_the_secret_is_shown_once(terminal):
    said = terminal.says("client", "add", "--client-id", "shop", *CALLBACK)
    secret = next(line.split()[1] for line in said.splitlines() if line.startswith("client_secret"))
    assert "shown this once" in said
    assert good(terminal, "shop", secret)
    assert secret not in terminal.says("client", "show", "shop")
    assert "client_secret" not in terminal.json("client", "show", "shop")


@pytest.mark.spec("RFC 6749", "2.1")
def test_public_clients_have_no_secret(terminal):
    made = terminal.json("client", "add", "--public", *CALLBACK)
    assert "client_secret" not in made
    assert made["token_endpoint_auth_method"] == "none"
    assert stored(terminal, made["client_id"]).secrets == ()
    sentence = terminal.fails(
        "client", "add", "--public", *CALLBACK, "--secret-stdin", typed="x" * 32
    )
    assert "have no secret" in sentence


def test_given_id_and_secret(terminal):
    secret = "kept from the provider before, 32+"
    terminal.says(
        "client", "add", "--client-id", "123456", *CALLBACK, "--secret-stdin", typed=secret
    )
    assert good(terminal, "123456", secret)
    assert "already" in terminal.fails("client", "add", "--client-id", "123456", *CALLBACK)


def test_a_short_secret_is_a_warning(terminal):
    result = terminal.run("client", "add", *CALLBACK, "--secret-stdin", typed="short\n")
    assert result.exit_code == 0
    assert "can be guessed" in result.stderr
    sentence = terminal.fails("client", "add", *CALLBACK, "--secret-stdin", typed="schlüssel")
    assert "ASCII" in sentence


@pytest.mark.parametrize("client_id", ["two words", "schlüssel", "x" * 256, "a\tb"])
def test_ids_that_no_header_can_carry(terminal, client_id):
    assert "client_id" in terminal.fails("client", "add", "--client-id", client_id, *CALLBACK)


@pytest.mark.parametrize(
    "method,more",
    [
        ("client_secret_jwt", ("--token-endpoint-auth-signing-alg", "ES256")),
        ("private_key_jwt", ("--token-endpoint-auth-signing-alg", "HS256", *KEYS_THERE)),
        ("private_key_jwt", ()),
        ("client_secret_jwt", ("--token-endpoint-auth-signing-alg", "none")),
    ],
)
def test_authentication_that_can_never_work(terminal, method, more):
    terminal.fails(
        "client", "add", "--client-id", "never", *CALLBACK, "--auth-method", method, *more
    )
    assert "no client never" in terminal.fails("client", "show", "never")


@pytest.mark.spec("RFC 7591", "2")
def test_from_json(terminal):
    document = {
        "client_id": "imported",
        "client_secret": "0123456789abcdef0123456789abcdef",
        "client_name": "Imported",
        "client_name#de": "Eingeführt",
        "redirect_uris": ["https://i.example/cb"],
        "jwks": {"keys": []},
        "backchannel_logout_uri": "https://i.example/logout",
        "skip_consent": True,
        "refresh_grace": 0,
    }
    made = terminal.json("client", "add", "--from-json", "-", typed=json.dumps(document))
    assert document.items() <= made.items()
    assert good(terminal, "imported", document["client_secret"])


def test_what_show_prints_can_be_added_again(terminal):
    terminal.says(
        "client", "add", "--client-id", "shop", *CALLBACK, "--name", "Shop", "--require-pkce"
    )
    shown = terminal.json("client", "show", "shop")
    terminal.says("client", "delete", "shop", "--yes")
    again = terminal.json("client", "add", "--from-json", "-", typed=json.dumps(shown))
    assert {**shown, "client_id_issued_at": 0}.items() <= {
        **again,
        "client_id_issued_at": 0,
    }.items()


def test_options_win_over_the_file(terminal):
    document = {"client_name": "File", "redirect_uris": ["https://f.example/"]}
    made = terminal.json(
        "client", "add", "--from-json", "-", "--name", "Option", typed=json.dumps(document)
    )
    assert made["client_name"] == "Option"
    assert made["redirect_uris"] == ["https://f.example/"]


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("{", "is not JSON"),
        ("[]", "a JSON object is needed"),
        ('{"redirect_uri": ["https://x.example/"]}', "the nearest is redirect_uris"),
        ('{"redirect_uris": "https://x.example/"}', "must be an array"),
        ('{"redirect_uris": ["https://x.example/"], "skip_consent": "yes"}', "type bool"),
        ('{"redirect_uris": ["https://x.example/"], "refresh_grace": true}', "type int"),
    ],
)
def test_bad_files(terminal, text, complaint):
    assert complaint in terminal.fails("client", "add", "--from-json", "-", typed=text)


@pytest.mark.parametrize(
    "options, complaint",
    [
        ((), "redirect_uris must not be empty"),
        (("--redirect-uri", "http://shop.example/"), "https"),
        (("--redirect-uri", "https://shop.example/#x"), "redirect_uris"),
        ((*CALLBACK, "--grant-type", "password"), "oidc.grant_types offers"),
        ((*CALLBACK, "--response-type", "id_token"), "oidc.response_types offers code"),
        ((*CALLBACK, "--auth-method", "tls_client_auth"), "oidc.client_auth offers"),
        ((*CALLBACK, "--id-token-signed-response-alg", "RS256"), "oidc.signing_algs offers"),
        (("--public", "--grant-type", "client_credentials"), "without a secret"),
    ],
)
def test_refused_metadata(terminal, options, complaint):
    assert complaint in terminal.fails("client", "add", *options)
    assert [one["client_id"] for one in terminal.json("client", "list")] == ["demo"]


def test_a_service_has_neither_redirects_nor_a_default_scope(terminal):
    made = terminal.json("client", "add", "--grant-type", "client_credentials")
    assert made["scope"] == ""
    assert stored(terminal, made["client_id"]).redirect_uris == ()


def test_implicit_where_it_is_offered(terminal):
    terminal.set(response_types="code, id_token token")
    made = terminal.json("client", "add", *CALLBACK, "--response-type", "id_token token")
    assert made["grant_types"] == ["implicit"]


def test_list(terminal):
    terminal.says("client", "add", "--client-id", "shop", "--name", "Shop", *CALLBACK)
    lines = terminal.says("client", "list").splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["demo", "shop"]


def test_update_replaces_what_is_given(terminal):
    terminal.says(
        "client", "add", "--client-id", "shop", "--name", "Shop", *CALLBACK, "--skip-consent"
    )
    before = stored(terminal, "shop")
    changed = terminal.json(
        "client", "update", "shop", "--redirect-uri", "https://new.example/", "--no-skip-consent"
    )
    assert changed["redirect_uris"] == ["https://new.example/"]
    assert changed["client_name"] == "Shop"
    after = stored(terminal, "shop")
    assert after.secrets == before.secrets
    assert after.skip_consent is False
    assert after.consent_generation == before.consent_generation + 1
    assert "client_name" not in terminal.json("client", "update", "shop", "--name", "")
    assert "never changes" in terminal.fails(
        "client", "update", "shop", "--from-json", "-", typed='{"client_id": "x"}'
    )


def test_a_client_that_becomes_public_and_confidential_again(terminal):
    terminal.says("client", "add", "--client-id", "shop", *CALLBACK)
    assert "client_secret" not in terminal.json("client", "update", "shop", "--public")
    assert stored(terminal, "shop").secrets == ()
    assert "have no secret" in terminal.fails(
        "client", "update", "shop", "--secret-stdin", typed="x" * 32
    )
    made = terminal.json("client", "update", "shop", "--auth-method", "client_secret_post")
    assert good(terminal, "shop", made["client_secret"])


def test_rotate_secret(terminal):
    old = terminal.json("client", "add", "--client-id", "shop", *CALLBACK)["client_secret"]
    new = terminal.json("client", "rotate-secret", "shop")["client_secret"]
    assert good(terminal, "shop", new)
    assert not good(terminal, "shop", old)


def test_rotate_secret_with_an_overlap(terminal):
    old = terminal.json("client", "add", "--client-id", "shop", *CALLBACK)["client_secret"]
    new = terminal.json("client", "rotate-secret", "shop", "--keep", "1d")["client_secret"]
    assert good(terminal, "shop", old)
    assert good(terminal, "shop", new, later=2 * 86400)
    assert not good(terminal, "shop", old, later=2 * 86400)
    assert "--keep" in terminal.fails("client", "rotate-secret", "shop", "--keep", "soon", code=2)


def test_rotate_needs_a_secret(terminal):
    terminal.says("client", "add", "--client-id", "app", "--public", *CALLBACK)
    assert "authenticates by none" in terminal.fails("client", "rotate-secret", "app")


def test_disable_and_enable(terminal):
    terminal.says("client", "disable", "demo")
    assert terminal.json("client", "show", "demo")["state"] == "disabled"
    terminal.says("client", "enable", "demo")
    assert terminal.json("client", "show", "demo")["state"] == "active"


def test_delete(terminal):
    result = terminal.run("client", "delete", "demo", typed="n\n")
    assert result.exit_code == 1
    terminal.says("client", "delete", "demo", typed="y\n")
    assert terminal.json("client", "list") == []
    assert "no clients yet" in terminal.says("client", "list")


@pytest.mark.parametrize(
    "command", ["show", "update", "rotate-secret", "disable", "enable", "delete"]
)
def test_no_client_of_that_id(terminal, command):
    assert "there is no client zoo" in terminal.fails("client", command, "zoo")


def test_each_member_has_an_option():
    from oidc_pyramid.scripts.client import add

    options = {parameter.name for parameter in add.params}
    assert set(READERS) <= options
    for name in LISTS:
        assert isinstance(getattr(Client, name, ()), tuple)
