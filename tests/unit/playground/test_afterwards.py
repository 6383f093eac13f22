"""What a client does with tokens that it has."""

import pytest

WALK = ("do-tokens", "do-userinfo")


def last_form(fake, path):
    return [form for where, _, form in fake.seen if where == path][-1]


@pytest.mark.spec("RFC 6749", "6")
def test_refresh_shows_what_has_changed(visitor, fake):
    visitor.walk(*WALK)
    fake.tokens |= {"access_token": "the-next", "refresh_token": "its-successor"}
    fake.claims["nonce"] = None
    visitor.click("do-refresh")
    assert last_form(fake, "/token")["refresh_token"] == "a-refresh-token"
    assert visitor.wrong("refresh") == []
    rows = visitor.entry("refresh").select("table.changes tbody tr")
    shown = {
        row.th.get_text(strip=True): [td.get_text(strip=True) for td in row.select("td")]
        for row in rows
    }
    assert shown["access_token"] == ["an-access-token", "the-next", "new"]
    assert shown["refresh_token"] == ["a-refresh-token", "its-successor", "new"]
    assert shown["id_token: auth_time"][2] == "the same"


@pytest.mark.spec("Core", "12.2")
@pytest.mark.parametrize(
    "claims,wrong",
    [
        ({"sub": "mallory"}, "sub is the same as before"),
        ({"auth_time": 1}, "auth_time is the same as before"),
        ({"aud": "another"}, "aud is the same as before"),
        ({"nonce": "another"}, "nonce is the one that we sent"),
    ],
)
def test_a_refreshed_id_token_speaks_of_the_same_sign_in(visitor, fake, claims, wrong):
    visitor.walk(*WALK)
    fake.claims |= claims
    visitor.click("do-refresh")
    assert visitor.wrong("refresh") == [wrong]


def test_a_refused_refresh_keeps_the_tokens(visitor, fake):
    visitor.walk(*WALK)
    fake.answers["/token"] = (400, {}, {"error": "invalid_grant"})
    visitor.click("do-refresh")
    notice = visitor.entry("refresh").select("[data-error=invalid_grant]")
    assert "RFC 6749 §5.2" in notice[0].get_text()
    visitor.click("do-userinfo")
    assert fake.seen[-1][1]["Authorization"] == "Bearer an-access-token"


def test_refresh_is_offered_only_with_a_refresh_token(visitor, fake):
    del fake.tokens["refresh_token"]
    visitor.walk(*WALK)
    assert visitor.page.html.find(id="do-refresh") is None
    assert visitor.page.html.find(id="do-revoke-refresh") is None


@pytest.mark.spec("RFC 7662", "2.1")
def test_introspection_of_either_token(visitor, fake):
    visitor.walk(*WALK, "do-introspect")
    assert last_form(fake, "/introspect")["token"] == "an-access-token"
    assert "active" in visitor.entry("introspect").get_text()
    visitor.click("do-introspect-refresh")
    form = last_form(fake, "/introspect")
    assert (form["token"], form["token_type_hint"]) == ("a-refresh-token", "refresh_token")


@pytest.mark.spec("RFC 7009", "2.1")
def test_revocation_then_a_dead_token(visitor, fake):
    visitor.walk(*WALK, "do-revoke")
    assert last_form(fake, "/revoke")["token"] == "an-access-token"
    assert visitor.wrong("revoke") == []
    challenge = 'Bearer realm="x", error="invalid_token", error_description="it was revoked"'
    fake.answers["/userinfo"] = (401, {"WWW-Authenticate": challenge}, "")
    visitor.click("do-userinfo")
    text = visitor.entry("userinfo").select("[data-error=invalid_token]")[0].get_text()
    assert "it was revoked" in text
    assert "RFC 6750 §3.1" in text


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_the_code_once_more(visitor, fake):
    visitor.walk(*WALK)
    fake.answers["/token"] = (400, {}, {"error": "invalid_grant"})
    visitor.click("do-replay")
    assert last_form(fake, "/token")["code"] == "a-code"
    assert visitor.wrong("replay") == []


def test_a_provider_that_takes_a_code_twice_is_found_out(visitor):
    visitor.walk(*WALK, "do-replay")
    assert visitor.wrong("replay") == ["The code is refused the second time"]


def test_userinfo_about_somebody_else_is_found_out(visitor, fake):
    fake.answers["/userinfo"] = (200, {}, {"sub": "mallory"})
    visitor.walk(*WALK)
    assert visitor.wrong("userinfo") == ["sub is the one of the ID Token"]


def test_what_the_provider_does_not_have_is_not_offered(visitor, fake):
    for name in ("introspection_endpoint", "revocation_endpoint", "end_session_endpoint"):
        del fake.metadata[name]
    visitor.walk(*WALK)
    for name in ("do-introspect", "do-revoke", "do-logout"):
        assert visitor.page.html.find(id=name) is None


def test_without_userinfo_the_walk_is_over_after_the_tokens(visitor, fake):
    del fake.metadata["userinfo_endpoint"]
    visitor.walk("do-tokens")
    assert visitor.next == "afterwards"
