"""Any bytes in path, query, body and headers of the whole provider: no 5xx, nothing raised."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webtest import TestApp

from fuzz.endpoints import HEADERS, METHODS, PATHS, REQUEST, SEEDS, application, encoded, endpoint

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ODD = st.binary(max_size=60) | st.sampled_from(
    [
        b"%00",
        b"%ff",
        b"%",
        b"\xff",
        b"a=1&a=2",
        b"\xed\xa0\x80",
        b"%ED%A0%80",
        b"..%2f",
        b"\r\nX: y",
    ]
)
PARAMETERS = [pair.split(b"=")[0] for pair in REQUEST.split(b"&")]


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_seeds(seed):
    endpoint(SEEDS[seed])


@QUICK
@given(
    method=st.integers(0, len(METHODS) - 1),
    path=st.sampled_from(PATHS) | ODD,
    query=ODD,
    body=ODD,
    headers=st.lists(ODD, max_size=len(HEADERS) - 1),
)
def test_any_request(method, path, query, body, headers):
    endpoint(encoded(method, path, query, body, *headers))


@QUICK
@given(name=st.sampled_from(PARAMETERS), value=ODD, twice=st.booleans(), method=st.integers(0, 1))
def test_a_parameter_of_an_authorization_request(name, value, twice, method):
    pairs = [pair for pair in REQUEST.split(b"&") if twice or pair.split(b"=")[0] != name]
    query = b"&".join([*pairs, name + b"=" + value])
    endpoint(encoded(method, b"/authorize", query if method == 0 else b"", query))


@QUICK
@given(path=st.sampled_from(PATHS), header=st.integers(0, len(HEADERS) - 1), value=ODD)
def test_a_header(path, header, value):
    headers = [b""] * header + [value]
    for method in (0, 1):
        endpoint(encoded(method, path, REQUEST, REQUEST, *headers))


@QUICK
@given(
    path=st.sampled_from(["/authorize", "/token", "/account/login", "/clients", "/end_session"]),
    fields=st.dictionaries(st.text(max_size=12), st.text(max_size=30), max_size=5),
)
def test_texts_by_webtest(path, fields):
    """As a test client encodes them: no traceback on the page."""
    browser = TestApp(
        application(), extra_environ={"HTTP_HOST": "op.example", "wsgi.url_scheme": "https"}
    )
    for send in (browser.get, browser.post):
        response = send(path, fields, status="*")
        assert response.status_int < 500
        assert "Traceback" not in response.text
