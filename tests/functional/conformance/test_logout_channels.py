"""The other clients hear of a sign-out: front channel, back channel, session management."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt

from oidc_pyramid.fetch import Fetched
from oidc_pyramid.interfaces import IKeysFactory
from oidc_pyramid.logout_delivery import deliver
from tests.functional.conformance.flows import FRONT_ID_TOKEN, ONE
from tests.functional.conformance.registering import HOME

BACK = f"{HOME}/post_logout_redirect"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
FLOWS = (*ONE, *FRONT_ID_TOKEN)


def leave(party, result):
    params = {
        "id_token_hint": result.raw_id_token,
        "post_logout_redirect_uri": BACK,
        "state": "a-state",
    }
    return party.browser.get("/end_session", params)


@pytest.mark.conformance(
    "oidcc-frontchannel-logout-discovery-endpoint-verification",
    "oidcc-backchannel-logout-discovery-endpoint-verification",
    flows=ONE,
)
def test_the_metadata_promises_it(party, module):
    channel = module.split("-")[1]
    assert party.metadata[f"{channel}_logout_supported"] is True
    assert party.metadata[f"{channel}_logout_session_supported"] is True


@pytest.mark.conformance("oidcc-session-management-discovery-endpoint-verification", flows=ONE)
@pytest.mark.spec("Session Management", "3.3")
def test_the_metadata_names_the_frame(party):
    assert party.metadata["check_session_iframe"].startswith("https://")


@pytest.mark.conformance("oidcc-session-management-rp-initiated-logout")
@pytest.mark.spec("Session Management", "2")
def test_every_answer_has_the_state_of_the_session(party):
    first = party.authorize()
    assert len(first.params["session_state"]) > 40
    second = party.authorize(prompt="none")
    digest, _, salt = second.params["session_state"].partition(".")
    assert salt
    assert digest != first.params["session_state"].partition(".")[0]


@pytest.mark.conformance("oidcc-frontchannel-rp-initiated-logout", flows=FLOWS)
@pytest.mark.spec("Front-Channel Logout", "3")
def test_the_page_loads_the_clients_address(registered):
    address = f"{HOME}/frontchannel_logout"
    party = registered(
        frontchannel_logout_uri=address,
        frontchannel_logout_session_required=True,
        post_logout_redirect_uris=[BACK],
    )
    result = party.complete()
    page = leave(party, result)
    (frame,) = page.html.select("iframe")
    parts = urlsplit(frame["src"])
    assert frame["src"].startswith(f"{address}?")
    assert parse_qs(parts.query) == {"iss": [party.op.issuer], "sid": [result.id_token["sid"]]}
    assert page.html.select_one("#continue")["href"] == f"{BACK}?state=a-state"


@pytest.mark.conformance("oidcc-backchannel-rp-initiated-logout", flows=FLOWS)
@pytest.mark.spec("Back-Channel Logout", "2.4")
@pytest.mark.spec("Back-Channel Logout", "2.5")
def test_the_client_is_told(op, registered):
    address = f"{HOME}/backchannel_logout"
    party = registered(
        backchannel_logout_uri=address,
        backchannel_logout_session_required=True,
        post_logout_redirect_uris=[BACK],
    )
    result = party.complete()
    assert leave(party, result).headers["Location"] == f"{BACK}?state=a-state"
    (token,) = delivered(op, address)
    claims = jwt.decode(token, party.keys, algorithms=["RS256"]).claims
    assert claims["events"] == {EVENT: {}}
    assert (claims["iss"], claims["aud"]) == (op.issuer, party.client.client_id)
    assert (claims["sub"], claims["sid"]) == (result.subject, result.id_token["sid"])
    assert abs(claims["iat"] - time.time()) < 60
    assert claims["jti"]
    assert "nonce" not in claims


def delivered(op, address):
    """The logout tokens that are posted there now."""
    told = []

    class Post:
        def post_form(self, url, body):
            if url == address:
                told.append(parse_qs(body.decode())["logout_token"][0])
            return Fetched(200, "", b"")

    keys = op.app.registry.getUtility(IKeysFactory)
    deliver(op.db, op.runtime.settings, keys, Post())
    return told
