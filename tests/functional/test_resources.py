"""Resource indicators: a token for the resource that the client names (RFC 8707)."""

import json
import time
from dataclasses import replace

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError

from oidc_pyramid.models.authorizations import REPLAY_MARGIN
from oidc_pyramid.protocol.jose import Signer, new_key, parse, public_part
from oidc_pyramid.protocol.outcomes import Issued
from oidc_pyramid.testing import (
    TestProvider,
    answer_of,
    authorization_request,
    authorize,
    bearer,
    code_flow,
    redeem,
    token_request,
)

CALENDAR, CONTACTS = "https://cal.example/", "https://contacts.example/"
RESOURCES = f"""
    {CALENDAR} scopes=calendar,calendar.write,email expire=5m
    {CONTACTS} scopes=contacts expire=3h
"""
MACHINE = {"grant_type": "client_credentials"}


@pytest.fixture
def op(make_op):
    return make_op(
        **{"oidc.resources": RESOURCES, "oidc.response_types": "code, token, code id_token token"}
    )


@pytest.fixture
def rp(op, alice):
    rp = op.add_client(
        "rp",
        grant_types=("authorization_code", "refresh_token", "client_credentials", "implicit"),
        response_types=("code", "token", "code id_token token"),
        scope=("openid", "email", "calendar", "contacts", "api"),
    )
    rp.scope = "openid calendar contacts"
    return rp


def seen(browser, rp, token):
    return browser.post("/introspect", {"token": token}, headers=rp.basic).json


def refresh(browser, rp, tokens, status=200, **more):
    body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **more}
    return token_request(browser, rp, status=status, **body)


@pytest.mark.spec("RFC 8707", "2.2")
def test_a_client_for_itself(browser, rp):
    answer = token_request(browser, rp, **MACHINE, resource=CALENDAR)
    assert (answer["scope"], answer["expires_in"]) == ("calendar", 300)
    told = seen(browser, rp, answer["access_token"])
    assert (told["aud"], told["scope"], told["sub"]) == (CALENDAR, "calendar", "rp")
    assert told["exp"] - told["iat"] == 300


def test_without_resource_a_token_is_for_the_provider(op, browser, rp):
    answer = token_request(browser, rp, **MACHINE)
    assert (answer["scope"], answer["expires_in"]) == ("calendar contacts api", 3600)
    assert seen(browser, rp, answer["access_token"])["aud"] == op.issuer
    assert "." not in answer["access_token"]


@pytest.mark.spec("RFC 8707", "2")
@pytest.mark.parametrize(
    "resource",
    ["https://cal.example", "https://evil.example/", "x", CALENDAR + "#a", [CALENDAR, CONTACTS]],
)
def test_unknown_malformed_or_several(browser, rp, resource):
    answer = token_request(browser, rp, status=400, **MACHINE, resource=resource)
    assert answer["error"] == "invalid_target"


@pytest.mark.spec("RFC 8707", "2")
def test_a_client_without_a_scope_of_the_resource_gets_no_token_for_it(op, browser, rp):
    other = op.add_client("other", grant_types=("client_credentials",), scope=("api",))
    answer = token_request(browser, other, status=400, **MACHINE, resource=CALENDAR)
    assert answer["error"] == "invalid_target"
    more = {"resource": CALENDAR, "scope": "contacts api"}
    assert token_request(browser, rp, status=400, **MACHINE, **more)["error"] == "invalid_target"
    more["scope"] = "calendar.write"
    assert token_request(browser, rp, status=400, **MACHINE, **more)["error"] == "invalid_scope"


@pytest.mark.spec("RFC 8707", "2.1")
@pytest.mark.spec("RFC 9068", "3")
def test_a_code_for_one_resource(op, browser, rp):
    tokens = code_flow(op, browser, rp, resource=CALENDAR)
    assert tokens["scope"] == "calendar"
    told = seen(browser, rp, tokens["access_token"])
    assert (told["aud"], told["scope"], told["username"]) == (CALENDAR, "calendar", "alice")
    assert parse(tokens["id_token"]).claims["aud"] == "rp"


