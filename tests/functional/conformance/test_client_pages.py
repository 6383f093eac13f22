"""What people see of a client (Registration §2): the suite asks for a picture of it."""

import pytest

from tests.functional.conformance.flows import ONE

PAGES = {
    "oidcc-registration-logo-uri": ("logo_uri", 'img[src="{}"]'),
    "oidcc-registration-policy-uri": ("policy_uri", 'a[href="{}"]'),
    "oidcc-registration-tos-uri": ("tos_uri", 'a[href="{}"]'),
}


@pytest.mark.conformance(
    "oidcc-registration-logo-uri",
    "oidcc-registration-policy-uri",
    "oidcc-registration-tos-uri",
    flows=ONE,
)
@pytest.mark.spec("Registration", "2")
def test_the_login_page_and_the_consent_page_show_it(party, op, module):
    """The suite looks at the first page, before anybody has signed in."""
    name, selector = PAGES[module]
    address = "https://suite.example/what"
    op.change_client(party.client.client_id, **{name: address})
    login = party.ask()
    assert login.follow().html.select_one(selector.format(address))
    consent = party.walk(login, decision="allow")
    assert consent.pages == ["login", "consent"]
    page = party.ask(prompt="consent").follow()
    assert page.html.select_one(selector.format(address))
