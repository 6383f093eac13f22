"""What one key alone can't say: defaults made from other keys, and combinations that are refused."""

from __future__ import annotations

import dataclasses
import re
from hashlib import sha256

from oidc_pyramid.protocol.resource import Resource
from oidc_pyramid.settings.addresses import issuer_host
from oidc_pyramid.settings.errors import SettingsError
from oidc_pyramid.settings.table import Settings

SECRET_BYTES = 32
DEVELOPMENT_SECRET = sha256(b"oidc_pyramid: known to everybody, for development alone").digest()
_WELL_KNOWN = re.compile(
    rb"seekrit|change[ _-]?me|secret|password|passphrase|example|default|s3cr3t|oidc|pyramid"
)
_RANDOM_BYTES = 24
_DISTINCT_BYTES = 8


def complete(settings: Settings) -> Settings:
    """Fill in what follows from other keys, then refuse what doesn't fit together."""
    settings = dataclasses.replace(
        settings,
        secret=settings.secret or (DEVELOPMENT_SECRET if settings.development else b""),
        site_name=settings.site_name or issuer_host(settings.issuer),
        signing_algs=settings.signing_algs or _default_algs(settings.signing_alg),
        resources=tuple(_with_defaults(one, settings) for one in settings.resources),
    )
    _refuse_weak_secret(settings)
    _refuse_combinations(settings)
    return settings


def _default_algs(first: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((first, "ES256")))


def _with_defaults(resource: Resource, settings: Settings) -> Resource:
    return dataclasses.replace(
        resource,
        alg=resource.alg or settings.signing_alg,
        expire=resource.expire or settings.token_expire,
    )


def _refuse_weak_secret(settings: Settings) -> None:
    secret = settings.secret
    if settings.development and secret == DEVELOPMENT_SECRET:
        return
    reason = why_weak(secret)
    if reason:
        raise SettingsError("oidc.secret", reason)


def why_weak(secret: bytes) -> str:
    """Why nobody should trust this secret, or an empty text."""
    if not secret:
        return (
            "a secret is needed outside development: write oidc.secret = file:var/secret and run "
            "'oidc-pyramid init', which creates the file"
        )
    if len(secret) < SECRET_BYTES:
        return f"{SECRET_BYTES} bytes are needed, it has {len(secret)} (its value is not shown)"
    if secret == DEVELOPMENT_SECRET or _is_guessable(secret):
        return "it is well known or repeats itself (its value is not shown): use random bytes"
    return ""


def _is_guessable(secret: bytes) -> bool:
    repeats = (secret + secret).find(secret, 1) < len(secret)
    uncommon = _WELL_KNOWN.sub(b"", secret.lower())
    return repeats or len(uncommon) < _RANDOM_BYTES or len(set(uncommon)) < _DISTINCT_BYTES


def _refuse_combinations(settings: Settings) -> None:
    if settings.explain_errors and not settings.development:
        reason = "only development may explain errors to whoever asks (oidc.development = true)"
        raise SettingsError("oidc.explain_errors", reason, value=settings.explain_errors)
    if settings.default_locale not in settings.locales:
        reason = f"it is not among oidc.locales ({', '.join(settings.locales)})"
        raise SettingsError("oidc.default_locale", reason, value=settings.default_locale)
    if settings.signing_alg not in settings.signing_algs:
        reason = "it must contain oidc.signing_alg, or ID tokens could not be signed"
        raise SettingsError("oidc.signing_algs", reason, value=" ".join(settings.signing_algs))
    for resource in settings.resources:
        _refuse_resource(resource, settings)
    _refuse_longer("refresh_expire", "refresh_absolute_expire", settings)
    _refuse_longer("session_idle", "session_expire", settings)


def _refuse_resource(resource: Resource, settings: Settings) -> None:
    if resource.identifier == settings.issuer:
        reason = "the provider itself needs no line: a token without resource is for it"
        raise SettingsError("oidc.resources", reason, value=resource.identifier)
    if resource.alg not in settings.signing_algs:
        reason = f"oidc.signing_algs must contain {resource.alg}, or no key would sign for it"
        raise SettingsError("oidc.resources", reason, value=resource.identifier)


def _refuse_longer(short: str, long: str, settings: Settings) -> None:
    value = getattr(settings, short)
    if value > getattr(settings, long):
        reason = f"it may not be longer than oidc.{long} ({getattr(settings, long)} s)"
        raise SettingsError(f"oidc.{short}", reason, value=value)