@pytest.mark.spec("RFC 8707", "2.2")
def test_a_subset_for_the_access_token_and_the_refresh_token_for_all(op, browser, rp):
    both = [CALENDAR, CONTACTS]
    code = answer_of(authorize(op, browser, rp, resource=both))["code"]
    first = redeem(browser, rp, code, resource=CALENDAR)
    assert (first["scope"], seen(browser, rp, first["access_token"])["aud"]) == (
        "calendar",
        CALENDAR,
    )
    second = refresh(browser, rp, first, resource=CONTACTS)
    assert (second["scope"], second["expires_in"]) == ("contacts", 3 * 3600)
    assert seen(browser, rp, second["access_token"])["aud"] == CONTACTS
    third = refresh(browser, rp, second, resource=CALENDAR, scope="openid calendar")
    assert (third["scope"], "id_token" in third) == ("calendar", True)


@pytest.mark.spec("RFC 8707", "2.2")
def test_tk_02_a_code_and_a_refresh_token_do_not_reach_further(op, browser, rp):
    code = answer_of(authorize(op, browser, rp, resource=CALENDAR))["code"]
    for wrong in (CONTACTS, [CALENDAR, CONTACTS], op.issuer):
        assert redeem(browser, rp, code, status=400, resource=wrong)["error"] == "invalid_target"
    tokens = redeem(browser, rp, code)
    for wrong in (CONTACTS, [CALENDAR, CONTACTS], op.issuer):
        answer = refresh(browser, rp, tokens, status=400, resource=wrong)
        assert answer["error"] == "invalid_target"
    assert refresh(browser, rp, tokens)["scope"] == "calendar"


@pytest.mark.spec("RFC 8707", "2.2")
def test_tk_02_what_was_for_the_provider_stays_for_the_provider(op, browser, rp):
    tokens = code_flow(op, browser, rp)
    answer = refresh(browser, rp, tokens, status=400, resource=CALENDAR)
    assert answer["error"] == "invalid_target"
    assert refresh(browser, rp, tokens, resource=op.issuer)["access_token"]


def test_of_several_one_is_named_and_the_code_waits(op, browser, rp):
    code = answer_of(authorize(op, browser, rp, resource=[CALENDAR, CONTACTS]))["code"]
    assert redeem(browser, rp, code, status=400)["error"] == "invalid_target"
    assert redeem(browser, rp, code, resource=CONTACTS)["scope"] == "contacts"


@pytest.mark.spec("RFC 9068", "4")
def test_tk_02_userinfo_takes_tokens_for_the_provider_alone(op, browser, rp):
    code = answer_of(authorize(op, browser, rp, resource=[op.issuer, CALENDAR]))["code"]
    tokens = redeem(browser, rp, code)
    assert browser.get("/userinfo", headers=bearer(tokens["access_token"])).json["sub"]
    there = refresh(browser, rp, tokens, resource=CALENDAR)["access_token"]
    refused = browser.get("/userinfo", headers=bearer(there), status=401)
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.spec("RFC 8707", "2")
def test_a_resource_that_knows_none_of_the_scopes_is_refused_before_anybody_is_asked(browser, rp):
    asked = authorization_request(rp, scope="openid contacts", resource=[CONTACTS, CALENDAR])
    answer = answer_of(browser.get("/authorize", asked))
    assert (answer["error"], answer["state"]) == ("invalid_target", "a-state")


@pytest.mark.spec("RFC 8707", "2.1")
def test_a_token_of_the_authorization_endpoint(op, browser, rp):
    front = {"response_type": "token", "resource": CALENDAR}
    answer = answer_of(authorize(op, browser, rp, **front))
    assert (answer["scope"], answer["expires_in"]) == ("calendar", "300")
    assert seen(browser, rp, answer["access_token"])["aud"] == CALENDAR
    front["resource"] = [CALENDAR, CONTACTS]
    refused = answer_of(browser.get("/authorize", authorization_request(rp, **front)))
    assert refused["error"] == "invalid_target"


