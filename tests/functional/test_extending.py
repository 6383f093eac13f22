"""A host adds to the protocol what it needs, each in one class, without touching our code."""

import json

import pytest

from oidc_pyramid import testing
from oidc_pyramid.issuer import token_answer
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.jose import Signer, new_key
from oidc_pyramid.protocol.outcomes import Transport
from oidc_pyramid.protocol.redirect_uri import append
from oidc_pyramid.testing import answer_of, authorize, bearer, code_flow


class ShoutMode:
    """A response mode."""

    name = "shout"
    carries_tokens = False

    def deliver(self, reply, fields):
        loud = [(name.upper(), value) for name, value in fields]
        return Transport(location=append(reply.redirect_uri, loud, fragment=False))


class PlanetGrant:
    """A grant type."""

    name = "urn:example:planet"

    def redeem(self, exchange):
        token = exchange.issuer.access_token(
            exchange.client, scope=("api",), generation=exchange.client.generation
        )
        planet = exchange.params.required("planet")
        return token_answer(token, exchange.issuer, ("api",), planet=planet)


class KnockAuth:
    """A client authentication."""

    name = "knock"

    def client_id(self, presented):
        return presented.params.get("knock")

    def verify(self, presented, client, issuer):
        return presented.params.get("knocks") == "3"


class BadgeClaims:
    """A claim, and the scope that it belongs to."""

    name = "badge"
    supplies = ("badge_number",)

    def __call__(self, account):
        return {"badge_number": len(account.username)}


class ReversedFormat:
    """A token format."""

    name = "reversed"

    def issue(self, token, issuer):
        return issuer.opened.sealer.seal("reversed", token.pack())[::-1]

    def read(self, text, issuer):
        try:
            return AccessToken.unpack(issuer.opened.sealer.open("reversed", text[::-1]))
        except ValueError:
            return None


class OwnKeys:
    """An algorithm: keys from somewhere else, with one that our ring does not have."""

    key = new_key("ES512")

    def __call__(self, provider, settings):
        return self

    def signer(self, alg):
        if alg != "ES512":
            raise KeyError(alg)
        return Signer(json.dumps(self.key), alg, self.key["kid"])

    def algs(self):
        return ("ES512",)

    def public(self):
        return [{k: v for k, v in self.key.items() if k != "d"}]

    def decryption_keys(self):
        return {}


def configure(config):
    config.add_oidc_response_mode(ShoutMode())
    config.add_oidc_grant_type(PlanetGrant())
    config.add_oidc_client_auth(KnockAuth())
    config.add_oidc_claims(BadgeClaims())
    config.add_oidc_scope("badge", "Know the number on your badge")
    config.add_oidc_token_format(ReversedFormat())
    config.set_oidc_keys(OwnKeys())


@pytest.fixture
def op(jwks):
    op = testing.make_provider(
        configure,
        keys=jwks,
        **{
            "oidc.response_modes": "query fragment shout",
            "oidc.grant_types": "authorization_code refresh_token urn:example:planet",
            "oidc.client_auth": "none client_secret_basic knock",
            "oidc.access_token_format": "reversed",
        },
    )
    op.add_user("alice", "wonderland")
    return op


def rp_of(op, **metadata):
    defaults = {"scope": ("openid", "badge", "api"), "id_token_signed_response_alg": "ES512"}
    return op.add_client("rp", **{**defaults, **metadata})


def test_a_response_mode(op, browser):
    answer = answer_of(authorize(op, browser, rp_of(op), response_mode="shout"))
    assert {"CODE", "STATE", "ISS"} == set(answer)


def test_a_grant_type_and_a_client_authentication(op, browser):
    rp_of(op, grant_types=("urn:example:planet",), token_endpoint_auth_method="knock")
    body = {"grant_type": "urn:example:planet", "planet": "Mars", "knock": "rp", "knocks": "3"}
    assert browser.post("/token", body).json["planet"] == "Mars"
    browser.post("/token", {**body, "knocks": "2"}, status=401)


def test_a_claim_a_token_format_and_an_algorithm(op, browser):
    rp = rp_of(op)
    rp.scope = "openid badge"
    tokens = code_flow(op, browser, rp)
    told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert told["badge_number"] == 5
    assert browser.get("/jwks").json["keys"][0]["crv"] == "P-521"
    assert testing.token_request(
        browser, rp, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )


def test_discovery_knows_all_of_it(op, browser):
    document = browser.get("/.well-known/openid-configuration").json
    assert "shout" in document["response_modes_supported"]
    assert "urn:example:planet" in document["grant_types_supported"]
    assert "knock" in document["token_endpoint_auth_methods_supported"]
    assert "badge" in document["scopes_supported"]
    assert "badge_number" in document["claims_supported"]
    assert "ES512" in document["id_token_signing_alg_values_supported"]
