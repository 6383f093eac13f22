"""Commits, signatures and key parses are the budget: counted, per operation, on warm caches."""

import gc
import json
import time
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from jwcrypto.jwk import JWK
from ZODB.Connection import Connection

from oidc_pyramid.models.keys import CURRENT, SigningKey
from oidc_pyramid.protocol import jose, jwk
from oidc_pyramid.protocol.jwe import encrypt, new_encryption_key
from oidc_pyramid.protocol.seal import Sealer
from oidc_pyramid.requests import OIDC
from oidc_pyramid.testing import (
    OWN_FORM,
    answer_of,
    authorization_request,
    authorize,
    bearer,
    pkce,
    redeem,
    token_request,
)


@dataclass
class Cost:
    commits: int = 0
    loads: int = 0
    signatures: int = 0
    parses: int = 0


API = "https://api.example/"
SHARD = 2  # a new id falls into any of 256: the shard and its tree may not have been read yet
COLD_CLIENT = 2 + SHARD  # the shard of another client and the client; the grant that is not there
HYBRID = "code id_token"
OUT = "https://rp.example/out"


@pytest.fixture
def op(make_op):
    return make_op(
        **{
            "oidc.resources": f"{API} scopes=api format=jwt",
            "oidc.response_types": f"code, {HYBRID}",
        }
    )


@pytest.fixture
def counted(op, monkeypatch):
    """Counts what happens inside ``with counted() as cost``. A parse is one of any key: private
    ones, to sign and to decrypt, are all read by ``JWK.from_json``."""
    now = Cost()
    sign, load = jose.Signer.sign, Connection.setstate
    parse_private, parse_public = JWK.from_json, jwk._imported

    def counting_sign(self, *args, **kw):
        now.signatures += 1
        return sign(self, *args, **kw)

    def counting_parse_private(*args, **kw):
        now.parses += 1
        return parse_private(*args, **kw)

    def counting_parse_public(*args, **kw):
        now.parses += 1
        return parse_public(*args, **kw)

    def counting_load(self, obj):
        now.loads += 1
        return load(self, obj)

    monkeypatch.setattr(jose.Signer, "sign", counting_sign)
    monkeypatch.setattr(JWK, "from_json", counting_parse_private)
    monkeypatch.setattr(jwk, "_imported", counting_parse_public)
    monkeypatch.setattr(Connection, "setstate", counting_load)

    def commits():
        return sum(1 for _ in op.db.storage._transactions)

    @contextmanager
    def count():
        before, number = Cost(**vars(now)), commits()
        cost = Cost()
        yield cost
        cost.commits = commits() - number
        for name in ("loads", "signatures", "parses"):
            setattr(cost, name, getattr(now, name) - getattr(before, name))

    return count


@pytest.fixture
def warm(op, alice, browser):
    """A client that can do everything, a session, remembered consent, caches filled twice over."""
    rp = op.add_client(
        "rp",
        grant_types=("authorization_code", "refresh_token", "client_credentials"),
        scope=("openid", "profile", "email", "api"),
        response_types=("code", HYBRID),
        post_logout_redirect_uris=(OUT,),
    )
    for _ in range(2):
        tokens = redeem(browser, rp, answer_of(authorize(op, browser, rp))["code"])
        browser.get("/userinfo", headers=bearer(tokens["access_token"]))
    return rp


def test_authorize_signed_in_and_consented_writes_nothing(warm, browser, counted):
    with counted() as cost:
        answer = browser.get("/authorize", authorization_request(warm))
    assert "code" in answer_of(answer)
    assert cost == Cost()


def test_a_new_grant_is_one_commit(op, warm, browser, counted):
    """A client that the person has not met: the page writes nothing, the consent is the grant."""
    for client_id in ("second", "third"):
        rp = op.add_client(client_id)
        with counted() as looking:
            page = browser.get("/authorize", authorization_request(rp)).follow()
        form = page.forms["consent-form"]
        with counted() as cost:
            answer = form.submit("decision", value="allow", headers=OWN_FORM)
    assert "code" in answer_of(answer)
    assert looking == Cost(loads=looking.loads)
    assert looking.loads <= COLD_CLIENT
    assert cost == Cost(commits=1, loads=cost.loads)
    assert cost.loads <= SHARD