def test_both_tokens_of_a_hybrid_flow(op, browser, rp):
    hybrid = {"response_type": "code id_token token", "resource": CALENDAR}
    answer = answer_of(authorize(op, browser, rp, **hybrid))
    tokens = redeem(browser, rp, answer["code"])
    for token in (answer["access_token"], tokens["access_token"]):
        assert seen(browser, rp, token)["aud"] == CALENDAR


@pytest.mark.spec("RFC 8707", "2.1")
def test_inside_a_request_object_several_are_an_array(op, browser, rp):
    key = new_key("ES256")
    op.change_client("rp", jwks=json.dumps({"keys": [public_part(key)]}))
    claims = {**authorization_request(rp), "iss": "rp", "aud": op.issuer}
    claims["resource"] = [CALENDAR, CONTACTS]
    token = Signer(json.dumps(key), "ES256", key["kid"]).sign(claims)
    code = answer_of(authorize(op, browser, rp, request=token))["code"]
    assert redeem(browser, rp, code, resource=CONTACTS)["scope"] == "contacts"


def test_a_scope_of_a_resource_is_on_offer(browser, op):
    document = browser.get("/.well-known/openid-configuration").json
    assert {"calendar", "calendar.write", "contacts"} <= set(document["scopes_supported"])


def test_a_scope_that_is_taken_back_is_not_in_the_next_token(op, browser, rp):
    tokens = code_flow(op, browser, rp, resource=CALENDAR)
    op.change_client("rp", scope=("openid", "contacts"))
    assert refresh(browser, rp, tokens, status=400)["error"] == "invalid_target"
    assert seen(browser, rp, tokens["access_token"])["scope"] == ""


@pytest.mark.parametrize("response_type", ["code", "token"])
def test_what_a_long_token_rests_on_is_kept_as_long(op, browser, rp, response_type):
    op.change_client("rp", grant_types=("authorization_code", "implicit"))
    asked = {"scope": "contacts", "resource": CONTACTS, "response_type": response_type}
    answer = answer_of(authorize(op, browser, rp, **asked))
    if response_type == "code":
        redeem(browser, rp, answer["code"])
    with op.provider() as provider:
        [kept] = [one for _, one in provider.authorizations.tree().items()]
        assert kept.keep_until >= time.time() - 60 + 3 * 3600 + REPLAY_MARGIN
        assert kept.resources == (CONTACTS,)


def test_and_after_a_refresh_though_nothing_else_lives_so_long(make_op, time_machine):
    op = make_op(**{"oidc.resources": RESOURCES, "oidc.refresh_expire": "1h"})
    op.add_user("alice", "wonderland")
    rp = op.add_client("rp", scope=("openid", "contacts"))
    rp.scope, browser, now = "openid contacts", op.browser(), int(time.time())
    tokens = code_flow(op, browser, rp, resource=CONTACTS)
    time_machine.move_to(now + 3000)
    refresh(browser, rp, tokens)
    with op.provider() as provider:
        [kept] = [one.keep_until for _, one in provider.authorizations.tree().items()]
    assert kept >= now + 3000 + 3 * 3600 + REPLAY_MARGIN


def test_what_does_not_fit_into_a_code_is_written_down(make_op):
    names = [f"https://{'x' * 60}{n}.example/" for n in range(8)]
    lines = "\n".join(f"{name} scopes=s{n}" for n, name in enumerate(names))
    op = make_op(**{"oidc.resources": lines})
    op.add_user("alice", "wonderland")
    rp = op.add_client("rp", scope=("openid", *(f"s{n}" for n in range(8))))
    rp.scope = "openid " + " ".join(f"s{n}" for n in range(8))
    code = answer_of(authorize(op, op.browser(), rp, resource=names))["code"]
    assert len(code) <= 512
    assert redeem(op.browser(), rp, code, resource=names[7])["scope"] == "s7"


