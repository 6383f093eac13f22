"""Dynamic registration and its management (RFC 7591, RFC 7592, Registration)."""

import json
import time

import pytest

from oidc_pyramid.models.registration import RegistrationToken
from oidc_pyramid.protocol.errors import InvalidClientMetadata
from oidc_pyramid.protocol.jose import (
    Signer,
    public_key,
    symmetric_key,
    verify,
)
from oidc_pyramid.testing import OWN_FORM, RelyingParty, authorization_request, bearer, code_flow

PLAIN = {"redirect_uris": ["https://rp.example/cb"], "client_name": "A client"}


@pytest.fixture
def op(make_op):
    return make_op(**{"oidc.registration": "open"})


def register(browser, status=201, headers=None, **metadata):
    return browser.post_json("/clients", {**PLAIN, **metadata}, status=status, headers=headers).json


@pytest.mark.spec("RFC 7591", "3.2.1")
@pytest.mark.spec("Registration", "3.2")
def test_a_registered_client_works(op, alice, browser):
    made = register(browser, grant_types=["authorization_code", "refresh_token"])
    assert made["client_secret_expires_at"] == 0
    assert made["registration_client_uri"] == f"{op.issuer}/clients/{made['client_id']}"
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    rp = RelyingParty(made["client_id"], made["client_secret"], PLAIN["redirect_uris"][0])
    assert "refresh_token" in code_flow(op, browser, rp)


@pytest.mark.spec("RFC 7592", "2.1")
def test_read_replace_delete(op, browser):
    made = register(browser)
    uri = f"/clients/{made['client_id']}"
    token = bearer(made["registration_access_token"])
    assert browser.get(uri, headers=token).json["client_name"] == "A client"
    body = {**PLAIN, "client_id": made["client_id"], "client_name": "Another name"}
    changed = browser.put_json(uri, body, headers=token).json
    assert changed["client_name"] == "Another name"
    browser.get(uri, headers=token, status=401)
    token = bearer(changed["registration_access_token"])
    assert browser.delete(uri, headers=token).status_int == 204
    browser.get(uri, headers=token, status=401)


@pytest.mark.spec("RFC 7592", "2.2")
@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "c-another"},
        {"client_secret": "wrong"},
        {"registration_access_token": "mine"},
        {"redirect_uris": ["https://rp.example/cb#x"]},
    ],
    ids=["client_id", "secret", "server-member", "fragment"],
)
def test_a_wrong_replacement_changes_nothing(op, browser, change):
    made = register(browser)
    uri, token = f"/clients/{made['client_id']}", bearer(made["registration_access_token"])
    body = {**PLAIN, "client_id": made["client_id"], "client_name": "Changed", **change}
    browser.put_json(uri, body, headers=token, status=400)
    assert browser.get(uri, headers=token).json["client_name"] == "A client"


def test_dc_07_a_foreign_token_and_a_missing_client_look_the_same(op, browser):
    mine, other = register(browser), register(browser)
    token = bearer(mine["registration_access_token"])
    foreign = browser.get(f"/clients/{other['client_id']}", headers=token, status=401)
    missing = browser.get("/clients/c-nobody", headers=token, status=401)
    assert foreign.json == missing.json
    browser.get(f"/clients/{mine['client_id']}", status=401)


def test_dc_02_a_client_decides_nothing_that_is_ours(op, alice, browser):
    made = register(
        browser,
        client_id="chosen",
        client_secret="chosen",
        skip_consent=True,
        verified=True,
        owner="alice",
        scope="openid admin token_introspection",
        __class__="x",
    )
    assert made["client_id"] != "chosen"
    assert made["client_secret"] != "chosen"
    assert made["scope"] == "openid"
    with op.provider() as provider:
        client = provider.clients[made["client_id"]]
        assert (client.skip_consent, client.verified, client.owner) == (False, False, "")


