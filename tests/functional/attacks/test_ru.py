"""RU: the answer goes to the registered address, or nowhere."""

import pytest

from oidc_pyramid.protocol.client_metadata import validate
from oidc_pyramid.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from oidc_pyramid.testing import OWN_FORM, answer_of, redeem, token_request
from tests.functional.attacks import wire
from tests.functional.attacks.cast import PASSWORD, VERIFIER, challenge, code_of, tokens, walk
from tests.functional.attacks.musts import e_page, e_redir, inactive, t_err

A = "https://a.example/cb"
WRONG = {
    "RU-01-userinfo": "https://a.example@evil.example/cb",
    "RU-01-userinfo-port": "https://a.example:443@evil.example/cb",
    "RU-01-userinfo-slash": "https://a.example%2f@evil.example/cb",
    "RU-02-backslash-at": "https://evil.example\\@a.example/cb",
    "RU-02-backslash-host": "https://a.example\\.evil.example/cb",
    "RU-02-backslashes": "https:\\\\evil.example\\cb",
    "RU-02-backslash-path": "https://a.example/cb\\..\\..\\x",
    "RU-03-space-before": f" {A}",
    "RU-03-space-after": f"{A} ",
    "RU-03-newline-after": f"{A}\n",
    "RU-03-nul-after": f"{A}\0",
    "RU-03-tab-inside": "https://a.exa\tmple/cb",
    "RU-03-script": "java\nscript:alert(1)//https://a.example/cb",
    "RU-04-dots": f"{A}/../open-redirect",
    "RU-04-encoded-dots": f"{A}/%2e%2e/x",
    "RU-04-encoded-slash": f"{A}%2f..%2fx",
    "RU-04-semicolon": f"{A}/..;/x",
    "RU-04-dot": f"{A}/./",
    "RU-04-slash": f"{A}/",
    "RU-04-two-slashes": "https://a.example//cb",
    "RU-04-encoded-twice": f"{A}/%252e%252e/x",
    "RU-04-dots-before": "https://a.example/x/../cb",
    "RU-05-suffix-host": "https://a.example.evil.example/cb",
    "RU-05-suffix-path": f"{A}.evil",
    "RU-05-query": f"{A}?x=1",
    "RU-05-empty-query": f"{A}?",
    "RU-05-prefix-host": "https://xa.example/cb",
    "RU-05-dot-is-a-dot": "https://aXexample/cb",
    "RU-06-upper-case": "HTTPS://A.EXAMPLE/cb",
    "RU-06-path-case": "https://a.example/CB",
    "RU-06-percent": "https://a.example/%63b",
    "RU-06-port": "https://a.example:443/cb",
    "RU-06-root-dot": "https://a.example./cb",
    "RU-06-empty-port": "https://a.example:/cb",
    "RU-06-zero-port": "https://a.example:0443/cb",
    "RU-07-fragment": f"{A}#x",
    "RU-07-empty-fragment": f"{A}#",
    "RU-07-encoded-fragment": f"{A}%23x",
    "RU-08-dotless-i": "https://cl\u0131ent.example/cb",
    "RU-08-ideographic-dot": "https://a\u3002example/cb",
    "RU-08-fraction-slash": "https://a.example\u2044.evil.example/cb",
    "RU-08-full-width": "https://\uff41.example/cb",
    "RU-11-http": "http://a.example/cb",
    "RU-12-javascript": "javascript:alert(1)",
    "RU-12-data": "data:text/html,<script>alert(1)</script>",
    "RU-14-empty": "",
    "RU-16-of-another-client": "https://b.example/cb",
}
LOOPBACK = {
    "RU-09-bracketed-name": "https://[a.example]/cb",
    "RU-09-mapped": "http://[::ffff:127.0.0.1]/cb",
    "RU-09-hex": "http://0x7f.1/cb",
    "RU-09-number": "http://2130706433/cb",
    "RU-09-short": "http://127.1/cb",
    "RU-09-zone": "http://[::1%25eth0]/cb",
    "RU-09-future": "http://[v1.x]/cb",
    "RU-09-open-bracket": "http://[::1/cb",
    "RU-10-other-path": "http://127.0.0.1:51004/other",
    "RU-10-query": "http://127.0.0.1:51004/cb?x=1",
    "RU-10-userinfo": "http://user@127.0.0.1:51004/cb",
    "RU-10-fragment": "http://127.0.0.1:51004/cb#f",
    "RU-10-port-too-high": "http://127.0.0.1:99999/cb",
    "RU-10-port-zero": "http://127.0.0.1:0/cb",
    "RU-10-localhost": "http://localhost:51004/cb",
    "RU-10-https": "https://127.0.0.1:51004/cb",
    "RU-10-suffix": "http://127.0.0.1.evil.example/cb",
    "RU-10-neighbour": "http://127.0.0.2/cb",
    "RU-10-v6": "http://[::1]:51004/cb",
    "RU-13-authority": "com.example.p://evil/cb",
    "RU-13-other-scheme": "com.example.q:/cb",
}


def items(table):
    return [pytest.param(value, id=name) for name, value in table.items()]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("uri", items(WRONG))
