"""What a relying party must not accept, and what it says then."""

import json

import pytest

BAD_ID_TOKENS = [
    ({"iss": "https://evil.example"}, "iss is the provider that we asked"),
    ({"aud": "another"}, "aud is our client_id"),
    ({"aud": ["playground", "another"]}, "azp, if there is one, is our client_id"),
    ({"azp": "another"}, "azp, if there is one, is our client_id"),
    ({"exp": 1}, "exp: it has not expired"),
    ({"exp": None}, "exp: it has not expired"),
    ({"exp": "soon"}, "exp: it has not expired"),
    ({"iat": 1}, "iat: it was issued just now"),
    ({"iat": None}, "iat: it was issued just now"),
    ({"nonce": "another"}, "nonce is the one that we sent"),
    ({"nonce": None}, "nonce is the one that we sent"),
    ({"at_hash": "AAAA"}, "at_hash fits the access token"),
    ({"sub": None}, "sub says who signed in"),
    ({"sub": "é"}, "sub says who signed in"),
]


@pytest.mark.spec("Core", "3.1.3.7")
@pytest.mark.parametrize("claims,wrong", BAD_ID_TOKENS)
def test_a_bad_id_token_stops_the_run(visitor, fake, claims, wrong):
    fake.claims |= claims
    visitor.walk("do-tokens")
    assert visitor.wrong("tokens") == [wrong]
    assert visitor.next == "stopped"
    assert visitor.page.html.find(id="do-userinfo") is None


@pytest.mark.spec("Core", "3.1.2.1")
@pytest.mark.parametrize("auth_time", [1, None])
def test_an_old_sign_in_is_not_enough_for_max_age(visitor, fake, auth_time):
    fake.claims["auth_time"] = auth_time
    visitor.begin(max_age="60")
    visitor.answer()
    visitor.click("do-tokens")
    assert visitor.wrong("tokens") == ["auth_time is recent enough for max_age"]


@pytest.mark.spec("RFC 8725", "3.1")
@pytest.mark.parametrize("alg", ["none", "HS256", "ES512"])
def test_the_token_alone_does_not_choose_its_algorithm(visitor, fake, alg):
    _header, claims, signature = fake.id_token().split(".")
    from base64 import urlsafe_b64encode

    forged = urlsafe_b64encode(json.dumps({"alg": alg, "kid": "k1"}).encode()).decode().rstrip("=")
    fake.answers["/token"] = (
        200,
        {},
        {**fake.tokens, "id_token": f"{forged}.{claims}.{signature}"},
    )
    visitor.walk("do-tokens")
    wrong = visitor.wrong("tokens")
    assert "alg is one that the provider announces, and not none" in wrong
    assert "The signature is good, with the key of that kid" in wrong


def test_an_algorithm_that_was_not_announced_is_refused(visitor, fake):
    fake.metadata["id_token_signing_alg_values_supported"] = ["RS256"]
    visitor.walk("do-tokens")
    assert visitor.wrong("tokens") == ["alg is one that the provider announces, and not none"]


@pytest.mark.parametrize(
    "keys", [{"keys": []}, {}, {"keys": ["odd"]}, {"keys": [{"kid": "k1", "kty": "EC"}]}]
)
def test_without_the_key_no_signature_is_good(visitor, fake, keys):
    fake.answers["/jwks"] = (200, {}, keys)
    visitor.walk("do-tokens")
    assert visitor.wrong("tokens") == ["The signature is good, with the key of that kid"]


def test_another_key_of_the_same_name_is_noticed(visitor, fake):
    from jwcrypto.jwk import JWK

    other = JWK.generate(kty="EC", crv="P-256", kid="k1")
    fake.answers["/jwks"] = (200, {}, {"keys": [json.loads(other.export_public())]})
    visitor.walk("do-tokens")
    assert visitor.wrong("tokens") == ["The signature is good, with the key of that kid"]


@pytest.mark.parametrize("token", ["rubbish", "a.b.c", "e30.W10.x", "é.é.é"])
def test_what_is_no_jwt_is_no_id_token(visitor, fake, token):
    fake.answers["/token"] = (200, {}, {**fake.tokens, "id_token": token})
    visitor.walk("do-tokens")
    assert visitor.wrong("tokens") == ["The ID Token is a JWT"]


@pytest.mark.parametrize(
    "changed,wrong",
    [
        ({"token_type": "mac"}, ["token_type is Bearer"]),
        ({"access_token": None}, ["There is an access token"]),
        ({"id_token": None}, ["There is an ID Token"]),
    ],
)
def test_an_incomplete_token_answer_stops_the_run(visitor, fake, changed, wrong):
    fake.claims["at_hash"] = None
    fake.tokens |= changed
    fake.answers["/token"] = (200, {}, {"id_token": None, **fake.tokens})
    if "id_token" not in changed:
        visitor.begin(scope=["email"])
        visitor.answer()
        visitor.click("do-tokens")
    else:
        visitor.walk("do-tokens")
    assert visitor.wrong("tokens") == wrong
    assert visitor.next == "stopped"