def without_calendar(op):
    """The same database after a restart with other settings."""
    settings = {**op.settings, "oidc.resources": f"{CONTACTS} scopes=contacts"}
    with Configurator(settings=settings) as config:
        config.registry._zodb_databases = {"": op.db}
        config.include("oidc_pyramid")
    return TestProvider(config.make_wsgi_app(), settings)


def test_a_resource_that_is_taken_out_of_the_settings(op, browser, rp):
    op.change_client("rp", scope=("openid", "calendar", "contacts"))
    tokens = code_flow(op, browser, rp, resource=[CALENDAR, CONTACTS, op.issuer])
    there = refresh(browser, rp, tokens, resource=CALENDAR)
    code = answer_of(authorize(op, browser, rp, resource=CALENDAR))["code"]
    asked = authorization_request(rp, resource=CALENDAR, prompt="login")
    waiting = browser.get("/authorize", asked).headers["Location"]
    browser.app = without_calendar(op).app
    browser.get(waiting, status=400)
    assert redeem(browser, rp, code, status=400)["error"] == "invalid_target"
    assert refresh(browser, rp, there, status=400, resource=CALENDAR)["error"] == "invalid_target"
    assert refresh(browser, rp, there, resource=CONTACTS)["scope"] == "contacts"


@pytest.mark.spec("RFC 8707", "2")
def test_an_unknown_one_is_refused_whatever_the_grant_type(make_op):
    class Planet:
        name = "urn:example:planet"

        def redeem(self, exchange):
            return Issued({"planet": exchange.target().identifier})

    op = make_op(
        lambda config: config.add_oidc_grant_type(Planet()),
        **{"oidc.resources": RESOURCES, "oidc.grant_types": "urn:example:planet"},
    )
    rp, browser = op.add_client("rp", grant_types=("urn:example:planet",)), op.browser()
    body = {"grant_type": "urn:example:planet"}
    assert token_request(browser, rp, **body, resource=CALENDAR)["planet"] == CALENDAR
    assert token_request(browser, rp, **body)["planet"] == op.issuer
    Planet.redeem = lambda _self, _exchange: Issued({"planet": "any"})
    refused = token_request(browser, rp, status=400, **body, resource="https://evil.example/")
    assert refused["error"] == "invalid_target"


def test_a_policy_that_leaves_the_resource_nothing(make_op):
    class Narrower:
        name = "narrower"

        def check(self, wanted, _client):
            return replace(wanted, scope=tuple(s for s in wanted.scope if s != "calendar"))

    op = make_op(
        lambda config: config.add_oidc_request_policy(Narrower()),
        **{"oidc.resources": RESOURCES, "oidc.response_types": "token"},
    )
    op.add_user("alice", "wonderland")
    types = {"response_types": ("token",), "grant_types": ("implicit",)}
    rp = op.add_client("rp", scope=("openid", "calendar"), **types)
    rp.scope = "openid calendar"
    answer = answer_of(authorize(op, op.browser(), rp, response_type="token", resource=CALENDAR))
    assert (answer["error"], answer["state"]) == ("invalid_target", "a-state")


def test_tokens_from_before_a_raised_epoch_are_no_scan_however_long_they_live(
    make_op, time_machine
):
    op = make_op(**{"oidc.resources": RESOURCES, "oidc.throttle_tokens": "1"})
    rp = op.add_client("rp", grant_types=("client_credentials",), scope=("contacts",))
    browser, now = op.browser(), int(time.time())
    token = token_request(browser, rp, **MACHINE, resource=CONTACTS)["access_token"]
    with op.provider() as provider:
        provider.epoch = now + 1
    time_machine.move_to(now + 2 * 3600)
    for _ in range(3):
        assert seen(browser, rp, token) == {"active": False}


def test_a_format_that_nobody_provides_stops_the_start_up(make_op):
    with pytest.raises(ConfigurationError, match=r"oidc\.resources .*'jwz'.* jwt"):
        make_op(**{"oidc.resources": f"{CALENDAR} scopes=calendar format=jwz"})
