"""Request objects: what the metadata promises, or the error that says it is not there."""

import base64
import json

import pytest

from tests.functional.conformance.answers import is_error_page

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
    "oidcc-request-uri-signed-rs256",
)
@pytest.mark.spec("Core", "6.2")
@pytest.mark.spec("Core", "3.1.2.6")
def test_by_reference(party):
    response = party.ask(request_uri="https://rp.example/request.jwt")
    if party.metadata["request_uri_parameter_supported"]:
        party.refused(response, "invalid_request_uri", "invalid_request")
    else:
        party.refused(response, "request_uri_not_supported")


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
