"""Each deployment of deploy/ with its workers: what one of them, or the command line, has changed
holds for all of them at the next request."""

import json
import re
import secrets
import time
from contextlib import ExitStack

import pytest
import requests

from oidc_pyramid.protocol.client_assertion import TYPE
from oidc_pyramid.protocol.jose import Signer, new_key, public_part
from soak.processes import free_port
from tests.person import Person
from tests.storage.deployments import CALLBACK, kid_of, prepare, serving, zeo_server
from tests.storage.servers import postgresql_database

DEPLOYMENTS = [
    pytest.param(("sqlite", "pserve"), id="production.ini-pserve"),
    pytest.param(("sqlite", "pserve, workers"), id="production.ini-pserve-workers"),
    pytest.param(("sqlite", "gunicorn"), id="production.ini-gunicorn"),
    pytest.param(("sqlite", "granian"), id="production.ini-granian"),
    pytest.param(("postgresql", "gunicorn"), id="postgresql", marks=pytest.mark.postgresql),
    pytest.param(("zeo", "gunicorn"), id="zeo"),
]


@pytest.fixture(scope="module", params=DEPLOYMENTS)
def site(request, tmp_path_factory):
    kind, server = request.param
    folder, port = tmp_path_factory.mktemp("deployed"), free_port()
    with ExitStack() as stack:
        edited = None
        if kind == "postgresql":
            edited = connecting(request.getfixturevalue("postgresql_folder"), folder)
        issuer = prepare(folder, kind, port, edited)
        if kind == "zeo":
            stack.enter_context(zeo_server(folder))
        yield stack.enter_context(serving(folder, server, port, issuer))


def connecting(server, folder):
    """The lines of zodb-postgresql.conf that name the database."""
    _, ask = postgresql_database(server, folder)
    name = ask("SELECT current_database()")

    def edited(text):
        assert "dbname='oidc'" in text
        text = text.replace("dbname='oidc'", f"dbname='{name}'")
        return text.replace("/var/run/postgresql", str(server))

    return edited


@pytest.fixture
def client(site):
    return site.client(f"rp-{secrets.token_hex(4)}")


@pytest.fixture
def person(site):
    person = site.person(f"p{secrets.token_hex(4)}")
    yield person
    person.leave()


def credentials(site, client):
    """A token for the client itself."""
    return lambda: site.post("/token", client, grant_type="client_credentials")


def test_the_code_flow(site, client, person):
    tokens = site.tokens(person, client)
    told = site.get("/userinfo", Authorization=f"Bearer {tokens['access_token']}")
    assert told.status_code == 200
    assert "Server" not in told.headers or "waitress" not in told.headers["Server"]
    refreshed = site.post(
        "/token", client, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert refreshed.status_code == 200
    assert {answer.status_code for answer in site.by_every_worker(credentials(site, client))} == {
        200
    }


def test_a_new_key_signs_everywhere(site, client, person):
    codes = [site.code(person, client) for _ in range(64)]
    answers = site.by_every_worker(lambda: site.post("/token", client, **codes.pop()))
    (before,) = {kid_of(answer.json()["id_token"]) for answer in answers}
    site.oidc("keys", "rotate", "--now")
    answers = site.by_every_worker(lambda: site.post("/token", client, **codes.pop()))
    (after,) = {kid_of(answer.json()["id_token"]) for answer in answers}
    assert after != before
    for answer in site.by_every_worker(lambda: site.get("/jwks")):
        assert {before, after} <= {key["kid"] for key in answer.json()["keys"]}
    site.oidc("keys", "retire", before, "--at-once")
    for answer in site.by_every_worker(lambda: site.get("/jwks")):
        assert before not in {key["kid"] for key in answer.json()["keys"]}


def test_a_revoked_token_is_good_nowhere(site, client, person):
    tokens = site.tokens(person, client)
    ask = {"Authorization": f"Bearer {tokens['access_token']}"}
    good = site.by_every_worker(lambda: site.get("/userinfo", **ask))
    assert {answer.status_code for answer in good} == {200}
    site.post("/revoke", client, token=tokens["refresh_token"])
    refused = site.by_every_worker(lambda: site.get("/userinfo", **ask))
    assert {answer.status_code for answer in refused} == {401}


@pytest.mark.parametrize("what", ["secret", "grant types", "disabled", "deleted"])
def test_a_changed_client_is_changed_everywhere(site, client, what):
    ask = credentials(site, client)
    assert {answer.status_code for answer in site.by_every_worker(ask)} == {200}
    change, error = {
        "secret": (("rotate-secret", client[0]), "invalid_client"),
        "grant types": (
            ("update", client[0], "--grant-type", "authorization_code"),
            "unauthorized_client",
        ),
        "disabled": (("disable", client[0]), "invalid_client"),
        "deleted": (("delete", client[0], "--yes"), "invalid_client"),
    }[what]
    site.oidc("client", *change)
    assert {answer.json()["error"] for answer in site.by_every_worker(ask)} == {error}


def test_a_client_with_another_redirect_uri(site, client, person):
    site.code(person, client)
    site.oidc("client", "update", client[0], "--redirect-uri", "https://rp.example/other")
    asked = {"client_id": client[0], "redirect_uri": CALLBACK, "response_type": "code"}
    query = requests.compat.urlencode({**asked, "scope": "openid"})
    refused = site.by_every_worker(lambda: site.get(f"/authorize?{query}"))
    assert {answer.status_code for answer in refused} == {400}


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_a_code_is_good_once(site, client, person):
    fields = site.code(person, client)
    answers = site.together(*[lambda: site.post("/token", client, **fields)] * 16)
    bought = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(bought) == 1
    refused = [answer.json()["error"] for answer in answers if answer.status_code != 200]
    assert set(refused) == {"invalid_grant"}
    ask = {"Authorization": f"Bearer {bought[0]['access_token']}"}
    ended = site.by_every_worker(lambda: site.get("/userinfo", **ask))
    assert {answer.status_code for answer in ended} == {401}
    again = site.by_every_worker(lambda: site.post("/token", client, **fields))
    assert {answer.json()["error"] for answer in again} == {"invalid_grant"}


@pytest.mark.spec("RFC 7523", "3")
def test_an_assertion_is_good_once(site):
    private, name = new_key("ES256"), f"jwt-{secrets.token_hex(4)}"
    jwks = site.folder / f"{name}.json"
    jwks.write_text(json.dumps({"keys": [public_part(private)]}))
    site.client(name, "--auth-method", "private_key_jwt", "--jwks", str(jwks))
    claims = {"iss": name, "sub": name, "aud": site.issuer, "jti": secrets.token_hex(8)}
    signer = Signer(json.dumps(private), "ES256", private["kid"])
    made = int(time.time())  # said, because another test may have raised the epoch just now
    proof = signer.sign({**claims, "iat": made, "exp": made + 60}, typ=None)

    def ask():
        proved = {"client_assertion_type": TYPE, "client_assertion": proof}
        return site.post("/token", grant_type="client_credentials", **proved)

    answers = [*site.together(*[ask] * 16), *site.by_every_worker(ask)]
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.json().get("error") for answer in answers} == {None, "invalid_client"}