def test_an_answer_that_may_be_stored_is_noticed(visitor, fake):
    fake.claims["nonce"] = None
    visitor.begin()
    fake.claims["nonce"] = visitor.request["nonce"]
    fake.answers["/token"] = (
        200,
        {"Cache-Control": "public"},
        {**fake.tokens, "id_token": fake.id_token()},
    )
    visitor.answer()
    visitor.click("do-tokens")
    assert visitor.wrong("tokens") == ["Nobody on the way may keep the answer"]


@pytest.mark.spec("RFC 9207", "2.4")
@pytest.mark.parametrize("iss", ["https://evil.example", None])
def test_an_answer_from_another_provider_stops_the_run(visitor, fake, iss):
    visitor.begin()
    visitor.answer(iss=iss)
    assert visitor.wrong("answer") == ["iss is the provider that we asked"]
    assert visitor.next == "stopped"
    assert visitor.page.html.find(id="do-tokens") is None


@pytest.mark.spec("RFC 9207", "2.4")
def test_iss_is_not_missed_where_it_was_not_promised(visitor, fake):
    del fake.metadata["authorization_response_iss_parameter_supported"]
    visitor.begin()
    visitor.answer(iss=None)
    assert visitor.wrong("answer") == []
    assert visitor.next == "tokens"


def test_an_answer_without_a_code_stops_the_run(visitor):
    visitor.begin()
    visitor.answer(code=None)
    assert visitor.wrong("answer") == ["There is a code"]
    assert visitor.next == "stopped"


@pytest.mark.spec("RFC 6749", "10.12")
@pytest.mark.parametrize("state", ["another", "", "é", "\0"])
def test_an_answer_with_a_foreign_state_is_nobodys(visitor, state):
    visitor.begin()
    page = visitor.app.get("/playground/callback", {"code": "c", "state": state}, status=400)
    assert page.html.find(id="playground-problem")
    assert visitor.app.get(visitor.page.request.url).html.find(id="to-provider")


@pytest.mark.spec("RFC 6749", "10.12")
def test_a_state_works_only_in_the_browser_that_it_was_made_for(visitor, another):
    visitor.begin()
    params = {"code": "c", "state": visitor.request["state"], "iss": visitor.issuer}
    another.app.get("/playground/")
    another.app.get("/playground/callback", params, status=400)


def test_a_foreign_error_is_explained_all_the_same(visitor):
    params = {"error": "access_denied", "error_description": "<b>no</b>", "state": "x"}
    page = visitor.app.get("/playground/callback", params, status=400)
    assert page.html.select("[data-error=access_denied]")
    assert "<b>no</b>" not in page.text


@pytest.mark.parametrize("code", ["access_denied", "login_required", "consent_required"])
def test_an_error_of_the_provider_is_explained(visitor, code):
    visitor.begin()
    visitor.answer(code=None, error=code, error_description="because")
    notice = visitor.entry("answer").select(f"[data-error={code}]")[0]
    assert "because" in notice.get_text()
    assert notice.select("a.cite")[0]["href"].startswith("https://")
    assert visitor.next == "stopped"
    assert visitor.page.html.find(id="again")


def test_an_error_that_nobody_knows_is_shown_too(visitor):
    visitor.begin()
    visitor.answer(code=None, error="<odd>")
    assert "&lt;odd&gt;" in visitor.page.text
    assert "not one of the usual ones" in visitor.page.text


def test_a_refused_code_stops_the_run(visitor, fake):
    fake.answers["/token"] = (401, {}, {"error": "invalid_client", "error_description": "no"})
    visitor.walk("do-tokens")
    assert visitor.entry("tokens").select("[data-error=invalid_client]")
    assert visitor.next == "stopped"


@pytest.mark.spec("Discovery", "4.3")
@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, {"issuer": "https://evil.example"}),
        (404, {}, {"error": "not_found"}),
        (200, {}, "no JSON"),
        (200, {}, []),
        (200, {"Content-Type": "text/html"}, "<p>hello"),
        (302, {"Location": "https://evil.example/"}, ""),
    ],
)
def test_a_bad_discovery_document_stops_the_run(visitor, fake, answer):
    fake.answers["/.well-known/openid-configuration"] = answer
    visitor.begin()
    assert visitor.wrong("discovery")
    assert visitor.next == "stopped"
    assert len(fake.seen) == 1


@pytest.mark.parametrize("where", ["javascript:alert(1)", "/authorize", "", None, 7, "http://[x"])
def test_the_browser_is_sent_to_web_addresses_alone(visitor, fake, where):
    fake.metadata["authorization_endpoint"] = where
    visitor.begin()
    assert visitor.wrong("discovery") == ["The endpoints that we need are there"]


def test_requests_go_to_the_provider_alone(visitor, fake):
    fake.metadata["token_endpoint"] = "http://127.0.0.1:9/token"
    visitor.walk("do-tokens")
    assert "speaks with its own provider alone" in visitor.page
    assert visitor.next == "stopped"


def test_a_provider_that_is_gone_is_a_failure_on_the_page(visitor, fake):
    visitor.begin()
    visitor.answer()
    fake.silent = True
    visitor.click("do-tokens")
    assert "No answer" in visitor.entry("tokens").get_text()
    assert visitor.next == "stopped"
