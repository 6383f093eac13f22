"""The provider below a prefix of a host with URL dispatch, SQLAlchemy users and its own pages."""

import pytest
from pyramid.interfaces import IRequestExtensions

from oidc_pyramid.testing import (
    allow,
    answer_of,
    bearer,
    pkce,
    redeem,
    token_request,
)
from tests.functional.hosts import dispatch_host
from tests.functional.hosts.walk import (
    back_from_login,
    claims_of,
    host_login,
    next_of,
    start,
    through,
)

ISSUER = "https://op.example/openid"
VETO = {"tm.commit_veto": "pyramid_tm.default_commit_veto"}
BASE = {"oidc.issuer": ISSUER, "oidc.login_url": "/login"}


@pytest.fixture(params=[{}, VETO], ids=["no veto", "default veto"])
def op(serve, request):
    return serve(dispatch_host.configure(), **BASE, **request.param)


@pytest.fixture
def rp(op):
    return op.add_client("rp", post_logout_redirect_uris=("https://rp.example/bye",))


@pytest.fixture
def browser(op):
    return op.browser()


def test_whole_flow_with_the_hosts_users(op, rp, browser):
    rp.scope = "openid profile email"
    verifier, challenge = pkce()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    tokens, claims = claims_of(browser, rp, through(browser, rp, **asked), code_verifier=verifier)
    assert (claims["iss"], claims["sub"]) == (ISSUER, "7")
    assert claims["sid"]
    userinfo = browser.get("/openid/userinfo", headers=bearer(tokens["access_token"])).json
    assert userinfo == {
        "sub": "7",
        "name": "Alice Liddell",
        "preferred_username": "alice",
        "email": "alice@host.example",
        "email_verified": False,
    }


def test_a_person_whom_the_host_knows_is_not_asked_again(op, rp, browser):
    first = through(browser, rp)
    browser.post("/login", {"login": "alice", "password": dispatch_host.PASSWORD})
    again = answer_of(start(browser, rp))
    assert set(first) == set(again) == {"code", "state", "iss"}


def test_first_sight_of_a_person_who_signed_in_at_the_host_before(op, rp, browser):
    host_login(browser, "")
    response = start(browser, rp)
    assert response.headers["Location"].endswith("/consent")
    _, claims = claims_of(browser, rp, answer_of(allow(response)))
    assert "auth_time" not in claims
    assert claims["sub"] == "7"
    _, again = claims_of(browser, rp, answer_of(start(browser, rp)))
    assert again["sid"] == claims["sid"]


def test_max_age_is_not_satisfied_by_a_sign_in_of_unknown_age(op, rp, browser):
    host_login(browser, "")
    allow(start(browser, rp))
    resume_url = next_of(start(browser, rp, max_age="100000"))
    response = back_from_login(browser, resume_url)
    _, claims = claims_of(browser, rp, answer_of(response))
    assert claims["auth_time"]


@pytest.mark.spec("Core", "2")
def test_a_client_that_needs_auth_time_gets_it(op, rp, browser):
    op.change_client("rp", require_auth_time=True)
    host_login(browser, "")
    answer = through(browser, rp)
    _, claims = claims_of(browser, rp, answer)
    assert claims["auth_time"]


ESSENTIAL_TIME = '{"id_token": {"auth_time": {"essential": true}}}'


@pytest.mark.spec("Core", "2")
@pytest.mark.spec("Core", "5.5.1")
def test_an_essential_auth_time_is_given(op, rp, browser):
    host_login(browser, "")
    allow(start(browser, rp))
    assert answer_of(start(browser, rp, claims=ESSENTIAL_TIME, prompt="none"))["error"] == (
        "login_required"
    )
    response = back_from_login(browser, next_of(start(browser, rp, claims=ESSENTIAL_TIME)))
    _, claims = claims_of(browser, rp, answer_of(response))
    assert claims["auth_time"]
    _, claims = claims_of(browser, rp, answer_of(start(browser, rp, claims=ESSENTIAL_TIME)))
    assert claims["auth_time"]


@pytest.fixture
def levels(serve):
    settings = {"oidc.acr_values": "bronze gold", "host.records": "true"}
    return serve(dispatch_host.configure(), **BASE, **settings)


GOLD = '{"id_token": {"acr": {"essential": true, "values": ["gold"]}}}'


