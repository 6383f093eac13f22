"""A person sees and ends sessions and applications."""

from oidc_pyramid.testing import (
    OWN_FORM,
    authorization_request,
    bearer,
    code_flow,
    pkce,
    token_request,
)

CHALLENGE = {"code_challenge": pkce()[1], "code_challenge_method": "S256"}


def button(page, name, value):
    form = next(
        f
        for f in page.forms.values()
        if name in f.fields and any(field._value == value for field in f.fields[name])
    )
    return form.submit(name, value=value, headers=OWN_FORM)


def test_taking_access_back_ends_every_token(op, rp, alice, browser):
    tokens = code_flow(op, browser, rp)
    page = browser.get("/account")
    assert "rp" in page.html.find(id="applications").text
    button(page, "client_id", "rp")
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)
    token_request(
        browser, rp, status=400, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert browser.get("/account").html.find(id="applications") is None


def test_one_scope_is_taken_back(op, alice, browser):
    rp = op.add_client("rp", scope=("openid", "email", "profile"))
    tokens = code_flow(op, browser, rp, scope="openid email profile")
    token = bearer(tokens["access_token"])
    assert browser.get("/userinfo", headers=token).json["email"]
    button(browser.get("/account"), "scope", "email")
    told = browser.get("/userinfo", headers=token).json
    assert "email" not in told
    assert told["name"]
    answer = token_request(
        browser, rp, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert "email" not in answer["scope"].split()
    page = browser.get("/account").html.find(id="applications")
    assert page.find("button", value="email") is None
    assert page.find("button", value="profile") is not None
    again = browser.get(
        "/authorize", authorization_request(rp, scope="openid email profile", **CHALLENGE)
    )
    assert again.headers["Location"].endswith("/consent")


def test_only_what_was_allowed_can_be_taken_back(op, rp, alice, browser):
    tokens = code_flow(op, browser, rp, scope="openid email")
    form = browser.get("/account").html.find(id="applications").find("form")
    body = {"csrf_token": form.find("input")["value"], "client_id": "rp"}
    for scope in ("openid", "phone"):
        browser.post("/account/applications", {**body, "scope": scope}, headers=OWN_FORM)
    assert browser.get("/userinfo", headers=bearer(tokens["access_token"])).json["email"]


def test_access_while_away_is_taken_back(op, rp, alice, browser):
    tokens = code_flow(op, browser, rp, scope="openid offline_access", prompt="consent")
    button(browser.get("/account"), "scope", "offline_access")
    answer = token_request(
        browser, rp, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert browser.get("/userinfo", headers=bearer(answer["access_token"])).status_int == 200
    browser.get("/account").forms["logout-form"].submit(headers=OWN_FORM)
    browser.get("/userinfo", headers=bearer(answer["access_token"]), status=401)
    token_request(
        browser, rp, status=400, grant_type="refresh_token", refresh_token=answer["refresh_token"]
    )


def test_a_session_elsewhere_is_seen_and_ended(op, rp, alice, browser):
    elsewhere = op.browser(**{"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    code_flow(op, elsewhere, rp)
    code_flow(op, browser, rp)
    page = browser.get("/account")
    rows = page.html.find(id="sessions").find_all("li")
    assert len(rows) == 2
    assert "This browser" in rows[0].text
    assert "Firefox, Linux" in rows[1].text
    button(page, "sid", rows[1].find("button")["value"])
    assert elsewhere.get("/account").headers["Location"].endswith("/account/login")
    assert browser.get("/account").status_int == 200


def test_sign_out_everywhere_else(op, rp, alice, browser):
    others = [op.browser(), op.browser()]
    for other in (*others, browser):
        code_flow(op, other, rp)
    browser.get("/account").forms["other-sessions-form"].submit("others", headers=OWN_FORM)
    for other in others:
        assert other.get("/account").status_int == 303
    assert browser.get("/account").status_int == 200


def test_somebody_elses_session_is_out_of_reach(op, rp, alice, browser):
    op.add_user("mallory", "a password of hers")
    victim = op.browser()
    code_flow(op, victim, rp)
    with op.provider() as provider:
        (session,) = provider.browsers.sessions_of(alice)
    code_flow(op, browser, rp, username="mallory", password="a password of hers")
    code_flow(op, op.browser(), rp, username="mallory", password="a password of hers")
    form = browser.get("/account").forms["other-sessions-form"]
    body = {"csrf_token": form["csrf_token"].value, "sid": session.sid}
    browser.post("/account/sessions", body, headers=OWN_FORM)
    assert victim.get("/account").status_int == 200


def test_a_form_from_elsewhere_changes_nothing(op, rp, alice, browser):
    code_flow(op, browser, rp)
    for path in ("sessions", "applications"):
        browser.post(f"/account/{path}", {"client_id": "rp"}, headers=OWN_FORM, status=400)
    assert browser.get("/account").html.find(id="applications") is not None
