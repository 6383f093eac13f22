"""CD: a code is worth something once, to one client, with one verifier."""

import pytest

from oidc_pyramid.testing import OWN_FORM, allow, answer_of, bearer, redeem, sign_in
from tests.functional.attacks.cast import (
    PASSWORD,
    VERIFIER,
    challenge,
    code_of,
    exchange,
    tokens,
    walk,
)
from tests.functional.attacks.claims import claims_of
from tests.functional.attacks.musts import e_page, e_redir, refused_bearer, t_err

A = "https://a.example/cb"


def works(cast, token):
    cast.browser().get("/userinfo", headers=bearer(token), status=200)


def dead(cast, token):
    response = cast.browser().get("/userinfo", headers=bearer(token), status="*")
    refused_bearer(response, "invalid_token")


def test_cd_01_replay_ends_what_the_code_bought(cast):
    browser = cast.browser()
    code = code_of(cast, browser)
    bought = cast.post("/token", exchange(code), cast.a).json
    works(cast, bought["access_token"])
    t_err(cast.post("/token", exchange(code), cast.a), 400, "invalid_grant")
    dead(cast, bought["access_token"])
    refresh = {"grant_type": "refresh_token", "refresh_token": bought["refresh_token"]}
    t_err(cast.post("/token", refresh, cast.a), 400, "invalid_grant")
    t_err(cast.post("/token", exchange(code), cast.a), 400, "invalid_grant")


def test_cd_01_replay_after_the_code_has_expired(cast, clock):
    code = code_of(cast)
    bought = cast.post("/token", exchange(code), cast.a).json
    clock.shift(61)
    t_err(cast.post("/token", exchange(code), cast.a), 400, "invalid_grant")
    dead(cast, bought["access_token"])


def test_cd_01_replay_after_a_restart(cast, restarted):
    code = code_of(cast)
    bought = cast.post("/token", exchange(code), cast.a).json
    again = restarted(cast)
    t_err(again.post("/token", exchange(code), cast.a), 400, "invalid_grant")
    dead(again, bought["access_token"])


def test_cd_03_nobody_else_can_trigger_it(cast):
    code = code_of(cast)
    bought = cast.post("/token", exchange(code), cast.a).json
    wrong = exchange(code, client_id=cast.a.client_id, client_secret="a guess")
    t_err(cast.post("/token", exchange(code), cast.b), 400, "invalid_grant")
    t_err(cast.post("/token", exchange(code, client_id=cast.a.client_id)), 401, "invalid_client")
    t_err(cast.post("/token", wrong), 401, "invalid_client")
    t_err(
        cast.post("/token", exchange(code, uri="https://a.example/x"), cast.a), 400, "invalid_grant"
    )
    t_err(cast.post("/token", exchange(code, verifier="x" * 43), cast.a), 400, "invalid_grant")
    t_err(cast.post("/token", exchange(code, verifier=None), cast.a), 400, "invalid_grant")
    works(cast, bought["access_token"])


def test_cd_04_another_client_has_nothing_of_it(cast):
    code = code_of(cast)
    t_err(cast.post("/token", exchange(code), cast.b), 400, "invalid_grant")
    both = exchange(code, client_id=cast.a.client_id)
    t_err(cast.post("/token", both, cast.b), (400, 401), "invalid_request", "invalid_client")
    public = exchange(code, client_id=cast.p.client_id)
    t_err(cast.post("/token", public), 400, "invalid_grant")
    assert cast.post("/token", exchange(code), cast.a).json["access_token"]


def test_cd_05_no_challenge_from_a_public_client(shared):
    asked = shared.asks(shared.p, code_challenge=None, code_challenge_method=None)
    e_redir(shared.authorize(asked), "invalid_request", to="https://p.example/cb?")


def test_cd_05_no_challenge_where_all_need_one(make_cast_with):
    cast = make_cast_with(**{"oidc.require_pkce": "true"})
    asked = cast.asks(code_challenge=None, code_challenge_method=None)
    e_redir(cast.authorize(asked), "invalid_request")


def test_cd_05_a_verifier_without_a_challenge_is_a_downgrade(cast):
    browser = cast.browser()
    code = code_of(cast, browser, code_challenge=None, code_challenge_method=None)
    t_err(cast.post("/token", exchange(code), cast.a), 400, "invalid_grant")


@pytest.mark.parametrize("verifier", [None, ""], ids=["CD-06-left-out", "CD-06-empty"])
@pytest.mark.parametrize("name", ["a", "p"], ids=["confidential", "public"])
def test_no_verifier(cast, name, verifier):
    rp = getattr(cast, name)
    code = code_of(cast, rp=rp)
    sent = exchange(code, verifier, uri=rp.redirect_uri)
    if rp.secret is None:
        sent["client_id"] = rp.client_id
    t_err(cast.post("/token", sent, rp), 400, "invalid_grant")


VERIFIERS = {
    "CD-07-one": "x",
    "CD-07-42": "x" * 42,
    "CD-07-129": "x" * 129,
    "CD-07-characters": VERIFIER + "!",
    "CD-07-challenge": challenge()["code_challenge"],
    "CD-07-padded": challenge()["code_challenge"] + "=",
    "CD-07-umlaut": VERIFIER + "ü",
    "CD-07-case": VERIFIER.upper(),
}


