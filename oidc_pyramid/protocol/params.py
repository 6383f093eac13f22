"""The parameters of a request, each at most once (RFC 6749 §3.1)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote_to_bytes

from oidc_pyramid.protocol.errors import Check, InvalidRequest

MOST_PARAMETERS = 100
LONGEST_VALUE = 65_536

DUPLICATE = Check(
    "duplicate-parameter",
    "RFC 6749 §3.1",
    "a parameter is sent more than once",
    "Send each parameter once: in the query or in the body, not in both.",
)
MALFORMED = Check(
    "malformed-parameter",
    "RFC 6749 §3.1",
    "a parameter holds a control character or is not valid UTF-8",
    "Encode names and values as application/x-www-form-urlencoded UTF-8 text.",
)
TOO_LARGE = Check(
    "oversized-request",
    "RFC 6749 §3.1",
    "the request has too many parameters, or one that is too long",
    "Send less, or push the request first (RFC 9126).",
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_CONTROL_IN_JSON = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_JSON = frozenset({"claims", "authorization_details", "registration"})  # may be pretty-printed
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_PRINTABLE_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,64}")


class Params:
    """What was sent, strictly decoded; a parameter without a value counts as omitted.

    Reading a parameter that was repeated or malformed raises ``InvalidRequest``; so does
    ``check_all`` for any of them. Making a ``Params`` raises for too many parameters only: an
    authorization request with two ``state`` still has a client that can be told.
    """

    __slots__ = ("_faults", "_values")

    def __init__(self, pairs: Iterable[tuple[str, str]], repeatable: Collection[str] = ()) -> None:
        self._values: dict[str, tuple[str, ...]] = {}
        self._faults: dict[str, Check] = {}
        for count, (name, value) in enumerate(pairs, 1):
            if count > MOST_PARAMETERS:
                raise InvalidRequest(TOO_LARGE, private=f"more than {MOST_PARAMETERS} parameters")
            earlier = self._values.get(name, ())
            self._values[name] = (*earlier, value)
            fault = fault_of(name, value)
            if fault is None and earlier and name not in repeatable:
                fault = DUPLICATE
            if fault is not None:
                self._faults.setdefault(name, fault)

    def check_all(self) -> None:
        """``InvalidRequest`` where any parameter, known or not, is repeated or malformed."""
        for name in self._faults:
            self.all(name)

    def get(self, name: str) -> str | None:
        """The value, or ``None`` when it was not sent or sent empty."""
        if name not in self._values:
            return None
        values = self.all(name)
        if len(values) > 1:
            raise InvalidRequest(DUPLICATE, private=f"{_shown(name)} is sent more than once")
        return values[0] if values else None

    def required(self, name: str) -> str:
        """The value; ``InvalidRequest`` when there is none."""
        value = self.get(name)
        if value is None:
            raise InvalidRequest(
                f"the parameter {name} is missing",
                check="missing-parameter",
                spec="RFC 6749 §5.2",
                fix=f"Send {name}.",
            )
        return value

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter that may be repeated, in the order sent."""
        if name in self._faults:
            raise InvalidRequest(self._faults[name], private=f"the parameter is {_shown(name)}")
        return tuple(value for value in self._values.get(name, ()) if value)

    def names(self) -> tuple[str, ...]:
        """The names that were sent with a value, in the order sent."""
        return tuple(name for name, values in self._values.items() if any(values))

    def __contains__(self, name: object) -> bool:
        return any(self._values.get(name, ())) if isinstance(name, str) else False

    def __repr__(self) -> str:
        return f"<Params {', '.join(map(_shown, self.names()))}>"


def parse_form(body: bytes, *, limit: int = LONGEST_VALUE) -> list[tuple[str, str]]:
    """Decode ``application/x-www-form-urlencoded`` UTF-8 and forgive nothing (RFC 6749 App. B)."""
    if len(body) > limit:
        raise InvalidRequest(TOO_LARGE, private=f"{len(body)} bytes, the limit is {limit}")
    if body.count(b"&") >= MOST_PARAMETERS:
        raise InvalidRequest(TOO_LARGE, private=f"more than {MOST_PARAMETERS} parameters")
    pairs = []
    for pair in body.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            pairs.append((_decode(name), _decode(value)))
    return pairs


def _decode(part: bytes) -> str:
    if _BAD_ESCAPE.search(part):
        raise InvalidRequest(MALFORMED, private="a percent sign without two hexadecimal digits")
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest(MALFORMED, private="not UTF-8") from error


def fault_of(name: str, value: str) -> Check | None:
    """What is wrong with this one parameter, taken by itself."""
    if len(name) > LONGEST_VALUE or _utf8_length(value) > LONGEST_VALUE:
        return TOO_LARGE
    control = _CONTROL_IN_JSON if name in _JSON else _CONTROL
    if _CONTROL.search(name) or control.search(value):
        return MALFORMED
    return None


def _utf8_length(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))


def _shown(name: str) -> str:
    """A parameter's name as a log line may show it."""
    return name if _PRINTABLE_NAME.fullmatch(name) else "a parameter with an odd name"
