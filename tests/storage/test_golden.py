"""The golden databases: what a released version has stored and given out still works."""

import gzip
import json
import shutil
from contextlib import closing

import pytest

import oidc_pyramid
from oidc_pyramid.founding import found
from oidc_pyramid.models.provider import SCHEMA
from oidc_pyramid.settings import read_settings
from oidc_pyramid.storage import open_database
from oidc_pyramid.testing import (
    SETTINGS,
    RelyingParty,
    TestProvider,
    answer_of,
    authorization_request,
    authorize,
    bearer,
    token_request,
)
from tests.storage.make_golden import GOLDEN, OURS


def test_today_has_a_golden_database():
    assert (GOLDEN / f"schema-{SCHEMA}.fs.gz").exists()


@pytest.fixture(params=sorted(path.stem for path in GOLDEN.glob("*.json")))
def golden(request, tmp_path, time_machine):
    """The provider in that database, a minute after it was made; and what it had given out."""
    kept = json.loads((GOLDEN / f"{request.param}.json").read_text())
    time_machine.move_to(kept["made_at"] + 60)
    path = tmp_path / "Data.fs"
    with gzip.open(GOLDEN / f"{request.param}.fs.gz") as packed, path.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
    settings = {**SETTINGS, **OURS, "zodbconn.uri": f"file://{path}"}
    with closing(open_database(settings)) as db:
        found(db, read_settings(settings), now=kept["made_at"] + 60, keys=(), people=False)
    op = TestProvider(oidc_pyramid.main({}, **settings), settings)
    yield op, kept
    op.db.close()


@pytest.fixture
def rp():
    scope = "openid profile email offline_access"
    return RelyingParty("golden", "a golden secret", "https://rp.example/cb", scope)


def test_keys_and_tokens(golden, rp):
    op, kept = golden
    browser = op.browser()
    assert [key["kid"] for key in browser.get("/jwks").json["keys"]] == kept["kids"]
    claims = browser.get("/userinfo", headers=bearer(kept["access_token"])).json
    assert (claims["name"], claims["email"]) == ("Alice Liddell", "alice@example.com")
    browser.get("/userinfo", headers=bearer(kept["revoked_access_token"]), status=401)


def test_a_refresh_token_and_its_reuse(golden, rp):
    op, kept = golden
    browser = op.browser()
    refresh = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
    newer = token_request(browser, rp, **refresh)
    used = {"grant_type": "refresh_token", "refresh_token": kept["used_refresh_token"]}
    assert token_request(browser, rp, status=400, **used)["error"] == "invalid_grant"
    browser.get("/userinfo", headers=bearer(newer["access_token"]), status=401)


def test_a_session_and_a_remembered_consent(golden, rp):
    op, kept = golden
    cookies = "; ".join(f"{name}={value}" for name, value in kept["cookies"].items())
    asked = authorization_request(rp)
    response = op.browser().get("/authorize", asked, headers={"Cookie": cookies})
    assert "code" in answer_of(response)


def test_a_password(golden, rp):
    op, _ = golden
    answer = answer_of(authorize(op, op.browser(), rp, "bob", "builder"))
    assert "code" in answer
