"""RT: what is answered, how it travels, and what a person must have done before."""

from hashlib import sha256

import pytest

from oidc_pyramid.testing import OWN_FORM, answer_of, bearer
from tests.functional.attacks.cast import PASSWORD, tokens, walk
from tests.functional.attacks.claims import claims_of, part
from tests.functional.attacks.musts import answer, e_page, e_redir, elements, is_page

HYBRID = ("code id_token", "code token", "code id_token token")
ALL_TYPES = ("code", "id_token", "id_token token", *HYBRID)
FRONT = {"oidc.response_types": ", ".join(ALL_TYPES)}


@pytest.fixture(scope="module")
def front(make_cast_with):
    """Where the front channel is enabled, and A may use all of it."""
    cast = make_cast_with(**FRONT)
    cast.op.change_client(cast.a.client_id, response_types=ALL_TYPES)
    return cast


@pytest.fixture(scope="module")
def at_front(front):
    browser = front.browser()
    walk(front, browser)
    return browser


@pytest.mark.parametrize(
    "response_type",
    ["id_token", "id_token token", "token id_token", *HYBRID, "id_token code"],
    ids=lambda name: f"RT-01-{name.replace(' ', '+')}",
)
def test_no_token_in_a_query(front, at_front, response_type):
    asked = front.asks(response_type=response_type, response_mode="query")
    response = front.authorize(asked, browser=at_front)
    e_redir(response, "invalid_request", to="https://a.example/cb#")


@pytest.mark.parametrize("response_type", ["token", *HYBRID])
def test_rt_01_types_that_are_not_offered(shared, signed_in, response_type):
    asked = shared.asks(response_type=response_type, response_mode="query")
    response = shared.authorize(asked, browser=signed_in)
    e_redir(response, "unsupported_response_type", "invalid_request", to="https://a.example/cb#")


@pytest.mark.parametrize("response_type", HYBRID)
def test_rt_08_a_hybrid_answer_holds_together(front, at_front, response_type):
    bare = front.asks(response_type=response_type, nonce=None)
    if "id_token" in response_type:
        e_redir(front.authorize(bare, browser=at_front), "invalid_request")
    asked = front.asks(response_type=response_type)
    sent = answer(front.authorize(asked, browser=at_front))
    if "id_token" in sent:
        claims = claims_of(sent["id_token"])
        assert claims["c_hash"] == half(sent["code"])
        assert claims["nonce"] == "a-nonce"
        assert ("access_token" not in sent) or claims["at_hash"] == half(sent["access_token"])


def half(value):
    return part(sha256(value.encode()).digest()[:16])


def test_rt_01_the_front_channel_answers_in_the_fragment(front, at_front):
    response = front.authorize(front.asks(response_type="token id_token"), browser=at_front)
    location = response.headers["Location"]
    assert location.startswith("https://a.example/cb#")
    assert "?" not in location
    assert {"access_token", "id_token", "iss"} <= set(answer(response))


TYPES = {
    "RT-02-token": "token",
    "RT-02-id-token": "id_token",
    "RT-02-code-token": "code token",
    "RT-02-none": "none",
    "RT-02-twice": "code code",
    "RT-02-order": "token code",
    "RT-02-case": "CODE",
    "RT-02-fifty": " ".join(["code"] * 50),
    "RT-02-comma": "code,token",
    "RT-02-space-after": "code ",
}


@pytest.mark.parametrize("response_type", TYPES.values(), ids=TYPES)
def test_not_registered_or_not_enabled(shared, signed_in, response_type):
    response = shared.authorize(shared.asks(response_type=response_type), browser=signed_in)
    e_redir(response, "unauthorized_client", "unsupported_response_type")


@pytest.mark.parametrize("response_type", [None, ""], ids=["RT-02-absent", "RT-02-empty"])
def test_no_response_type(shared, signed_in, response_type):
    response = shared.authorize(shared.asks(response_type=response_type), browser=signed_in)
    e_redir(response, "invalid_request", "unsupported_response_type")


def test_rt_02_enabled_but_not_for_this_client(front, at_front):
    asked = front.asks(front.b, response_type="id_token")
    e_redir(front.authorize(asked, browser=at_front), "unauthorized_client")


@pytest.mark.parametrize(
    "mode",
    ["web_message", "jwt", "query.jwt", "form_post.jwt", "FRAGMENT", "query "],
    ids=lambda mode: f"RT-06-07-{mode.strip()}",
)
def test_modes_that_do_not_exist(shared, signed_in, mode):
    response = shared.authorize(shared.asks(response_mode=mode), browser=signed_in)
    e_redir(response, "invalid_request")


def test_rt_03_a_mode_that_the_client_has_not_registered(cast):
    browser = cast.browser()
    walk(cast, browser)
    cast.op.change_client(cast.a.client_id, response_modes=("query",))
    response = cast.authorize(cast.asks(response_mode="fragment"), browser=browser)
    e_redir(response, "invalid_request", "unauthorized_client")


