"""The many ways to include: no prefix, other order, own retries, two providers, strictness."""

import pytest
from persistent import Persistent
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from transaction.interfaces import TransientError

from oidc_pyramid import testing
from oidc_pyramid.host_sessions import UnknownAccount, record_login
from oidc_pyramid.models.clients import Client
from oidc_pyramid.testing import answer_of, authorization_request, bearer, code_flow, redeem
from tests.functional.hosts import dispatch_host, tree_host
from tests.functional.hosts.walk import (
    back_from_login,
    claims_of,
    host_login,
    next_of,
    start,
    through,
)

BASE = {"oidc.issuer": "https://op.example/openid", "oidc.login_url": "/login"}
VETO = {"tm.commit_veto": "pyramid_tm.default_commit_veto"}
RECORDS = {"host.records": "true"}
STRICT = {"oidc.browser_sessions": "oidc_pyramid.host_sessions.StrictHostSessions"}


def sessions(op):
    """How many session records there are."""
    with op.provider() as provider:
        return len(list(provider.browsers.trees()[1].items()))


# Without a prefix


def test_without_a_prefix_the_hosts_later_routes_still_answer(serve):
    op = serve(dispatch_host.configure(None), **{**BASE, "oidc.issuer": "https://op.example"})
    browser, rp = op.browser(), op.add_client("rp")
    assert "host home" in browser.get("/home")
    _, claims = claims_of(browser, rp, through(browser, rp))
    assert claims["sub"] == "7"
    assert 'id="oauth-error"' in browser.get("/nothing", status=404)
    assert browser.get("/.well-known/oauth-authorization-server").json


def test_root_metadata_without_a_path_is_where_it_always_is(serve):
    def configure(config):
        dispatch_host.configure(None)(config)
        config.add_oidc_root_metadata()

    op = serve(configure, **{**BASE, "oidc.issuer": "https://op.example"})
    op.browser().get("/.well-known/oauth-authorization-server")


def test_root_metadata_from_inside_an_include_with_a_prefix(serve):
    def inner(config):
        config.add_oidc_root_metadata()

    def configure(config):
        dispatch_host.configure()(config)
        config.include(inner, route_prefix="/deep")

    op = serve(configure, **BASE)
    found = op.browser().get("/.well-known/oauth-authorization-server/openid").json
    assert found["issuer"] == "https://op.example/openid"
    op.browser().get("/.well-known/oauth-authorization-server/other", status=404)


# Order and add-ons


def late_includes(config):
    """The database and transaction add-ons come after us."""
    config.include("oidc_pyramid", route_prefix="/openid")
    config.set_oidc_accounts(dispatch_host.Readers)
    dispatch_host.early(config)
    dispatch_host.late(config)


@pytest.mark.parametrize("veto", [{}, VETO], ids=["no veto", "default veto"])
def test_the_order_of_includes_does_not_matter(serve, veto):
    op = serve(late_includes, **BASE, **veto)
    browser, rp = op.browser(), op.add_client("rp")
    code = through(browser, rp)["code"]
    tokens = redeem(browser, rp, code)
    redeem(browser, rp, code, status=400)
    browser.get("/openid/userinfo", headers=bearer(tokens["access_token"]), status=401)


MEMORY = {"zodbconn.uri": "memory://", "zodbconn.uri.oidc": "memory://"}


class Notes(Persistent):
    """Something of the host's in its own database."""


