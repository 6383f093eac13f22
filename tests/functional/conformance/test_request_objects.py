"""Request objects: what the metadata promises, or the error that says it is not there."""

import base64
import json

import pytest
from joserfc import jwt

from oidc_pyramid.testing import answer_of, authorization_request, make_provider
from tests.functional.conformance.answers import is_error_page
from tests.functional.conformance.flows import FLOWS, ONE
from tests.functional.conformance.registering import HOME

PLAIN = tuple(flow for flow in FLOWS if flow.mode is None)

OUTSIDE = ("response_type", "client_id", "scope", "redirect_uri")


def unsigned(claims):
    """A request object with ``alg`` none (Core §6.1)."""
    parts = ({"alg": "none"}, claims)
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return ".".join(part.rstrip(b"=").decode() for part in encoded) + "."


def accepts_unsigned(metadata, parameter):
    """Without the list of algorithms ``none`` is one of them (Discovery §3)."""
    algs = metadata.get("request_object_signing_alg_values_supported", ["none"])
    return metadata[parameter] and "none" in algs


@pytest.mark.conformance(
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported"
)
@pytest.mark.spec("Core", "6.1")
@pytest.mark.spec("Core", "3.1.2.6")
def test_by_value(party):
    inside = party.request()
    outside = {name: inside[name] for name in (*OUTSIDE, "response_mode") if name in inside}
    response = party.browser.get("/authorize", {**outside, "request": unsigned(inside)})
    if accepts_unsigned(party.metadata, "request_parameter_supported"):
        party.finish(party.answer(party.walk(response).response))
    else:
        party.asked = outside
        party.refused(response, "request_not_supported", "invalid_request_object")


@pytest.mark.conformance(
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-request-uri-unsigned",
    flows=PLAIN,
)
@pytest.mark.spec("Core", "6.2")
def test_by_reference(registered, web):
    assert_by_reference(registered, web, unsigned)


@pytest.mark.conformance("oidcc-request-uri-signed-rs256", flows=PLAIN)
@pytest.mark.spec("Core", "6.2")
@pytest.mark.spec("Core", "10.1")
def test_by_reference_and_signed(registered, web, client_keys, op):
    def signed(inside):
        claims = {**inside, "iss": inside["client_id"], "aud": op.issuer}
        return jwt.encode({"alg": "RS256"}, claims, client_keys[0])

    assert_by_reference(registered, web, signed, request_object_signing_alg="RS256")


def assert_by_reference(registered, web, encode, **metadata):
    """The flow works with state and nonce in the object alone, fetched where it is registered."""
    address = f"{HOME}/request.jwt"
    party = registered(request_uris=[address], **metadata)
    assert party.metadata["request_uri_parameter_supported"]
    inside = party.request()
    web.serve("/request.jwt", encode(inside))
    outside = {name: inside[name] for name in OUTSIDE}
    response = party.browser.get("/authorize", {**outside, "request_uri": address})
    party.finish(party.answer(party.walk(response).response))


@pytest.mark.conformance(
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported"
)
@pytest.mark.spec("Core", "3.1.2.6")
def test_by_reference_at_an_address_that_is_not_registered(party):
    response = party.ask(request_uri=f"{HOME}/request.jwt")
    party.refused(response, "invalid_request_uri")


@pytest.mark.conformance(
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    flows=ONE,
)
@pytest.mark.spec("Core", "3.1.2.6")
def test_what_is_not_supported_by_default(module, jwks):
    op = make_provider(keys=jwks, **{"oidc.request_parameter": "false"})
    name = "request_uri" if "request-uri" in module else "request"
    response = op.browser().get(
        "/authorize", {**authorization_request(op.add_client()), name: "https://rp.example/x"}
    )
    assert answer_of(response)["error"] == f"{name}_not_supported"


@pytest.mark.conformance("oidcc-ensure-request-object-with-redirect-uri")
@pytest.mark.spec("Core", "6.3.3")
def test_the_redirect_uri_inside_counts_or_nobody_is_sent_anywhere(party):
    inside = party.request()
    outside = {**inside, "redirect_uri": inside["redirect_uri"] + "/suffix"}
    response = party.browser.get(
        "/authorize", {**outside, "request": unsigned(inside)}, expect_errors=True
    )
    if response.status_int == 400:
        assert is_error_page(response, "invalid_request_object", "request_not_supported")
    else:
        party.finish(party.answer(party.walk(response).response))