@pytest.mark.parametrize("verifier", VERIFIERS.values(), ids=VERIFIERS)
def test_a_wrong_verifier_uses_the_code_up(cast, verifier):
    code = code_of(cast)
    t_err(cast.post("/token", exchange(code, verifier), cast.a), 400, "invalid_grant")
    t_err(cast.post("/token", exchange(code), cast.a), 400, "invalid_grant")


@pytest.mark.parametrize(
    "more",
    [b"&code_verifier=" + VERIFIER.encode(), b"%00", b"%ff"],
    ids=["CD-07-twice", "CD-07-nul", "CD-07-bytes"],
)
def test_a_verifier_that_can_not_be_read(cast, more):
    code = code_of(cast)
    body = "&".join(f"{k}={v}" for k, v in exchange(code).items()).encode() + more
    t_err(cast.post("/token", body, cast.a), 400, "invalid_request")


METHODS = {
    "CD-08-plain": {"code_challenge_method": "plain"},
    "CD-08-absent": {"code_challenge_method": None},
    "CD-08-space": {"code_challenge_method": "S256 "},
    "CD-08-case": {"code_challenge_method": "s256"},
    "CD-08-unknown": {"code_challenge_method": "S512"},
    "CD-08-empty": {"code_challenge_method": ""},
    "CD-08-only-method": {"code_challenge": None},
    "CD-08-array": {"code_challenge_method": '["S256"]'},
    "CD-09-short": {"code_challenge": "x" * 42},
    "CD-09-long": {"code_challenge": "x" * 44},
    "CD-09-padded": {"code_challenge": "x" * 42 + "="},
    "CD-09-alphabet": {"code_challenge": "x" * 42 + "+"},
    "CD-09-kilobytes": {"code_challenge": "x" * 50_000},
}


@pytest.mark.parametrize("change", METHODS.values(), ids=METHODS)
def test_challenge_and_method(shared, signed_in, change):
    response = shared.authorize(shared.asks(**change), browser=signed_in)
    e_redir(response, "invalid_request")


def test_cd_08_discovery_lists_s256_alone(shared):
    document = shared.browser().get("/.well-known/openid-configuration").json
    assert document["code_challenge_methods_supported"] == ["S256"]


def test_cd_10_codes_look_like_nothing(shared, signed_in):
    codes = {
        answer_of(shared.authorize(shared.asks(), browser=signed_in))["code"] for _ in range(200)
    }
    assert len(codes) == 200
    assert all(code.replace("-", "").replace("_", "").isalnum() for code in codes)
    assert max(map(len, codes)) <= 512
    tails = [code[-86:] for code in codes]
    for place in range(40):
        assert len({tail[place] for tail in tails}) > 32


def test_cd_10_sixty_seconds(cast, clock):
    browser = cast.browser()
    code = code_of(cast, browser)
    clock.shift(61)
    t_err(cast.post("/token", exchange(code), cast.a), 400, "invalid_grant")


def test_cd_12_another_browser(shared):
    page = shared.browser().get("/authorize", shared.asks()).follow()
    url = page.request.url
    for other in (shared.browser(), walked(shared)):
        e_page(other.get(url, status="*"))
        e_page(other.get(url.removesuffix("/login"), status="*"))
        fields = page.forms["login-form"].submit_fields()
        e_page(other.post(url, fields, headers=OWN_FORM, status="*"))


def walked(cast):
    browser = cast.browser()
    walk(cast, browser)
    return browser


def test_cd_13_two_tabs_do_not_mix(cast):
    browser = cast.browser()
    first = browser.get("/authorize", cast.asks(state="one", nonce="n-one"))
    second = browser.get("/authorize", cast.asks(cast.b, state="two", nonce="n-two"))
    two = allow(sign_in(browser, second, cast.username, PASSWORD))
    one = allow(browser.get(first.headers["Location"].removesuffix("/login")))
    for response, rp, state, nonce in (
        (one, cast.a, "one", "n-one"),
        (two, cast.b, "two", "n-two"),
    ):
        sent = answer_of(response)
        assert response.headers["Location"].startswith(rp.redirect_uri)
        assert sent["state"] == state
        granted = redeem(browser, rp, sent["code"], code_verifier=VERIFIER)
        assert claims_of(granted["id_token"])["nonce"] == nonce


def test_cd_14_the_code_is_for_whoever_signed_in(cast, make_cast_with):
    mallory = make_cast_with()
    browser = cast.browser()
    walk(cast, browser)
    tab = browser.get("/authorize", cast.asks(prompt="consent")).follow()
    browser.post("/account/logout", out(browser), headers=OWN_FORM)
    walk(mallory, browser, cast.a)
    response = tab.forms["consent-form"].submit(
        "decision", value="allow", headers=OWN_FORM, status="*"
    )
    assert "code=" not in response.headers.get("Location", "")


def out(browser):
    page = browser.get("/account")
    forms = [f for f in page.forms.values() if f.action.endswith("/account/logout")]
    return forms[0].submit_fields()


def test_cd_11_what_is_no_code(cast, handles):
    for name, handle in handles.items():
        if name != "code":
            response = cast.post("/token", exchange(handle), cast.a)
            t_err(response, 400, "invalid_grant", "invalid_request")
    assert tokens(cast)["access_token"]
