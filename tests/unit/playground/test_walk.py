"""The walk, step by step, against a provider that answers well."""

from base64 import b64decode
from urllib.parse import parse_qsl, urlsplit

import pytest

from oidc_pyramid.playground.clients import PUBLIC, SECRET


def sent_to(fake, path):
    return [(headers, form) for where, headers, form in fake.seen if where == path]


@pytest.mark.spec("Discovery", "4.1")
def test_a_run_begins_with_discovery(visitor, fake):
    visitor.begin()
    assert [path for path, _, _ in fake.seen] == ["/.well-known/openid-configuration"]
    assert visitor.wrong("discovery") == []
    assert visitor.next == "provider"


@pytest.mark.spec("Core", "3.1.2.1")
def test_the_request_has_what_was_chosen_and_nothing_else(visitor, fake):
    visitor.begin(max_age="60", prompt="login", response_mode="form_post", ui_locales="de")
    request = visitor.request
    assert request["client_id"] == "playground"
    assert request["redirect_uri"] == f"{fake.issuer}/playground/callback"
    assert request["scope"] == "openid profile"
    assert (request["max_age"], request["prompt"]) == ("60", "login")
    assert (request["response_mode"], request["ui_locales"]) == ("form_post", "de")
    assert "login_hint" not in request


def test_each_parameter_is_explained_with_its_source(visitor):
    visitor.begin()
    rows = visitor.entry("request").select("table.explained")[0].select("tr")
    assert [row.th.get_text(strip=True) for row in rows] == list(visitor.request)
    for row in rows:
        assert row.select("a.cite")[0]["href"].startswith("https://")