def test_a_hybrid_answer_is_one_signature(warm, browser, counted):
    """The code of the answer is a seal, as ever; only the ID Token beside it costs anything."""
    asked = authorization_request(warm, response_type=HYBRID)
    for _ in range(2):
        with counted() as cost:
            answer = answer_of(browser.get("/authorize", asked))
    assert {"code", "id_token"} <= set(answer)
    assert cost == Cost(signatures=1)


@pytest.fixture
def requesting(op, warm):
    """A client that signs its requests, known to the caches: what it sends, again and again."""
    key = jose.new_key("ES256")
    op.change_client(warm.client_id, jwks=json.dumps({"keys": [jose.public_part(key)]}))
    signer = jose.Signer(json.dumps(key), "ES256", key["kid"])

    def ask():
        claims = {"iss": warm.client_id, "aud": op.issuer, **authorization_request(warm)}
        return signer.sign(claims, "oauth-authz-req+jwt")

    return ask


def test_a_signed_request_object_costs_nothing_more(warm, requesting, browser, counted):
    """The client's key is parsed when it is first seen; checking what it signed writes nothing."""
    for expected in (1, 0):
        sent = {"client_id": warm.client_id, "request": requesting()}
        with counted() as cost:
            answer = browser.get("/authorize", sent)
        assert "code" in answer_of(answer)
        assert cost.parses == expected
    assert cost == Cost()


def test_an_encrypted_request_object_parses_its_key_once(op, warm, requesting, browser, counted):
    ours = new_encryption_key("RSA-OAEP-256")
    with op.provider() as provider:
        secret, made = op.runtime.settings.secret, int(time.time())
        provider.keys.add(SigningKey(ours, secret, state=CURRENT, now=made))
    public = jose.parse_jwks({"keys": [jose.public_part(ours)]})
    for expected in (2, 0):  # ours to decrypt with, the client's to verify with
        sealed = encrypt(requesting(), public, "RSA-OAEP-256", "A256GCM", cty="JWT")
        with counted() as cost:
            answer = browser.get("/authorize", {"client_id": warm.client_id, "request": sealed})
        assert "code" in answer_of(answer)
        assert cost.parses == expected
    assert cost == Cost()


def test_a_code_costs_one_commit_and_one_signature(op, warm, browser, counted):
    verifier, challenge = pkce()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = answer_of(browser.get("/authorize", authorization_request(warm, **asked)))["code"]
    with counted() as cost:
        redeem(browser, warm, code, code_verifier=verifier)
    assert cost == Cost(commits=1, signatures=1, loads=cost.loads)
    assert cost.loads <= SHARD


def test_a_refresh_costs_one_commit_and_one_signature(op, warm, browser, counted):
    tokens = redeem(browser, warm, answer_of(authorize(op, browser, warm))["code"])
    body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    with counted() as cost:
        token_request(browser, warm, **body)
    assert cost == Cost(commits=1, signatures=1)
    with counted() as cost:
        token_request(browser, warm, **body)
    assert cost == Cost(signatures=1)


def test_client_credentials_cost_nothing(warm, browser, counted):
    with counted() as cost:
        token_request(browser, warm, grant_type="client_credentials", scope="api")
    assert cost == Cost()


def test_client_credentials_as_a_jwt_are_one_signature(warm, browser, counted):
    body = {"grant_type": "client_credentials", "resource": API}
    token_request(browser, warm, **body)
    with counted() as cost:
        assert "." in token_request(browser, warm, **body)["access_token"]
    assert cost == Cost(signatures=1)


def test_a_code_and_a_refresh_with_a_jwt_are_one_commit_and_two_signatures(
    op, warm, browser, counted
):
    asked = {"scope": "openid api", "resource": API}
    for _ in range(2):
        code = answer_of(authorize(op, browser, warm, **asked))["code"]
        with counted() as cost:
            tokens = redeem(browser, warm, code)
    assert cost == Cost(commits=1, signatures=2, loads=cost.loads)
    assert cost.loads <= SHARD
    with counted() as cost:
        token_request(
            browser, warm, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
        )
    assert cost == Cost(commits=1, signatures=2)


def test_introspection_of_a_jwt_only_looks(op, warm, browser, counted):
    body = {"grant_type": "client_credentials", "resource": API}
    token = {"token": token_request(browser, warm, **body)["access_token"]}
    browser.post("/introspect", token, headers=warm.basic)
    with counted() as cost:
        assert browser.post("/introspect", token, headers=warm.basic).json["active"]
    assert cost == Cost()


