"""An option for each member of client metadata: ``redirect_uris`` is ``--redirect-uri``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from oidc_pyramid.protocol import client_fields
from oidc_pyramid.protocol.client_fields import READERS
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.scripts.metadata import DEFAULT_SCOPE, OURS

F = TypeVar("F", bound=Callable[..., Any])

LISTS = frozenset(
    {
        "redirect_uris",
        "post_logout_redirect_uris",
        "grant_types",
        "response_types",
        "response_modes",
        "contacts",
        "default_acr_values",
        "request_uris",
    }
)
FLAGS = frozenset(name for name, reader in READERS.items() if reader is client_fields.boolean)
OUR_FLAGS = frozenset({"skip_consent", "reuse_consent", "require_pkce", "verified"})
NUMBERS = frozenset({"default_max_age", "refresh_grace"})
FILES = frozenset({"jwks"})

SHORT = {"client_name": "--name", "token_endpoint_auth_method": "--auth-method"}
HELP = {
    "client_name": "What people are shown.",
    "redirect_uris": "Where answers may go, exactly.",
    "post_logout_redirect_uris": "Where a signed-out person may be sent.",
    "grant_types": "What the client may redeem. Default: authorization_code.",
    "response_types": "What it may ask for, such as 'id_token token'. Default: code.",
    "token_endpoint_auth_method": "How it proves who it is. Default: client_secret_basic.",
    "application_type": "web or native. Default: web.",
    "scope": f"What it may ask for, in one text. Default: '{DEFAULT_SCOPE}'.",
    "jwks": "A file with its public keys (a JWK Set).",
    "skip_consent": "People are not asked whether they allow it: for your own applications.",
    "reuse_consent": "People are asked once, not each time.",
    "require_pkce": "PKCE is required though it has a secret.",
    "refresh_grace": "Seconds in which the previous refresh token still works.",
    "access_token_format": "The format of its access tokens.",
    "verified": "People are told that you know who runs it.",
    "assertion_audience": "issuer: its assertions must name the issuer alone (RFC 10070).",
    "owner": "Who looks after it: a note.",
}


def metadata_options(command: F) -> F:
    """``--public``, ``--from-json``, and one option per member."""
    for name in reversed((*READERS, *OURS)):
        command = _option(name)(command)
    command = click.option(
        "--public",
        "public",
        is_flag=True,
        help="A client that can't keep a secret (--auth-method none).",
    )(command)
    return click.option(
        "--from-json",
        "from_json",
        type=click.File("rb"),
        metavar="FILE",
        help="Metadata with the names of RFC 7591; options win over it. '-' is standard input.",
    )(command)


def given_metadata(options: Mapping[str, Any]) -> dict[str, Any]:
    """One document of what the file and the options say."""
    document = _from_file(options.get("from_json"))
    if options.get("public"):
        document["token_endpoint_auth_method"] = "none"
    for name in (*READERS, *OURS):
        value = options.get(name)
        if value is None or value == ():
            continue
        if name in FILES:
            value = _json(value)
        document[name] = [one for one in value if one] if name in LISTS else value
    return document


def _option(name: str) -> Callable[[F], F]:
    dashed = "--" + name.replace("_", "-")
    summary = HELP.get(name, f"The member {name}.")
    if name in FLAGS | OUR_FLAGS:
        return click.option(f"{dashed}/--no-{dashed[2:]}", name, default=None, help=summary)
    if name in LISTS:
        singular = dashed.removesuffix("s")
        return click.option(singular, name, multiple=True, help=f"{summary} Repeatable.")
    if name in FILES:
        return click.option(dashed, name, type=click.File("rb"), metavar="FILE", help=summary)
    kind = click.INT if name in NUMBERS else click.STRING
    names = (dashed, SHORT[name]) if name in SHORT else (dashed,)
    return click.option(*names, name, type=kind, help=summary)


def _from_file(file: Any) -> dict[str, Any]:
    document = {} if file is None else _json(file)
    if not isinstance(document, dict):
        raise Failure(f"{_named(file)}: a JSON object is needed")
    return document


def _json(file: Any) -> Any:
    try:
        return json.loads(file.read())
    except ValueError as error:
        raise Failure(f"{_named(file)} is not JSON: {error}") from error


def _named(file: Any) -> str:
    return str(getattr(file, "name", "standard input"))
