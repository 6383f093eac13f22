"""Settings that work and still deserve a word: what ``oidc-pyramid doctor`` says about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from oidc_pyramid.settings.addresses import is_loopback, issuer_host
from oidc_pyramid.settings.read import KEYS
from oidc_pyramid.settings.sources import ENVIRONMENT, file_path, is_open_to_others
from oidc_pyramid.settings.table import Settings

RECOMMENDED_HASH_KIB = 19456
_EXAMPLES = (".example.com", ".example.net", ".example.org")  # RFC 2606 §3: nobody has them


def settings_problems(mapping: Mapping[str, object], settings: Settings) -> list[str]:
    """One sentence for each; ``mapping`` is what ``settings`` was read from."""
    return [*_about_secrets(mapping), *_about_the_mode(settings), *_about_lifetimes(settings)]


def _about_secrets(mapping: Mapping[str, object]) -> Iterator[str]:
    for key, declared in KEYS.items():
        value = mapping.get(key)
        if not declared.secret or not value:
            continue
        path = file_path(value)
        if path is None and isinstance(value, str) and not value.strip().startswith(ENVIRONMENT):
            yield f"{key} stands in the ini file itself: better file:PATH or env:NAME"
        if path is not None and is_open_to_others(path):
            yield f"others may read the file of {key}: chmod 600 {path}"


def _about_the_mode(settings: Settings) -> Iterator[str]:
    if settings.development and not is_loopback(issuer_host(settings.issuer)):
        yield (
            f"oidc.development is on and the issuer is {settings.issuer}: whoever reaches it can "
            "sign in as a demonstration person"
        )
    if f".{issuer_host(settings.issuer)}".endswith(_EXAMPLES):
        yield f"oidc.issuer is still {settings.issuer}: write the address of your provider there"
    if settings.bearer_in_query:
        yield "oidc.bearer_in_query puts access tokens into addresses, and so into logs"
    if settings.password_hash_memory < RECOMMENDED_HASH_KIB:
        yield f"oidc.password_hash_memory is below the recommended {RECOMMENDED_HASH_KIB} KiB"


def _about_lifetimes(settings: Settings) -> Iterator[str]:
    longest = max(settings.id_token_expire, settings.longest_token_expire)
    if settings.key_publish_ahead < settings.jwks_max_age:
        yield (
            "oidc.key_publish_ahead is shorter than oidc.jwks_max_age: a new key would sign "
            "before clients look for it"
        )
    if settings.key_retire_after < longest + settings.jwks_max_age:
        yield (
            "oidc.key_retire_after is shorter than tokens live: a key would be withdrawn while "
            "what it signed is good"
        )