def test_runs_share_no_secret(visitor):
    first, second = (visitor.begin() and visitor.request for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_every_check_of_a_good_run_passes(visitor):
    visitor.begin(max_age="60")
    visitor.answer()
    assert visitor.next == "tokens"
    visitor.click("do-tokens")
    assert visitor.next == "userinfo"
    visitor.click("do-userinfo")
    assert visitor.next == "afterwards"
    assert visitor.page.html.select("li.wrong") == []
    checked = [one.get_text(strip=True) for one in visitor.entry("tokens").select(".check-name")]
    for word in ("signature", "iss", "aud", "exp", "iat", "nonce", "at_hash", "auth_time"):
        assert any(word in one for one in checked), word


@pytest.mark.spec("RFC 7636", "4.5")
def test_the_token_request_proves_the_challenge(visitor, fake):
    from oidc_pyramid.protocol import pkce

    visitor.begin()
    challenge = visitor.request["code_challenge"]
    visitor.answer()
    visitor.click("do-tokens")
    ((_headers, form),) = sent_to(fake, "/token")
    assert pkce.verify(form["code_verifier"], challenge)
    assert (form["grant_type"], form["code"]) == ("authorization_code", "a-code")


@pytest.mark.spec("RFC 6749", "2.3.1")
def test_the_secret_is_sent_as_basic_and_shown_only_on_request(visitor, fake):
    visitor.walk("do-tokens")
    ((headers, form),) = sent_to(fake, "/token")
    sent = headers["Authorization"].removeprefix("Basic ")
    assert b64decode(sent).decode() == f"playground:{SECRET}"
    assert "client_id" not in form
    entry = visitor.entry("tokens")
    hidden = entry.select("details.secret")[0].extract()
    assert sent in hidden.get_text()
    assert SECRET in hidden.get_text()
    assert sent not in entry.get_text()
    assert "Basic ••••••••" in entry.get_text()


def test_a_client_without_a_secret_names_itself(visitor, fake):
    fake.claims["aud"] = PUBLIC
    visitor.begin(client_id=PUBLIC)
    visitor.answer()
    visitor.click("do-tokens")
    ((headers, form),) = sent_to(fake, "/token")
    assert "Authorization" not in headers
    assert form["client_id"] == PUBLIC
    visitor.click("do-userinfo")
    assert visitor.page.html.find(id="do-introspect") is None
    assert "RFC 7662 §2.1" in visitor.page


def test_userinfo_is_asked_with_the_access_token(visitor, fake):
    visitor.walk("do-tokens", "do-userinfo")
    ((headers, _form),) = sent_to(fake, "/userinfo")
    assert headers["Authorization"] == "Bearer an-access-token"
    assert "alice@example.org" in visitor.entry("userinfo").get_text()


def test_without_openid_there_is_no_id_token_and_none_is_missed(visitor, fake):
    fake.answers["/token"] = (200, {}, fake.tokens)
    visitor.begin(scope=["email"])
    assert "nonce" not in visitor.request
    visitor.answer()
    visitor.click("do-tokens")
    assert visitor.wrong("tokens") == []
    assert "plain OAuth 2.0" in visitor.entry("tokens").get_text()


def test_who_does_not_want_to_stop_goes_all_the_way(visitor, fake):
    page = visitor.begin(stop=False)
    assert page.location.startswith(f"{fake.issuer}/authorize?")
    visitor.answer()
    assert visitor.next == "afterwards"
    assert [path for path, _, _ in fake.seen][1:] == ["/token", "/jwks", "/userinfo"]


def test_a_second_click_sends_nothing_twice(visitor, fake):
    visitor.begin()
    visitor.answer()
    form = visitor.page.html.find(id="do-tokens").find_parent("form")
    for _ in range(2):
        visitor.app.post(form["action"], {"csrf_token": form.find("input")["value"]}, status=303)
    assert len(sent_to(fake, "/token")) == 1


def test_a_second_answer_changes_nothing(visitor):
    visitor.begin()
    params = {"state": visitor.request["state"], "iss": visitor.issuer}
    visitor.answer()
    again = visitor.app.get("/playground/callback", {**params, "error": "access_denied"}).follow()
    assert "access_denied" not in again
    assert len(again.html.select("details[data-name=answer]")) == 1


@pytest.mark.spec("Form Post", "2")
def test_the_answer_may_come_as_a_form(visitor):
    visitor.begin(response_mode="form_post")
    fields = {"code": "a-code", "state": visitor.request["state"], "iss": visitor.issuer}
    visitor.page = visitor.app.post("/playground/callback", fields).follow()
    assert visitor.wrong("answer") == []
    assert visitor.next == "tokens"


def test_the_answer_may_come_behind_the_hash(visitor):
    visitor.begin(response_mode="fragment")
    form = visitor.app.get("/playground/callback").forms["fragment-form"]
    fields = {"code": "a-code", "state": visitor.request["state"], "iss": visitor.issuer}
    token = {"csrf_token": form["csrf_token"].value}
    visitor.page = visitor.app.post(form.action, {**fields, **token}).follow()
    assert visitor.wrong("answer") == []
    assert visitor.next == "tokens"


def test_an_answer_that_travelled_otherwise_is_noticed(visitor):
    visitor.begin(response_mode="form_post")
    visitor.answer()
    assert visitor.wrong("answer") == ["It came in the way that we asked for"]


def test_the_code_is_in_no_address_that_stays(visitor):
    visitor.begin()
    visitor.answer()
    assert urlsplit(visitor.page.request.url).query == ""


@pytest.mark.spec("RP-Initiated Logout", "2")
def test_sign_out_names_the_session_and_comes_back(visitor, fake):
    visitor.walk("do-tokens", "do-userinfo", "do-logout")
    link = urlsplit(visitor.page.html.find(id="to-logout")["href"])
    sent = dict(parse_qsl(link.query))
    assert link.path == "/end_session"
    assert sent["post_logout_redirect_uri"] == f"{fake.issuer}/playground/"
    assert sent["id_token_hint"].count(".") == 2
    back = visitor.app.get("/playground/", {"state": sent["state"]})
    assert back.html.find(id="signed-out")
    visitor.page = visitor.app.get(back.html.find(id="signed-out").a["href"])
    assert visitor.entry("signed_out")
    assert visitor.page.html.find(id="do-logout") is None


def test_a_sign_out_of_somebody_else_is_noticed(visitor, another):
    visitor.walk("do-tokens", "do-userinfo", "do-logout")
    link = visitor.page.html.find(id="to-logout")["href"]
    state = dict(parse_qsl(urlsplit(link).query))["state"]
    assert another.app.get("/playground/", {"state": state}).html.find(id="signed-out-unknown")


def test_again_with_another_prompt_is_a_new_run(visitor):
    visitor.walk("do-tokens", "do-userinfo")
    old = visitor.page.request.url
    visitor.click("again-login")
    assert visitor.page.request.url != old
    assert visitor.request["prompt"] == "login"
    assert "id_token_hint" not in visitor.request


def test_again_without_a_page_says_who_is_expected(visitor):
    visitor.walk("do-tokens", "do-userinfo")
    visitor.click("again-none")
    assert visitor.request["prompt"] == "none"
    assert visitor.request["id_token_hint"].count(".") == 2


def test_the_start_page_remembers_all_but_the_prompt(visitor):
    visitor.begin(scope=["openid", "phone"], prompt="none", login_hint="bob")
    form = visitor.app.get("/playground/").forms["playground-form"]
    assert [box.checked for box in form.fields["scope"]] == [1, 0, 0, 1, 0, 0]
    assert (form["prompt"].value, form["login_hint"].value) == ("", "bob")
