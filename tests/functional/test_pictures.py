"""Pictures of people and clients: a page may load those that are on it, and no other."""

from types import SimpleNamespace

import pytest
from pyramid.response import Response

from oidc_pyramid.testing import authorization_request, authorize, sign_in
from oidc_pyramid.views.cards import account_card
from oidc_pyramid.views.pictures import with_pictures

PICTURE = "https://pictures.example/alice.png"
LOGO = "https://logos.example/shop.png"


@pytest.fixture
def alice(op):
    return op.add_user("alice", "wonderland", picture=PICTURE)


@pytest.fixture
def rp(op):
    return op.add_client("rp", logo_uri=LOGO)


def images(page):
    policy = page.headers["Content-Security-Policy"]
    return next(part for part in f"{policy};".split("; ") if part.startswith("img-src"))


def shown(page):
    return {img["src"] for img in page.html.select("img.picture")}


def test_pages_with_somebody_on_them(op, rp, alice, browser):
    consent = sign_in(
        browser, browser.get("/authorize", authorization_request(rp)), "alice", "wonderland"
    ).follow()
    both = "img-src 'self' data: https://logos.example https://pictures.example"
    assert shown(consent) == {PICTURE, LOGO}
    assert images(consent) == both
    authorize(op, browser, rp)
    chooser = browser.get("/authorize", authorization_request(rp, prompt="select_account")).follow()
    leaving = browser.get("/end_session", {"client_id": "rp"})
    for page in (chooser, leaving):
        assert shown(page) == {PICTURE, LOGO}
        assert images(page) == both
    for path in ("/", "/account"):
        page = browser.get(path)
        assert shown(page) <= {PICTURE}
        assert images(page) == "img-src 'self' data: https://pictures.example"


def test_pages_with_nobody_on_them(op, browser):
    op.add_user("bob", "builder-builder")
    rp = op.add_client()
    for page in (browser.get("/"), browser.get("/authorize", authorization_request(rp)).follow()):
        assert images(page) == "img-src 'self' data:"
    authorize(op, browser, rp, "bob", "builder-builder")
    assert images(browser.get("/account")) == "img-src 'self' data:"


@pytest.mark.parametrize(
    "picture",
    [
        "http://pictures.example/a.png",
        "javascript:alert(1)",
        "https://pictures.example;script-src 'unsafe-inline'/a.png",
        "https://pictures.example, x/a.png",
        "//pictures.example/a.png",
    ],
)
def test_no_other_address_gets_into_the_policy(picture):
    card = account_card(SimpleNamespace(id="1", username="carol", picture=picture))
    assert card.picture is None
    page = with_pictures(Response(), card, SimpleNamespace(picture=picture), None)
    assert images(page) == "img-src 'self' data:"