@pytest.mark.spec("RFC 7591", "3.2.2")
@pytest.mark.parametrize(
    "metadata,error",
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://rp.example/cb#"]}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://rp.example/cb"}, "invalid_redirect_uri"),
        ({"initiate_login_uri": "http://rp.example/start"}, "invalid_client_metadata"),
        ({"client_name": "x\u202ey"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
    ],
)
def test_what_is_refused_says_which_member(op, browser, metadata, error):
    answer = register(browser, status=400, **metadata)
    assert answer["error"] == error
    assert next(iter(metadata)).split("_")[0] in answer["error_description"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"[" * 100_000, b'{"a":1,"a":2}'])
def test_a_body_that_is_no_object_is_refused(op, browser, body):
    answer = browser.post("/clients", body, content_type="application/json", status=400)
    assert answer.json["error"] == "invalid_client_metadata"


def ticket(op, uses=1, life=60):
    now = int(time.time())
    with op.provider() as provider:
        token = RegistrationToken("initial", now=now, expires_at=now + life, uses=uses)
        provider.registration_tokens.add(token)
    return bearer("initial")


@pytest.mark.spec("RFC 7591", "3")
def test_dc_01_an_initial_access_token_is_needed_and_counts(make_op):
    op = make_op(**{"oidc.registration": "token"})
    browser = op.browser()
    assert "error" not in browser.post_json("/clients", PLAIN, status=401).json
    register(browser, status=401, headers=bearer("another"))
    headers = ticket(op)
    register(browser, headers=headers)
    register(browser, status=401, headers=headers)


def test_an_expired_initial_access_token_is_refused(make_op):
    op = make_op(**{"oidc.registration": "token"})
    register(op.browser(), status=401, headers=ticket(op, life=-1))


def test_it_is_off_by_default(make_op):
    browser = make_op().browser()
    browser.post_json("/clients", PLAIN, status=404)
    assert "registration_endpoint" not in browser.get("/.well-known/openid-configuration").json


def test_the_quota_holds(make_op):
    op = make_op(**{"oidc.registration": "open", "oidc.registration_quota": "1"})
    register(op.browser())
    answer = op.browser().post_json("/clients", PLAIN, status=429)
    assert answer.headers["Retry-After"]


def test_a_policy_of_the_deployment_has_the_last_word(make_op):
    class OnlyOurs:
        name = "only ours"

        def check(self, metadata, issuer):
            if not metadata["redirect_uris"][0].startswith("https://rp.example/"):
                raise InvalidClientMetadata("redirect_uris must be ours")
            return {**metadata, "client_name": metadata["client_name"].upper()}

    op = make_op(
        lambda config: config.add_oidc_registration_policy(OnlyOurs()),
        **{"oidc.registration": "open"},
    )
    assert register(op.browser())["client_name"] == "A CLIENT"
    register(op.browser(), status=400, redirect_uris=["https://other.example/cb"])


def test_metadata_choices_take_what_both_have(op, browser):
    made = register(
        browser,
        token_endpoint_auth_methods_supported=["tls_client_auth", "client_secret_post"],
        id_token_signing_alg_values_supported=["ES256", "RS256"],
    )
    assert made["token_endpoint_auth_method"] == "client_secret_post"
    assert made["id_token_signed_response_alg"] == "ES256"


@pytest.mark.spec("RFC 7591", "2.1")
@pytest.mark.parametrize(
    "metadata",
    [
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {
            "token_endpoint_auth_method": "client_secret_jwt",
            "token_endpoint_auth_signing_alg": "RS256",
        },
        {
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://rp.example/jwks",
            "token_endpoint_auth_signing_alg": "HS256",
        },
    ],
    ids=["no-keys", "no-jwks", "secret-RS256", "keys-HS256"],
)
def test_authentication_that_can_never_work_is_refused(op, browser, metadata):
    assert register(browser, status=400, **metadata)["error"] == "invalid_client_metadata"
    made = register(browser)
    uri, token = f"/clients/{made['client_id']}", bearer(made["registration_access_token"])
    body = {**PLAIN, "client_id": made["client_id"], **metadata}
    answer = browser.put_json(uri, body, headers=token, status=400).json
    assert answer["error"] == "invalid_client_metadata"


