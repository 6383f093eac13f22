"""Backups, restores and moves: taken while others write, complete, and without a way back in time."""

import json
import secrets
import stat
import threading
import time
from contextlib import closing, contextmanager

import pytest

from oidc_pyramid.models.users import User
from oidc_pyramid.protocol.client_assertion import TYPE
from oidc_pyramid.protocol.jose import Signer, new_key, public_part
from oidc_pyramid.testing import authorization_request, bearer
from soak.processes import wait_for
from tests import commands
from tests.storage.conftest import ONE_PROCESS, SEVERAL, marked
from tests.storage.places import Place, refresh


@pytest.fixture(params=marked(*ONE_PROCESS, *SEVERAL))
def kind(request):
    return request.param


@pytest.fixture
def site(kind, new_uri, jwk, tmp_path_factory):
    """A provider of one's own on each storage."""
    directory = tmp_path_factory.mktemp(kind)
    with closing(Place(kind, new_uri(kind, directory), directory, jwk)) as place:
        yield place


def oidc(place, *arguments, fails=False):
    """The command line in a process of its own: what it says."""
    done = commands.oidc(place.ini(), *arguments)
    assert "Traceback" not in done.stderr
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


@contextmanager
def moved(place, uri):
    """The deployment with another database, served again after the block that fills it."""
    place.close()
    old, place.settings["zodbconn.uri"] = place.settings["zodbconn.uri"], uri
    yield old
    place.uri = uri
    place.__post_init__()


@contextmanager
def busy(place):
    """People who sign in and out meanwhile; yields how often they did."""
    rp, stop, done = place.client(), threading.Event(), []

    def work():
        while not stop.is_set():
            done.append(place.person().tokens(rp))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def everything(place):
    with place.op.provider() as provider:
        return {
            "people": sorted(person.username for person in provider.users),
            "clients": sorted(provider.clients.ids()),
            "keys": [key.kid for key in provider.keys.keys],
        }


def crowd(place):
    """New people: enough new objects to meet the numbers of old ones."""
    with place.op.provider() as provider:
        people = [User(secrets.token_hex(8), now=int(time.time())) for _ in range(100)]
        for person in people:
            provider.users.add(person)
        return [person.username for person in people]


def test_a_backup_is_taken_while_the_server_works(site, tmp_path):
    file = tmp_path / "backup"
    with busy(site) as done:
        assert wait_for(lambda: len(done) > 2)
        before = len(done)
        said = oidc(site, "backup", str(file))
        assert wait_for(lambda: len(done) > before)
    assert "Saved" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert "no problems" in oidc(site, "verify", "--backup", str(file))
    assert "no problems" in oidc(site, "verify")


def test_a_backup_overwrites_nothing(site, tmp_path):
    file = tmp_path / "backup"
    file.write_bytes(b"precious")
    assert "already" in oidc(site, "backup", str(file), fails=True)
    assert file.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [file]
    assert "is no backup" in oidc(site, "restore", str(file), fails=True)


def test_a_backup_that_is_not_there_is_no_reason_to_make_a_database(site, tmp_path):
    said = oidc(site, "restore", "--replace", str(tmp_path / "backup"), fails=True)
    assert "there is no backup at" in said
    assert "init" not in said


def test_a_restore_overwrites_nothing(kind, site, tmp_path):
    file = tmp_path / "backup"
    oidc(site, "backup", str(file))
    if kind in ONE_PROCESS:
        site.close()
    said = oidc(site, "restore", str(file), fails=True)
    assert "nothing in it was changed" in said
    assert oidc(site, "epoch", "show").strip() == "1"


@pytest.fixture
def machine(site):
    """A client that proves itself with a key."""
    private = new_key("ES256")
    jwks = json.dumps({"keys": [public_part(private)]})
    rp = site.client(
        token_endpoint_auth_method="private_key_jwt", jwks=jwks, grant_types=("client_credentials",)
    )
    return rp, Signer(json.dumps(private), "ES256", private["kid"])


def with_assertion(site, machine, text, status):
    rp, _ = machine
    body = {"grant_type": "client_credentials", "client_assertion_type": TYPE}
    body |= {"client_id": rp.client_id, "client_assertion": text}
    return site.op.browser().post("/token", body, status=status)