@pytest.mark.parametrize(
    "when,settings",
    [
        ("before", {**MEMORY, "oidc.database": "oidc"}),
        ("after", {**MEMORY, "oidc.database": "oidc"}),
        ("before", {"oidc.database_classes": "tests.functional.hosts test_inclusion"}),
        ("after", {"oidc.database_classes": "tests.functional.hosts test_inclusion"}),
    ],
    ids=["own, before", "own, after", "shared, before", "shared, after"],
)
def test_a_host_with_an_object_database_of_its_own(jwks, when, settings):
    merged = {**testing.SETTINGS, "oidc.issuer": "https://op.example/id", **settings}
    merged["oidc.login_url"] = "/login"
    with Configurator(settings=merged) as config:
        if when == "before":
            config.include("pyramid_zodbconn")
        testing.found_provider(config, jwks)
        tree_host.configure(config)
        if when == "after":
            config.include("pyramid_zodbconn")
    databases = config.registry._zodb_databases
    with databases[""].transaction() as connection:
        connection.root()["notes"] = Notes()
    databases[""].cacheMinimize()
    with databases[""].transaction() as connection:
        assert connection.root()["notes"]._p_activate() is None
    op = testing.TestProvider(config.make_wsgi_app(), merged)
    ours = databases[merged.get("oidc.database", "")]
    with ours.transaction() as connection:
        client = Client("rp", now=0, redirect_uris=("https://rp.example/cb",))
        client.set_secret("s")
        connection.root()["oidc_pyramid"].clients.add(client)
    rp = testing.RelyingParty("rp", "s", "https://rp.example/cb")
    browser = op.browser()
    _, claims = claims_of(browser, rp, through(browser, rp))
    assert claims["sub"] == "p1"
    assert ours.classFactory.__module__ == "oidc_pyramid.storage.allowed"


class Busy(TransientError):
    """Somebody else was first."""


def trying(tries):
    """A host whose view meets a rival each time, and one of ours that does too."""

    def configure(config):
        def conflict(request):
            tries.append(request.path)
            raise Busy

        dispatch_host.configure()(config)
        config.add_route("conflict", "/conflict")
        config.add_view(
            conflict, route_name="conflict", permission=NO_PERMISSION_REQUIRED, require_csrf=False
        )

        class Policy:
            name = "rival"

            def check(self, wanted, client):
                tries.append("ours")
                raise Busy

        config.add_oidc_request_policy(Policy())

    return configure


@pytest.mark.parametrize(
    "settings,expected",
    [({"retry.attempts": "2"}, 2), ({}, 3)],
    ids=["the host says", "the host says nothing, but includes pyramid_retry"],
)
def test_each_side_retries_as_it_says(serve, settings, expected):
    tries = []
    op = serve(trying(tries), **BASE, **settings, **{"oidc.retry_attempts": "4"})
    browser, rp = op.browser(), op.add_client("rp")
    browser.get("/conflict", status=500)
    assert tries == ["/conflict"] * expected
    tries.clear()
    assert start_busy(browser, rp).headers["Retry-After"]
    assert tries == ["ours"] * 4


def start_busy(browser, rp):
    return browser.get("/openid/authorize", authorization_request(rp), status=503)


# What commits


@pytest.mark.parametrize("veto", [{}, VETO], ids=["no veto", "default veto"])
def test_a_raised_error_that_becomes_a_redirect_commits_nothing(serve, veto):
    op = serve(dispatch_host.configure(), **BASE, **veto)
    browser, rp = op.browser(), op.add_client("rp")
    host_login(browser, "")
    response = start(browser, rp, prompt="none")
    assert "error=consent_required" in response.headers["Location"]
    assert sessions(op) == 0
    start(browser, rp)
    assert sessions(op) == 1


def test_nothing_is_written_for_a_stranger(serve):
    op = serve(dispatch_host.configure(), **BASE)
    browser, rp = op.browser(), op.add_client("rp")
    before = op.db.lastTransaction()
    browser.get(next_of(start(browser, rp)))
    browser.get("/openid")
    assert op.db.lastTransaction() == before


# The host says when and how


def test_a_recorded_sign_in_has_its_time_and_methods(serve):
    op = serve(dispatch_host.configure(), **BASE, **RECORDS)
    browser, rp = op.browser(), op.add_client("rp")
    host_login(browser, "")
    _, claims = claims_of(browser, rp, through(browser, rp, max_age="60"))
    assert claims["auth_time"]
    assert (claims["amr"], claims["acr"]) == (["pwd", "otp"], "gold")