def test_a_disabled_person_is_out_everywhere(site, client, person):
    tokens = site.tokens(person, client)
    site.oidc("user", "disable", person.username)
    ask = {"Authorization": f"Bearer {tokens['access_token']}"}
    refused = site.by_every_worker(lambda: site.get("/userinfo", **ask))
    assert {answer.status_code for answer in refused} == {401}


def test_wrong_passwords_are_counted_by_all_together(site, client, person):
    """``oidc.throttle_account`` is what all workers together let through, not each of them."""
    person.password = "wrong"
    limit = 10
    asked = {"client_id": client[0], "redirect_uri": CALLBACK, "response_type": "code"}
    query = requests.compat.urlencode({**asked, "scope": "openid", "state": "s"})
    begin = site.log.stat().st_size
    for _ in range(limit + 6):
        person.leave()
        person.browser = requests.Session()
        person.browser.headers["Connection"] = "close"
        response = person.browser.get(f"{site.issuer}/authorize?{query}", timeout=30)
        person.answer(response)
    text = site.log.read_bytes()[begin:].decode()
    assert text.count('"event":"SignInFailed"') in {limit, limit + 6}
    person.password = "curiouser and curiouser"
    with pytest.raises(KeyError):
        site.code(person, client)


class From(requests.adapters.HTTPAdapter):
    """Connections from this address."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


@pytest.mark.parametrize(
    "source, believed", [("127.0.0.1", "203.0.113.9"), ("127.0.0.9", "127.0.0.9")]
)
def test_only_the_proxy_says_who_asks(site, source, believed):
    """And of what it passes on, only the entry that it has added itself."""
    person = Person(site.issuer, f"nobody{secrets.token_hex(4)}", "wrong")
    begin = site.log.stat().st_size
    with requests.Session() as person.browser:
        person.browser.mount("http://", From(source))
        person.browser.headers["X-Forwarded-For"] = "203.0.113.1, 203.0.113.9"
        person.browser.headers["Forwarded"] = "for=203.0.113.2"
        person.browser.headers["X-Real-IP"] = "203.0.113.3"
        person.answer(person.browser.get(f"{site.issuer}/account", timeout=30))
    told = site.log.read_bytes()[begin:].decode()
    (event,) = re.findall(r'\{.*"event":"SignInFailed".*\}', told)
    assert json.loads(event)["address"] == believed


def test_a_new_epoch_ends_everything_everywhere(site, client, person):
    tokens, code = site.tokens(person, client), site.code(person, client)
    site.oidc("epoch", "raise", "--yes")
    ask = {"Authorization": f"Bearer {tokens['access_token']}"}
    refused = site.by_every_worker(lambda: site.get("/userinfo", **ask))
    assert {answer.status_code for answer in refused} == {401}
    fresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for fields in (code, fresh):
        again = site.by_every_worker(lambda fields=fields: site.post("/token", client, **fields))
        assert {answer.json()["error"] for answer in again} == {"invalid_grant"}
    site.tokens(person, client)


def test_backup_and_verify_beside_the_workers(site):
    file = site.folder / f"backup-{secrets.token_hex(4)}"
    site.oidc("backup", str(file))
    assert "no problems" in site.oidc("verify", "--backup", str(file))
    assert "no problems" in site.oidc("verify")
