"""An ``id_token_hint`` whose signature is a secret's, and one that has none."""

import json

import pytest

from oidc_pyramid.protocol.jose import Signer, parse, public_part, symmetric_key, unsigned
from oidc_pyramid.testing import answer_of, authorization_request, code_flow

HMAC = ("HS256", "HS384", "HS512")
SECRET = "a client secret of more than sixty-four bytes: 0123456789 0123456789 0123456789"
OTHER = "another secret of more than sixty-four bytes: 0123456789 0123456789 0123456789"
HOME = "https://rp.example/gone"


@pytest.fixture
def op(make_op):
    return make_op(**{"oidc.id_token_none": "true"})


@pytest.fixture
def add(op, alice):
    """A client whose ID Tokens are signed like that."""

    def add(name, alg, secret=SECRET):
        return op.add_client(
            name,
            secret=secret,
            id_token_signed_response_alg=alg,
            post_logout_redirect_uris=(HOME,),
        )

    return add


def silent(browser, rp, hint):
    """What the client is answered."""
    params = authorization_request(rp, prompt="none", id_token_hint=hint)
    return answer_of(browser.get("/authorize", params))


def leave(browser, hint, status, **more):
    return browser.get(
        "/end_session",
        {"id_token_hint": hint, "post_logout_redirect_uri": HOME, **more},
        status=status,
    )


def keyed(secret, alg, claims):
    return Signer(json.dumps(symmetric_key(secret.encode(), alg)), alg, None).sign(claims)


@pytest.mark.spec("Core", "3.1.2.1")
@pytest.mark.parametrize("alg", HMAC)
def test_the_client_whose_secret_it_is_may_send_it_back(op, browser, add, alg):
    rp = add("rp", alg)
    hint = code_flow(op, browser, rp)["id_token"]
    assert parse(hint).alg == alg
    assert "code" in silent(browser, rp, hint)


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.parametrize("more", [{}, {"client_id": "rp"}], ids=["alone", "client_id"])
def test_it_signs_out_at_once(op, browser, add, more):
    rp = add("rp", "HS256")
    hint = code_flow(op, browser, rp)["id_token"]
    assert leave(browser, hint, 303, **more).headers["Location"] == HOME
    assert silent(browser, rp, hint)["error"] == "login_required"


@pytest.mark.spec("RP-Initiated Logout", "4")
def test_jo_03_another_secret_makes_no_hint(op, browser, add):
    rp = add("rp", "HS256")
    other = add("other", "HS256", OTHER)
    hint = code_flow(op, browser, rp)["id_token"]
    claims = dict(parse(hint).claims)
    for secret in (OTHER, "rp".ljust(32), "secret".ljust(32, "\0")):
        forged = keyed(secret, "HS256", claims)
        assert silent(browser, rp, forged)["error"] == "invalid_request"
        leave(browser, forged, 400)
    assert silent(browser, other, hint)["error"] == "invalid_request"
    mine = keyed(OTHER, "HS256", {**claims, "aud": "rp"})
    assert silent(browser, other, mine)["error"] == "invalid_request"
    leave(browser, mine, 400, client_id="other")


def test_jo_02_a_secret_counts_for_the_registered_algorithm_alone(op, browser, add):
    rp, plain = add("rp", "HS256"), add("plain", "")
    claims = dict(parse(code_flow(op, browser, rp)["id_token"]).claims)
    assert silent(browser, rp, keyed(SECRET, "HS512", claims))["error"] == "invalid_request"
    aimed = {**claims, "aud": "plain"}
    assert silent(browser, plain, keyed(SECRET, "HS256", aimed))["error"] == "invalid_request"
    leave(browser, keyed(SECRET, "HS256", aimed), 400)
    with op.provider() as provider:
        public = next(key.public for key in provider.keys.keys)
    for key in (public, json.dumps(public_part(json.loads(public)))):
        assert silent(browser, rp, keyed(key, "HS256", claims))["error"] == "invalid_request"


@pytest.mark.parametrize("aud", [None, 7, ["rp"], {}, "nobody"], ids=repr)
def test_an_audience_that_is_no_client(op, browser, add, aud):
    rp = add("rp", "HS256")
    claims = {**parse(code_flow(op, browser, rp)["id_token"]).claims, "aud": aud}
    leave(browser, keyed(SECRET, "HS256", claims), 400)
    assert silent(browser, rp, keyed(SECRET, "HS256", claims))["error"] == "invalid_request"


def test_jo_01_without_a_signature_it_is_nobodys(op, browser, add):
    rp = add("rp", "none")
    hint = code_flow(op, browser, rp)["id_token"]
    assert parse(hint).alg == "none"
    assert silent(browser, rp, hint)["error"] == "invalid_request"
    leave(browser, hint, 400)
    leave(browser, hint, 400, client_id="rp")
    forged = unsigned({**parse(hint).claims, "sub": "somebody"})
    assert silent(browser, rp, forged)["error"] == "invalid_request"
    page = browser.get("/end_session", {"client_id": "rp", "post_logout_redirect_uri": HOME})
    assert "logout-form" in page.forms or page.html.select_one("#logout-confirm")


def forged(op, subject):
    """A client that shares a key with us writes what it likes."""
    return keyed(SECRET, "HS256", {"iss": op.issuer, "aud": "evil", "sub": subject})


def test_a_client_can_write_no_hint_about_those_who_never_were_there(op, browser, add, rp, alice):
    add("evil", "HS256")
    code_flow(op, browser, rp)
    page = browser.get("/end_session", {"id_token_hint": forged(op, alice)}, status=200)
    assert page.html.find(id="logout-confirm")
    assert "code" in answer_of(
        browser.get("/authorize", authorization_request(rp, prompt="none"), status=303)
    )


@pytest.mark.parametrize("how", ["hint", "claims"])
def test_a_client_can_not_find_out_who_sits_here(op, browser, add, rp, alice, how):
    evil = add("evil", "HS256")
    code_flow(op, browser, rp)
    answers = set()
    for subject in (alice, "somebody-else"):
        wish = json.dumps({"id_token": {"sub": {"value": subject}}})
        more = {"id_token_hint": forged(op, subject)} if how == "hint" else {"claims": wish}
        asked = authorization_request(evil, prompt="none", **more)
        answers.add(answer_of(browser.get("/authorize", asked))["error"])
    assert answers == {"login_required"}
