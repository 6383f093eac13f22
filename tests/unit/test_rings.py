"""What import-linter can't tell apart: which modules of a foreign package a ring imports."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "oidc_pyramid"
PLUGINS = (
    "claims",
    "client_auth",
    "grant_types",
    "response_modes",
    "response_types",
    "token_formats",
)


def foreign(folder, package):
    """(module of ours, module of theirs) for each import of a package below a folder."""
    found = set()
    for path in (PACKAGE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            else:
                continue
            ours = path.relative_to(PACKAGE).as_posix()
            found |= {(ours, name) for name in names if name.partition(".")[0] == package}
    return found


def test_models_know_of_pyramid_only_its_authorization():
    assert {name for _, name in foreign("models", "pyramid")} <= {"pyramid.authorization"}


@pytest.mark.parametrize("folder", PLUGINS)
def test_plug_ins_do_not_import_pyramid(folder):
    assert foreign(folder, "pyramid") == set()


@pytest.mark.parametrize("package", ["jwcrypto", "cryptography"])
def test_cryptography_is_in_the_modules_of_protocol_that_are_named_here(package):
    places = {ours for ours, _ in foreign("protocol", package)}
    named = {"jose.py", "jwe.py", "jwk.py", "seal.py"}
    assert places <= {f"protocol/{name}" for name in named}