STATES = {
    "RT-04-image": '"><img src=x onerror=alert(1)>',
    "RT-04-script": "';alert(1)//</script><script>alert(1)</script>",
    "RT-04-separator": "a\u2028b\u2029c",
    "RT-04-template": "${7*7} structure: ${state}",
    "RT-04-entities": "&quot;&#x22;&lt;",
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_form_post_carries_and_runs_nothing(shared, signed_in, state):
    asked = shared.asks(response_mode="form_post", state=state)
    response = shared.authorize(asked, browser=signed_in)
    is_page(response)
    page = elements(response)
    assert [form["action"] for form in page.of("form")] == ["https://a.example/cb"]
    fields = {field["name"]: field["value"] for field in page.of("input")}
    assert set(fields) == {"code", "state", "iss"}
    assert fields["state"] == state
    assert not page.of("img")
    assert all(script.get("src", "").startswith("/static/") for script in page.of("script"))
    assert page.of("noscript")
    assert page.of("button")
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'"} <= set(policy)
    assert "form-action https://a.example" in policy
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_rt_04_a_nul_in_state_is_dropped_with_an_error(shared, signed_in):
    asked = shared.asks(response_mode="form_post", state="a\0b")
    page = elements(shared.authorize(asked, browser=signed_in))
    fields = {field["name"]: field["value"] for field in page.of("input")}
    assert fields["error"] == "invalid_request"
    assert "state" not in fields


def test_rt_05_no_post_of_a_password_is_repeated_elsewhere(cast):
    browser, seen = cast.browser(), []
    page = browser.get("/authorize", cast.asks()).follow()
    form = page.forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD
    seen.append(form.submit(headers=OWN_FORM))
    consent = seen[-1].follow().forms["consent-form"]
    seen.append(consent.submit("decision", value="allow", headers=OWN_FORM))
    assert [response.status_int for response in seen] == [303, 303]
    assert "code" in answer_of(seen[-1])


def login_page(response):
    assert response.status_int == 303, response
    assert response.headers["Location"].endswith("/login")
    return response


DEMANDS = {
    "RT-09-prompt-login": {"prompt": "login"},
    "RT-09-max-age-0": {"max_age": "0"},
    "RT-09-max-age-1": {"max_age": "1"},
    "RT-09-prompt-and-age": {"prompt": "login", "max_age": "100000"},
}


@pytest.fixture
def old_session(cast):
    """The victim has signed in a while ago."""
    browser = cast.browser()
    walk(cast, browser)
    age(cast, 100)
    return browser


def age(cast, seconds):
    with cast.op.provider() as provider:
        for session in provider.browsers.sessions_of(cast.victim):
            session.auth_time -= seconds


@pytest.mark.parametrize("demand", DEMANDS.values(), ids=DEMANDS)
def test_a_new_sign_in_is_a_new_check_of_the_password(cast, old_session, demand):
    first = login_page(cast.authorize(cast.asks(**demand), browser=old_session))
    url = first.headers["Location"]
    resume = url.removesuffix("/login")
    login_page(old_session.get(resume))
    page = old_session.get(url)
    form = page.forms["login-form"]
    form["password"] = "a guess"
    assert form.submit(headers=OWN_FORM).status_int == 200
    form["username"], form["password"] = cast.username, PASSWORD
    sent = form.submit_fields()
    answered = old_session.post(form.action, sent, headers=OWN_FORM)
    assert "code" in answer_of(answered)
    for again in (
        old_session.get(resume),
        old_session.get(url),
        old_session.post(form.action, sent, headers=OWN_FORM),
    ):
        assert again.status_int == 200
        assert "code=" not in again.text


def test_rt_09_a_sign_in_in_another_tab_is_not_this_one(cast, old_session):
    first = login_page(cast.authorize(cast.asks(prompt="login"), browser=old_session))
    assert "code" in answer_of(walk(cast, old_session, prompt="login"))
    login_page(old_session.get(first.headers["Location"].removesuffix("/login")))


def test_rt_09_max_age_0_in_the_second_of_the_sign_in(cast):
    browser = cast.browser()
    walk(cast, browser)
    login_page(cast.authorize(cast.asks(max_age="0"), browser=browser))


def test_rt_09_default_max_age_of_the_client(cast, old_session):
    cast.op.change_client(cast.a.client_id, default_max_age=10)
    login_page(cast.authorize(cast.asks(), browser=old_session))


def test_rt_09_auth_time_proves_it(cast, old_session):
    granted = tokens(cast, old_session, max_age="1")
    claims = claims_of(granted["id_token"])
    assert claims["auth_time"] >= claims["iat"] - 5


@pytest.mark.parametrize("more", ["login", "consent", "select_account"])
def test_rt_09_prompt_none_stands_alone(shared, signed_in, more):
    for prompt in (f"none {more}", f"{more} none"):
        response = shared.authorize(shared.asks(prompt=prompt), browser=signed_in)
        e_redir(response, "invalid_request")


@pytest.mark.parametrize("max_age", ["-1", "x", "1e3", "9" * 40, "\u0661", "1.5"])
def test_rt_09_odd_ages(shared, signed_in, max_age):
    response = shared.authorize(shared.asks(max_age=max_age), browser=signed_in)
    e_redir(response, "invalid_request")


ESSENTIAL = '{"id_token": {"acr": {"essential": true, "values": ["urn:mfa"]}}}'


def test_rt_09_an_essential_acr_that_nobody_can_reach(shared, signed_in):
    response = shared.authorize(shared.asks(claims=ESSENTIAL), browser=signed_in)
    e_redir(response, "unmet_authentication_requirements")


def test_rt_09_an_essential_acr_that_was_not_reached(make_cast_with):
    cast = make_cast_with(**{"oidc.acr_values": "urn:pwd urn:mfa"})
    browser = cast.browser()
    walk(cast, browser)
    silent = cast.asks(claims=ESSENTIAL, prompt="none")
    e_redir(cast.authorize(silent, browser=browser), "unmet_authentication_requirements")
    e_redir(walk(cast, browser, claims=ESSENTIAL), "unmet_authentication_requirements")
    assert browser.get("/account").status_int == 200


def test_rt_10_nobody_is_signed_in(shared):
    e_redir(shared.authorize(shared.asks(prompt="none")), "login_required")


def test_rt_10_not_consented(shared, signed_in):
    silent = shared.asks(prompt="none", scope="openid email")
    e_redir(shared.authorize(silent, browser=signed_in), "consent_required")
    silent = shared.asks(shared.p, prompt="none")
    e_redir(shared.authorize(silent, browser=signed_in), "consent_required")


def test_rt_10_hint_for_somebody_else(cast, make_cast_with):
    hint = tokens(cast)["id_token"]
    other = make_cast_with()
    browser = cast.browser()
    walk(other, browser, cast.a)
    silent = cast.asks(prompt="none", id_token_hint=hint)
    e_redir(cast.authorize(silent, browser=browser), "login_required")


CLAIMS = {
    "RT-11-hash": '{"userinfo": {"password_hash": null, "username_key": null}}',
    "RT-11-array": "[]",
    "RT-11-number": "1",
    "RT-11-text": '"x"',
    "RT-11-no-json": "{",
    "RT-11-deep": '{"userinfo":' + "[" * 30_000,
    "RT-11-deep-objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "RT-11-long-number": '{"userinfo": {"sub": {"value": ' + "9" * 5000 + "}}}",
    "RT-11-twice": '{"userinfo": {}, "userinfo": {}}',
    "RT-11-nan": '{"userinfo": {"name": {"value": NaN}}}',
    "RT-11-surrogate": '{"userinfo": {"name": {"value": "\\ud800"}}}',
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
def test_claims_parameter(shared, signed_in, claims):
    response = shared.authorize(shared.asks(claims=claims), method="POST")
    if response.status_int == 400:
        e_page(response)
    elif "error=" in response.headers["Location"]:
        e_redir(response, "invalid_request")
    else:
        granted = tokens(shared, signed_in, claims=claims)
        seen = signed_in.get("/userinfo", headers=bearer(granted["access_token"])).json
        assert set(seen) == {"sub"}


