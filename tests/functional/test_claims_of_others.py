"""Claims in other languages, and claims that somebody else vouches for (Core §5.2, §5.6.2)."""

import pytest

from oidc_pyramid.protocol.claim_sources import Aggregated, Distributed
from oidc_pyramid.testing import bearer, code_flow


class CreditClaims:
    name = "credit"
    supplies = ("credit_score", "payment_info", "shipping_address")

    def __call__(self, account):
        bank = Aggregated("eyJhbGciOiJub25lIn0.e30.")
        return {
            "credit_score": Distributed("https://credit.example/claims", "a-token"),
            "payment_info": bank,
            "shipping_address": bank,
        }


@pytest.mark.spec("Core", "5.6.2")
def test_aggregated_and_distributed_claims(make_op):
    def configure(config):
        config.add_oidc_claims(CreditClaims())
        config.add_oidc_scope("credit", "Your credit")

    op = make_op(configure)
    rp, browser = op.add_client("rp", scope=("openid", "credit")), op.browser()
    op.add_user("alice", "wonderland")
    rp.scope = "openid credit"
    tokens = code_flow(op, browser, rp)
    told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    names, sources = told["_claim_names"], told["_claim_sources"]
    assert "credit_score" not in told
    assert names["payment_info"] == names["shipping_address"] != names["credit_score"]
    assert sources[names["payment_info"]] == {"JWT": "eyJhbGciOiJub25lIn0.e30."}
    assert sources[names["credit_score"]] == {
        "endpoint": "https://credit.example/claims",
        "access_token": "a-token",
    }


@pytest.mark.spec("Core", "5.2")
def test_claims_locales_add_what_there_is_in_those_languages(op, rp, alice, browser):
    op.change_user(alice, lambda user: user.extra.update({"name#ja": "アリス"}))
    rp.scope = "openid profile"
    tokens = code_flow(op, browser, rp, claims_locales="ja de")
    told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert (told["name"], told["name#ja"]) == ("Alice Liddell", "アリス")
    assert "name#de" not in told
