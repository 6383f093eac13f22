"""Discovery and JWKS from memory, above Pyramid: the same answers, and never an old one."""

import sqlite3

import pytest
from ZODB.POSException import StorageError

from oidc_pyramid import testing
from oidc_pyramid.documents import Remembering, Ring
from oidc_pyramid.models.keys import CURRENT, NEXT, SigningKey
from oidc_pyramid.protocol.jose import new_key

DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/jwks",
)


@pytest.fixture
def views(op, monkeypatch):
    """How often Pyramid was asked."""
    asked = []
    policy = op.app.execution_policy
    original = policy._policy
    monkeypatch.setattr(
        policy, "_policy", lambda environ, router: asked.append(1) or original(environ, router)
    )
    return asked


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_second_answer_is_the_first(op, browser, views, path):
    first, second = (browser.get(path, status=200) for _ in range(2))
    assert (second.body, second.headerlist) == (first.body, first.headerlist)
    assert len(views) == 1


@pytest.mark.parametrize("path", DOCUMENTS)
def test_an_entity_tag_still_counts(browser, path):
    first = browser.get(path)
    again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]}, status=304)
    assert again.body == b""
    assert browser.head(path, status=200).body == b""


def test_a_rotation_by_another_process_shows_at_once(op, browser):
    before = browser.get("/jwks").json["keys"]
    key = new_key("ES256")
    with op.provider() as provider:
        provider.keys.add(SigningKey(key, op.runtime.settings.secret, state=NEXT, now=1))
    assert {k["kid"] for k in browser.get("/jwks").json["keys"]} == {
        key["kid"],
        *(k["kid"] for k in before),
    }


def test_a_key_that_is_taken_away_at_once_is_gone(op, browser):
    browser.get("/jwks")
    with op.provider() as provider:
        lost = provider.keys.in_state("RS256", CURRENT)
        provider.keys.retire(lost, now=1, keep=0)
    assert lost.kid not in {k["kid"] for k in browser.get("/jwks").json["keys"]}


@pytest.mark.parametrize("query", ["?x=1", "?resource=%ff"])
def test_with_a_query_pyramid_answers(browser, views, query):
    browser.get("/jwks")
    browser.get(f"/jwks{query}", status="*")
    assert len(views) == 2


def test_another_host_is_still_another_address(op, browser):
    browser.get("/jwks")
    browser.extra_environ["HTTP_HOST"] = "elsewhere.example"
    browser.get("/jwks", status=421)


def test_a_host_in_another_case_is_the_same_address(op, browser, views):
    """Otherwise whoever asks in many cases fills the memory."""
    first = browser.get("/jwks")
    browser.extra_environ["HTTP_HOST"] = browser.extra_environ["HTTP_HOST"].upper()
    assert browser.get("/jwks").body == first.body
    assert (len(views), len(op.app.execution_policy._answers)) == (1, 1)


def test_a_refusal_is_not_remembered(browser, views):
    browser.extra_environ["HTTP_HOST"] = "elsewhere.example"
    for _ in range(2):
        browser.get("/jwks", status=421)
    assert len(views) == 2


def test_where_origins_differ_nothing_is_remembered(make_op):
    op = make_op(**{"oidc.cors_public": "false"})
    browser = op.browser()
    assert "Origin" in browser.get("/jwks").headers["Vary"]
    assert not op.app.execution_policy._answers


def test_a_database_that_does_not_answer(op, browser, monkeypatch, caplog):
    """Pyramid's way decides what is said, and afterwards the memory works again."""
    browser.get("/jwks")

    def fail(_self):
        raise StorageError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(Ring, "_look", fail)
        browser.get("/jwks", status=200)
    assert "gone" in caplog.text
    assert browser.get("/jwks", status=200).json["keys"]


def test_in_a_host_application_its_tweens_see_each_request():
    op = testing.make_provider(lambda _config: None, keys=[new_key("ES256")])
    assert not isinstance(op.app.execution_policy, Remembering)


def test_requests_are_of_one_class(op):
    classes = {type(op.app.request_factory.blank("/")) for _ in range(2)}
    assert classes == {op.app.request_factory}
    assert "oidc" in vars(op.app.request_factory)


def test_between_two_looks_no_snapshot_is_held(make_op, tmp_path):
    """SQLite's log can't be written back past what somebody still reads: it would grow for ever."""
    op = make_op(**{"zodbconn.uri": f"sqlite://{tmp_path}/db"})
    op.browser().get("/jwks", status=200)
    op.add_user("alice", "wonderland")
    op.browser().get("/jwks", status=200)
    op.add_user("bob", "builder")
    log = sqlite3.connect(tmp_path / "db" / "main.sqlite3")
    busy, *_ = log.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    log.close()
    op.db.close()
    assert not busy


def test_a_key_that_is_used_no_more_is_named_no_more(op, browser):
    discovery = "/.well-known/openid-configuration"
    assert "ES256" in browser.get(discovery).json["id_token_signing_alg_values_supported"]
    with op.provider() as provider:
        key = provider.keys.in_state("ES256", CURRENT)
        provider.keys.retire(key, now=1, keep=10**10)
    assert "ES256" not in browser.get(discovery).json["id_token_signing_alg_values_supported"]
