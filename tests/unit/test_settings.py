"""The settings: one frozen object, and a sentence for whatever is wrong."""

import dataclasses
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyramid.exceptions import ConfigurationError

from oidc_pyramid.protocol.resource import Resource
from oidc_pyramid.settings import KEYS, SECTIONS, SettingsError, read_settings, settings_problems
from oidc_pyramid.settings.document import reference
from oidc_pyramid.settings.rules import DEVELOPMENT_SECRET, why_weak

SECRET = "RzQ4kq7y-1bGmCkXvN3n0zYpT8wLhJdFaUeOi5sQx2c"
ROOT = Path(__file__).parents[2]


def read(**given):
    """Settings of a small production deployment, with some keys set otherwise."""
    base = {"oidc.issuer": "https://id.example.com", "oidc.secret": SECRET}
    return read_settings(base | {f"oidc.{name}": value for name, value in given.items()})


def complaint(**given):
    with pytest.raises(SettingsError) as caught:
        read(**given)
    return caught.value


def test_defaults():
    settings = read()
    assert settings.issuer == "https://id.example.com"
    assert settings.site_name == "id.example.com"
    assert settings.secret == SECRET.encode()
    assert settings.code_expire == 60
    assert settings.refresh_expire == 30 * 86400
    assert settings.signing_algs == ("RS256", "ES256")
    assert settings.grant_types == ("authorization_code", "refresh_token", "client_credentials")
    assert settings.response_types == ("code",)
    assert settings.development is settings.explain_errors is False


def test_settings_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().issuer = "https://evil.example"


def test_each_key_has_a_meaning_and_a_default_that_can_be_read():
    for key, declared in KEYS.items():
        assert declared.doc.endswith((".", ")")), key
        if not declared.required:
            declared.converter.read(declared.default)
    assert set(SECTIONS) <= {key.removeprefix("oidc.") for key in KEYS}


def test_other_keys_are_nobodys_business():
    assert read_settings(
        {"oidc.issuer": "http://localhost", "oidc.development": True, "zodbconn.uri": "memory://"}
    )


def test_a_misspelt_key_names_the_nearest():
    error = complaint(code_expires="60")
    assert isinstance(error, ConfigurationError)
    assert (error.key, error.value, error.nearest) == (
        "oidc.code_expires",
        "60",
        "oidc.code_expire",
    )
    assert "oidc.code_expires = '60'" in str(error)
    assert "oidc.code_expire" in str(error)


def test_the_value_of_a_misspelt_secret_is_not_shown():
    assert SECRET not in str(complaint(sercet_=1, secrets=SECRET))
    assert SECRET not in str(complaint(secrett=SECRET))


@pytest.mark.spec("Discovery", "3")
@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example.com",
        "https://id.example.com:8443/openid",
        "https://example.com/a/b-c_d~e.f",
        "http://localhost:6543",
        "http://op.localhost",
        "http://127.0.0.1:80",
        "http://127.8.9.1",
        "http://[::1]:6543",
    ],
)
def test_issuers(issuer):
    assert read(issuer=issuer).issuer == issuer


@pytest.mark.spec("Discovery", "3")
@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "id.example.com",
        "http://id.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "ftp://localhost",
        "https://id.example.com/",
        "https://id.example.com/openid/",
        "https://id.example.com?",
        "https://id.example.com?tenant=1",
        "https://id.example.com#",
        "https://me@id.example.com",
        "https://ID.example.com",
        "HTTPS://id.example.com",
        "https://id.example.com:port",
        "https://id.example.com:",
        "https://id.example.com:99999",
        "https://id.example.com/a//b",
        "https://id.example.com/../b",
        "https://id.example.com/a b",
        "https://id.exam\nple.com",
        "https://[::1",
        17,
    ],
)
def test_refused_issuers(issuer):
    assert complaint(issuer=issuer).key == "oidc.issuer"


def test_the_issuer_is_required():
    with pytest.raises(SettingsError, match=r"oidc\.issuer: it must be set"):
        read_settings({})


@pytest.mark.parametrize("value", [True, "true", "Yes", "on", "1", 1, b"true"])
def test_true(value):
    assert read(signup=value).signup is True


@pytest.mark.parametrize("value", [False, "false", "No", "off", "0", 0])
def test_false(value):
    assert read(consent_remember=value).consent_remember is False


@pytest.mark.parametrize("value", ["ture", "", "2", None, "enabled"])
def test_a_bad_word_is_no_false(value):
    assert complaint(signup=value).reason == "true or false is needed"


@pytest.mark.parametrize(
    "value, seconds",
    [
        ("60", 60),
        (60, 60),
        ("60s", 60),
        (b"60s", 60),
        ("2 m", 120),
        ("8h", 28800),
        ("90d", 7776000),
        (timedelta(minutes=5), 300),
    ],
)
def test_durations(value, seconds):
    assert read(consent_expire=value).consent_expire == seconds


