"""Who asks for tokens? (RFC 6749 §2.3, §5.2, Core §9)"""

import base64
from urllib.parse import quote

import pytest

from tests.functional.protocol.steps import code_for, code_with_proof

pytestmark = [pytest.mark.spec("RFC 6749", "2.3.1"), pytest.mark.spec("Core", "9")]
ODD = "%3A:+ &=ü€/\\\"'~"


def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def encoded(client_id, secret):
    return basic(f"{quote(client_id, safe='')}:{quote(secret, safe='')}")


@pytest.fixture
def ask(op, rp, browser):
    """Redeem a fresh code of *rp* with this authentication; ``status`` is what must come."""

    def token(headers=None, status=200, client=rp, path="/token", **more):
        code = code_for(op, browser, client)
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            **more,
        }
        return browser.post(path, body, headers=headers or {}, status=status)

    return token


def refused(response):
    """One answer for every reason (RFC 6749 §5.2), and the name of a scheme (RFC 9110 §15.5.2)."""
    expected = {
        "error": "invalid_client",
        "error_description": "client authentication failed",
    }
    assert response.json == expected
    assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_basic_with_every_odd_character(ask, add_client):
    rp = add_client(secret=ODD)
    assert ask(encoded(rp.client_id, ODD), client=rp).json["access_token"]


def test_basic_with_plus_for_a_space(ask, add_client):
    rp = add_client(secret="a secret of thirty-two characters")
    header = basic(f"{rp.client_id}:a+secret+of+thirty-two+characters")
    assert ask(header, client=rp).json["access_token"]


def test_basic_is_written_in_any_case(ask, rp):
    value = rp.basic["Authorization"].replace("Basic", "bAsIc")
    assert ask({"Authorization": value}).json["access_token"]


def test_the_client_id_may_be_in_the_body_as_well(ask, rp):
    assert ask(rp.basic, client_id=rp.client_id).json["access_token"]


def test_post(ask, add_client):
    rp = add_client(secret=ODD, token_endpoint_auth_method="client_secret_post")
    own = {"client_id": rp.client_id, "client_secret": ODD}
    assert ask(client=rp, **own).json["access_token"]


def test_none(op, public, browser):
    code, verifier = code_with_proof(op, browser, public)
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": public.redirect_uri,
        "client_id": public.client_id,
        "code_verifier": verifier,
    }
    assert browser.post("/token", body).json["access_token"]


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.spec("RFC 6749", "4.1.3")
def test_a_wrong_secret_and_an_unknown_client_look_the_same(ask, rp):
    refused(ask(encoded(rp.client_id, "wrong"), 401))
    refused(ask(encoded("nobody", "wrong"), 401))
    refused(ask(encoded(rp.client_id, ""), 401))


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.spec("RFC 6749", "3.2.1")
@pytest.mark.spec("RFC 9110", "15.5.2")
def test_a_confidential_client_has_to_authenticate(ask, rp):
    refused(ask(status=401))
    refused(ask(status=401, client_id=rp.client_id))
    refused(ask(status=401, client_id=rp.client_id, client_secret="wrong"))


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic YQ",
        "Basic YTpi=",
        "Bearer YTpi",
        "Digest username=a",
        "YTpi",
        "Basic YTpi YTpi",
        "Basic " + base64.b64encode(b"a:\xff").decode(),
        "Basic " + base64.b64encode(b"%:%").decode(),
        "Basic " + base64.b64encode(b"%ff:%ff").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"%00:%00").decode(),
        "Basic " + "YTpi" * 5000,
    ],
)
def test_a_header_that_nobody_can_read(ask, header):
    refused(ask({"Authorization": header}, 401))


@pytest.mark.spec("RFC 6749", "2.3")
@pytest.mark.spec("RFC 6749", "5.2")
def test_one_method_at_a_time(ask, rp):
    both = {"client_id": rp.client_id, "client_secret": rp.secret}
    assert ask(rp.basic, 400, **both).json["error"] == "invalid_request"


@pytest.mark.spec("RFC 6749", "2.3")
def test_two_identities(ask, rp, add_client):
    other = add_client()
    response = ask(rp.basic, 400, client_id=other.client_id)
    assert response.json["error"] == "invalid_request"


@pytest.mark.spec("Core", "3.1.3.2")
def test_only_the_registered_method_will_do(ask, add_client):
    posting = add_client(token_endpoint_auth_method="client_secret_post")
    refused(ask(posting.basic, 401, client=posting))
    basic_one = add_client()
    own = {"client_id": basic_one.client_id, "client_secret": basic_one.secret}
    refused(ask(status=401, client=basic_one, **own))


def test_a_secret_in_the_address_counts_for_nothing(ask, add_client):
    rp = add_client(token_endpoint_auth_method="client_secret_post")
    own = f"client_id={rp.client_id}&client_secret={quote(rp.secret, safe='')}"
    refused(ask(status=401, client=rp, path=f"/token?{own}"))


def test_a_disabled_client(op, ask, add_client):
    rp = add_client()

    def disable(client):
        with op.provider() as provider:
            provider.clients[client.client_id].disable(now=1)

    code_before = ask(rp.basic, client=rp)
    disable(rp)
    more = {"grant_type": "refresh_token", "refresh_token": code_before.json["refresh_token"]}
    response = code_before.test_app.post("/token", more, headers=rp.basic, status=401)
    refused(response)


def test_a_method_that_the_deployment_does_not_offer(own_op):
    op = own_op(client_auth="client_secret_post")
    rp, browser = op.add_client(), op.browser()
    body = {"grant_type": "client_credentials"}
    response = browser.post("/token", body, headers=rp.basic, status=401)
    assert response.json["error"] == "invalid_client"
