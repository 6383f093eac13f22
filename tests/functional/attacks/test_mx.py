"""MX: one issuer, the same in every answer, whatever the request says."""

import pytest

from oidc_pyramid.testing import answer_of
from tests.functional.attacks import wire
from tests.functional.attacks.cast import tokens, walk
from tests.functional.attacks.claims import claims_of
from tests.functional.attacks.musts import answer, e_redir, elements, no_5xx, refused_bearer, t_err

HOSTILE = {
    "MX-02-forwarded-host": [("X-Forwarded-Host", "evil.example")],
    "MX-02-forwarded": [("Forwarded", "host=evil.example;proto=http")],
    "MX-02-forwarded-proto": [("X-Forwarded-Proto", "http")],
    "MX-02-forwarded-prefix": [("X-Forwarded-Prefix", "/evil")],
    "MX-02-original-url": [("X-Original-URL", "/evil"), ("X-Rewrite-URL", "/evil")],
}


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
@pytest.mark.parametrize(
    "more",
    [{}, {"prompt": "none", "scope": "openid email"}, {"scope": "\\"}, {"prompt": "none login"}],
    ids=["MX-01-code", "MX-01-consent-required", "MX-01-invalid-scope", "MX-01-invalid-request"],
)
def test_iss_is_in_every_answer_once(shared, signed_in, mode, more):
    asked = shared.asks(response_mode=mode, **more)
    response = shared.authorize(asked, browser=signed_in)
    if mode == "form_post":
        values = [f["value"] for f in elements(response).of("input") if f["name"] == "iss"]
    else:
        values = [answer(response)["iss"]]
    assert values == [shared.op.issuer]


def test_mx_01_iss_when_the_person_refuses(shared):
    browser = shared.browser()
    page = browser.get("/authorize", shared.asks()).follow()
    response = page.forms["login-form"].submit("cancel", headers={"Sec-Fetch-Site": "same-origin"})
    e_redir(response, "access_denied")


def test_mx_01_the_metadata_promise_it(shared):
    document = shared.browser().get("/.well-known/openid-configuration").json
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["issuer"] == shared.op.issuer


@pytest.mark.parametrize("headers", HOSTILE.values(), ids=HOSTILE)
def test_no_header_moves_the_issuer(shared, headers):
    for target in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        plain = wire.call(shared.op, target)
        response = wire.call(shared.op, target, headers=headers)
        assert response.body == plain.body
        assert response.json["issuer"] == shared.op.issuer


def test_mx_02_the_same_issuer_everywhere(cast):
    granted = tokens(cast)
    seen = cast.post("/introspect", {"token": granted["access_token"]}, cast.a).json
    assert claims_of(granted["id_token"])["iss"] == seen["iss"] == cast.op.issuer


@pytest.mark.parametrize(
    "target",
    [
        "/.well-known/openid-configuration/",
        "/.well-known/openid-configuration/x",
        "/.well-known/oauth-authorization-server/tenant",
        "/tenant/.well-known/openid-configuration",
        "//.well-known/openid-configuration",
        "/x/../.well-known/openid-configuration",
        "/.well-known/../.well-known/openid-configuration",
        "/.well-known/./openid-configuration",
        "/.well-known/@@openid-configuration",
    ],
    ids=lambda target: f"MX-03-{target}",
)
def test_metadata_at_no_other_address(shared, target):
    assert no_5xx(wire.call(shared.op, target)).status_int == 404


def test_mx_05_an_id_token_has_one_audience(shared, signed_in):
    granted = tokens(shared, signed_in)
    claims = claims_of(granted["id_token"])
    assert claims["aud"] == shared.a.client_id
    assert claims.get("azp", shared.a.client_id) == shared.a.client_id
    assert "access_token" not in granted["id_token"]


def test_mx_05_an_id_token_is_no_access_token(shared, signed_in):
    granted = tokens(shared, signed_in)
    headers = [("Authorization", f"Bearer {granted['id_token']}")]
    refused_bearer(wire.call(shared.op, "/userinfo", headers=headers), "invalid_token")


def test_mx_05_an_access_token_is_no_hint(shared, signed_in):
    hint = tokens(shared, signed_in)["access_token"]
    response = shared.authorize(shared.asks(id_token_hint=hint), browser=signed_in)
    e_redir(response, "invalid_request")


def test_mx_05_an_id_token_of_another_client_is_no_hint(cast):
    browser = cast.browser()
    walk(cast, browser)
    hint = tokens(cast, browser, cast.b)["id_token"]
    response = cast.authorize(cast.asks(id_token_hint=hint), browser=browser)
    e_redir(response, "invalid_request", "login_required")


def test_mx_05_a_code_of_one_client_is_nothing_at_another(cast):
    code = answer_of(walk(cast, cast.browser()))["code"]
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": cast.a.redirect_uri}
    t_err(cast.post("/token", sent, cast.b), 400, "invalid_grant")
