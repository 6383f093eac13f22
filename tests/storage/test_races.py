"""Two who come at once, on each storage: one has decided, the other overtakes it, then it commits.

The requests are real ones to the whole application; they are held between the view and the commit.
"""

import dataclasses
import json
import secrets
import time
from functools import partial

import pytest

from oidc_pyramid.protocol.jose import Signer, new_key, public_part
from oidc_pyramid.testing import OWN_FORM, answer_of, authorization_request, bearer, sign_in
from tests.storage.places import interleave, refresh, together


def late(place, rp, fields, overtaken_by, status=(400,)):
    """The error of a token request that something else has overtaken."""
    answer, _ = interleave(
        lambda environ: place.token(rp, status=status, environ=environ, **fields), overtaken_by
    )
    return answer["error"]


def is_active(person, tokens):
    headers = bearer(tokens["access_token"])
    return person.browser.get("/userinfo", headers=headers, status="*").status_int == 200


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_one_code_twice(place):
    rp, person = place.client(), place.person()
    fields = person.code(rp)
    bought = []
    error = late(place, rp, fields, lambda: bought.append(place.token(rp, **fields)))
    assert error == "invalid_grant"
    assert [a["reason"] for a in place.authorizations_of(rp)] == ["code replay"]
    assert not is_active(person, bought[0])
    assert place.token(rp, status=(400,), **refresh(bought[0]))["error"] == "invalid_grant"


@pytest.mark.spec("RFC 9700", "4.14.2")
def test_one_refresh_token_twice_has_one_successor(place):
    rp, person = place.client(), place.person()
    tokens = person.tokens(rp)
    loser, winner = interleave(
        lambda environ: place.token(rp, environ=environ, **refresh(tokens)),
        lambda: place.token(rp, **refresh(tokens)),
    )
    assert loser["refresh_token"] == winner["refresh_token"]
    assert loser["access_token"] != winner["access_token"]
    assert place.token(rp, **refresh(winner))["refresh_token"]


@pytest.mark.spec("RFC 7009", "2.1")
def test_revocation_overtakes_a_refresh(place):
    rp, person = place.client(), place.person()
    tokens = person.tokens(rp)

    def revoke():
        fields = {"token": tokens["refresh_token"]}
        place.op.browser().post("/revoke", fields, headers=rp.basic, status=200)

    assert late(place, rp, refresh(tokens), revoke) == "invalid_grant"
    assert not is_active(person, tokens)


@pytest.mark.spec("RFC 7009", "2.1")
def test_a_refresh_overtakes_a_revocation(place):
    rp, person = place.client(), place.person()
    tokens = person.tokens(rp)

    def revoke(environ):
        browser = place.op.browser()
        browser.extra_environ.update(environ)
        fields = {"token": tokens["refresh_token"]}
        return browser.post("/revoke", fields, headers=rp.basic, status=200)

    _, newer = interleave(revoke, lambda: place.token(rp, **refresh(tokens)))
    assert not is_active(person, newer)
    assert place.token(rp, status=(400,), **refresh(newer))["error"] == "invalid_grant"


def ends(place, rp, person):
    """What ends a sign-in, an account or a client, by name."""

    def disable():
        place.op.change_user(person.id, lambda user: user.disable(now=int(time.time())))

    def delete_client():
        with place.op.provider() as provider:
            provider.clients.delete(provider.clients[rp.client_id], now=int(time.time()))

    def revoke_grant():
        with place.op.provider() as provider:
            provider.grants.get(person.id, rp.client_id).end(now=int(time.time()))

    def sign_out():
        page = person.browser.get("/end_session")
        page.forms["logout-form"].submit("decision", value="logout", headers=OWN_FORM)

    return {
        "account disabled": disable,
        "client deleted": delete_client,
        "grant revoked": revoke_grant,
        "signed out": sign_out,
    }


@pytest.mark.parametrize(
    "end, error",
    [
        ("account disabled", "invalid_grant"),
        ("client deleted", "invalid_client"),
        ("grant revoked", "invalid_grant"),
        ("signed out", "invalid_grant"),
    ],
)
@pytest.mark.parametrize("kind", ["code", "refresh token"])
def test_an_end_overtakes_tokens(place, kind, end, error):
    rp, person = place.client(), place.person()
    fields = person.code(rp) if kind == "code" else refresh(person.tokens(rp))
    overtaken_by = ends(place, rp, person)[end]
    assert late(place, rp, fields, overtaken_by, status=(400, 401)) == error


def test_two_people_take_one_name(place):
    name = f"carol{time.time_ns()}"

    def sign_up(environ):
        browser = place.op.browser()
        form = browser.get("/account/signup").forms["signup-form"]
        form["username"] = name
        form["password"] = form["password_again"] = "a long password"
        browser.extra_environ.update(environ)
        return form.submit(headers=OWN_FORM)

    second, first = interleave(sign_up, lambda: sign_up({}))
    assert first.status_int == 303
    assert second.status_int == 200
    assert "taken" in second.text
    with place.op.provider() as provider:
        assert [u.username for u in provider.users if u.username == name] == [name]


