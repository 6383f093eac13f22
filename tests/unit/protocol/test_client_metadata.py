"""Client metadata: what is kept, what is ignored, what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol import jose
from oidc_pyramid.protocol.client_fields import READERS, TRANSLATED
from oidc_pyramid.protocol.client_metadata import Policy, validate
from oidc_pyramid.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from oidc_pyramid.protocol.jwk import SIGNING_ALGS

MINIMAL = {"redirect_uris": ["https://a.example/cb"]}
JWKS = {"keys": [jose.public_part(jose.new_key("ES256"))]}
PROVES_BY_KEY = {"token_endpoint_auth_method": "private_key_jwt"}
WEB_URIS = (
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "jwks_uri",
    "sector_identifier_uri",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "backchannel_client_notification_endpoint",
)


def kept(policy=None, **members):
    return validate({**MINIMAL, **members}, policy=policy)


def refused(kind=InvalidClientMetadata, policy=None, **members):
    with pytest.raises(kind) as caught:
        validate({**MINIMAL, **members}, policy=policy)
    assert caught.value.status == 400
    return caught.value.check.public


@pytest.mark.spec("Registration", "2")
def test_the_defaults():
    assert validate(MINIMAL) == {
        "redirect_uris": ["https://a.example/cb"],
        "application_type": "web",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
    }


@pytest.mark.spec("Registration", "3.1")
def test_the_example_of_the_specification():
    document = {
        "application_type": "web",
        "redirect_uris": [
            "https://client.example.org/callback",
            "https://client.example.org/callback2",
        ],
        "client_name": "My Example",
        "client_name#ja-Jpan-JP": "クライアント名",
        "logo_uri": "https://client.example.org/logo.png",
        "subject_type": "pairwise",
        "sector_identifier_uri": "https://other.example.net/file_of_redirect_uris.json",
        "token_endpoint_auth_method": "client_secret_basic",
        "jwks_uri": "https://client.example.org/my_public_keys.jwks",
        "contacts": ["ve7jtb@example.org", "mary@example.org"],
        "request_uris": [
            "https://client.example.org/rf.txt#qpXaRLh_n93TTR9F252ValdatUQvQiJi5BDub2BeznA"
        ],
    }
    metadata = validate(document)
    assert document.items() <= metadata.items()


def test_what_is_kept_can_be_validated_again_and_is_json():
    metadata = kept(
        client_name="Example",
        jwks=JWKS,
        scope="openid  email".replace("  ", " "),
        default_max_age=3600,
        require_auth_time=True,
        default_acr_values=["urn:x"],
        response_modes=["form_post"],
        dpop_bound_access_tokens=True,
        post_logout_redirect_uris=["https://a.example/bye"],
        frontchannel_logout_uri="https://a.example/logout",
        frontchannel_logout_session_required=True,
        backchannel_logout_uri="https://a.example/back",
    )
    assert validate(json.loads(json.dumps(metadata))) == metadata


@pytest.mark.spec("RFC 7591", "2")
@pytest.mark.parametrize(
    "name",
    [
        "client_id",
        "client_secret",
        "registration_access_token",
        "is_admin",
        "skip_consent",
        "first_party",
        "trusted",
        "_p_oid",
        "__class__",
        "__parent__",
        "owner",
        "created_by",
        "require_consent",
        "require_pkce",
        "tls_client_certificate_bound_access_tokens",
        "client_name#",
        "client_name#en_US",
        "client_name#../x",
        "redirect_uris#en",
        "scope#en",
        "foo",
        "",
    ],
)
def test_dc_02_what_a_client_does_not_decide_is_ignored(name):
    assert kept(**{name: "x"}) == validate(MINIMAL)


def test_members_that_are_no_texts_are_ignored():
    assert validate({**MINIMAL, 5: "x", None: "y"}) == validate(MINIMAL)


@pytest.mark.spec("RFC 7592", "2.2")
@pytest.mark.parametrize("name", sorted(READERS.keys() - {"redirect_uris"}))
@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_count_as_left_out(name, value):
    assert kept(**{name: value}) == validate(MINIMAL)


@pytest.mark.spec("RFC 7591", "2.2")
def test_translations_are_kept():
    metadata = kept(**{"client_name#de": "Beispiel", "tos_uri#de": "https://a.example/agb"})
    assert metadata["client_name#de"] == "Beispiel"
    assert metadata["tos_uri#de"] == "https://a.example/agb"
    assert "tos_uri#de" in refused(**{"tos_uri#de": "http://a.example/agb"})


def test_too_many_translations_are_refused():
    refused(**{f"client_name#x-{n}": "x" for n in range(101)})
    refused(**{f"{field}#x-{n}": "https://a.example/" for field in TRANSLATED for n in range(30)})


ODD_VALUES = [5, 1.5, True, [], ["x"], [5], {}, {"x": "y"}, "x" * 100_000, "\ud800", b"x", [None]]


@pytest.mark.parametrize("name", sorted(READERS))
def test_odd_types_are_refused_and_never_an_accident(name):
    for value in ODD_VALUES:
        try:
            metadata = kept(**{name: value})
        except (InvalidClientMetadata, InvalidRedirectUri):
            continue
        json.dumps(metadata)


@given(
    st.dictionaries(
        st.sampled_from(sorted(READERS)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=5), c, max_size=2),
            max_leaves=5,
        ),
    )
)
def test_any_document_is_kept_or_refused(document):
    try:
        metadata = validate(document)
    except (InvalidClientMetadata, InvalidRedirectUri) as error:
        assert error.description  # noqa: PT017
    else:
        assert validate(metadata) == metadata


# Names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Example",
        "<script>",
        "${x}",
        "{{7*7}}",
        "structure:x",
        "Ünïcödé",
        "クライアント",
        "🦊 Fox",
        "x" * 80,
    ],
)
def test_dc_04_names_that_are_only_strange(name):
    assert kept(client_name=name)["client_name"] == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a\u202eb", id="DC-04-right-to-left-override"),
        pytest.param("a\u2066b", id="DC-04-isolate"),
        pytest.param("Goo\u200bgle", id="DC-04-zero-width-space"),
        pytest.param("Goo\u200dgle", id="DC-04-zero-width-joiner"),
        pytest.param("Goo\u00adgle", id="DC-04-soft-hyphen"),
        pytest.param("\ufeffGoogle", id="DC-04-bom"),
        pytest.param("a\nb", id="DC-04-newline"),
        pytest.param("a\x00b", id="DC-04-nul"),
        pytest.param("a\x85b", id="DC-04-next-line"),
        pytest.param("a\u2028b", id="DC-04-line-separator"),
        pytest.param("a\ue000b", id="DC-04-private-use"),
        pytest.param("a\ud800b", id="DC-04-surrogate"),
        pytest.param("x" * 81, id="DC-04-81-characters"),
        pytest.param("x" * 10_240, id="DC-04-10-KiB"),
        pytest.param("   ", id="DC-04-blank"),
    ],
)
def test_names_that_could_deceive(name):
    assert "client_name" in refused(client_name=name)
    assert "client_name#de" in refused(**{"client_name#de": name})


# URIs --------------------------------------------------------------------------------------

DANGEROUS = {
    "javascript": "javascript:alert(1)",
    "javascript-mixed-case": "JaVaScRiPt:alert(1)",
    "javascript-tab": "java\tscript:alert(1)",
    "data": "data:text/html,x",
    "vbscript": "vbscript:x",
    "blob": "blob:https://a.example/x",
    "file": "file:///etc/passwd",
    "about": "about:blank",
    "ftp": "ftp://a.example/",
    "view-source": "view-source:https://a.example/cb",
    "intent": "intent://x",
    "http": "http://a.example/x",
    "userinfo": "https://a@evil.example/",
    "backslash": "https://evil.example\\@a.example/",
}


@pytest.mark.parametrize("name", WEB_URIS)
@pytest.mark.parametrize("uri", DANGEROUS.values(), ids=[f"RU-12-{one}" for one in DANGEROUS])
def test_dangerous_uris_of_pages_and_endpoints(name, uri):
    assert refused(**{name: uri}).startswith(name)


@pytest.mark.parametrize("name", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("application_type", ["web", "native"])
@pytest.mark.parametrize("uri", DANGEROUS.values(), ids=[f"RU-12-{one}" for one in DANGEROUS])
def test_dangerous_redirect_uris(name, application_type, uri):
    members = {name: [uri], "application_type": application_type}
    assert refused(InvalidRedirectUri, **members).startswith(name)


@pytest.mark.parametrize("uri", DANGEROUS.values(), ids=[f"RU-12-{one}" for one in DANGEROUS])
def test_dangerous_request_uris(uri):
    refused(request_uris=[uri])


@pytest.mark.parametrize("name", WEB_URIS)
def test_http_to_this_machine_only_in_development(name):
    uri = "http://localhost:6543/x"
    redirects = ["http://localhost:6543/cb"]
    policy = Policy(loopback_http=True)
    assert kept(policy, redirect_uris=redirects, **{name: uri})[name] == uri
    refused(**{name: uri})


@pytest.mark.spec("Registration", "2")
@pytest.mark.parametrize(
    "uris",
    [
        pytest.param(["https://a.example/cb"] * 2, id="DC-05-twice"),
        pytest.param([f"https://a.example/{n}" for n in range(51)], id="DC-05-51"),
        pytest.param([f"https://a.example/{n}" for n in range(10_000)], id="DC-05-10000"),
        pytest.param(["https://a.example/cb", None], id="DC-05-sparse"),
        pytest.param(["https://a.example/cb", 5], id="DC-05-mixed"),
        pytest.param("https://a.example/cb", id="DC-05-text"),
        pytest.param({"0": "https://a.example/cb"}, id="DC-05-object"),
        pytest.param([], id="DC-05-empty"),
        pytest.param(None, id="DC-05-null"),
        pytest.param([""], id="DC-05-empty-text"),
        pytest.param(["https://a.example/cb#x"], id="RU-07-fragment"),
        pytest.param(["https://a.example/cb#"], id="RU-07-empty-fragment"),
        pytest.param(["https://*.example/cb"], id="RU-05-wildcard"),
        pytest.param(["https://clıent.example/cb"], id="RU-08-not-ascii"),  # noqa: RUF001
        pytest.param(["com.example.p:/cb"], id="RU-13-private-use-of-a-web-client"),
        pytest.param(["https://a.example/cb?code=x"], id="RU-19-response-parameter"),
        pytest.param(["http://localhost/cb"], id="http-of-a-web-client"),
    ],
)
def test_bad_redirect_uris(uris):
    assert "redirect_uris" in refused(InvalidRedirectUri, redirect_uris=uris)


def test_fifty_redirect_uris_are_fine():
    uris = [f"https://a.example/{n}" for n in range(50)]
    assert kept(redirect_uris=uris)["redirect_uris"] == uris


@pytest.mark.spec("RFC 8252", "7")
def test_native_applications():
    uris = ["com.example.p:/cb", "http://127.0.0.1/cb", "https://p.example/cb"]
    metadata = kept(
        redirect_uris=uris, application_type="native", token_endpoint_auth_method="none"
    )
    assert metadata["redirect_uris"] == uris


@pytest.mark.spec("Registration", "2")
@pytest.mark.parametrize(
    "uri", ["http://localhost/cb", "http://127.0.0.1/cb", "https://localhost/cb"]
)
def test_implicit_web_clients_are_not_local(uri):
    members = {"redirect_uris": [uri], "response_types": ["id_token"]}
    refused(InvalidRedirectUri, Policy(loopback_http=True), **members)
    assert kept(Policy(loopback_http=True), redirect_uris=[uri])
    assert kept(application_type="native", **members)


@pytest.mark.spec("Front-Channel Logout", "2")
@pytest.mark.parametrize(
    "uri", ["https://b.example/logout", "https://a.example:8443/logout", "https://x.a.example/"]
)
def test_the_frame_of_front_channel_logout_is_of_a_known_origin(uri):
    assert "frontchannel_logout_uri" in refused(frontchannel_logout_uri=uri)


@pytest.mark.spec("Core", "8.1")
def test_pairwise_with_several_hosts_needs_a_sector():
    several = {"redirect_uris": ["https://a.example/", "https://b.example/"]}
    assert "sector_identifier_uri" in refused(subject_type="pairwise", **several)
    assert kept(subject_type="pairwise")
    assert kept(subject_type="public", **several)
    assert kept(
        subject_type="pairwise", sector_identifier_uri="https://a.example/sector.json", **several
    )


# Grants ------------------------------------------------------------------------------------


@pytest.mark.spec("RFC 7591", "2.1")
@pytest.mark.parametrize(
    "given, settled",
    [
        ({}, (["authorization_code"], ["code"])),
        ({"response_types": ["id_token"]}, (["implicit"], ["id_token"])),
        (
            {"response_types": ["token id_token code"]},
            (["authorization_code", "implicit"], ["code id_token token"]),
        ),
        ({"response_types": ["token id_token"]}, (["implicit"], ["id_token token"])),
        (
            {"grant_types": ["authorization_code", "refresh_token"]},
            (["authorization_code", "refresh_token"], ["code"]),
        ),
        ({"grant_types": ["client_credentials"]}, (["client_credentials"], [])),
        (
            {"grant_types": ["authorization_code", "implicit"], "response_types": ["code"]},
            (["authorization_code"], ["code"]),
        ),
        (
            {"grant_types": ["authorization_code", "authorization_code"]},
            (["authorization_code"], ["code"]),
        ),
    ],
)
def test_grant_and_response_types_agree(given, settled):
    metadata = kept(**given)
    assert (metadata["grant_types"], metadata["response_types"]) == settled


@pytest.mark.spec("RFC 7591", "2.1")
@pytest.mark.parametrize(
    "members",
    [
        pytest.param(
            {"response_types": ["token"], "grant_types": ["authorization_code"]}, id="DC-06-token"
        ),
        pytest.param(
            {"response_types": ["id_token"], "grant_types": ["authorization_code"]},
            id="DC-06-id-token",
        ),
        pytest.param(
            {"response_types": ["code id_token"], "grant_types": ["authorization_code"]},
            id="DC-06-hybrid",
        ),
        pytest.param(
            {"response_types": ["code"], "grant_types": ["client_credentials"]}, id="DC-06-code"
        ),
        pytest.param(
            {"response_types": ["id_token"], "grant_types": ["authorization_code", "implicit"]},
            id="DC-06-code-without-code",
        ),
        pytest.param(
            {"response_types": [], "grant_types": ["authorization_code"]}, id="DC-06-no-responses"
        ),
        pytest.param({"response_types": []}, id="DC-06-nothing"),
        pytest.param({"grant_types": []}, id="DC-06-no-grants"),
        pytest.param({"grant_types": ["implicit"]}, id="DC-06-implicit-alone"),
        pytest.param(
            {"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"},
            id="DC-06-public-client-credentials",
        ),
        pytest.param({"grant_types": ["password"]}, id="DC-02-password"),
        pytest.param(
            {"grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"]},
            id="DC-02-token-exchange",
        ),
        pytest.param({"response_types": ["xyz"]}, id="RT-02-unknown"),
        pytest.param({"response_types": ["code code"]}, id="RT-02-twice"),
        pytest.param({"response_types": [""]}, id="RT-02-empty"),
        pytest.param({"response_modes": ["web_message"]}, id="RT-02-mode"),
        pytest.param({"application_type": "spa"}, id="application-type"),
        pytest.param({"subject_type": "secret"}, id="subject-type"),
        pytest.param({"token_endpoint_auth_method": "client_secret_jwt"}, id="CA-12-hmac"),
        pytest.param({"token_endpoint_auth_method": "private_key_jwt"}, id="no-keys"),
        pytest.param({"jwks": JWKS, "jwks_uri": "https://a.example/jwks"}, id="both-jwks"),
        pytest.param({"jwks": {"keys": [jose.new_key("ES256")]}}, id="JO-19-private-key"),
        pytest.param({"jwks": {"keys": [jose.new_key("HS256")]}}, id="JO-19-symmetric-key"),
        pytest.param({"jwks": {"keys": [{}] * 51}}, id="SF-05-51-keys"),
        pytest.param({**PROVES_BY_KEY, "jwks": {"keys": []}}, id="no-key-at-all"),
        pytest.param(
            {**PROVES_BY_KEY, "jwks": {"keys": [{**JWKS["keys"][0], "use": "enc"}]}},
            id="JO-18-no-key-for-signatures",
        ),
        pytest.param(
            {**PROVES_BY_KEY, "jwks": JWKS, "token_endpoint_auth_signing_alg": "RS256"},
            id="no-key-for-the-algorithm",
        ),
        pytest.param({"scope": "a  b"}, id="scope-grammar"),
        pytest.param({"scope": "x" * 5000}, id="scope-length"),
        pytest.param({"default_max_age": -1}, id="negative-age"),
        pytest.param({"default_max_age": "5"}, id="age-is-a-text"),
        pytest.param({"require_auth_time": "true"}, id="text-for-true"),
        pytest.param({"contacts": ["x" * 256]}, id="long-contact"),
        pytest.param({"contacts": ["x"] * 51}, id="51-contacts"),
        pytest.param({"id_token_signed_response_alg": "HS256"}, id="CA-12-hmac-id-token"),
        pytest.param({"token_endpoint_auth_signing_alg": "none"}, id="JO-01-none-assertion"),
        pytest.param({"userinfo_signed_response_alg": "none"}, id="JO-01-none-userinfo"),
        pytest.param(
            {"id_token_signed_response_alg": "none", "response_types": ["id_token"]},
            id="JO-01-none-from-the-front-channel",
        ),
        pytest.param({"id_token_encrypted_response_alg": "RSA-OAEP"}, id="JO-14-not-offered"),
    ],
)
def test_contradictions_and_what_is_not_offered(members):
    refused(**members)


EVERYTHING = Policy(
    auth_methods=("client_secret_basic", "private_key_jwt", "client_secret_jwt"),
    client_signing_algs=(*SIGNING_ALGS, "none"),
)


@pytest.mark.spec("RFC 7591", "2")
@pytest.mark.spec("Registration", "2")
@pytest.mark.parametrize("method", EVERYTHING.auth_methods)
@pytest.mark.parametrize("alg", EVERYTHING.client_signing_algs)
def test_secrets_and_keys_have_algorithms_of_their_own(method, alg):
    members = {"token_endpoint_auth_method": method, "token_endpoint_auth_signing_alg": alg}
    by_secret = alg.startswith("HS")
    good = {
        "client_secret_basic": alg != "none",
        "private_key_jwt": alg != "none" and not by_secret,
        "client_secret_jwt": by_secret,
    }
    if good[method]:
        kept(EVERYTHING, jwks_uri="https://a.example/jwks", **members)
    else:
        said = refused(policy=EVERYTHING, jwks_uri="https://a.example/jwks", **members)
        assert "token_endpoint_auth_signing_alg" in said


def test_none_and_ciba_exclude_each_other():
    """DC-06: polling for a login needs a client that proves who it is."""
    ciba = "urn:openid:params:grant-type:ciba"
    policy = Policy(grant_types=(ciba,))
    members = {"grant_types": [ciba], "response_types": []}
    assert kept(policy, **members)["response_types"] == []
    refused(policy=policy, token_endpoint_auth_method="none", **members)


@pytest.mark.spec("Registration", "2")
def test_an_unsigned_id_token_comes_from_the_token_endpoint():
    assert kept(id_token_signed_response_alg="none")["id_token_signed_response_alg"] == "none"
    policy = Policy(signing_algs=("RS256",))
    refused(policy=policy, id_token_signed_response_alg="none")


def test_a_client_without_redirects_needs_none():
    metadata = validate({"grant_types": ["client_credentials"]})
    assert "redirect_uris" not in metadata


@pytest.mark.spec("Registration", "2")
def test_encryption_has_a_default_method():
    policy = Policy(encryption_algs=("RSA-OAEP-256",), encryption_encs=("A128CBC-HS256", "A256GCM"))
    metadata = kept(policy, jwks=JWKS, id_token_encrypted_response_alg="RSA-OAEP-256")
    assert metadata["id_token_encrypted_response_enc"] == "A128CBC-HS256"
    assert "needs" in refused(policy=policy, userinfo_encrypted_response_enc="A256GCM")
    assert "keys" in refused(policy=policy, userinfo_encrypted_response_alg="RSA-OAEP-256")


def test_only_public_members_of_known_keys_are_kept():
    key = {**JWKS["keys"][0], "oops": "x"}
    metadata = kept(jwks={"keys": [key, {"kty": "AKP", "pub": "x"}], "more": 1})
    assert metadata["jwks"] == JWKS


def test_keys_make_private_key_jwt_possible():
    for keys in ({"jwks": JWKS}, {"jwks_uri": "https://a.example/jwks"}):
        metadata = kept(token_endpoint_auth_method="private_key_jwt", **keys)
        assert metadata["token_endpoint_auth_method"] == "private_key_jwt"


def test_what_the_deployment_does_not_offer_is_refused():
    policy = Policy(
        response_types=("code",), auth_methods=("none",), grant_types=("authorization_code",)
    )
    assert kept(policy, token_endpoint_auth_method="none")
    for members in (
        {"response_types": ["id_token"]},
        {"grant_types": ["authorization_code", "refresh_token"]},
        {"token_endpoint_auth_method": "client_secret_post"},
    ):
        refused(policy=policy, **{"token_endpoint_auth_method": "none", **members})
