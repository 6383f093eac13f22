"""What a person sees before they decide (Core §3.1.2.4, Registration §2)."""

import pytest

from oidc_pyramid.testing import authorize
from tests.functional.protocol.steps import ask

pytestmark = [pytest.mark.spec("Core", "3.1.2.4"), pytest.mark.spec("Registration", "2")]

SHOWN = {
    "client_name": "Books & <Co>",
    "logo_uri": "https://logos.example/books.png",
    "client_uri": "https://books.example/",
    "policy_uri": "https://books.example/privacy",
    "tos_uri": "https://books.example/terms",
}


@pytest.fixture
def consent(op, rp, browser, add_client):
    """The consent page of a client with these metadata."""

    def page(scope="openid profile email", **metadata):
        authorize(op, browser, rp)
        return ask(browser, add_client(**metadata), scope=scope).follow()

    return page


def test_who_asks(consent):
    page = consent(**SHOWN)
    assert "Books & <Co>" in page.html.select_one("h1").text
    assert page.html.select_one(f'img[src="{SHOWN["logo_uri"]}"]')
    for name in ("client_uri", "policy_uri", "tos_uri"):
        assert page.html.select_one(f'a[href="{SHOWN[name]}"]')


def test_the_logo_may_be_loaded_and_nothing_else(consent):
    policy = consent(**SHOWN).headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://logos.example;" in policy
    assert "default-src 'none'" in policy


def test_addresses_that_are_not_https_are_not_shown(consent):
    links = {name: "http://books.example/" for name in SHOWN if name.endswith("_uri")}
    assert "http://books.example/" not in consent(**links).text


def test_who_answers(consent):
    assert "Alice Liddell" in consent().html.select_one(".signed-in").text


def test_where_the_answer_goes(consent):
    page = consent(redirect_uris=["https://books.example/cb"])
    assert "books.example" in page.html.select_one(".destination").text


def test_scopes_in_words(consent):
    page = consent("openid profile email phone")
    rows = {row["data-scope"]: row.text for row in page.html.select("[data-scope]")}
    assert set(rows) == {"profile", "email", "phone"}
    assert "Your e-mail address" in rows["email"]


def test_being_recognised_is_something_too(consent):
    page = consent("openid")
    assert [row["data-scope"] for row in page.html.select("[data-scope]")] == ["openid"]


def test_nobody_has_checked_this_client(consent):
    assert "Nobody here has checked" in consent().text
    assert "Nobody here has checked" not in consent(verified=True).text


def test_se_06_a_scope_that_nobody_has_put_into_words_is_named(own_op):
    op = own_op(scopes="books:write")
    rp, browser = op.add_client(scope=("openid", "books:write")), op.browser()
    authorize(op, browser, rp)
    page = ask(browser, rp, scope="openid books:write", prompt="consent").follow()
    row = page.html.select_one('[data-scope="books:write"]').text
    assert "Access named “books:write”" in row
    assert "We do not know what this allows." in row