def test_rt_11_claims_for_another_subject(shared, signed_in):
    claims = '{"id_token": {"sub": {"value": "somebody-else"}}}'
    response = shared.authorize(shared.asks(claims=claims, prompt="none"), browser=signed_in)
    e_redir(response, "login_required")


SCOPES = {
    "RT-12-unknown": "openid admin",
    "RT-12-unregistered": "openid phone address",
    "RT-12-case": "openid OpenID EMAIL",
}
MALFORMED = {
    "RT-12-nul": "openid\0admin",
    "RT-12-tab": "openid\tadmin",
    "RT-12-newline": "openid\nadmin",
    "RT-12-quote": 'openid "admin"',
    "RT-12-backslash": "openid ad\\min",
    "RT-12-umlaut": "openid ädmin",
    "RT-12-not-openid": "admin",
    "RT-12-thousands": "openid " + " ".join(f"s{n}" for n in range(3000)),
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_scope_that_is_not_granted(shared, signed_in, scope):
    granted = tokens(shared, signed_in, scope=scope)
    assert granted["scope"] == "openid"
    seen = shared.post("/introspect", {"token": granted["access_token"]}, shared.a)
    assert seen.json["scope"] == "openid"


@pytest.mark.parametrize("scope", MALFORMED.values(), ids=MALFORMED)
def test_scope_that_is_refused(shared, signed_in, scope):
    response = shared.authorize(shared.asks(scope=scope), browser=signed_in)
    e_redir(response, "invalid_scope", "invalid_request")


def test_rt_12_offline_access_is_asked_for(shared, signed_in):
    silent = shared.asks(scope="openid offline_access", prompt="none")
    e_redir(shared.authorize(silent, browser=signed_in), "consent_required")