def test_userinfo_and_introspection_only_look(op, warm, browser, counted):
    tokens = redeem(browser, warm, answer_of(authorize(op, browser, warm))["code"])
    access_token = tokens["access_token"]
    for _ in range(2):
        with counted() as cost:
            browser.get("/userinfo", headers=bearer(access_token))
            browser.post("/introspect", {"token": access_token}, headers=warm.basic)
    assert cost == Cost()


def test_an_access_token_is_unsealed_once_and_judged_each_time(
    op, warm, browser, counted, monkeypatch
):
    tokens = redeem(browser, warm, answer_of(authorize(op, browser, warm))["code"])
    header = bearer(tokens["access_token"])
    opened = []
    unseal = Sealer.open

    def counting(self, purpose, text):
        opened.append(purpose)
        return unseal(self, purpose, text)

    monkeypatch.setattr(Sealer, "open", counting)
    for _ in range(3):
        browser.get("/userinfo", headers=header, status=200)
    assert opened.count("access_token") == 1
    browser.post("/revoke", {"token": tokens["access_token"]}, headers=warm.basic)
    browser.get("/userinfo", headers=header, status=401)


def test_a_raised_epoch_ends_a_token_that_was_remembered(op, warm, browser):
    tokens = redeem(browser, warm, answer_of(authorize(op, browser, warm))["code"])
    header = bearer(tokens["access_token"])
    browser.get("/userinfo", headers=header, status=200)
    with op.provider() as provider:
        provider.raise_epoch(now=provider.created_at + 1_000_000_000)
    browser.get("/userinfo", headers=header, status=401)


def test_a_request_leaves_nothing_to_the_garbage_collector(op, warm, browser):
    """Cycles would be walked over by the collector at some later request, which then takes long."""
    tokens = redeem(browser, warm, answer_of(authorize(op, browser, warm))["code"])
    gc.collect()
    before = {id(one) for one in gc.get_objects() if type(one) is OIDC}  # other tests' own
    gc.disable()
    try:
        browser.get("/userinfo", headers=bearer(tokens["access_token"]))
        token_request(browser, warm, grant_type="client_credentials", scope="api")
        left = [one for one in gc.get_objects() if type(one) is OIDC and id(one) not in before]
        assert not left
    finally:
        gc.enable()


def test_documents_are_made_once(warm, browser, counted):
    for _ in range(2):
        with counted() as cost:
            browser.get("/.well-known/openid-configuration")
            browser.get("/jwks")
    assert cost == Cost()


def test_a_sign_in_is_one_commit(op, alice, counted):
    rp = op.add_client("rp")
    for _ in range(2):
        page = op.browser().get("/authorize", authorization_request(rp)).follow()
        form = page.forms["login-form"]
        form["username"], form["password"] = "alice", "wonderland"
        with counted() as cost:
            form.submit(headers={"Sec-Fetch-Site": "same-origin"})
    assert cost == Cost(commits=1, loads=cost.loads)
    assert cost.loads <= SHARD


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_revocation_is_one_commit(op, warm, browser, counted, kind):
    for _ in range(2):
        tokens = redeem(browser, warm, answer_of(authorize(op, browser, warm))["code"])
        with counted() as cost:
            browser.post("/revoke", {"token": tokens[kind]}, headers=warm.basic)
    assert cost == Cost(commits=1, loads=cost.loads)
    assert cost.loads <= SHARD
    with counted() as cost:
        browser.post("/revoke", {"token": tokens[kind]}, headers=warm.basic)
    assert cost == Cost()


def test_a_sign_out_at_a_clients_request_is_one_commit(op, warm, counted):
    """The public keys of the ring that verify the hint have been parsed for an earlier one."""
    for _ in range(2):
        browser = op.browser()
        tokens = redeem(browser, warm, answer_of(authorize(op, browser, warm))["code"])
        sent = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT}
        with counted() as cost:
            assert browser.get("/end_session", sent).headers["Location"] == OUT
    assert cost == Cost(commits=1, loads=cost.loads)
    assert cost.loads <= SHARD


def test_a_stranger_who_looks_writes_nothing(op, warm, counted):
    stranger = op.browser()
    with counted() as cost:
        page = stranger.get("/authorize", authorization_request(warm)).follow()
        stranger.get("/")
        stranger.get("/account/login")
        stranger.post("/authorize", authorization_request(warm))
        assert page.status_int == 200
    assert cost.commits == 0
