"""Schema 4: people are listed by what they are called, for those who search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oidc_pyramid.models.directory import Directory

if TYPE_CHECKING:
    from oidc_pyramid.models.provider import Provider

AT_A_TIME = 10_000


def run(provider: Provider) -> None:
    """Look at everybody once."""
    users, directory = provider.users, Directory()
    for number, person in enumerate(users):
        directory.enter(person, person.entries)
        person._p_deactivate()
        if users._p_jar is not None and not number % AT_A_TIME:
            users._p_jar.cacheGC()
    users._directory = directory  # noqa: SLF001 - theirs, and new