@pytest.mark.spec("Core", "5.5.1.1")
def test_the_hosts_own_page_reaches_a_level_that_is_demanded(levels):
    browser, rp = levels.browser(), levels.add_client("rp")
    allow(back_from_login(browser, next_of(start(browser, rp, claims=GOLD))))
    _, claims = claims_of(browser, rp, answer_of(start(browser, rp, claims=GOLD)))
    assert (claims["acr"], claims["amr"]) == ("gold", ["pwd", "otp"])
    _, claims = claims_of(browser, rp, answer_of(start(browser, rp, acr_values="bronze")))
    assert claims["acr"] == "bronze"


@pytest.mark.spec("Core", "5.5.1.1")
def test_the_hosts_own_page_is_asked_once_and_not_for_a_wish(serve):
    op = serve(dispatch_host.configure(), **BASE, **{"oidc.acr_values": "bronze gold"})
    browser, rp = op.browser(), op.add_client("rp")
    host_login(browser, "")
    allow(start(browser, rp))
    assert "code" in answer_of(start(browser, rp, acr_values="gold"))
    response = back_from_login(browser, next_of(start(browser, rp, claims=GOLD)))
    assert answer_of(response)["error"] == "unmet_authentication_requirements"


def test_an_auth_time_that_would_be_nice_asks_nobody(op, rp, browser):
    host_login(browser, "")
    allow(start(browser, rp))
    wish = '{"id_token": {"auth_time": null}}'
    _, claims = claims_of(browser, rp, answer_of(start(browser, rp, claims=wish)))
    assert "auth_time" not in claims


def test_prompt_none_without_a_sign_in(op, rp, browser):
    assert answer_of(start(browser, rp, prompt="none"))["error"] == "login_required"


def test_prompt_login_makes_the_host_forget(op, rp, browser):
    through(browser, rp)
    assert "alice" in browser.get("/home")
    response = start(browser, rp, prompt="login")
    resume_url = next_of(response)
    assert "None" in browser.get("/home")
    answer = answer_of(back_from_login(browser, resume_url))
    assert answer["code"]


def test_coming_back_without_a_sign_in_does_not_count(op, rp, browser):
    through(browser, rp)
    resume_url = next_of(start(browser, rp, prompt="login"))
    assert next_of(browser.get(resume_url)) != ""


def test_a_sign_in_counts_for_one_interaction_alone(op, rp, browser):
    through(browser, rp)
    first = next_of(start(browser, rp, prompt="login"))
    second = next_of(start(browser, rp, prompt="login"))
    host_login(browser, second)
    assert answer_of(browser.get(second))["code"]
    assert next_of(browser.get(first))


def test_a_finished_interaction_is_over(op, rp, browser):
    resume_url = next_of(start(browser, rp))
    allow(back_from_login(browser, resume_url))
    assert 'id="finished"' in browser.get(resume_url)


def test_another_user_of_the_host_is_another_account(op, rp, browser):
    _, alice = claims_of(browser, rp, through(browser, rp))
    host_login(browser, "", "bob")
    _, bob = claims_of(browser, rp, through(browser, rp))
    assert (alice["sub"], bob["sub"]) == ("7", "8")
    assert alice["sid"] != bob["sid"]


def test_after_the_hosts_sign_out_nobody_is_signed_in(op, rp, browser):
    through(browser, rp)
    browser.get("/logout")
    assert next_of(start(browser, rp))


def test_a_hint_that_names_somebody_else_sends_to_the_hosts_page(op, rp, browser):
    tokens, _ = claims_of(browser, rp, through(browser, rp))
    host_login(browser, "", "bob")
    through(browser, rp)
    resume_url = next_of(start(browser, rp, id_token_hint=tokens["id_token"]))
    wrong = back_from_login(browser, resume_url, "bob")
    assert answer_of(wrong)["error"] == "login_required"


def test_switching_accounts_on_the_consent_page_leads_to_the_host(op, rp, browser):
    resume_url = next_of(start(browser, rp))
    consent = back_from_login(browser, resume_url).follow()
    other = next_of(consent.click("[Aa]nother|[Ss]witch|not you", href="/login"))
    response = back_from_login(browser, other, "bob")
    _, claims = claims_of(browser, rp, answer_of(allow(response)))
    assert claims["sub"] == "8"


def test_select_account_with_one_account(op, rp, browser):
    through(browser, rp)
    page = start(browser, rp, prompt="select_account").follow()
    assert "Alice Liddell" in page
    response = page.forms[0].submit("another", headers={"Sec-Fetch-Site": "same-origin"})
    assert next_of(response.follow())


