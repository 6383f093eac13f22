"""Relying-party libraries that others wrote, against the served provider, over HTTP."""

import pytest

from tests.served import served


@pytest.fixture(scope="session")
def op(tmp_path_factory):
    # one scope for those who register: docs/how-to/clients.md says why
    settings = {
        "oidc.registration": "open",
        "oidc.registration_scopes": "openid",
        "oidc.resources": "https://api.example/ scopes=profile,email format=jwt",
    }
    with served(tmp_path_factory.mktemp("served"), **settings) as op:
        yield op


@pytest.fixture
def person(op):
    somebody = op.person()
    yield somebody
    somebody.leave()


@pytest.fixture(autouse=True)
def _loopback_without_tls(monkeypatch):
    """Authlib insists on https elsewhere."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
