"""CA: a client proves who it is, in its one registered way."""

import pytest

from tests.functional.attacks import wire
from tests.functional.attacks.cast import VERIFIER, code_of, tokens
from tests.functional.attacks.musts import inactive, no_5xx, refused_bearer, t_err
from tests.functional.attacks.wire import basic

ENDPOINTS = {
    "token": {"grant_type": "refresh_token", "refresh_token": "x"},
    "revoke": {"token": "x"},
    "introspect": {"token": "x"},
}
SECRET = "a client secret: %:+ü&="


def forms_of_ca_01(client_id):
    return {
        "wrong-basic": ({}, [basic(f"{client_id}:wrong")]),
        "empty-basic": ({}, [basic(f"{client_id}:")]),
        "no-colon": ({}, [basic(client_id)]),
        "garbage": ({}, [("Authorization", "Basic %%%")]),
        "no-credentials": ({}, [("Authorization", "Basic")]),
        "unknown": ({}, [basic("nobody:wrong")]),
        "wrong-post": ({"client_id": client_id, "client_secret": "wrong"}, []),
        "empty-post": ({"client_id": client_id, "client_secret": ""}, []),
        "no-secret": ({"client_id": client_id}, []),
        "unknown-post": ({"client_id": "nobody", "client_secret": "wrong"}, []),
        "nobody": ({}, []),
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("form", forms_of_ca_01("A"), ids=lambda form: f"CA-01-{form}")
def test_wrong_or_missing_secret(shared, endpoint, form):
    fields, headers = forms_of_ca_01(shared.a.client_id)[form]
    response = shared.post(f"/{endpoint}", {**ENDPOINTS[endpoint], **fields}, headers=headers)
    t_err(response, 401, "invalid_client")
    if headers:
        assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_ca_01_unknown_client_and_wrong_secret_look_alike(shared):
    for pair in ("wrong-basic", "unknown"), ("wrong-post", "unknown-post"):
        answers = []
        for form in pair:
            fields, headers = forms_of_ca_01(shared.a.client_id)[form]
            response = shared.post("/token", {**ENDPOINTS["token"], **fields}, headers=headers)
            answers.append((response.status, response.body, dict(response.headers)))
        assert answers[0] == answers[1]


def test_ca_02_a_confidential_client_is_never_public(cast):
    code, granted = code_of(cast), tokens(cast)
    me = {"client_id": cast.a.client_id}
    exchange = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    exchange["redirect_uri"] = cast.a.redirect_uri
    refresh = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    for path, fields in (
        ("/token", exchange),
        ("/token", refresh),
        ("/revoke", {"token": granted["refresh_token"]}),
        ("/introspect", {"token": granted["access_token"]}),
    ):
        t_err(cast.post(path, {**fields, **me}), 401, "invalid_client")
    assert cast.post("/token", exchange, cast.a).json["access_token"]
    assert cast.post("/token", refresh, cast.a).json["access_token"]


def test_ca_02_a_public_client_may_not_introspect(shared):
    response = shared.post("/introspect", {"token": "x", "client_id": shared.p.client_id})
    t_err(response, 401, "invalid_client")


def test_ca_03_a_secret_in_the_body_is_not_basic(shared):
    fields = {"client_id": shared.a.client_id, "client_secret": SECRET}
    t_err(shared.post("/token", {**ENDPOINTS["token"], **fields}), 401, "invalid_client")


def test_ca_03_basic_is_not_a_secret_in_the_body(cast):
    cast.op.change_client(cast.a.client_id, token_endpoint_auth_method="client_secret_post")
    t_err(cast.post("/token", ENDPOINTS["token"], cast.a), 401, "invalid_client")
    fields = {"client_id": cast.a.client_id, "client_secret": SECRET}
    t_err(cast.post("/token", {**ENDPOINTS["token"], **fields}), 400, "invalid_grant")


@pytest.mark.parametrize("method", ["private_key_jwt", "client_secret_jwt"])
def test_ca_03_a_client_with_a_key_has_no_secret(cast, method):
    cast.op.change_client(cast.a.client_id, token_endpoint_auth_method=method)
    t_err(cast.post("/token", ENDPOINTS["token"], cast.a), 401, "invalid_client")
    fields = {"client_id": cast.a.client_id, "client_secret": SECRET}
    t_err(cast.post("/token", {**ENDPOINTS["token"], **fields}), 401, "invalid_client")


@pytest.mark.parametrize(
    "more",
    [
        {"client_id": "A", "client_secret": SECRET},
        {"client_secret": SECRET},
        {"client_id": "B"},
        {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": "e30.e30.e30",
        },
    ],
    ids=["CA-03-both", "CA-03-both-without-id", "CA-03-mismatch", "CA-03-assertion"],
)
def test_more_than_one_mechanism(shared, more):
    names = {"A": shared.a.client_id, "B": shared.b.client_id}
    fields = {name: names.get(value, value) for name, value in more.items()}
    response = shared.post("/token", {**ENDPOINTS["token"], **fields}, shared.a)
    t_err(response, (400, 401), "invalid_request", "invalid_client")


def test_ca_03_a_public_client_with_a_secret(shared):
    fields = {"client_id": shared.p.client_id, "client_secret": "anything"}
    t_err(shared.post("/token", {**ENDPOINTS["token"], **fields}), 401, "invalid_client")
    headers = [basic(f"{shared.p.client_id}:anything")]
    t_err(shared.post("/token", ENDPOINTS["token"], headers=headers), 401, "invalid_client")


def right(cast):
    return dict(cast.a.basic)["Authorization"].removeprefix("Basic ")


LAX = {
    "CA-04-no-padding": lambda text: "Basic " + text.rstrip("="),
    "CA-04-more-padding": lambda text: f"Basic {text}====",
    "CA-04-space-inside": lambda text: f"Basic {text[:9]} {text[9:]}",
    "CA-04-space-after": lambda text: f"Basic {text} ",
    "CA-04-tab": lambda text: f"Basic\t{text}",
    "CA-04-url-alphabet": lambda text: "Basic " + text + "-_",
    "CA-04-two-headers": lambda text: f"Basic {text}, Bearer y",
    "CA-04-twice": lambda text: f"Basic {text}, Basic {text}",
    "CA-04-quoted": lambda text: f'Basic "{text}"',
    "CA-04-bearer": lambda text: f"Bearer {text}",
    "CA-04-latin-1": lambda _: basic("A:secr\xe9t".encode("latin-1"))[1],
    "CA-04-utf-8": lambda _: basic("A:secrét")[1],
    "CA-04-bad-escape": lambda _: basic("A:100%")[1],
    "CA-04-nul": lambda _: basic(b"A\x00:x")[1],
    "CA-04-encoded-nul": lambda _: basic("A:%00")[1],
    "CA-04-encoded-bytes": lambda _: basic("%ff:%ff")[1],
}


@pytest.mark.parametrize("spelling", LAX.values(), ids=LAX)
def test_basic_is_read_strictly(shared, spelling):
    headers = [("Authorization", spelling(right(shared)))]
    response = shared.post("/token", ENDPOINTS["token"], headers=headers)
    t_err(response, (400, 401), "invalid_client", "invalid_request")


def test_ca_04_the_scheme_is_read_in_any_case(shared):
    headers = [("Authorization", f"bASIC {right(shared)}")]
    t_err(shared.post("/token", ENDPOINTS["token"], headers=headers), 400, "invalid_grant")


def test_ca_13_guesses_are_limited_and_lock_nobody_out(make_cast_with):
    cast = make_cast_with(**{"oidc.throttle_secret": "5"})
    wrong = [basic(f"{cast.a.client_id}:guess")]
    answers = [cast.post("/token", ENDPOINTS["token"], headers=wrong) for _ in range(6)]
    assert [answer.status_int for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert cast.post("/token", ENDPOINTS["token"], cast.a).status_int == 429
    elsewhere = cast.post("/token", ENDPOINTS["token"], cast.a, REMOTE_ADDR="198.51.100.7")
    t_err(elsewhere, 400, "invalid_grant")
    t_err(cast.post("/token", ENDPOINTS["token"], cast.b), 400, "invalid_grant")


def test_ca_14_a_client_is_no_person(shared):
    granted = shared.post("/token", {"grant_type": "client_credentials"}, shared.s).json
    headers = [("Authorization", f"Bearer {granted['access_token']}")]
    response = wire.call(shared.op, "/userinfo", headers=headers)
    refused_bearer(response, "insufficient_scope", status=403)
    seen = shared.post("/introspect", {"token": granted["access_token"]}, shared.s).json
    assert seen["sub"] == seen["client_id"] == shared.s.client_id
    assert not {"auth_time", "username"} & set(seen)
    assert "refresh_token" not in granted
    assert "id_token" not in granted


def test_ca_14_nor_with_the_scopes_of_a_person(cast):
    cast.op.change_client(cast.s.client_id, scope=("openid", "email", "books"))
    for scope in ("openid", "email", "openid books"):
        asked = {"grant_type": "client_credentials", "scope": scope}
        t_err(cast.post("/token", asked, cast.s), 400, "invalid_scope")
    asked = {"grant_type": "client_credentials"}
    assert cast.post("/token", asked, cast.s).json["scope"] == "books"


GRANTS = [
    "client_credentials",
    "password",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "implicit",
    "AUTHORIZATION_CODE",
    "authorization_code ",
    "__class__",
    "",
    None,
]


@pytest.mark.parametrize("grant_type", GRANTS, ids=lambda name: f"CA-15-{name}")
def test_grant_types_that_the_client_has_not(shared, grant_type):
    fields = {"username": "ursula", "password": "x", "code": "x", "scope": "openid"}
    if grant_type is not None:
        fields["grant_type"] = grant_type
    response = shared.post("/token", fields, shared.a)
    t_err(response, 400, "unauthorized_client", "unsupported_grant_type", "invalid_request")


def test_ca_15_a_refresh_token_of_a_client_that_may_not(cast):
    granted = tokens(cast)
    cast.op.change_client(cast.a.client_id, grant_types=("authorization_code",))
    refresh = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    t_err(cast.post("/token", refresh, cast.a), 400, "unauthorized_client")


def test_ca_15_a_public_client_has_no_credentials(cast):
    cast.op.change_client(cast.p.client_id, grant_types=("client_credentials",))
    fields = {"grant_type": "client_credentials", "client_id": cast.p.client_id}
    t_err(cast.post("/token", fields), 400, "unauthorized_client")


def test_ca_15_twice(shared):
    body = b"grant_type=refresh_token&grant_type=client_credentials&refresh_token=x"
    t_err(shared.post("/token", body, shared.a), 400, "invalid_request")


def test_ca_16_credentials_in_the_query(shared):
    query = f"client_id={shared.a.client_id}&client_secret=x&grant_type=client_credentials"
    response = wire.call(shared.op, f"/token?{query}", method="POST")
    t_err(response, 401, "invalid_client")
    get = no_5xx(wire.call(shared.op, f"/token?{query}"))
    assert get.status_int == 405
    assert get.headers["Allow"] == "POST"


def test_ca_22_nothing_is_told_to_a_disabled_client(cast):
    granted = tokens(cast)
    with cast.op.provider() as provider:
        provider.clients[cast.a.client_id].disable(now=1)
    t_err(cast.post("/introspect", {"token": "x"}, cast.a), 401, "invalid_client")
    cast.op.change_client(cast.s.client_id, scope=("token_introspection",))
    inactive(cast.post("/introspect", {"token": granted["access_token"]}, cast.s))
