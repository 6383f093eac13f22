"""The victim at the pages: signing in, and the forms and pages that there are."""

from oidc_pyramid.testing import OWN_FORM
from tests.functional.attacks.cast import PASSWORD

SESSION = "__Host-oidc_session"


BINDING = "__Host-oidc_binding"


def signed_in_at(browser):
    return browser.get("/account", status="*").status_int == 200


def enter(cast, browser, **options):
    form = browser.get("/account/login").forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD
    return browser.post("/account/login", form.submit_fields(), headers=OWN_FORM, **options)


FORMS = ["account-login", "login", "consent", "select", "password", "sign-out", "end-session"]


def form_of(cast, name):
    """A form as the victim's browser has it: (browser, address, fields)."""
    browser = cast.browser()
    if name == "account-login":
        form = browser.get("/account/login").forms["login-form"]
    elif name == "login":
        form = browser.get("/authorize", cast.asks()).follow().forms["login-form"]
    elif name == "consent":
        enter(cast, browser)
        form = browser.get("/authorize", cast.asks()).follow().forms["consent-form"]
    elif name == "select":
        enter(cast, browser)
        form = browser.get("/authorize", cast.asks(prompt="select_account")).follow().form
    elif name == "password":
        enter(cast, browser)
        form = browser.get("/account/password").forms["password-form"]
    elif name == "sign-out":
        enter(cast, browser)
        forms = browser.get("/account").forms.values()
        form = next(f for f in forms if f.action.endswith("/account/logout"))
    else:
        enter(cast, browser)
        form = browser.get("/end_session").form
    fields = dict(form.submit_fields())
    fields |= {"username": cast.username, "password": PASSWORD, "decision": "allow"}
    fields |= {"current_password": PASSWORD, "new_password": "evil evil evil"}
    fields |= {"new_password_again": "evil evil evil"}
    if name == "end-session":
        fields["decision"] = "logout"
    return browser, form.action, fields


def pages(cast, browser):
    """Every kind of page, by name."""
    stranger = cast.browser()
    yield "welcome", stranger.get("/")
    yield "account-login", stranger.get("/account/login")
    yield "login", stranger.get("/authorize", cast.asks()).follow()
    yield "consent", browser.get("/authorize", cast.asks(prompt="consent")).follow()
    yield "select", browser.get("/authorize", cast.asks(prompt="select_account")).follow()
    yield "form-post", browser.get("/authorize", cast.asks(response_mode="form_post"))
    yield "account", browser.get("/account")
    yield "password", browser.get("/account/password")
    yield "end-session", browser.get("/end_session")
    yield "logged-out", stranger.get("/end_session")
    yield "error", stranger.get("/authorize", status=400)
    yield "not-found", stranger.get("/nothing", status=404)
    yield "form-error", stranger.post("/account/login", status=400)


def silent(cast, browser, rp=None, **more):
    return cast.authorize(cast.asks(rp, prompt="none", **more), browser=browser)


def attempt(browser, username, password, **environ):
    """One try at the account page; the answer."""
    page = browser.get("/account/login")
    form = page.forms["login-form"]
    form["username"], form["password"] = username, password
    return browser.post(
        "/account/login",
        form.submit_fields(),
        headers=OWN_FORM,
        extra_environ=environ or None,
        status="*",
    )


def entered(response):
    return response.status_int == 303
