"""Clients are told of a sign-out: Back-Channel, Front-Channel Logout, Session Management."""

import base64
import json
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from oidc_pyramid.interfaces import IKeysFactory
from oidc_pyramid.logout import end_sessions
from oidc_pyramid.logout_delivery import deliver
from oidc_pyramid.testing import OWN_FORM, answer_of, authorize, code_flow, token_request

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OUT = "https://rp.example/out"
NOW = int(time.time())


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.fixture
def receiver():
    """A client's back-channel endpoint that answers what ``statuses`` says, then 200."""
    seen, statuses = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers["Content-Type"], parse_qs(body.decode())))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.seen, server.statuses = seen, statuses
    server.uri = f"http://127.0.0.1:{server.server_port}/logout"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def op(make_op):
    return make_op(**{"oidc.fetch_allow": "127.0.0.0/8", "oidc.logout_interval": "0"})


def send(op, now=None):
    keys = op.app.registry.getUtility(IKeysFactory)
    return deliver(op.db, op.runtime.settings, keys, op.runtime.fetcher, now=now)


def sign_out(browser, tokens, **more):
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, **more}
    return browser.get("/end_session", params)


@pytest.mark.spec("Back-Channel Logout", "2.4")
@pytest.mark.spec("Back-Channel Logout", "2.5")
def test_the_client_gets_a_logout_token(op, alice, browser, receiver):
    rp = op.add_client("rp", backchannel_logout_uri=receiver.uri, post_logout_redirect_uris=(OUT,))
    tokens = code_flow(op, browser, rp)
    assert sign_out(browser, tokens, state="s").headers["Location"] == f"{OUT}?state=s"
    assert receiver.seen == []
    assert send(op) == 1
    kind, form = receiver.seen[0]
    header, claims = map(decoded, form["logout_token"][0].split(".")[:2])
    id_claims = decoded(tokens["id_token"].split(".")[1])
    assert kind == "application/x-www-form-urlencoded"
    assert header["typ"] == "logout+jwt"
    assert (claims["iss"], claims["aud"]) == (op.issuer, "rp")
    assert (claims["sub"], claims["sid"]) == (id_claims["sub"], id_claims["sid"])
    assert claims["events"] == {EVENT: {}}
    assert "nonce" not in claims
    assert claims["exp"] - claims["iat"] <= 120
    assert send(op) == 0


@pytest.mark.spec("Back-Channel Logout", "2.4")
@pytest.mark.parametrize("alg, expected", [("HS256", "HS256"), ("none", "RS256")])
def test_a_logout_token_is_signed_as_id_tokens_but_never_unsigned(make_op, receiver, alg, expected):
    switches = {"oidc.fetch_allow": "127.0.0.0/8", "oidc.logout_interval": "0"}
    op = make_op(**switches, **{"oidc.id_token_none": "true"})
    alice, browser = op.add_user("alice", "wonderland"), op.browser()
    rp = op.add_client(
        "rp",
        secret="a secret of more than 32 bytes, kept",
        backchannel_logout_uri=receiver.uri,
        id_token_signed_response_alg=alg,
    )
    code_flow(op, browser, rp)
    with op.provider() as provider:
        end_sessions(provider, alice, now=NOW)
    assert send(op) == 1
    header = decoded(receiver.seen[0][1]["logout_token"][0].split(".")[0])
    assert (header["alg"], header["typ"]) == (expected, "logout+jwt")


def test_a_client_whose_token_can_not_be_signed_holds_up_nobody(op, alice, browser, receiver):
    told = {"backchannel_logout_uri": receiver.uri}
    for name in ("broken", "sound"):
        code_flow(op, browser, op.add_client(name, **told))
    with op.provider() as provider:
        provider.clients["broken"].update({"id_token_signed_response_alg": "ES512"})
        end_sessions(provider, alice, now=NOW)
    assert send(op) == 1
    assert len(receiver.seen) == 1


@pytest.mark.spec("Back-Channel Logout", "2.5")
def test_a_client_that_is_down_is_told_later_with_the_same_jti(op, alice, browser, receiver):
    rp = op.add_client("rp", backchannel_logout_uri=receiver.uri, post_logout_redirect_uris=(OUT,))
    sign_out(browser, code_flow(op, browser, rp))
    receiver.statuses.append(503)
    with op.provider() as provider:
        now = next(iter(provider.outbox.due(now=2**40))).created_at
    assert send(op, now) == 0
    assert send(op, now + 1) == 0
    assert send(op, now + 3600) == 1
    ids = [decoded(f["logout_token"][0].split(".")[1])["jti"] for _, f in receiver.seen]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_we_give_up_in_the_end_and_say_so(op, alice, browser, receiver, caplog):
    rp = op.add_client("rp", backchannel_logout_uri=receiver.uri, post_logout_redirect_uris=(OUT,))
    sign_out(browser, code_flow(op, browser, rp))
    attempts = op.runtime.settings.logout_attempts
    receiver.statuses += [500] * attempts
    now = 2_000_000_000
    for number in range(attempts + 3):
        send(op, now + number * 7200)
    assert len(receiver.seen) == attempts
    assert "gave up telling rp" in caplog.text
    with op.provider() as provider:
        assert len(provider.outbox) == 0


