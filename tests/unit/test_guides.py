"""The guides for hosts and for those who come from django-oidc-provider name what there is."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from oidc_pyramid.compat.dop.settings import SAME, WITHOUT_LINE
from oidc_pyramid.settings.table import Settings

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
MIGRATION = (HOW_TO / "migrate-from-django-oidc-provider.md").read_text("utf-8")
GUIDES = ("host-application", "claims", "migrate-from-django-oidc-provider")
KEYS = {field.metadata["key"].was: field.name for field in fields(Settings)}
NAMES = {f"oidc.{field.name}" for field in fields(Settings)}
MODELS = ("Client", "ResponseType", "UserConsent", "RSAKey", "Code", "Token")
PATHS = (
    "authorize/",
    "token/",
    "userinfo/",
    "introspect/",
    "jwks/",
    "end-session/",
    "end-session-prompt/",
    "check-session-iframe/",
    ".well-known/openid-configuration/",
)
TEMPLATES = (
    "authorize.html",
    "error.html",
    "hidden_inputs.html",
    "check_session_iframe.html",
    "end_session_prompt.html",
    "end_session_completed.html",
    "end_session_failed.html",
)
SIGNALS = ("user_accept_consent", "user_decline_consent")


def rows():
    return [line for line in MIGRATION.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("name", sorted({*SAME, *WITHOUT_LINE, *KEYS} - {""}))
def test_each_setting_of_the_ancestor_has_a_row(name):
    assert any(f"`{name}`" in row.split("|")[1] for row in rows())


@pytest.mark.parametrize("name,here", [(name, key) for name, (key, _) in SAME.items()])
def test_a_row_names_the_setting_that_the_mapper_writes(name, here):
    row = next(row for row in rows() if f"`{name}`" in row.split("|")[1])
    assert f"`{here}`" in row


@pytest.mark.parametrize("name", [*MODELS, *PATHS, *TEMPLATES, *SIGNALS])
def test_each_model_path_template_and_signal_of_the_ancestor_has_a_row(name):
    assert any(f"`{name}`" in row.split("|")[1] for row in rows())


@pytest.mark.parametrize("guide", GUIDES)
def test_the_settings_that_a_guide_names_exist(guide):
    text = (HOW_TO / f"{guide}.md").read_text("utf-8")
    named = set(re.findall(r"(?<![\w./@])oidc\.[a-z_]+", text))
    assert named - NAMES == set()


def test_the_mapper_agrees_with_the_table():
    assert {name: key for name, (key, _) in SAME.items() if name in KEYS} == {
        name: f"oidc.{KEYS[name]}" for name in SAME if name in KEYS
    }
