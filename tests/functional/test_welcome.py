"""The front page: in development it says who can sign in; elsewhere it doesn't."""

import time

import pytest

from oidc_pyramid.seed import seed


def test_the_front_page_names_the_configuration_document(browser):
    page = browser.get("/")
    assert page.html.find("a", href=lambda href: href.endswith("/openid-configuration"))


@pytest.fixture
def op_in_development(make_op):
    return make_op(**{"oidc.development": "true", "oidc.issuer": "http://localhost:6543"})


def add_people(op):
    with op.provider() as provider:
        seed(op.runtime.settings)(provider, int(time.time()))


def named(op):
    page = op.browser().get("/").text
    return [word for word in ("wonderland", "builder") if word in page]


def test_in_development_it_says_who_can_sign_in(op_in_development):
    add_people(op_in_development)
    assert named(op_in_development) == ["wonderland", "builder"]


def test_nobody_is_named_who_is_not_there(op_in_development):
    assert named(op_in_development) == []


def test_nobody_is_named_who_has_another_password(op_in_development):
    op = op_in_development
    op.add_user("alice", "a password of her own")
    add_people(op)
    assert named(op) == ["builder"]


def test_nobody_is_named_who_is_disabled(op_in_development):
    op = op_in_development
    add_people(op)
    with op.provider() as provider:
        provider.users.by_username("bob").disable(now=1)
    assert named(op) == ["wonderland"]


def test_nobody_is_named_to_other_machines(make_op):
    op = make_op(**{"oidc.development": "true"})
    op.add_user("alice", "wonderland")
    assert named(op) == []


def test_elsewhere_it_names_nobody(browser):
    assert "wonderland" not in browser.get("/").text
