"""People: our own accounts. A host with its own users replaces them (``IAccounts``)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from persistent import Persistent
from persistent.mapping import PersistentMapping
from zope.interface import implementer

from oidc_pyramid.interfaces import IAccount
from oidc_pyramid.models.directory import EMAIL, USERNAME, Directory, Entry
from oidc_pyramid.models.shards import Shards
from oidc_pyramid.models.usernames import fold, normalise
from oidc_pyramid.protocol import profile


class UsernameTaken(ValueError):
    """Somebody has that login name, perhaps in another spelling."""


@implementer(IAccount)
class User(Persistent):
    """One person. The standard claims (Core §5.1) are attributes; ``extra`` is for a host."""

    __parent__: Any = None
    id: str = ""
    username: str = ""
    username_key: str = ""
    password_hash: str | None = None
    password_changed_at: int = 0
    created_at: int = 0
    updated_at: int = 0
    disabled_at: int | None = None
    ended_at: int | None = None
    generation: int = 1
    session_generation: int = 1

    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    nickname: str | None = None
    preferred_username: str | None = None
    profile: str | None = None
    picture: str | None = None
    website: str | None = None
    gender: str | None = None
    birthdate: str | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    email: str | None = None
    email_verified: bool = False
    phone_number: str | None = None
    phone_number_verified: bool = False
    address_formatted: str | None = None
    address_street_address: str | None = None
    address_locality: str | None = None
    address_region: str | None = None
    address_postal_code: str | None = None
    address_country: str | None = None

    def __init__(self, username: str, *, now: int, **claims: Any) -> None:
        self.id = secrets.token_hex(16)
        self.username = username
        self.username_key = normalise(username)
        self.created_at = now
        self.extra = PersistentMapping()
        self.update(claims, now=now)

    @property
    def __name__(self) -> str:
        return self.id

    @property
    def entries(self) -> frozenset[Entry]:
        """What a search finds the person by."""
        names = {(USERNAME, self.username_key, self.id)}
        if self.email:
            names.add((EMAIL, fold(self.email), self.id))
        return frozenset(names)

    @property
    def active(self) -> bool:
        """False once disabled or deleted."""
        return self.disabled_at is None and self.ended_at is None

    def update(self, claims: Mapping[str, Any], *, now: int) -> None:
        """Set claims. A new e-mail address or phone number is unverified until it is confirmed
        (a claim about the old one says nothing about the new one).

        Raises ``ValueError`` for a value that a client should not be told, and sets nothing.
        """
        for name, value in claims.items():
            if name not in CLAIMS:
                raise AttributeError(name)
            profile.check(name, value)
        before = self.entries
        for name, value in claims.items():
            if value != getattr(self, name) and f"{name}_verified" in CLAIMS:
                setattr(self, f"{name}_verified", False)
            setattr(self, name, value)
        for name in ("email_verified", "phone_number_verified"):
            if name in claims:
                setattr(self, name, bool(claims[name]))
        self.updated_at = now
        if self.__parent__ is not None and before != self.entries:
            self.__parent__.enter_anew(self, before)

    def set_password_hash(self, hashed: str, *, now: int) -> None:
        """A new password: everything that was signed in or issued before ends."""
        self.password_hash = hashed
        self.password_changed_at = now
        self.end_everything()

    def rehash(self, hashed: str) -> None:
        """The same password under newer parameters: nothing ends."""
        self.password_hash = hashed

    def end_everything(self) -> None:
        """End all sessions, grants' tokens and authorizations of this person."""
        self.generation += 1
        self.session_generation += 1

    def disable(self, *, now: int) -> None:
        """May not sign in; tokens and sessions are inactive from now on."""
        self.disabled_at = now
        self.end_everything()

    def enable(self) -> None:
        """May sign in again; what was issued before stays dead."""
        self.disabled_at = None

    def end(self, *, now: int) -> None:
        """Deleted, written to the object itself; nothing of what it said of the person is kept."""
        self.ended_at = now
        self.password_hash = None
        for claim in CLAIMS & vars(self).keys():
            delattr(self, claim)
        self.extra.clear()
        self.end_everything()


