"""``oidc-pyramid user``: people who sign in, where they are kept in our own database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import click

from oidc_pyramid.logout import end_sessions
from oidc_pyramid.models.directory import Entry, cursor, entry_at
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.users import CLAIMS, User
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Commands, Failure
from oidc_pyramid.scripts.output import (
    json_option,
    moment,
    note,
    print_facts,
    print_json,
    print_table,
    say,
)
from oidc_pyramid.scripts.typed import new_password

PAGE = 20
LONGEST_PAGE = 1000
FLAGS = ("email_verified", "phone_number_verified")
F = TypeVar("F", bound=Callable[..., Any])


@click.group(cls=Commands)
def user() -> None:
    """People who sign in here."""


def claim_options(command: F) -> F:
    """An option for each standard claim (Core §5.1): ``--given-name``, ``--email-verified``."""
    for name in sorted(CLAIMS, reverse=True):
        dashed = name.replace("_", "-")
        form = f"--{dashed}/--no-{dashed}" if name in FLAGS else f"--{dashed}"
        command = click.option(form, name, default=None, help=f"The claim {name}.")(command)
    return command


stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@user.command()
@click.argument("username")
@claim_options
@stdin_option
@json_option
@click.pass_obj
def add(
    deployment: Deployment, username: str, *, password_stdin: bool, as_json: bool, **claims: Any
) -> None:
    """Add a person. The password is asked for, or read with --password-stdin."""
    given = _given(claims)
    hashed = _hashed(deployment, new_password(stdin=password_stdin))
    now = int(time.time())

    def work(provider: Provider) -> dict[str, Any]:
        person = _made(username, given, now)
        person.set_password_hash(hashed, now=now)
        try:
            provider.users.add(person)
        except ValueError as error:
            raise Failure(str(error)) from error
        return described(person)

    _report(deployment.change(work), f"{username} can sign in.", as_json=as_json)


@user.command("list")
@click.option("--search", metavar="TEXT", help="Whose user name or e-mail address begins so.")
@click.option(
    "--limit", type=click.IntRange(1, LONGEST_PAGE), help=f"So many at once, else {PAGE}."
)
@click.option("--after", metavar="CURSOR", help="Go on where a page ended, which said this.")
@json_option
@click.pass_obj
def show_all(
    deployment: Deployment,
    *,
    search: str | None,
    limit: int | None,
    after: str | None,
    as_json: bool,
) -> None:
    """List everybody, or search and list a page: by user name, and then by e-mail address.

    A page takes the same time however many people there are. As JSON it is {"users": [...],
    "after": CURSOR}, and the cursor is null at the end; without options it is the list of everybody.
    """
    if search is None and limit is None and after is None:
        with deployment.reading() as provider:
            everybody = sorted((described(person) for person in provider.users), key=_by_username)
        _list(everybody, "There is nobody yet: oidc-pyramid user add.", as_json=as_json)
        return
    begun = _place(after)
    with deployment.reading() as provider:
        found = provider.users.search(search or "", limit=limit or PAGE, after=begun)
        people = [described(person) for person in found.people]
    following = None if found.after is None else cursor(found.after)
    if as_json:
        print_json({"users": people, "after": following})
        return
    _list(
        people,
        "There is nobody else."
        if after
        else f"Nobody's user name or e-mail address begins with {search or ''!r}.",
        as_json=False,
    )
    if following:
        note(f"There may be more: --after {following}")


def _place(after: str | None) -> Entry | None:
    try:
        return None if after is None else entry_at(after)
    except ValueError as error:
        raise Failure(f"--after: {error}: copy what the page before said after it") from error


def _list(people: list[dict[str, Any]], nobody: str, *, as_json: bool) -> None:
    if as_json:
        print_json(people)
    else:
        columns = ("username", "state", "name", "email", "created")
        print_table(map(_readable, people), columns, nobody)


@user.command()
@click.argument("username")
@json_option
@click.pass_obj
def show(deployment: Deployment, username: str, *, as_json: bool) -> None:
    """Show one person, by user name or id."""
    with deployment.reading() as provider:
        _report(described(find(provider, username)), "", as_json=as_json)


@user.command()
@click.argument("username")
@claim_options
@click.option("--rename", metavar="NAME", help="Give the person another user name.")
@json_option
@click.pass_obj
def update(
    deployment: Deployment, username: str, *, rename: str | None, as_json: bool, **claims: Any
) -> None:
    """Change claims of a person; an empty text takes a claim away."""
    given, now = _given(claims), int(time.time())

    def work(provider: Provider) -> dict[str, Any]:
        person = find(provider, username)
        person.update(given, now=now)
        if rename is not None:
            _renamed(provider, person, rename)
        return described(person)

    _report(deployment.change(work), f"{username} is changed.", as_json=as_json)


@user.command()
@click.argument("username")
@stdin_option
@click.pass_obj
def passwd(deployment: Deployment, username: str, *, password_stdin: bool) -> None:
    """Set a new password; sessions and tokens from before end."""
    with deployment.reading() as provider:
        find(provider, username)
    hashed = _hashed(deployment, new_password(stdin=password_stdin))
    now = int(time.time())

    def work(provider: Provider) -> None:
        person = find(provider, username)
        person.set_password_hash(hashed, now=now)
        end_sessions(provider, person.id, now=now)

    deployment.change(work)
    say(f"{username} has a new password; older sessions and tokens have ended.")


@user.command()
@click.argument("username")
@click.pass_obj
def disable(deployment: Deployment, username: str) -> None:
    """Keep a person from signing in; sessions and tokens end at once."""
    now = int(time.time())

    def work(provider: Provider) -> None:
        person = find(provider, username)
        person.disable(now=now)
        end_sessions(provider, person.id, now=now)

    deployment.change(work)
    say(f"{username} can't sign in any more; sessions and tokens have ended.")


@user.command()
@click.argument("username")
@click.pass_obj
def enable(deployment: Deployment, username: str) -> None:
    """Let a disabled person sign in again."""
    deployment.change(lambda provider: find(provider, username).enable())
    say(f"{username} can sign in again; what had ended stays ended.")


@user.command()
@click.argument("username")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def delete(deployment: Deployment, username: str, *, yes: bool) -> None:
    """Delete a person; the id is never given to anybody else."""
    with deployment.reading() as provider:
        find(provider, username)
    if not yes:
        click.confirm(f"Delete {username} for ever?", abort=True, err=True)
    now = int(time.time())

    def work(provider: Provider) -> None:
        person = find(provider, username)
        for grant in list(provider.grants.of(person.id)):
            grant.end(now=now)
        end_sessions(provider, person.id, now=now)
        provider.users.delete(person, now=now)

    deployment.change(work)
    say(f"{username} is deleted; sessions, tokens and consents have ended.")


def find(provider: Provider, username: str) -> User:
    """By user name in any spelling, or by id."""
    person = provider.users.by_username(username) or provider.users.get(username)
    if person is None:
        raise Failure(f"there is nobody called {username}")
    return person


def described(person: User) -> dict[str, Any]:
    """Everything about a person but the password's hash; times in seconds."""
    claims = {name: getattr(person, name) for name in sorted(CLAIMS)}
    return {
        "username": person.username,
        "id": person.id,
        "state": "active" if person.active else "disabled",
        "password": person.password_hash is not None,
        "created_at": person.created_at,
        "updated_at": person.updated_at,
        "password_changed_at": person.password_changed_at,
        "disabled_at": person.disabled_at,
        **{name: value for name, value in claims.items() if value not in (None, "", False)},
        "extra": dict(person.extra),
    }


