"""A storage that fails within an extension in C: Python tells of it late, as a ``SystemError``."""

import pytest
from ZODB.POSException import StorageError

from oidc_pyramid.testing import bearer, code_flow
from oidc_pyramid.views import errors, userinfo


def late(cause):
    """As ``_PyErr_FormatFromCause`` raises it."""
    error = SystemError("a function returned a result with an exception set")
    error.__cause__ = cause
    return error


@pytest.fixture
def failing(monkeypatch):
    """What the next UserInfo request runs into."""

    def fail(error):
        def raising(*_arguments):
            raise error

        monkeypatch.setattr(userinfo, "authorize_bearer", raising)

    return fail


@pytest.fixture
def ask(op, rp, alice):
    browser = op.browser()
    token = code_flow(op, browser, rp)["access_token"]
    return lambda: browser.get("/userinfo", headers=bearer(token), expect_errors=True)


def test_it_is_no_defect_of_ours(ask, failing):
    failing(late(StorageError("gone")))
    answer = ask()
    assert (answer.status_int, answer.json["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("cause", [None, ValueError("a defect")])
def test_any_other_is_one(ask, failing, cause):
    failing(late(cause))
    assert ask().status_int == 500


def test_the_answer_to_a_storage_error_fails_as_well(ask, failing, monkeypatch):
    def told(*_arguments):
        raise late(StorageError("gone"))

    monkeypatch.setattr(errors, "_told", told)
    failing(StorageError("gone"))
    answer = ask()
    assert answer.status_int == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_answer_to_another_error_meets_the_storage(ask, failing, monkeypatch):
    def page(*_arguments, **_more):
        raise late(StorageError("gone"))

    monkeypatch.setattr(errors.outcomes, "json_response", page)
    failing(ValueError("a defect"))
    assert ask().status_int == 503


def test_a_defect_in_the_answer_to_a_storage_error_is_told(ask, failing, monkeypatch, caplog):
    def told(*_arguments):
        raise TypeError("a defect")

    monkeypatch.setattr(errors, "_told", told)
    failing(StorageError("gone"))
    assert ask().status_int == 500
    assert "page of an error failed TypeError" in caplog.text