@pytest.mark.parametrize("strict", [{}, STRICT], ids=["lenient", "strict"])
def test_a_recorded_sign_in_answers_the_interaction_of_its_next(serve, strict):
    op = serve(dispatch_host.configure(), **BASE, **RECORDS, **strict)
    browser, rp = op.browser(), op.add_client("rp")
    through(browser, rp)
    first = next_of(start(browser, rp, prompt="login"))
    second = next_of(start(browser, rp, prompt="login"))
    _, claims = claims_of(browser, rp, answer_of(back_from_login(browser, second)))
    assert claims["amr"] == ["pwd", "otp"]
    assert next_of(browser.get(first))


def test_strict_a_sign_in_that_the_host_does_not_record_is_none(serve):
    op = serve(dispatch_host.configure(), **BASE, **STRICT)
    browser, rp = op.browser(), op.add_client("rp")
    resume_url = next_of(start(browser, rp))
    assert next_of(back_from_login(browser, resume_url))


def test_strict_a_kept_ticket_does_not_satisfy_prompt_login(serve):
    op = serve(dispatch_host.configure(), **BASE, **RECORDS, **STRICT)
    browser, rp = op.browser(), op.add_client("rp")
    through(browser, rp)
    ticket = browser.cookies["auth_tkt"]
    resume_url = next_of(start(browser, rp, prompt="login"))
    browser.set_cookie("auth_tkt", ticket.strip('"'))
    assert next_of(browser.get(resume_url))


def test_a_recorded_sign_out_ends_what_the_session_bought(serve):
    op = serve(dispatch_host.configure(), **BASE, **RECORDS)
    browser, rp = op.browser(), op.add_client("rp")
    tokens, _ = claims_of(browser, rp, through(browser, rp))
    browser.get("/logout")
    browser.get("/openid/userinfo", headers=bearer(tokens["access_token"]), status=401)


def test_recording_an_unknown_person_is_an_error_of_the_host(serve):
    def configure(config):
        dispatch_host.configure()(config)

        def record(request):
            with pytest.raises(UnknownAccount):
                record_login(request, "nobody")
            return Response("tried")

        config.add_route("record", "/record")
        config.add_view(record, route_name="record", permission=NO_PERMISSION_REQUIRED)

    op = serve(configure, **BASE)
    assert op.browser().get("/record").text == "tried"


def test_next_is_no_open_redirect(serve):
    op = serve(dispatch_host.configure(), **BASE)
    browser = op.browser()
    for foreign in ("https://evil.example/", "//evil.example", "https://op.example/openid.evil/"):
        assert host_login(browser, foreign).headers["Location"].endswith("/home")


# The host's users with our own pages


class Checked(dispatch_host.Readers):
    """Users of the host whose passwords our own sign-in page checks."""

    def authenticate(self, username, password):
        return self.by_userid(username) if password == dispatch_host.PASSWORD else None


def test_users_of_the_host_at_our_own_sign_in_page(serve):
    def build(config):
        dispatch_host.early(config)
        config.include("oidc_pyramid", route_prefix="/openid")
        config.set_oidc_accounts(Checked)
        dispatch_host.late(config)

    op = serve(build, **{"oidc.issuer": BASE["oidc.issuer"]})
    browser, rp = op.browser(), op.add_client("rp")
    tokens = code_flow(op, browser, rp)
    assert tokens["access_token"]


# Two providers


def test_two_providers_in_one_process(serve):
    dispatch = serve(dispatch_host.configure(), **BASE)
    tree = serve(
        tree_host.configure, **{"oidc.issuer": "https://op.example/id", "oidc.login_url": "/login"}
    )
    found = []
    for op, subject in ((dispatch, "7"), (tree, "p1"), (dispatch, "7")):
        browser = op.browser()
        rp = op.add_client(f"rp{len(found)}")
        tokens, claims = claims_of(browser, rp, through(browser, rp))
        found.append((claims["iss"], claims["sub"] == subject, tokens["access_token"]))
    assert [one[:2] for one in found] == [
        ("https://op.example/openid", True),
        ("https://op.example/id", True),
        ("https://op.example/openid", True),
    ]
    tree.browser().get("/id/userinfo", headers=bearer(found[0][2]), status=401)
