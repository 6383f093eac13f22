"""People in the order of what they are called: whom a search by the first letters finds."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from BTrees.OOBTree import OOBTree
from persistent import Persistent

if TYPE_CHECKING:
    from oidc_pyramid.models.users import User

#: Which name of a person it is, the name as it is compared, and the id of the account.
Entry = tuple[int, str, str]

USERNAME, EMAIL = 1, 2
BEYOND = "\U0010ffff"  # no character, and after all of them


class Directory(Persistent):
    """One ordered tree of login names and e-mail addresses, each with whose it is.

    Not spread over shards as the map that a sign-in looks into: a search reads the leaves that
    it finds in, and the people of one page. Two who write into one leaf are reconciled by the tree.
    """

    def __init__(self) -> None:
        self._entries = OOBTree()

    def enter(self, person: User, entries: Iterable[Entry]) -> None:
        """From now on a search finds the person by them."""
        for entry in entries:
            self._entries[entry] = person

    def strike(self, entries: Iterable[Entry]) -> None:
        """And from now on no more."""
        for entry in entries:
            self._entries.pop(entry, None)

    def beginning(self, text: str, *, after: Entry | None) -> Iterator[tuple[Entry, User]]:
        """Login names that begin so, in order, and then addresses; all login names for ''."""
        kinds = (USERNAME, EMAIL) if text else (USERNAME,)
        return chain.from_iterable(self._range(kind, text, after) for kind in kinds)

    def _range(self, kind: int, text: str, after: Entry | None) -> Iterable[tuple[Entry, User]]:
        first, last = (kind, text, ""), (kind, text + BEYOND, "")
        begin = first if after is None else max(first, after)
        if begin > last:
            return ()
        found: Iterable[tuple[Entry, User]] = self._entries.items(
            begin, last, excludemin=begin == after
        )
        return found

    def of(self, entry: Entry) -> User | None:
        """Who is found by that."""
        found: User | None = self._entries.get(entry)
        return found

    def __iter__(self) -> Iterator[tuple[Entry, User]]:
        return iter(self._entries.items())


def cursor(entry: Entry) -> str:
    """Where a page ended, as text that may stand in a URL."""
    return urlsafe_b64encode(json.dumps(entry).encode()).decode().rstrip("=")


def entry_at(text: str) -> Entry:
    """The other way round; raises ``ValueError`` for what was never a cursor."""
    try:
        kind, name, account_id = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError("that is not where a page ended") from error
    if type(kind) is not int or not isinstance(name, str) or not isinstance(account_id, str):
        raise ValueError("that is not where a page ended")
    return kind, name, account_id