def login_page(place, rp):
    """A fresh browser at the login page."""
    browser = place.op.browser()
    return browser, browser.get("/authorize", authorization_request(rp)).follow()


def guess(place, rp, username, password, environ=None):
    """What a browser that was never here before is answered."""
    browser, page = login_page(place, rp)
    browser.extra_environ.update(environ or {})
    return sign_in(browser, page, username, password)


def test_a_right_guess_after_too_many_wrong_ones_never_wins(place):
    rp, person = place.client(), place.person()
    for _ in range(4):
        assert guess(place, rp, person.username, "wrong").status_int == 200
    late_guess, _ = interleave(
        lambda environ: guess(place, rp, person.username, "wonderland", environ),
        lambda: guess(place, rp, person.username, "wrong"),
    )
    assert late_guess.status_int == 200
    assert "Too many attempts" in late_guess.text


def test_guesses_at_once_are_all_counted(place):
    rp, person = place.client(), place.person()
    works = [lambda: guess(place, rp, person.username, "wrong")] * 8
    answers = together(*works)
    assert {answer.status_int for answer in answers} <= {200, 503}
    assert sum("Wrong user name" in answer.text for answer in answers) <= 5
    while "Wrong user name" in guess(place, rp, person.username, "wrong").text:
        pass
    assert "Too many" in guess(place, rp, person.username, "wonderland").text
    with place.op.provider() as provider:
        bucket, key = provider.throttle.locate(
            provider.vault.open(place.op.runtime.settings.secret).throttle_key,
            "account",
            person.username,
        )
        assert bucket.count(key, now=int(time.time()), window=600) == 5


def test_two_grants_made_at_once(place):
    rp, person = place.client(), place.person()
    pages = []
    for _ in range(2):
        browser, page = login_page(place, rp)
        response = sign_in(browser, page, person.username, "wonderland")
        pages.append((browser, response.follow()))

    def consent(index, environ):
        browser, page = pages[index]
        browser.extra_environ.update(environ)
        return page.forms["consent-form"].submit("decision", value="allow", headers=OWN_FORM)

    answers = interleave(lambda environ: consent(0, environ), lambda: consent(1, {}))
    assert all("code" in answer_of(answer) for answer in answers)
    with place.op.provider() as provider:
        assert len(list(provider.grants.of(person.id))) == 1


@pytest.mark.spec("RFC 7523", "3")
def test_one_client_assertion_twice(place):
    key = new_key("ES256")
    client = place.client(
        token_endpoint_auth_method="private_key_jwt",
        jwks=json.dumps({"keys": [public_part(key)]}),
        grant_types=("client_credentials",),
        scope=("read",),
    )
    name = {"iss": client.client_id, "sub": client.client_id, "aud": place.op.issuer}
    claims = {**name, "jti": secrets.token_hex(8), "exp": int(time.time()) + 60}
    fields = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": Signer(json.dumps(key), "ES256", key["kid"]).sign(claims),
    }

    def ask(environ, status):
        browser = place.op.browser()
        browser.extra_environ.update(environ)
        return browser.post("/token", fields, status=status).json

    late_answer, answer = interleave(lambda environ: ask(environ, 401), lambda: ask({}, 200))
    assert answer["access_token"]
    assert late_answer["error"] == "invalid_client"


def test_many_at_once_redeem_many_codes(place):
    """Each code buys tokens exactly once, and nobody is blamed for a conflict."""
    rp, person = place.client(), place.person()
    for _ in range(3):
        fields = person.code(rp)
        answers = together(*[partial(place.token, rp, status=(200, 400), **fields)] * 6)
        assert sum("access_token" in answer for answer in answers) == 1
        assert {a.get("error") for a in answers} == {None, "invalid_grant"}


@pytest.mark.spec("RFC 7591", "5")
def test_two_registrations_for_the_last_place(place, monkeypatch):
    with place.op.provider() as provider:
        quota = len(provider.clients) + 1
    settings = dataclasses.replace(place.op.runtime.settings, registration_quota=quota)
    monkeypatch.setattr(place.op.runtime, "settings", settings)

    def register(environ=None):
        browser = place.op.browser()
        browser.extra_environ.update(environ or {})
        document = {"redirect_uris": ["https://rp.example/cb"]}
        return browser.post_json("/clients", document, status="*").status_int

    assert interleave(register, register) == (429, 201)
    with place.op.provider() as provider:
        assert len(provider.clients) == len(list(provider.clients.ids())) == quota
        for client_id in provider.clients.ids():
            if provider.clients[client_id].dynamic:
                break
        provider.clients.delete(provider.clients[client_id], now=1)
        assert len(provider.clients) == quota - 1
