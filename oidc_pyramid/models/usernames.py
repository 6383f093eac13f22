"""One person, one name: the normal form under which login names are unique."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 254
#: Letters and marks that show nothing (Default_Ignorable_Code_Point of Unicode).
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def fold(text: str) -> str:
    """As names are compared: width-mapped, case-folded and NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())


def normalise(username: str) -> str:
    """The key of a login name (after RFC 8265 §3.3, UsernameCaseMapped).

    Width-mapped, case-folded and NFC. Raises ``ValueError`` with a public reason for names that
    another could be mistaken for: spaces, invisible characters, mixed scripts, and signs other
    than those of ASCII (RFC 8264 §4.2, IdentifierClass).
    """
    folded = fold(username)
    if not folded or len(folded) > MAX_LENGTH:
        msg = f"a user name has 1 to {MAX_LENGTH} characters"
        raise ValueError(msg)
    if UNSEEN.search(folded) or any(unicodedata.category(c)[0] in "CZ" for c in folded):
        msg = "a user name has no spaces and no invisible characters"
        raise ValueError(msg)
    if not all(c.isascii() or unicodedata.category(c)[0] in "LM" or c.isdecimal() for c in folded):
        msg = "a user name has letters, digits and the signs of ASCII"
        raise ValueError(msg)
    if len(_scripts(folded)) > 1:
        msg = "a user name is written in one script"
        raise ValueError(msg)
    return folded


def _scripts(text: str) -> set[str]:
    letters = (c for c in text if unicodedata.category(c)[0] == "L")
    return {unicodedata.name(c, "?").partition(" ")[0] for c in letters}
