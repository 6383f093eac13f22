"""WebFinger: which provider speaks for ``alice@example.com``? (Discovery §2, RFC 7033)"""

from __future__ import annotations

import re
from collections.abc import Collection

ISSUER_REL = "http://openid.net/specs/connect/1.0/issuer"
LONGEST = 2048

_TEXT = re.compile(r"[!-~]+")
_HOST = r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])"
_ACCT = re.compile(
    rf"acct:(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{{2}})+@{_HOST}", re.IGNORECASE
)
_URL = re.compile(
    rf"(?P<scheme>https?)://(?:[^@/?#\[\]]*@)?{_HOST}(?P<port>:[0-9]{{1,5}})?(?:[/?][^#]*)?",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")


def host_of(resource: str) -> str | None:
    """The host of the identifier, with its port, in lower case; None for a kind of identifier
    that we don't know. Raises ``ValueError`` for what is no identifier (RFC 7033 §4.2)."""
    if len(resource) > LONGEST or not _TEXT.fullmatch(resource) or not _SCHEME.match(resource):
        raise ValueError("resource is not a URI")
    if match := _ACCT.fullmatch(resource):
        return match["host"].lower()
    if match := _URL.fullmatch(resource):
        return (match["host"] + (match["port"] or "")).lower()
    if resource.lower().startswith(("acct:", "https:", "http:")):
        raise ValueError("resource is not a URI of its scheme")
    return None


def descriptor(resource: str, issuer: str, rels: Collection[str]) -> dict[str, object]:
    """The JSON Resource Descriptor; ``rel`` narrows the links, not the answer (RFC 7033 §4.3)."""
    wanted = not rels or ISSUER_REL in rels
    links = [{"rel": ISSUER_REL, "href": issuer}] if wanted else []
    return {"subject": resource, "links": links}
