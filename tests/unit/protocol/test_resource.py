"""What an access token is for: one resource, of those that were authorized."""

import pytest

from oidc_pyramid.protocol.errors import InvalidTarget
from oidc_pyramid.protocol.resource import Resource, check_identifier, target

OURS, API, REPORTS = "https://op.example", "https://api.example/", "urn:example:reports"
KNOWN = {
    OURS: Resource(OURS, None),
    API: Resource(API, ("read", "write")),
    REPORTS: Resource(REPORTS, ("reports",)),
}


def chosen(*asked, authorized=tuple(KNOWN)):
    return target(asked, authorized, KNOWN, OURS).identifier


@pytest.mark.spec("RFC 8707", "2")
@pytest.mark.parametrize(
    "uri",
    [
        "https://api.example",
        "https://api.example/",
        "https://api.example:8443/app/?tenant=1",
        "https://[2001:db8::1]/",
        "urn:example:reports",
        "api://3f8a/x",
    ],
)
def test_an_absolute_uri(uri):
    assert check_identifier(uri) == uri


@pytest.mark.spec("RFC 8707", "2")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "api",
        "/api",
        "//api.example",
        "https:",
        "https://",
        "https:/api.example",
        "https:///path",
        "HTTPS://?x",
        "https://api.example/#",
        "https://api.example/#read",
        "https://api.example/a b",
        'https://api.example/"',
        "https://api.example/ä",
        "https://api.example/\n",
        "1http://api.example",
        "https://api.example/" + 600 * "x",
    ],
)
def test_what_names_no_resource(text):
    with pytest.raises(ValueError, match=r"resource|absolute"):
        check_identifier(text)


@pytest.mark.spec("RFC 8707", "2.2")
def test_one_of_those_that_were_authorized():
    assert chosen(API) == API
    assert chosen(API, API, authorized=(OURS, API)) == API
    for asked in ([REPORTS], [API, REPORTS], ["https://api.example"], [API.upper()]):
        with pytest.raises(InvalidTarget):
            chosen(*asked, authorized=(OURS, API))


@pytest.mark.spec("RFC 9068", "3")
def test_where_none_is_named_the_only_one_or_ourselves():
    assert chosen() == OURS
    assert chosen(authorized=(API,)) == API
    assert chosen(authorized=(API, OURS)) == OURS
    with pytest.raises(InvalidTarget, match="several"):
        chosen(authorized=(API, REPORTS))


@pytest.mark.spec("RFC 9068", "5")
def test_a_token_is_never_for_two():
    with pytest.raises(InvalidTarget, match="one resource"):
        chosen(API, REPORTS)
    with pytest.raises(InvalidTarget, match="one resource"):
        chosen(OURS, API)


def test_one_that_has_left_the_settings():
    with pytest.raises(InvalidTarget):
        chosen("https://gone.example/", authorized=("https://gone.example/",))
    with pytest.raises(InvalidTarget):
        chosen(authorized=("https://gone.example/",))


@pytest.mark.spec("RFC 9068", "2.2.3")
def test_the_scope_that_means_something_there():
    assert KNOWN[API].granted(("openid", "write", "reports")) == ("write",)
    assert KNOWN[OURS].granted(("openid", "write")) == ("openid", "write")
    assert KNOWN[OURS].granted(()) == ()
    for scope in ((), ("openid", "reports")):
        with pytest.raises(InvalidTarget, match="none of the scopes"):
            KNOWN[API].granted(scope)
