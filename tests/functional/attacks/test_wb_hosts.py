"""WB-13: no header of a request moves an address of ours."""

import pytest

from tests.functional.attacks import wire
from tests.functional.attacks.musts import no_5xx, t_err

HOSTS = {
    "WB-13-evil": "evil.example",
    "WB-13-port": "op.example:99999",
    "WB-13-other-port": "op.example:8443",
    "WB-13-userinfo": "op.example@evil.example",
    "WB-13-two": "op.example, evil.example",
    "WB-13-suffix": "op.example.evil.example",
    "WB-13-root-dot": "op.example.",
    "WB-13-address": "192.0.2.1",
    "WB-13-empty": "",
    "WB-13-bytes": "\xff",
    "WB-13-space": "op.example evil.example",
    "WB-13-long": "x" * 70_000,
    "WB-13-none": None,
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_other_hosts_are_not_answered(shared, host):
    for path in ("/", "/.well-known/openid-configuration", "/account/login", "/static/oidc.css"):
        response = wire.call(shared.op, path, HTTP_HOST=host)
        assert no_5xx(response).status_int == 421
        assert "evil" not in response.text + str(response.headers)
    told = wire.call(shared.op, "/token", method="POST", body=b"grant_type=x", HTTP_HOST=host)
    t_err(told, 421, "misdirected_request")


@pytest.mark.parametrize("host", ["op.example", "OP.example", "op.example:443"])
def test_wb_13_the_issuers_own_host(shared, host):
    assert wire.call(shared.op, "/", HTTP_HOST=host).status_int == 200


def test_wb_13_hosts_that_the_operator_names(make_cast_with):
    cast = make_cast_with(**{"oidc.hosts": "id.internal 10.0.0.5:8080"})
    for host in ("id.internal", "id.internal:443", "10.0.0.5:8080", "op.example"):
        response = wire.call(cast.op, "/account", HTTP_HOST=host)
        assert response.headers["Location"] == "https://op.example/account/login"
    for host in ("10.0.0.5", "id.internal:8080"):
        assert wire.call(cast.op, "/account", HTTP_HOST=host).status_int == 421


def test_wb_13_a_host_application_answers_for_itself(providers):
    op = providers(hosting)
    assert wire.call(op, "/hello", HTTP_HOST="anything.example").status_int == 200
    assert wire.call(op, "/jwks", HTTP_HOST="anything.example").status_int == 421


def hosting(config):
    from pyramid.response import Response

    config.add_route("hello", "/hello")
    config.add_view(lambda _request: Response("hello"), route_name="hello")


FORWARDED = [
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Port", "1"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Forwarded-Server", "evil.example"),
    ("X-Original-URL", "/evil"),
    ("X-Rewrite-URL", "/evil"),
    ("Forwarded", "for=1.1.1.1;host=evil.example;proto=http"),
    ("X-Vhm-Root", "/clients"),
    ("X-Script-Name", "/evil"),
]


@pytest.mark.parametrize("path", ["/", "/account", "/account/login", "/nothing", "/authorize"])
def test_wb_13_no_header_changes_an_address(shared, path):
    plain = wire.call(shared.op, path)
    for header in FORWARDED:
        response = wire.call(shared.op, path, headers=[header])
        assert response.status == plain.status
        assert "evil" not in response.text + str(response.headers)
        assert response.headers.get("Location") == plain.headers.get("Location")
        for cookie in response.headers.getall("Set-Cookie"):
            assert "; secure" in cookie.lower()


@pytest.mark.parametrize("scheme", ["http", "https", "javascript"])
def test_wb_13_the_scheme_of_the_server_does_not_count(shared, scheme):
    response = wire.call(shared.op, "/account/login", **{"wsgi.url_scheme": scheme})
    assert response.status_int == 200
    assert "__Host-" in response.headers["Set-Cookie"]
    assert 'action="https://op.example/account/login"' in response.text