@pytest.mark.parametrize("value", ["0", "-1", "1.5h", "1w", "soon", "", True, None, 1.5, "٣"])
def test_bad_durations(value):
    assert complaint(consent_expire=value).key == "oidc.consent_expire"


def test_zero_where_it_means_never():
    assert read(refresh_grace="0").refresh_grace == 0


@pytest.mark.parametrize("value", ["0", "21", "five", "", False, -3])
def test_numbers_out_of_range(value):
    assert complaint(retry_attempts=value).key == "oidc.retry_attempts"


@pytest.mark.parametrize(
    "value", ["read write", "read, write", "\n read\n write\n", ["read", "write"]]
)
def test_lists(value):
    assert read(scopes=value).scopes == ("read", "write")


def test_response_types_contain_spaces():
    types = read(response_types="code\nid_token  token, id_token").response_types
    assert types == ("code", "id_token token", "id_token")


@pytest.mark.parametrize(
    "value",
    ["grant_type=acme:Exchange", [("grant_type", "acme:Exchange")], "\n grant_type=acme:Exchange"],
)
def test_plug_ins_are_pairs(value):
    assert read(plugins=value).plugins == (("grant_type", "acme:Exchange"),)


@pytest.mark.parametrize("value", ["acme:Exchange", "=acme", "grant_type="])
def test_a_plug_in_without_a_kind(value):
    assert "KIND=dotted.name" in complaint(plugins=value).reason


def test_a_host_may_give_the_object_itself():
    def hook(user):
        return user

    settings = read(sub_generator=hook, claims=[hook, "acme.Badge"])
    assert settings.sub_generator is hook
    assert settings.claims == (hook, "acme.Badge")


def test_signing_algorithms():
    assert read(signing_alg="ES256").signing_algs == ("ES256",)
    assert complaint(signing_alg="HS256").value == "HS256"
    assert complaint(signing_algs="RS256 none").key == "oidc.signing_algs"
    assert complaint(signing_algs="ES256").key == "oidc.signing_algs"


def test_combinations():
    assert complaint(explain_errors=True).key == "oidc.explain_errors"
    assert complaint(default_locale="fr").key == "oidc.default_locale"
    assert complaint(refresh_expire="200d").key == "oidc.refresh_expire"
    assert complaint(session_idle="8d").key == "oidc.session_idle"


def test_templates_are_a_directory_or_an_asset(tmp_path):
    assert read(templates=str(tmp_path)).templates == str(tmp_path)
    assert read(templates="acme:theme/").templates == "acme:theme/"
    assert complaint(templates=str(tmp_path / "missing")).key == "oidc.templates"


def test_addresses():
    assert read(login_url="/accounts/login").login_url == "/accounts/login"
    assert read(login_url="https://www.example.com/in").login_url == "https://www.example.com/in"
    assert complaint(login_url="//evil.example/in").key == "oidc.login_url"
    assert complaint(op_policy_uri="javascript:alert(1)").key == "oidc.op_policy_uri"


def test_values_from_the_environment(monkeypatch):
    monkeypatch.setenv("OP_SECRET", SECRET)
    monkeypatch.setenv("OP_EXPIRE", "2m")
    settings = read(secret="env:OP_SECRET", code_expire="env:OP_EXPIRE")
    assert (settings.secret, settings.code_expire) == (SECRET.encode(), 120)


def test_a_variable_that_is_not_set():
    assert "NO_SUCH_VARIABLE is not set" in str(complaint(code_expire="env:NO_SUCH_VARIABLE"))


def test_values_from_files(tmp_path):
    secret, name = tmp_path / "secret", tmp_path / "name"
    secret.write_bytes(bytes(range(200, 240)) + b"\n")
    secret.chmod(0o600)
    name.write_text("Müller & Söhne\n", "utf-8")
    settings = read(secret=f"file:{secret}", site_name=f"file:{name}")
    assert settings.secret == bytes(range(200, 240))
    assert settings.site_name == "Müller & Söhne"


def test_a_file_that_is_missing_or_no_file(tmp_path):
    assert "oidc-pyramid init" in str(complaint(secret=f"file:{tmp_path}/secret"))
    assert "can't be read" in str(complaint(secret=f"file:{tmp_path}"))
    assert "does not exist" in str(complaint(site_name=f"file:{tmp_path}/x"))


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "name").write_bytes(b"\xff\xfe")
    assert complaint(site_name=f"file:{tmp_path}/name").key == "oidc.site_name"


@pytest.mark.spec("RFC 6819", "5.1.4.1")
def test_a_secret_that_others_may_read_is_reported(tmp_path, caplog):
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    mapping = {"oidc.issuer": "https://id.acme.test", "oidc.secret": f"file:{secret}"}
    with caplog.at_level(logging.WARNING, "oidc_pyramid.settings"):
        settings = read_settings(mapping)
    assert "chmod 600" in caplog.text
    assert any("chmod 600" in problem for problem in settings_problems(mapping, settings))
    secret.chmod(0o600)
    assert settings_problems(mapping, settings) == []