def assertion(site, machine, **more):
    rp, signer = machine
    now = int(time.time())
    claims = {"iss": rp.client_id, "sub": rp.client_id, "aud": site.op.issuer}
    return signer.sign({**claims, "jti": secrets.token_hex(8), "exp": now + 60, **more}, typ=None)


@pytest.mark.parametrize("target", ["missing", "replaced"])
def test_a_restore_revives_nothing(kind, site, machine, target, new_uri, tmp_path):
    """What was spent, rotated, revoked or signed out after the backup stays so, and what was
    alive ends with it: nobody can tell the ones from the others."""
    rp, alice, bob = site.client(), site.person(), site.person()
    code, tokens, spent = alice.code(rp), alice.tokens(rp), bob.code(rp)
    proof = assertion(site, machine, iat=int(time.time()) - 2)
    file = tmp_path / "backup"
    oidc(site, "backup", str(file))

    with_assertion(site, machine, proof, 200)
    rotated = site.token(rp, **refresh(tokens))
    bought = site.token(rp, **spent)
    site.op.browser().post("/revoke", {"token": bought["refresh_token"]}, headers=rp.basic)
    cookies = alice.browser.cookiejar
    uri = site.uri if target == "replaced" else new_uri(kind, tmp_path)
    with moved(site, uri):
        oidc(site, "restore", *(("--replace",) if target == "replaced" else ()), str(file))
    alice.browser = site.op.browser()
    alice.browser.cookiejar = cookies

    for fields in (code, spent, refresh(tokens), refresh(rotated), refresh(bought)):
        assert site.token(rp, status=(400,), **fields)["error"] == "invalid_grant"
    for dead in (tokens, rotated, bought):
        alice.browser.get("/userinfo", headers=bearer(dead["access_token"]), status=401)
    with_assertion(site, machine, proof, 401)
    asked = alice.browser.get("/authorize", authorization_request(rp))
    assert asked.headers["Location"].endswith("/login")

    tokens = alice.tokens(rp)
    alice.browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=200)
    now = int(time.time())
    with_assertion(site, machine, assertion(site, machine, iat=now), 200)
    assert set(crowd(site)) < set(everything(site)["people"])
    assert "no problems" in oidc(site, "verify")


def test_a_backup_of_another_deployment(site, tmp_path):
    file = tmp_path / "backup"
    oidc(site, "backup", str(file))
    with moved(site, f"sqlite://{tmp_path}/db"):
        right = site.settings["oidc.secret"]
        site.settings["oidc.secret"] = secrets.token_urlsafe(40)
        assert "oidc.secret" in oidc(site, "restore", str(file), fails=True)
        assert not (tmp_path / "db").exists()
        site.settings["oidc.secret"] = right


@pytest.mark.parametrize("to", marked("sqlite", "postgresql"))
def test_a_move(kind, site, to, new_uri, tmp_path):
    """Everything is there, everybody stays signed in, and the next objects collide with none."""
    rp, alice = site.client(), site.person()
    tokens, before = alice.tokens(rp), everything(site)
    cookies = alice.browser.cookiejar
    uri = new_uri(to, tmp_path)
    site.close()
    assert "compared" in oidc(site, "move", uri)
    assert "nothing in it was changed" in oidc(site, "move", uri, fails=True)
    with moved(site, uri):
        assert "no problems" in oidc(site, "verify")
    assert everything(site) == before
    alice.browser = site.op.browser()
    alice.browser.cookiejar = cookies
    alice.browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=200)
    assert "code=" in alice.browser.get("/authorize", authorization_request(rp)).location
    site.token(rp, **refresh(tokens))
    crowd(site)
    assert "no problems" in oidc(site, "verify")


def test_a_move_with_all_transactions(new_uri, jwk, tmp_path_factory, tmp_path):
    directory = tmp_path_factory.mktemp("history")
    site = Place("file", new_uri("file", directory), directory, jwk)
    with closing(site):
        site.person().tokens(site.client())
        before = everything(site)
        site.close()
        uri = f"file://{tmp_path}/Data.fs"
        assert "no history" in oidc(
            site, "move", "--history", f"sqlite://{tmp_path}/db", fails=True
        )
        oidc(site, "move", "--history", uri)
        with moved(site, uri):
            assert (tmp_path / "Data.fs").stat().st_size == (directory / "Data.fs").stat().st_size
        assert everything(site) == before