def test_not_the_registered_string(shared, uri, method):
    response = shared.authorize(shared.asks(redirect_uri=uri), method=method)
    e_page(response, "evil", "b.example")


@pytest.mark.parametrize("uri", items(WRONG))
def test_not_even_for_somebody_signed_in(shared, signed_in, uri):
    e_page(shared.authorize(shared.asks(redirect_uri=uri), browser=signed_in), "evil")


@pytest.mark.parametrize("uri", items(LOOPBACK))
def test_a_native_client_chooses_nothing_but_the_port(shared, uri):
    e_page(shared.authorize(shared.asks(shared.p, redirect_uri=uri)), "evil")


def test_ru_10_the_port_of_a_loopback_address_is_free(shared):
    uri = "http://127.0.0.1:51004/cb"
    assert shared.authorize(shared.asks(shared.p, redirect_uri=uri)).status_int == 303


def test_ru_10_a_web_client_has_no_such_freedom(cast):
    cast.op.change_client(cast.a.client_id, redirect_uris=("http://127.0.0.1/cb",))
    e_page(cast.authorize(cast.asks(redirect_uri="http://127.0.0.1:51004/cb")))


def test_ru_11_registered_with_https_asked_with_http(cast):
    cast.op.change_client(cast.p.client_id, redirect_uris=("https://127.0.0.1/cb",))
    e_page(cast.authorize(cast.asks(cast.p, redirect_uri="http://127.0.0.1:1/cb")))


def test_ru_13_who_the_app_is_is_asked_each_time(cast):
    browser, uri = cast.browser(), "com.example.p:/cb"
    assert "code" in answer_of(walk(cast, browser, cast.p, redirect_uri=uri))
    again = cast.asks(cast.p, redirect_uri=uri, prompt="none")
    e_redir(cast.authorize(again, browser=browser), "consent_required", to=f"{uri}?")


@pytest.mark.parametrize("uri", [None, ""], ids=["RU-14-left-out-of-two", "RU-14-empty-of-two"])
def test_left_out(shared, uri):
    e_page(shared.authorize(shared.asks(shared.b, redirect_uri=uri)))


@pytest.mark.parametrize(
    "uri",
    [None, "", "https://a.example/other"],
    ids=["RU-14-token-left-out", "RU-14-token-empty", "RU-14-token-different"],
)
def test_the_token_request_repeats_it(cast, uri):
    browser = cast.browser()
    code = code_of(cast, browser)
    sent = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    sent |= {} if uri is None else {"redirect_uri": uri}
    t_err(cast.post("/token", sent, cast.a), 400, "invalid_grant")
    assert redeem(browser, cast.a, code, code_verifier=VERIFIER)["access_token"]


TWICE = {
    "RU-15-evil-last": [("redirect_uri", A), ("redirect_uri", "https://evil.example/")],
    "RU-15-evil-first": [("redirect_uri", "https://evil.example/"), ("redirect_uri", A)],
    "RU-15-the-same": [("redirect_uri", A), ("redirect_uri", A)],
    "RU-15-brackets": [("redirect_uri[]", A)],
    "RU-15-semicolon": [("redirect_uri", f"{A};redirect_uri=https://evil.example/")],
}


@pytest.mark.parametrize("pairs", items(TWICE))
def test_sent_twice(shared, pairs):
    asked = [pair for pair in shared.asks().items() if pair[0] != "redirect_uri"]
    e_page(shared.authorize(asked + pairs), "evil")


def test_ru_15_once_in_the_query_once_in_the_body(shared):
    asked = shared.asks(redirect_uri=None)
    response = wire.call(
        shared.op,
        "/authorize?redirect_uri=https%3A%2F%2Fa.example%2Fcb",
        method="POST",
        body=("&".join(f"{k}={v}" for k, v in asked.items()) + f"&redirect_uri={A}").encode(),
    )
    e_page(response)


TRIGGERS = {
    "RU-17-response-type": {"response_type": "xyz"},
    "RU-17-no-response-type": {"response_type": None},
    "RU-17-no-nonce": {"response_type": "id_token", "nonce": None},
    "RU-17-scope": {"scope": "bad\\scope"},
    "RU-17-no-scope": {"scope": None},
    "RU-17-prompt-none": {"prompt": "none"},
    "RU-17-request": {"request": "e30.e30."},
    "RU-17-request-uri": {"request_uri": "https://evil.example/r"},
    "RU-17-long-state": {"state": "x" * 9000},
    "RU-17-plain": {"code_challenge_method": "plain"},
    "RU-17-mode": {"response_mode": "web_message"},
    "RU-17-hint": {"id_token_hint": "e30.e30."},
}


@pytest.mark.parametrize(
    "identity",
    [{"redirect_uri": "https://evil.example/cb"}, {"client_id": "nobody"}, {"client_id": None}],
    ids=["unregistered", "unknown-client", "no-client"],
)
@pytest.mark.parametrize("trigger", items(TRIGGERS))
def test_no_error_goes_to_an_unproven_address(shared, trigger, identity):
    e_page(shared.authorize(shared.asks(**{**trigger, **identity})), "evil")


