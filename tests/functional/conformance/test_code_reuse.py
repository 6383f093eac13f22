"""A code is good once."""

import pytest

from oidc_pyramid.testing import bearer
from tests.functional.conformance import checker
from tests.functional.conformance.flows import CODE

pytestmark = [pytest.mark.spec("RFC 6749", "4.1.2"), pytest.mark.spec("Core", "3.1.3.2")]


@pytest.mark.conformance("oidcc-codereuse", flows=CODE)
def test_the_second_use_is_refused(party):
    answer = party.authorize()
    party.redeem(answer)
    again = party.token_request(code=answer.params["code"], status=400)
    checker.check_token_error(again, "invalid_grant")


@pytest.mark.conformance("oidcc-codereuse-30seconds", flows=CODE)
def test_the_second_use_ends_what_the_first_one_bought(party, clock):
    answer = party.authorize()
    token = party.redeem(answer)["access_token"]
    clock.shift(30)
    again = party.token_request(code=answer.params["code"], status=400)
    checker.check_token_error(again, "invalid_grant")
    party.browser.get("/userinfo", headers=bearer(token), status=401)