def test_secrets_are_never_shown():
    settings = read()
    assert SECRET not in repr(settings)
    assert "tooshort" not in str(complaint(secret="tooshort"))
    assert complaint(secret="tooshort").value is None
    assert complaint(secret=object()).key == "oidc.secret"


@pytest.mark.parametrize(
    "secret",
    [
        b"",
        b"seekrit",
        b"x" * 31,
        b"x" * 64,
        b"abcd" * 10,
        b"changeme" * 8,
        b"change-me-change-me-change-me-change-me-please",
        b"this is my secret password, the secret",
        b"0123401234012340123401234012340123",
        DEVELOPMENT_SECRET,
    ],
)
def test_weak_secrets(secret):
    assert why_weak(secret)
    assert complaint(secret=secret).key == "oidc.secret"


@given(st.binary(min_size=48, max_size=48).filter(lambda b: len(set(b)) > 30))
def test_random_secrets_are_good(secret):
    assert why_weak(secret) == ""


def test_development_has_a_secret_that_production_refuses():
    given = {"oidc.issuer": "http://localhost:6543", "oidc.development": "true"}
    assert read_settings(given).secret == DEVELOPMENT_SECRET
    assert read_settings(given | {"oidc.secret": SECRET}).secret == SECRET.encode()
    with pytest.raises(SettingsError, match=r"oidc\.secret"):
        read_settings(given | {"oidc.secret": "short"})


API = "https://api.example/ scopes=read,write format=jwt alg=ES256 expire=10m"


def test_resources_are_a_line_each():
    settings = read(resources=f"\n  {API}\n  urn:example:reports scopes=reports,email\n")
    api, reports = settings.resources
    assert api == Resource("https://api.example/", ("read", "write"), "jwt", "ES256", 600)
    assert reports == Resource("urn:example:reports", ("reports", "email"), "", "RS256", 3600)
    assert tuple(settings.targets) == (settings.issuer, api.identifier, reports.identifier)
    assert settings.longest_token_expire == 3600
    assert read(resources=API.replace("10m", "3h")).longest_token_expire == 3 * 3600
    assert read(resources="\n".join(map(str, settings.resources))) == settings


def test_a_host_may_give_resources_as_objects():
    assert read(resources=[Resource("urn:x", ("read",))]).resources[0].expire == 3600
    assert complaint(resources=[Resource("urn:x", None)]).key == "oidc.resources"
    assert complaint(resources=[Resource("urn:x#y", ("read",))]).key == "oidc.resources"


@pytest.mark.parametrize(
    "lines, reason",
    [
        ("api scopes=read", "absolute URI"),
        ("https://api.example/#part scopes=read", "absolute URI"),
        ("https://api.example/", "needs scopes="),
        ("https://api.example/ scopes=", "with a value"),
        ("https://api.example/ scopes=read scopes=write", "once"),
        ("https://api.example/ scopes=read colour=red", "not one of"),
        ("https://api.example/ scopes=read alg=none", "one of RS256"),
        ("https://api.example/ scopes=read alg=HS256", "one of RS256"),
        ("https://api.example/ scopes=read alg=PS512", "signing_algs"),
        ("https://api.example/ scopes=read expire=0", "at least 1 s"),
        ("https://api.example/ scopes=offline_access", "offline_access"),
        ('https://api.example/ scopes=re"ad', "printable"),
        ("https://api.example/ scopes=a\nhttps://api.example/ scopes=b", "two resources"),
        ("https://id.example.com scopes=read", "itself"),
    ],
)
def test_resources_that_are_refused(lines, reason):
    error = complaint(resources=lines)
    assert error.key == "oidc.resources"
    assert reason in str(error)


@pytest.mark.spec("RFC 9068", "3")
@pytest.mark.spec("RFC 9068", "5")
def test_a_scope_belongs_to_one_resource():
    two = "https://a.example/ scopes=read\nhttps://b.example/ scopes=write,read"
    assert "'read' is of two resources" in str(complaint(resources=two))
    assert read(resources=two.replace("read", "openid")).resources[1].scopes == ("write", "openid")


def test_things_that_deserve_a_word():
    mapping = {
        "oidc.issuer": "https://id.example.com",
        "oidc.secret": SECRET,
        "oidc.development": "true",
        "oidc.bearer_in_query": "true",
        "oidc.password_hash_memory": "8192",
        "oidc.key_publish_ahead": "1m",
        "oidc.key_retire_after": "1m",
    }
    words = "\n".join(settings_problems(mapping, read_settings(mapping)))
    for name in ("secret", *[key.removeprefix("oidc.") for key in list(mapping)[2:]]):
        assert f"oidc.{name}" in words


def test_the_reference_is_up_to_date():
    page = ROOT / "docs" / "reference" / "settings.md"
    assert page.read_text("utf-8") == reference(), (
        "python -m oidc_pyramid.settings.document > docs/reference/settings.md"
    )
