"""The three ways to call UserInfo (Core §5.3.1)."""

import pytest

from tests.functional.conformance.flows import WITH_ACCESS_TOKEN

pytestmark = [pytest.mark.spec("Core", "5.3.1"), pytest.mark.spec("Core", "5.3.2")]


@pytest.mark.conformance("oidcc-userinfo-get", flows=WITH_ACCESS_TOKEN)
@pytest.mark.spec("RFC 6750", "2.1")
def test_by_get(party):
    party.userinfo(party.complete())


@pytest.mark.conformance("oidcc-userinfo-post-header", flows=WITH_ACCESS_TOKEN)
@pytest.mark.spec("RFC 6750", "2.1")
def test_by_post_with_the_token_in_the_header(party):
    party.userinfo(party.complete(), "post")


@pytest.mark.conformance("oidcc-userinfo-post-body", flows=WITH_ACCESS_TOKEN)
@pytest.mark.spec("RFC 6750", "2.2")
def test_by_post_with_the_token_in_the_body(party):
    party.userinfo(party.complete(), "body")
