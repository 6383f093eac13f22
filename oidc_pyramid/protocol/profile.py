"""What the standard claims of a person may hold (Core §5.1): others show it and follow it."""

from __future__ import annotations

import re

from oidc_pyramid.protocol import web_uri
from oidc_pyramid.protocol.language import language_tag_ok

LONGEST = 255
LONGEST_ADDRESS = 1024
LINKS = frozenset({"picture", "profile", "website"})
SEVERAL_LINES = frozenset({"address_formatted", "address_street_address"})
FORMS = {
    "email": re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,189}"),
    "birthdate": re.compile(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?"),
    "zoneinfo": re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}"),
    "phone_number": re.compile(r"[+0-9][0-9A-Za-z ().;=/-]{0,63}"),
}
# control characters, halves of a character, and what turns the direction of the text around it
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\U0010ffff]")


def check(name: str, value: object) -> None:
    """Raises ``ValueError`` with a public reason; None takes a claim away."""
    if value is None or isinstance(value, bool):
        return
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text")  # noqa: TRY004 - its value is wrong
    if len(value) > _longest(name):
        raise ValueError(f"{name} is too long")
    text = re.sub(r"\r?\n", "", value) if name in SEVERAL_LINES else value
    if _UNSEEN.search(text):
        raise ValueError(f"{name} must not have control characters")
    if value and not _well_formed(name, value):
        raise ValueError(f"{name} is malformed")
    if value and name in LINKS:
        _check_link(name, value)


def _longest(name: str) -> int:
    if name in LINKS:
        return web_uri.LONGEST
    return LONGEST_ADDRESS if name.startswith("address_") else LONGEST


def _well_formed(name: str, value: str) -> bool:
    if name == "locale":
        return language_tag_ok(value.replace("_", "-"))
    return name not in FORMS or FORMS[name].fullmatch(value) is not None


def _check_link(name: str, value: str) -> None:
    try:
        web_uri.check(value)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from error