def test_a_logout_that_is_not_committed_tells_nobody(op, alice, browser, receiver):
    rp = op.add_client("rp", backchannel_logout_uri=receiver.uri)
    tokens = code_flow(op, browser, rp)
    browser.get(
        "/end_session",
        {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://evil.example/"},
        status=400,
    )
    assert send(op) == 0


@pytest.mark.spec("Back-Channel Logout", "2.7")
def test_session_bound_refresh_tokens_end_and_offline_ones_stay(op, alice, browser):
    rp = op.add_client("rp", post_logout_redirect_uris=(OUT,))
    bound = code_flow(op, browser, rp)
    rp.scope = "openid offline_access"
    offline = code_flow(op, browser, rp)
    sign_out(browser, bound)
    for tokens, status in ((bound, 400), (offline, 200)):
        token_request(
            browser,
            rp,
            status=status,
            grant_type="refresh_token",
            refresh_token=tokens["refresh_token"],
        )


@pytest.mark.spec("Front-Channel Logout", "2")
@pytest.mark.spec("Front-Channel Logout", "3")
def test_the_page_loads_the_clients_frame_with_iss_and_sid(op, alice, browser):
    rp = op.add_client(
        "rp",
        frontchannel_logout_uri="https://rp.example/front?keep=1",
        post_logout_redirect_uris=(OUT,),
    )
    tokens = code_flow(op, browser, rp)
    page = sign_out(browser, tokens, state="x y")
    frame = urlsplit(page.html.find("iframe", class_="told")["src"]) if page.html else None
    told = {name: values[0] for name, values in parse_qs(frame.query).items()}
    sid = decoded(tokens["id_token"].split(".")[1])["sid"]
    assert told == {"keep": "1", "iss": op.issuer, "sid": sid}
    assert page.html.find(id="continue")["href"] == f"{OUT}?state=x%20y"
    assert "frame-src https://rp.example" in page.headers["Content-Security-Policy"]


@pytest.mark.spec("Session Management", "2")
def test_session_state_is_the_hash_that_the_iframe_computes(make_op):
    op = make_op(**{"oidc.session_management": "true"})
    rp, browser = op.add_client("rp"), op.browser()
    op.add_user("alice", "wonderland")
    given, salt = answer_of(authorize(op, browser, rp))["session_state"].split(".")
    state = browser.cookies["__Host-oidc_state"]
    text = f"rp https://rp.example {state} {salt}"
    assert given == sha256(text.encode()).hexdigest()
    page = browser.get("/check_session")
    assert "X-Frame-Options" not in page.headers
    assert "frame-ancestors" not in page.headers["Content-Security-Policy"]
    assert 'data-cookie="__Host-oidc_state"' in page.text


@pytest.mark.spec("Session Management", "3")
def test_the_browser_state_changes_with_the_sign_out(make_op):
    op = make_op(**{"oidc.session_management": "true"})
    rp, browser = op.add_client("rp", post_logout_redirect_uris=(OUT,)), op.browser()
    op.add_user("alice", "wonderland")
    tokens = code_flow(op, browser, rp)
    before = browser.cookies["__Host-oidc_state"]
    cookie = next(
        c
        for c in sign_out(browser, tokens).headers.getall("Set-Cookie")
        if c.startswith("__Host-oidc_state=")
    )
    assert before not in cookie
    assert "SameSite=None" in cookie
    assert "; secure" in cookie


def test_without_the_setting_there_is_no_session_management(op, rp, alice, browser):
    assert "session_state" not in answer_of(authorize(op, browser, rp))
    browser.get("/check_session", status=404)
    assert "check_session_iframe" not in browser.get("/.well-known/openid-configuration").json


def test_sign_out_on_the_account_page_tells_clients_too(op, alice, browser, receiver):
    rp = op.add_client("rp", backchannel_logout_uri=receiver.uri)
    code_flow(op, browser, rp)
    form = next(f for f in browser.get("/account").forms.values() if "logout" in f.action)
    form.submit(headers=OWN_FORM)
    assert send(op) == 1


def test_se_11_a_hint_signed_with_a_stolen_key_is_worth_nothing(op, rp, alice, browser):
    tokens = code_flow(op, browser, rp)
    with op.provider() as provider:
        stolen = next(key for key in provider.keys.keys if key.alg == "RS256")
        provider.keys.retire(stolen, now=2_000_000_000, keep=0)
    browser.get("/end_session", {"id_token_hint": tokens["id_token"]}, status=400)


def test_a_hint_outlives_the_key_that_was_rotated(op, rp, alice, browser):
    tokens = code_flow(op, browser, rp)
    with op.provider() as provider:
        rotated = next(key for key in provider.keys.keys if key.alg == "RS256")
        provider.keys.retire(rotated, now=1_000_000_000, keep=3600)
        assert provider.keys.expire(now=2_000_000_000) == [rotated]
    browser.get("/end_session", {"id_token_hint": tokens["id_token"]}, status=200)


def test_many_messages_are_delivered_in_one_go(op, alice, browser, receiver):
    for number in range(9):
        rp = op.add_client(f"rp{number}", backchannel_logout_uri=receiver.uri)
        tokens = code_flow(op, browser, rp)
    browser.get("/end_session", {"id_token_hint": tokens["id_token"]})
    assert send(op) == 9
    assert send(op) == 0
