"""WebFinger: clients find the provider by a person's address (Discovery §2, RFC 7033)."""

import pytest

from oidc_pyramid import testing

pytestmark = [pytest.mark.spec("Discovery", "2"), pytest.mark.spec("RFC 7033", "4.4")]

REL = "http://openid.net/specs/connect/1.0/issuer"
PATH = "/.well-known/webfinger"


@pytest.fixture
def op(own_op):
    return own_op(webfinger="true", hosts="example.org login.example:8443")


def finger(browser, resource="acct:alice@op.example", status=200, **more):
    return browser.get(PATH, {"resource": resource, **more}, status=status)


@pytest.mark.spec("Discovery", "2.1.2")
@pytest.mark.parametrize(
    "resource",
    [
        "acct:alice@op.example",
        "acct:alice%40home@op.example",
        "ACCT:Alice@OP.example",
        "acct:alice@example.org",
        "https://op.example",
        "https://op.example/alice",
        "https://example.org/?a=b",
        "https://op.example:443/",
        "https://login.example:8443/alice",
        "https://alice@login.example:8443",
    ],
)
def test_an_identifier_at_a_host_of_ours(browser, resource):
    response = finger(browser, resource, rel=REL)
    assert response.content_type == "application/jrd+json"
    assert response.json == {
        "subject": resource,
        "links": [{"rel": REL, "href": "https://op.example"}],
    }


@pytest.mark.parametrize(
    "resource",
    [
        "acct:alice@elsewhere.example",
        "acct:alice@op.example.evil.example",
        "https://elsewhere.example/",
        "https://op.example@elsewhere.example/",
        "https://op.example:8443/",
        "mailto:alice@op.example",
        "urn:uuid:1",
    ],
)
def test_anything_else_is_not_ours(browser, resource):
    assert finger(browser, resource, 404).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.spec("RFC 7033", "4.2")
@pytest.mark.parametrize(
    "resource",
    [
        "alice@op.example",
        "acct:@op.example",
        "acct:alice",
        "https:///x",
        "https://op.example/#x",
        "nonsense",
        "acct:a b@op.example",
        "acct:ä@op.example",
        "https://" + "x" * 3000,
    ],
)
def test_what_is_no_identifier(browser, resource):
    assert finger(browser, resource, 400).json["error"] == "invalid_request"


@pytest.mark.spec("RFC 7033", "4.2")
def test_an_identifier_has_to_be_there_once(browser):
    browser.get(PATH, status=400)
    browser.get(f"{PATH}?resource=acct%3Aa%40op.example&resource=acct%3Ab%40op.example", status=400)


def test_nobody_learns_who_has_an_account(browser):
    there = finger(browser, "acct:alice@op.example")
    nobody = finger(browser, "acct:zoe@op.example")
    assert there.json["links"] == nobody.json["links"]
    assert set(there.headers) == set(nobody.headers)


@pytest.mark.spec("RFC 7033", "4.3")
def test_rel_narrows_the_links(browser):
    assert finger(browser, rel="http://webfinger.net/rel/avatar").json["links"] == []
    query = f"resource=acct%3Aalice%40op.example&rel=x&rel={REL}"
    assert len(browser.get(f"{PATH}?{query}").json["links"]) == 1
    assert len(finger(browser).json["links"]) == 1


@pytest.mark.spec("RFC 7033", "5")
@pytest.mark.parametrize("cors_public", ["true", "false"])
def test_scripts_of_all_origins_may_ask(own_op, cors_public):
    browser = own_op(webfinger="true", cors_public=cors_public).browser()
    response = browser.get(
        PATH, {"resource": "acct:a@op.example"}, headers={"Origin": "https://spa.example"}
    )
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_it_may_be_kept_for_a_while(browser):
    assert finger(browser).headers["Cache-Control"] == "public, max-age=3600"


def test_only_by_get(browser):
    browser.post(PATH, {"resource": "acct:alice@op.example"}, status=405)


def test_it_is_off_where_nobody_switched_it_on(own_op):
    finger(own_op().browser(), status=404)


def test_a_host_with_a_prefix_answers_at_its_root(jwks):
    def configure(config):
        config.add_oidc_root_metadata()

    settings = {"oidc.issuer": "https://op.example/id", "oidc.webfinger": "true"}
    op = testing.make_provider(configure, keys=jwks, route_prefix="/id", **settings)
    response = finger(op.browser())
    assert response.json["links"][0]["href"] == "https://op.example/id"


def test_a_host_keeps_its_own_where_ours_is_off(jwks):
    def configure(config):
        config.add_oidc_root_metadata()
        config.add_route("own", PATH)
        config.add_view(lambda _request: {"mine": True}, route_name="own", renderer="json")

    settings = {"oidc.issuer": "https://op.example/id"}
    op = testing.make_provider(configure, keys=jwks, route_prefix="/id", **settings)
    assert finger(op.browser()).json == {"mine": True}