def test_end_session_signs_out_at_the_host_too(op, rp, browser):
    tokens, _ = claims_of(browser, rp, through(browser, rp))
    query = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": "https://rp.example/bye",
    }
    response = browser.get("/openid/end_session", query)
    assert response.headers["Location"] == "https://rp.example/bye"
    assert "None" in browser.get("/home")
    browser.get("/openid/userinfo", headers=bearer(tokens["access_token"]), status=401)


def test_a_disabled_user_of_the_host_is_out_at_once(op, rp, browser):
    tokens, _ = claims_of(browser, rp, through(browser, rp))
    with op.app.registry.sessions() as session:
        session.get(dispatch_host.Reader, 7).active = False
        session.commit()
    browser.get("/openid/userinfo", headers=bearer(tokens["access_token"]), status=401)
    refused = token_request(
        browser,
        rp,
        status=400,
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
    )
    assert refused["error"] == "invalid_grant"
    assert next_of(start(browser, rp))


def test_a_replayed_code_is_answered_400_and_what_it_bought_is_gone(op, rp, browser):
    code = through(browser, rp)["code"]
    tokens = redeem(browser, rp, code)
    assert redeem(browser, rp, code, status=400)["error"] == "invalid_grant"
    browser.get("/openid/userinfo", headers=bearer(tokens["access_token"]), status=401)


def test_a_denied_consent_is_committed(op, rp, browser):
    resume_url = next_of(start(browser, rp))
    page = back_from_login(browser, resume_url)
    assert answer_of(allow(page, "deny"))["error"] == "access_denied"
    assert 'id="finished"' in browser.get(resume_url)


def test_the_pages_wear_the_hosts_layout(op, rp, browser):
    resume_url = next_of(start(browser, rp))
    consent = back_from_login(browser, resume_url).follow()
    assert 'data-layout="host"' in consent


def test_the_hosts_default_permission_and_csrf_do_not_reach_us(op, rp, browser):
    browser.get("/openid/.well-known/openid-configuration")
    browser.get("/openid/jwks")
    browser.get("/openid/static/oidc.css")
    through(browser, rp)
    assert op.app.registry.asked == []


def test_a_view_of_the_host_without_context_does_not_answer_below_our_prefix(op, browser):
    assert "everywhere" in browser.get("/anywhere")
    browser.get("/openid/anywhere", status=404)
    browser.get("/openid/.well-known/anywhere", status=404)


def test_each_side_has_its_own_not_found_page(op, browser):
    assert browser.get("/nothing", status=404).text == "host not found"
    ours = browser.get("/openid/nothing", status=404)
    assert 'id="oauth-error"' in ours


def test_each_side_has_its_own_error_pages(op, browser):
    assert browser.get("/broken", status=500).text == "host exception view"
    assert 'id="oauth-error"' in browser.get("/openid/authorize", status=400)
    refused = browser.post("/openid/token", {"grant_type": "x"}, status=401)
    assert refused.json["error"] == "invalid_client"


def test_the_bare_prefix_has_a_page(op, browser):
    for path in ("/openid", "/openid/"):
        assert 'data-layout="host"' in browser.get(path)


def readers(op):
    from sqlalchemy import select

    with op.app.registry.sessions() as session:
        return set(session.scalars(select(dispatch_host.Reader.login)))


def test_the_hosts_veto_decides_over_the_hosts_requests(op, browser):
    browser.post("/refusing", {"name": "carol"}, status=400)
    vetoed = "tm.commit_veto" in op.settings
    assert ("carol" in readers(op)) is not vetoed


def test_a_client_cant_move_our_root_or_our_name(op, browser):
    headers = {"X-Vhm-Root": "/clients", "X-Forwarded-Host": "evil.example"}
    assert browser.get("/openid/jwks", headers=headers).json["keys"]
    found = browser.get("/openid/.well-known/openid-configuration", headers=headers).json
    assert found["jwks_uri"] == f"{ISSUER}/jwks"


def test_the_request_has_two_attributes_more(op):
    extensions = op.app.registry.queryUtility(IRequestExtensions)
    ours = {name for name in extensions.descriptors if name.startswith("oidc")}
    assert ours == {"oidc", "oidc_token"}


def test_metadata_names_the_prefix(op, browser):
    document = browser.get("/openid/.well-known/openid-configuration").json
    assert document["issuer"] == ISSUER
    assert document["token_endpoint"] == f"{ISSUER}/token"


def test_our_own_pages_for_passwords_are_not_there(op, rp, browser):
    assert next_of(browser.get("/openid/account")) == f"{ISSUER}/account"
    assert next_of(browser.get("/openid/account/login"))
    through(browser, rp)
    assert "Alice Liddell" in browser.get("/openid/account")
    browser.get("/openid/account/password", status=404)