def test_choices_fit_together(op, browser):
    made = register(
        browser,
        token_endpoint_auth_methods_supported=["client_secret_jwt"],
        token_endpoint_auth_signing_alg_values_supported=["RS256", "HS256"],
    )
    assert made["token_endpoint_auth_method"] == "client_secret_jwt"
    assert made["token_endpoint_auth_signing_alg"] == "HS256"


def test_people_see_that_nobody_vouches_for_it(op, alice, browser):
    made = register(browser, client_name="<b>Bank</b>")
    rp = RelyingParty(made["client_id"], made["client_secret"], PLAIN["redirect_uris"][0])
    page = browser.get("/authorize", authorization_request(rp)).follow()
    form = page.forms["login-form"]
    form["username"], form["password"] = "alice", "wonderland"
    consent = form.submit(headers=OWN_FORM).follow()
    assert "&lt;b&gt;Bank" in consent.text
    assert "rp.example" in consent.text


def test_dc_13_without_authentication_the_tokens_from_before_are_dead(op, alice, browser):
    grants = {"grant_types": ["authorization_code", "refresh_token"]}
    made = register(browser, **grants)
    rp = RelyingParty(made["client_id"], made["client_secret"], PLAIN["redirect_uris"][0])
    tokens = code_flow(op, browser, rp)
    body = {**PLAIN, **grants, "client_id": rp.client_id, "token_endpoint_auth_method": "none"}
    uri, owner = f"/clients/{rp.client_id}", bearer(made["registration_access_token"])
    browser.put_json(uri, body, headers=owner)
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = browser.post("/token", {**refresh, "client_id": rp.client_id}, status=400)
    assert answer.json["error"] == "invalid_grant"
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)


@pytest.mark.spec("Core", "10.1")
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_the_secret_is_long_enough_for_the_algorithm(op, alice, browser, alg):
    made = register(browser, id_token_signed_response_alg=alg)
    rp = RelyingParty(made["client_id"], made["client_secret"], PLAIN["redirect_uris"][0])
    key = public_key(symmetric_key(rp.secret.encode(), alg), symmetric=True)
    assert verify(code_flow(op, browser, rp)["id_token"], [key], [alg])["sub"] == alice


@pytest.mark.spec("Core", "6.1")
def test_request_objects_may_be_keyed_with_the_secret(op, alice, browser):
    made = register(browser, request_object_signing_alg="HS256")
    rp = RelyingParty(made["client_id"], made["client_secret"], PLAIN["redirect_uris"][0])
    key = json.dumps(symmetric_key(rp.secret.encode(), "HS256"))
    token = Signer(key, "HS256", None).sign(
        {"iss": rp.client_id, "aud": op.issuer, **authorization_request(rp)}
    )
    page = browser.get("/authorize", {"client_id": rp.client_id, "request": token})
    assert "login-form" in page.follow().forms


@pytest.mark.spec("Core", "8.1")
def test_a_sector_lists_its_redirect_uris(op, alice, browser):
    from oidc_pyramid.fetch import Fetched, FetchRefused

    uri = "https://sector.example/redirect_uris.json"
    pairwise = {"subject_type": "pairwise", "sector_identifier_uri": uri}

    class Shelf:
        body = b"[]"

        def get(self, url, *, accept=""):
            assert url == uri
            if self.body is None:
                raise FetchRefused("ConnectionRefusedError")
            return Fetched(200, "application/json", self.body)

    shelf = op.runtime.fetcher = Shelf()
    answers = []
    for body in (b"[]", b'["https://example.com/op"]', b"[7]", b"{}", b"nonsense", None):
        shelf.body = body
        answers.append(register(browser, status=400, **pairwise))
    assert answers[0]["error"] == "invalid_client_metadata"
    assert answers == answers[:1] * len(answers), "SF-07"
    shelf.body = json.dumps(PLAIN["redirect_uris"]).encode()
    subjects = set()
    for _ in range(2):
        made = register(browser, **pairwise)
        rp = RelyingParty(made["client_id"], made["client_secret"], PLAIN["redirect_uris"][0])
        tokens = code_flow(op, browser, rp)
        told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
        subjects.add(told["sub"])
    assert len(subjects) == 1
    assert alice not in subjects
