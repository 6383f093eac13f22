"""The public documents: keys and metadata, and how long they may be kept."""

import pytest

PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"]


@pytest.mark.spec("Discovery", "4.2")
@pytest.mark.spec("RFC 8414", "3.2")
@pytest.mark.parametrize("path", PATHS)
def test_json_that_may_be_kept(browser, path):
    response = browser.get(path)
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in response.headers


@pytest.mark.spec("Core", "10.1.1")
def test_as_long_as_the_deployment_says(own_op):
    browser = own_op(jwks_max_age="5m", discovery_max_age="2h").browser()
    assert browser.get("/jwks").cache_control.max_age == 300
    assert browser.get(PATHS[0]).cache_control.max_age == 7200


@pytest.mark.spec("RFC 9110", "13.1.2")
@pytest.mark.parametrize("path", PATHS)
def test_who_has_it_already_is_told_so(browser, path):
    tag = browser.get(path).headers["ETag"]
    response = browser.get(path, headers={"If-None-Match": tag}, status=304)
    assert response.body == b""


@pytest.mark.spec("RFC 9110", "9.3.2")
@pytest.mark.parametrize("path", PATHS)
def test_the_head_alone(browser, path):
    response = browser.head(path)
    assert response.body == b""
    assert response.headers["ETag"] == browser.get(path).headers["ETag"]


@pytest.mark.spec("Discovery", "4.3")
@pytest.mark.spec("RFC 8414", "3.3")
@pytest.mark.parametrize("host", ["op.example", "op.example:443", "OP.example"])
def test_addresses_come_from_the_setting_and_not_from_the_request(op, host):
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    metadata = op.browser(Host=host, **forwarded).get(PATHS[0]).json
    assert metadata["issuer"] == op.issuer
    addresses = [value for name, value in metadata.items() if name.endswith(("_endpoint", "_uri"))]
    assert all(address.startswith("https://op.example/") for address in addresses)


@pytest.mark.spec("RFC 9110", "15.5.20")
@pytest.mark.parametrize("host", ["evil.example", "op.example:444", "op.example@evil.example", ""])
def test_under_another_name_there_is_nothing(op, host):
    response = op.browser(Host=host).get(PATHS[0], status=421)
    assert "evil.example" not in response.text


@pytest.mark.spec("Discovery", "3")
@pytest.mark.spec("RFC 9207", "3")
def test_what_is_promised_is_there(op, browser):
    metadata = browser.get(PATHS[0]).json
    assert metadata["authorization_response_iss_parameter_supported"] is True
    for name in ("authorization_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        path = metadata[name].removeprefix(op.issuer)
        assert browser.get(path, expect_errors=True).status_int != 404
    for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        path = metadata[name].removeprefix(op.issuer)
        assert browser.post(path, {}, expect_errors=True).status_int in (400, 401)


@pytest.mark.spec("Discovery", "4.2")
def test_no_member_is_empty(browser):
    assert all(value not in ([], "", None) for value in browser.get(PATHS[0]).json.values())


@pytest.mark.spec("Discovery", "3")
def test_what_the_settings_decide(own_op):
    op = own_op(
        response_types="code, id_token",
        response_modes="query fragment",
        grant_types="authorization_code",
        client_auth="client_secret_basic",
        acr_values="one two",
        locales="de",
        default_locale="de",
        op_policy_uri="https://op.example/privacy",
    )
    metadata = op.browser().get(PATHS[0]).json
    assert metadata["response_types_supported"] == ["code", "id_token"]
    assert metadata["response_modes_supported"] == ["query", "fragment"]
    assert metadata["grant_types_supported"] == ["authorization_code", "implicit"]
    assert metadata["token_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    assert metadata["acr_values_supported"] == ["one", "two"]
    assert metadata["ui_locales_supported"] == ["de"]
    assert metadata["op_policy_uri"] == "https://op.example/privacy"