CLAIMS = frozenset(
    name
    for name in User.__annotations__
    if name
    not in {
        "__parent__",
        "id",
        "username",
        "username_key",
        "password_hash",
        "password_changed_at",
        "created_at",
        "updated_at",
        "disabled_at",
        "ended_at",
        "generation",
        "session_generation",
    }
)


class Found(NamedTuple):
    """A page of people, and where it ended if there may be more."""

    people: tuple[User, ...]
    after: Entry | None


class Users(Persistent):
    """All people by id, and their ids by the normal form of their login name; and a directory of
    them for those who search."""

    __name__ = "users"
    __parent__: Any = None

    def __init__(self) -> None:
        self._by_id = Shards()
        self._by_username = Shards()
        self._directory = Directory()

    def __getitem__(self, account_id: str) -> User:
        user = self.get(account_id)
        if user is None:
            raise KeyError(account_id)
        return user

    def get(self, account_id: object) -> User | None:
        """The user, disabled or not; None for anything that is not an id of one."""
        if not isinstance(account_id, str) or len(account_id) > 128:
            return None
        found: User | None = self._by_id.get(account_id)
        return found

    def by_username(self, username: str) -> User | None:
        """By login name, in any spelling that has the same normal form."""
        try:
            key = normalise(username)
        except ValueError:
            return None
        account_id = self._by_username.get(key)
        return None if account_id is None else self.get(account_id)

    def add(self, user: User) -> User:
        """Raises ``UsernameTaken``; two who take one name at once conflict."""
        try:
            self._by_username.insert(user.username_key, user.id)
        except KeyError:
            msg = f"the user name {user.username!r} is taken"
            raise UsernameTaken(msg) from None
        self._by_id.insert(user.id, user)
        self._directory.enter(user, user.entries)
        user.__parent__ = self
        return user

    def search(self, beginning: str, *, limit: int, after: Entry | None = None) -> Found:
        """People whose login name or else whose e-mail address begins so, in any spelling.

        A page costs the same however many people there are. It may have fewer than *limit* and
        more may follow: addresses of people who were found by their login name are passed over,
        and at most as many entries again as the page has are looked at.
        """
        text, people = fold(beginning), list[User]()
        entries = list(islice(self._directory.beginning(text, after=after), 2 * limit + 1))
        for number, ((kind, _name, _id), person) in enumerate(entries):
            if len(people) == limit or number == 2 * limit:
                return Found(tuple(people), entries[number - 1][0])
            if kind == USERNAME or not person.username_key.startswith(text):
                people.append(person)
        return Found(tuple(people), None)

    def enter_anew(self, user: User, before: frozenset[Entry]) -> None:
        """Somebody is called otherwise than *before*."""
        if self.get(user.id) is user:
            self._directory.strike(before - user.entries)
            self._directory.enter(user, user.entries - before)

    def rename(self, user: User, username: str) -> None:
        """Give *user* another login name; raises ``UsernameTaken`` or ``ValueError``."""
        key = normalise(username)
        if key != user.username_key:
            if key in self._by_username:
                msg = f"the user name {username!r} is taken"
                raise UsernameTaken(msg)
            self._by_username.insert(key, user.id)
            self._by_username.remove(user.username_key)
        before = user.entries
        user.username, user.username_key = username, key
        self.enter_anew(user, before)

    def delete(self, user: User, *, now: int) -> None:
        """End the person, then unlink; the id is never given to anybody else."""
        self._directory.strike(user.entries)
        user.end(now=now)
        self._by_username.remove(user.username_key)
        self._by_id.remove(user.id)

    def usernames(self) -> Iterator[tuple[str, str]]:
        """Each login name in its normal form, and whose it is."""
        return self._by_username.items()

    def tree(self) -> Shards:
        """People by id, for who examines the database."""
        return self._by_id

    def directory(self) -> Directory:
        """What searches find, for the same."""
        return self._directory

    def __iter__(self) -> Iterator[User]:
        return (user for _, user in self._by_id.items())

    def __len__(self) -> int:
        return len(self._by_id)
