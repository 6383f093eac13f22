"""``OIDC_*`` of a Django settings module as ``oidc.*`` of an ini file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Write = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """The lines for the ini file, and sentences about what has no line."""

    settings: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_ini(self) -> str:
        """The notes as comments, then the lines."""
        lines = [f"# {note}" for note in self.notes]
        lines += [f"{name} = {value}" for name, value in self.settings.items()]
        return "\n".join(lines) + "\n"


def seconds(value: Any) -> str:
    """The ancestor counts in seconds."""
    return f"{int(value)}s"


def days(value: Any) -> str:
    """The life of a consent alone is in days there."""
    return f"{int(value)}d"


def flag(value: Any) -> str:
    """As an ini file writes it."""
    return "true" if value else "false"


def names(value: Any) -> str:
    """One dotted name or a list of them."""
    return str(value) if isinstance(value, str) else " ".join(str(one) for one in value or ())


def text(value: Any) -> str:
    """As it is."""
    return "" if value is None else str(value)


def audience(value: Any) -> str:
    """True there: the caller's scopes must name the token's client."""
    return "client" if value else "any"


SAME: Mapping[str, tuple[str, Write]] = {
    "OIDC_LOGIN_URL": ("oidc.login_url", text),
    "OIDC_AFTER_USERLOGIN_HOOK": ("oidc.after_login_hook", text),
    "OIDC_AFTER_END_SESSION_HOOK": ("oidc.after_end_session_hook", text),
    "OIDC_CODE_EXPIRE": ("oidc.code_expire", seconds),
    "OIDC_DISCOVERY_CACHE_EXPIRE": ("oidc.discovery_max_age", seconds),
    "OIDC_EXTRA_SCOPE_CLAIMS": ("oidc.extra_scope_claims", text),
    "OIDC_IDTOKEN_EXPIRE": ("oidc.id_token_expire", seconds),
    "OIDC_IDTOKEN_SUB_GENERATOR": ("oidc.sub_generator", text),
    "OIDC_IDTOKEN_INCLUDE_CLAIMS": ("oidc.id_token_include_claims", flag),
    "OIDC_IDTOKEN_PROCESSING_HOOK": ("oidc.id_token_processing_hook", names),
    "OIDC_INTROSPECTION_PROCESSING_HOOK": ("oidc.introspection_processing_hook", names),
    "OIDC_INTROSPECTION_VALIDATE_AUDIENCE_SCOPE": ("oidc.introspection_audience", audience),
    "OIDC_INTROSPECTION_RESPONSE_SCOPE_ENABLE": ("oidc.introspection_scope", flag),
    "OIDC_SESSION_MANAGEMENT_ENABLE": ("oidc.session_management", flag),
    "OIDC_SKIP_CONSENT_ENABLE": ("oidc.consent_remember", flag),
    "OIDC_SKIP_CONSENT_EXPIRE": ("oidc.consent_expire", days),
    "OIDC_TOKEN_EXPIRE": ("oidc.token_expire", seconds),
    "OIDC_USERINFO": ("oidc.userinfo_hook", text),
}
WITHOUT_LINE: Mapping[str, str] = {
    "OIDC_DISCOVERY_CACHE_ENABLE": "the metadata is always made once per change and kept",
    "OIDC_UNAUTHENTICATED_SESSION_MANAGEMENT_KEY": "not needed: the state of a browser is sealed",
    "OIDC_GRANT_TYPE_PASSWORD_ENABLE": "there is no password grant (OAuth 2.1 removed it)",
    "OIDC_TEMPLATES": "write the pages anew as Chameleon templates and name their directory in"
    " oidc.templates",
    "OIDC_SKIP_CONSENT_ALWAYS": "a client skips consent by its own metadata: skip_consent",
    "OIDC_RSA_KEY_FOLDER": "take the key over: oidc-pyramid keys import FILE.pem --now",
}
SILENT = frozenset({"OIDC_GRANT_TYPE_PASSWORD_ENABLE", "OIDC_SKIP_CONSENT_ALWAYS"})


def settings_from(django: Any, *, prefix: str = "/openid") -> Mapped:
    """Map a settings module, object or mapping. ``prefix`` is where the ancestor's URLs were
    included: it is a part of the issuer."""
    found = _read(django)
    lines: dict[str, str] = {}
    notes = []
    if found.get("SITE_URL"):
        lines["oidc.issuer"] = str(found["SITE_URL"]).rstrip("/") + prefix.rstrip("/")
    elif found:
        notes.append("SITE_URL is not set: oidc.issuer is required, and no request decides it")
    if found.get("LOGIN_URL") and not found.get("OIDC_LOGIN_URL"):
        lines["oidc.login_url"] = str(found["LOGIN_URL"])
    for name, value in found.items():
        if name in SAME and value is not None:
            key, write = SAME[name]
            lines[key] = write(value)
        elif name in WITHOUT_LINE and (value or name not in SILENT):
            notes.append(f"{name}: {WITHOUT_LINE[name]}")
        elif name.startswith("OIDC_") and name not in SAME and name not in WITHOUT_LINE:
            notes.append(f"{name}: not known of the ancestor")
    return Mapped(lines, tuple(notes))


def _read(django: Any) -> dict[str, Any]:
    """The upper-case names that matter."""
    pairs = django.items() if isinstance(django, Mapping) else vars(django).items()
    wanted = ("SITE_URL", "LOGIN_URL")
    return {name: value for name, value in pairs if name.startswith("OIDC_") or name in wanted}