def _made(username: str, claims: dict[str, Any], now: int) -> User:
    try:
        return User(username, now=now, **claims)
    except ValueError as error:
        raise Failure(f"{username!r} can't be added: {error}") from error


def _renamed(provider: Provider, person: User, username: str) -> None:
    try:
        provider.users.rename(person, username)
    except ValueError as error:
        raise Failure(str(error)) from error


def _given(claims: dict[str, Any]) -> dict[str, Any]:
    """The options that were used; verified flags last, since a new address resets them."""
    return {
        name: value if value != "" else None for name, value in claims.items() if value is not None
    }


def _hashed(deployment: Deployment, password: str) -> str:
    settings = deployment.settings
    if len(password) < settings.password_min_length:
        raise Failure(f"a password needs {settings.password_min_length} characters or more")
    try:
        return Passwords(settings).hash(password)
    except ValueError as error:
        raise Failure(str(error)) from error


def _by_username(person: dict[str, Any]) -> str:
    return str(person["username"]).casefold()


def _readable(person: dict[str, Any]) -> dict[str, Any]:
    times = {
        name.removesuffix("_at"): moment(value)
        for name, value in person.items()
        if name.endswith("_at") and isinstance(value, (int, type(None)))
    }
    return {name: value for name, value in person.items() if not name.endswith("_at")} | times


def _report(person: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(person)
        return
    print_facts(_readable(person))
    if sentence:
        say(sentence)