@pytest.mark.parametrize(
    "state",
    ["x" * 2048, "x\r\nSet-Cookie: pwn=1", '"><script>alert(1)</script>', "ü\u2028日本"],
    ids=["RU-20-long", "RU-20-crlf", "RU-20-markup", "RU-20-unicode"],
)
def test_state_comes_back_exactly_or_not_at_all(shared, state):
    response = shared.authorize(shared.asks(state=state, prompt="none"))
    whole = "\r" not in state
    error = "login_required" if whole else "invalid_request"
    e_redir(response, error, state=state if whole else None)
    assert not [name for name, _ in response.headerlist if name == "Set-Cookie"]
    assert "\n" not in response.headers["Location"]
    assert "<" not in response.headers["Location"]


def test_ru_20_too_long_a_state_is_an_error_for_the_client(shared):
    response = shared.authorize(shared.asks(state="x" * 2049))
    e_redir(response, "invalid_request", state=None)


@pytest.mark.parametrize("raw", ["%ed%a0%80", "%ff", "%c0%ae", "%", "%00"])
def test_ru_20_state_that_is_no_text(shared, raw):
    query = "&".join(f"{k}={v}" for k, v in shared.asks(state=None).items())
    response = wire.call(shared.op, f"/authorize?{query}&state={raw}")
    if raw == "%00":
        e_redir(response, "invalid_request", state=None)
    else:
        e_page(response)


def test_ru_21_the_address_is_swapped_while_the_page_is_open(cast):
    browser = cast.browser()
    page = browser.get("/authorize", cast.asks()).follow()
    cast.op.change_client(cast.a.client_id, redirect_uris=("https://a.example/new",))
    form = page.forms["login-form"]
    form["username"], form["password"] = cast.username, PASSWORD
    e_page(form.submit(headers=OWN_FORM, status=400))


def test_ru_22_the_client_is_disabled_meanwhile(cast):
    browser = cast.browser()
    code = code_of(cast, browser)
    granted = tokens(cast, browser)
    with cast.op.provider() as provider:
        provider.clients[cast.a.client_id].disable(now=1)
    e_page(cast.authorize(cast.asks()))
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": A}
    t_err(cast.post("/token", sent, cast.a), 401, "invalid_client")
    refresh = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    t_err(cast.post("/token", refresh, cast.a), 401, "invalid_client")
    cast.op.change_client(cast.s.client_id, scope=("token_introspection",))
    inactive(cast.post("/introspect", {"token": granted["access_token"]}, cast.s))


REGISTRATIONS = {
    **{name: uri for name, uri in WRONG.items() if name.split("-")[1] in {"01", "02", "03"}},
    "RU-05-wildcard-host": "https://*.example/cb",
    "RU-05-wildcard-path": "https://a.example/*",
    "RU-05-wildcard": "*",
    "RU-07-fragment": f"{A}#x",
    "RU-07-empty-fragment": f"{A}#",
    "RU-08-dotless-i": "https://cl\u0131ent.example/cb",
    "RU-08-ideographic-dot": "https://a\u3002example/cb",
    "RU-13-no-dot": "myapp:/cb",
    "RU-13-openid": "openid://",
    "RU-13-authority": "com.example.p://evil/cb",
    "RU-19-code": f"{A}?code=stale",
    "RU-19-iss": f"{A}?x=1&iss=https://evil",
}


@pytest.mark.parametrize("application_type", ["web", "native"])
@pytest.mark.parametrize("uri", items(REGISTRATIONS))
def test_not_to_be_registered(uri, application_type):
    with pytest.raises(InvalidRedirectUri):
        validate({"redirect_uris": [uri], "application_type": application_type})


SCHEMES = [
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "blob:https://a.example/1",
    "file:///etc/passwd",
    "about:blank",
    "ftp://a.example/cb",
    "view-source:https://a.example/cb",
    "intent://a.example/#Intent;end",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
]
FIELDS = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "initiate_login_uri",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "jwks_uri",
    "sector_identifier_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("uri", SCHEMES)
def test_ru_12_dangerous_schemes_in_no_field(uri, field):
    several = field.endswith("uris")
    document = {"redirect_uris": [A], "token_endpoint_auth_method": "none"}
    document[field] = [uri] if several else uri
    with pytest.raises(InvalidRedirectUri if several else InvalidClientMetadata):
        validate(document)


@pytest.mark.parametrize("uri", SCHEMES)
def test_ru_12_and_not_where_an_old_record_has_one(cast, uri):
    cast.op.change_client(cast.a.client_id, redirect_uris=(uri,))
    asked = cast.asks(redirect_uri=uri, response_mode="form_post", **challenge())
    e_page(cast.authorize(asked))


def test_ru_22_token_request_of_a_removed_client(cast):
    browser = cast.browser()
    granted = tokens(cast, browser)
    with cast.op.provider() as provider:
        provider.clients.delete(provider.clients[cast.a.client_id], now=1)
    answer = token_request(
        browser,
        cast.a,
        status=401,
        grant_type="refresh_token",
        refresh_token=granted["refresh_token"],
    )
    assert answer["error"] == "invalid_client"
