"""What surrounds each page of the playground."""

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError

from oidc_pyramid import testing

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("development", [{}, {"oidc.development": "false"}])
def test_it_refuses_outside_development(development):
    settings = {"oidc.include": "oidc_pyramid.playground", **development}
    with pytest.raises(ConfigurationError, match=r"oidc\.development = true"):
        testing.make_provider(**settings)


def test_it_refuses_without_the_provider():
    with pytest.raises(ConfigurationError, match=r"oidc\.include"):
        Configurator().include("oidc_pyramid.playground")


@pytest.mark.parametrize(
    "path", ["/playground/", "/playground/callback", "/playground/callback?state=x", "/playground"]
)
def test_headers_of_each_page(visitor, path):
    headers = visitor.app.get(path, status="*").headers
    assert headers["Content-Security-Policy"] == CSP
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_cookie_is_plain_on_loopback_http_alone(visitor):
    cookie = visitor.app.get("/playground/").headers["Set-Cookie"]
    assert cookie.startswith("playground=")
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")


def test_the_cookie_is_a_host_cookie_with_https():
    op = testing.make_provider(
        **{"oidc.development": "true", "oidc.include": "oidc_pyramid.playground"}
    )
    cookie = op.browser().get("/playground/").headers["Set-Cookie"]
    assert cookie.startswith("__Host-playground=")
    assert "; secure" in cookie
    assert "Domain" not in cookie


def test_the_cookie_is_set_once(visitor):
    visitor.app.get("/playground/")
    assert "Set-Cookie" not in visitor.app.get("/playground/").headers


@pytest.mark.parametrize("odd", ["short", "x" * 33, "é" * 16, "<" * 32])
def test_an_odd_cookie_is_replaced(visitor, odd):
    header = {"Cookie": f"playground={odd}".encode().decode("latin-1")}
    assert "Set-Cookie" in visitor.app.get("/playground/", headers=header).headers


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_a_form_needs_the_token_of_this_browser(visitor, fake, playground, token):
    before = len(playground.runs)
    visitor.app.get("/playground/")
    page = visitor.app.post("/playground/begin", {"csrf_token": token}, status=403)
    assert page.html.find(id="playground-problem")
    assert (fake.seen, len(playground.runs)) == ([], before)


def test_the_token_of_another_browser_is_no_good(visitor, another):
    form = another.app.get("/playground/").forms["playground-form"]
    visitor.app.get("/playground/")
    token = {"csrf_token": form["csrf_token"].value}
    visitor.app.post("/playground/begin", token, status=403)


def test_a_button_needs_the_token_too(visitor, fake):
    visitor.begin()
    visitor.answer()
    action = visitor.page.html.find(id="do-tokens").find_parent("form")["action"]
    visitor.app.post(action, {}, status=403)
    assert "/token" not in [path for path, _, _ in fake.seen]


def test_the_address_of_a_form_leads_to_the_start_page(visitor):
    visitor.begin()
    action = visitor.page.request.url + "/tokens"
    for path in ("/playground/begin", "/playground/callback/fragment", action, "/playground"):
        assert visitor.app.get(path).location == f"{visitor.issuer}/playground/"


@pytest.mark.spec("RFC 9110", "15.5.6")
def test_other_methods_are_not_allowed(visitor):
    assert visitor.app.put("/playground/begin", status=405).headers["Allow"] == "POST"
    assert visitor.app.post("/playground/", status=405).headers["Allow"] == "GET"
    assert visitor.app.delete("/playground/callback", status=405).headers["Allow"] == "GET, POST"
    assert visitor.app.head("/playground/").body == b""


def test_a_run_of_somebody_else_is_not_there(visitor, another):
    path = visitor.begin().request.path
    another.app.get("/playground/")
    assert another.app.get(path, status=404).html.find(id="playground-problem")
    another.app.get("/playground/runs/none", status=404)


def test_what_is_not_a_page_is_the_providers_404(visitor):
    for path in ("/playground/nothing", "/playground/runs/x/y", "/playground/callback/x"):
        visitor.app.get(path, status=404)


@pytest.mark.parametrize(
    "query",
    ["state=%ff&code=%00", "state", "&&&=", "state=x&state=y", "code=" + "x" * 9000, "a=1&" * 400],
)
def test_odd_answers_are_no_failures(visitor, query):
    assert visitor.app.get(f"/playground/callback?{query}", status="*").status_int in {200, 400}
    response = visitor.app.post("/playground/callback", query, status="*")
    assert response.status_int == 400


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/x"])
def test_an_odd_kind_of_form_is_an_empty_one(visitor, kind):
    visitor.app.post("/playground/callback", b"state=x", content_type=kind, status=400)


def test_who_has_opened_another_address_is_sent_to_the_right_one_once(visitor):
    host = {"Host": "localhost:1"}
    there = visitor.app.get("/playground/", headers=host).location
    assert there == f"{visitor.issuer}/playground/?moved"
    assert visitor.app.get(there, headers=host).html.find(id="playground-form")
    assert visitor.app.get("/playground/").html.find(id="playground-form")


def test_the_pages_are_in_the_visitors_language(visitor):
    page = visitor.app.get("/playground/", headers={"Accept-Language": "de"})
    assert page.html.html["lang"] == "de"


def test_the_welcome_page_leads_here(visitor):
    link = visitor.app.get("/").html.find(id="welcome-playground")
    assert visitor.app.get(link["href"]).html.find(id="playground-form")


def test_too_much_at_once_is_told_and_passes(visitor, playground, monkeypatch):
    monkeypatch.setattr("oidc_pyramid.playground.wire.PATIENCE", 0.01)
    turn = playground.wire.turn
    form = visitor.app.get("/playground/").forms["playground-form"]
    with turn(), turn():
        response = form.submit(status=503)
    assert response.headers["Retry-After"] == "1"
    assert response.html.find(id="playground-problem")
    assert form.submit().status_int == 303


def test_a_busy_moment_costs_no_code(visitor, playground, monkeypatch):
    monkeypatch.setattr("oidc_pyramid.playground.wire.PATIENCE", 0.01)
    turn = playground.wire.turn
    visitor.begin()
    visitor.answer()
    form = visitor.page.html.find(id="do-tokens").find_parent("form")
    with turn(), turn():
        token = form.find("input")["value"]
        visitor.app.post(form["action"], {"csrf_token": token}, status=503)
    visitor.click("do-tokens")
    assert visitor.wrong("tokens") == []


def test_nothing_that_comes_from_outside_is_markup(visitor):
    visitor.begin(login_hint='"><script>x</script>', ui_locales="${1+1}")
    visitor.answer(code="<script>y</script>")
    assert "<script>x" not in visitor.page.text
    assert "<script>y" not in visitor.page.text
    assert visitor.app.get("/playground/").forms["playground-form"]["ui_locales"].value == "${1+1}"
