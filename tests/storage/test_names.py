"""A name that is given again brings nothing back to life."""

import time

import pytest

from oidc_pyramid import testing
from oidc_pyramid.models.clients import Client
from oidc_pyramid.testing import bearer, code_flow, token_request


@pytest.fixture
def op(jwk):
    return testing.make_provider(keys=[jwk], **{"oidc.signing_alg": "ES256"})


@pytest.fixture
def browser(op):
    op.add_user("alice", "wonderland")
    return op.browser()


def is_dead(browser, rp, tokens):
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)
    refreshing = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    return token_request(browser, rp, status=400, **refreshing)["error"] == "invalid_grant"


def test_a_client_that_is_deleted_and_made_again(op, browser):
    rp = op.add_client("shop")
    tokens = code_flow(op, browser, rp)
    with op.provider() as provider:
        provider.clients.delete(provider.clients["shop"], now=int(time.time()))
    rp = op.add_client("shop")
    assert is_dead(browser, rp, tokens)
    assert code_flow(op, browser, rp)["access_token"]


def test_a_token_of_a_client_alone(op, browser):
    rp = op.add_client("robot", grant_types=("client_credentials",), scope=("read",))
    token = token_request(browser, rp, grant_type="client_credentials")
    with op.provider() as provider:
        old = provider.clients["robot"]
        secrets = old.secrets
        provider.clients.delete(old, now=int(time.time()))
        new = Client("robot", now=int(time.time()), scope=("read",))
        new.secrets = secrets
        provider.clients.add(new)
    told = browser.post("/introspect", {"token": token["access_token"]}, headers=rp.basic).json
    assert told == {"active": False}


def test_a_grant_that_is_swept_and_made_again(op, browser):
    rp = op.add_client("shop")
    tokens = code_flow(op, browser, rp)
    with op.provider() as provider:
        grant = next(iter(provider.grants.of(next(iter(provider.users)).id)))
        grant.end(now=int(time.time()))
        provider.grants.remove(grant)
    assert code_flow(op, browser, rp)["access_token"]
    assert is_dead(browser, rp, tokens)
