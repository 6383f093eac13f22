"""ST-P15, ST-P16: no answer before its commit, and none to somebody else."""

from concurrent.futures import ThreadPoolExecutor

from ZODB.Connection import Connection
from ZODB.POSException import ConflictError

from oidc_pyramid.testing import OWN_FORM, bearer
from tests.functional.attacks.cast import PASSWORD, code_of, exchange, tokens


def conflict(*args):
    """Every commit meets a rival."""
    raise ConflictError


def busy(response):
    assert response.status_int == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert "Location" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_st_p15_a_sign_in_that_was_not_saved_sets_nothing(cast, monkeypatch):
    browser = cast.browser()
    form = browser.get("/account/login").forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "tpc_vote", conflict)
        busy(form.submit(headers=OWN_FORM, status="*"))
    assert browser.get("/account").status_int == 303


def test_st_p15_no_token_without_a_commit(cast, monkeypatch):
    code = code_of(cast)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "tpc_vote", conflict)
        response = cast.post("/token", exchange(code), cast.a)
    busy(response)
    assert set(response.json) == {"error", "error_description"}
    assert cast.post("/token", exchange(code), cast.a).json["access_token"]


def test_st_p16_nobody_sees_anybody_else(make_cast_with):
    casts = [make_cast_with() for _ in range(4)]

    def live(cast):
        cast.op.change_user(cast.victim, lambda u: u.update({"name": f"marker-{u.id}"}, now=1))
        browser = cast.browser()
        granted = tokens(cast, browser, scope="openid profile")
        seen = ""
        for _ in range(3):
            seen += browser.get("/account").text
            seen += browser.get("/userinfo", headers=bearer(granted["access_token"])).text
            seen += browser.get("/authorize", cast.asks(prompt="consent")).follow().text
        return seen

    with ThreadPoolExecutor(len(casts)) as pool:
        texts = list(pool.map(live, casts))
    for cast, text in zip(casts, texts, strict=True):
        assert f"marker-{cast.victim}" in text
        assert not [c for c in casts if c is not cast and f"marker-{c.victim}" in text]
