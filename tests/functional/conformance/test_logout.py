"""RP-Initiated Logout 1.0: who is sent where, and what of a forged hint."""

import json
import secrets
from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from joserfc import jwk, jwt

from oidc_pyramid.testing import OWN_FORM
from tests.functional.conformance.answers import is_error_page
from tests.functional.conformance.flows import BASIC, FRONT_ID_TOKEN, ONE
from tests.functional.conformance.test_prompt import NOBODY

BACK = "https://rp.example/post_logout_redirect"
STATE = "a1!#$%&'()*+,-./:;<=>?@[]^_`{|}~" + secrets.token_hex(4)
WITH_HINT = (*BASIC, *FRONT_ID_TOKEN)

pytestmark = [pytest.mark.spec("RP-Initiated Logout", "2")]


@pytest.fixture
def signed_in(party, op):
    """A party whose person is signed in, with the ID Token of that."""
    op.change_client(party.client.client_id, post_logout_redirect_uris=(BACK,))
    party.hint = party.complete().raw_id_token
    return party


def leave(party, status=None, **params):
    return party.browser.get("/end_session", params, status=status)


def confirmed(response):
    """What comes after the person has agreed on our page to leave."""
    assert response.html.select_one("#logout-confirm")
    form = response.forms["logout-form"]
    return form.submit("decision", value="logout", headers=OWN_FORM)


def is_signed_out(party):
    party.refused(party.ask(prompt="none"), *NOBODY)
    return True


def is_signed_in(party):
    return "error" not in party.answer(party.ask(prompt="none")).params


def says_signed_out(response):
    return response.status_int == 200 and response.html.select_one("#logged-out") is not None


@pytest.mark.conformance("oidcc-rp-initiated-logout-discovery-endpoint-verification", flows=ONE)
@pytest.mark.spec("RP-Initiated Logout", "2.1")
def test_the_metadata_names_the_endpoint(party):
    assert party.metadata["end_session_endpoint"] == f"{party.op.issuer}/end_session"


@pytest.mark.conformance("oidcc-rp-initiated-logout", flows=WITH_HINT)
@pytest.mark.spec("RP-Initiated Logout", "3")
def test_back_to_the_client_with_its_state(signed_in):
    response = leave(
        signed_in, id_token_hint=signed_in.hint, post_logout_redirect_uri=BACK, state=STATE
    )
    assert response.headers["Location"] == f"{BACK}?state={quote(STATE, safe='')}"
    assert is_signed_out(signed_in)


@pytest.mark.conformance("oidcc-rp-initiated-logout-no-state", flows=WITH_HINT)
def test_without_state(signed_in):
    response = leave(signed_in, id_token_hint=signed_in.hint, post_logout_redirect_uri=BACK)
    assert response.headers["Location"] == BACK
    assert is_signed_out(signed_in)


@pytest.mark.conformance(
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    flows=WITH_HINT,
)
@pytest.mark.spec("RP-Initiated Logout", "3")
def test_an_address_that_is_not_registered(signed_in, module):
    address = f"{BACK}?foo=bar" if "query" in module else f"{BACK}/elsewhere"
    response = leave(
        signed_in, 400, id_token_hint=signed_in.hint, post_logout_redirect_uri=address, state="s"
    )
    assert is_error_page(response, "invalid_request")


def without_signature(token):
    """The hint with ``alg`` none."""
    payload = token.split(".")[1]
    header = urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{header}.{payload}."


def signed_by_the_client(party):
    """A token of the client's own, for us."""
    key = jwk.RSAKey.generate_key(2048)
    claims = {"iss": party.client.client_id, "aud": party.op.issuer, "sub": "x", "iat": 1, "exp": 2}
    return jwt.encode({"alg": "RS256"}, claims, key)


@pytest.mark.conformance("oidcc-rp-initiated-logout-modified-id-token-hint", flows=WITH_HINT)
@pytest.mark.spec("RP-Initiated Logout", "4")
def test_a_hint_without_its_signature(signed_in):
    hint = without_signature(signed_in.hint)
    response = leave(signed_in, 400, id_token_hint=hint, post_logout_redirect_uri=BACK, state="s")
    assert is_error_page(response, "invalid_request")
    assert is_signed_in(signed_in)


@pytest.mark.conformance("oidcc-rp-initiated-logout-bad-id-token-hint", flows=BASIC)
@pytest.mark.spec("RP-Initiated Logout", "4")
def test_a_hint_of_the_client(signed_in):
    hint = signed_by_the_client(signed_in)
    response = leave(signed_in, 400, id_token_hint=hint, post_logout_redirect_uri=BACK, state="s")
    assert is_error_page(response, "invalid_request")
    assert is_signed_in(signed_in)


@pytest.mark.conformance("oidcc-rp-initiated-logout-no-id-token-hint", flows=BASIC)
def test_without_a_hint_the_person_decides(signed_in):
    response = confirmed(leave(signed_in, post_logout_redirect_uri=BACK, state="s"))
    assert says_signed_out(response)
    assert is_signed_out(signed_in)


@pytest.mark.conformance(
    "oidcc-rp-initiated-logout-no-params", "oidcc-rp-initiated-logout-only-state", flows=BASIC
)
def test_without_anything_the_person_decides(signed_in, module):
    params = {"state": STATE} if "state" in module else {}
    assert says_signed_out(confirmed(leave(signed_in, **params)))
    assert is_signed_out(signed_in)


@pytest.mark.conformance("oidcc-rp-initiated-logout-no-post-logout-redirect-uri", flows=WITH_HINT)
def test_without_an_address_a_page_says_so(signed_in):
    assert says_signed_out(leave(signed_in, id_token_hint=signed_in.hint, state=STATE))
    assert is_signed_out(signed_in)
