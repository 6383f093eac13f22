"""Numbered steps that bring an older database up to date; the database records the last one."""

from __future__ import annotations

from collections.abc import Callable

from oidc_pyramid.models.evolve import step_2, step_3, step_4
from oidc_pyramid.models.provider import SCHEMA, Provider

STEPS: dict[int, Callable[[Provider], None]] = {2: step_2.run, 3: step_3.run, 4: step_4.run}


class NewerDatabase(Exception):
    """The database was written by a newer version: refuse to touch it."""


def pending(provider: Provider) -> list[int]:
    """The steps that have not run yet; raises ``NewerDatabase``."""
    if provider.schema > SCHEMA:
        msg = f"the database has schema {provider.schema}, this version knows {SCHEMA}: upgrade"
        raise NewerDatabase(msg)
    return list(range(provider.schema + 1, SCHEMA + 1))


def older(provider: Provider) -> str:
    """What to do about steps that are pending."""
    return (
        f"the database has schema {provider.schema}, this version works with {SCHEMA}: "
        "make a backup, then run 'oidc-pyramid init'"
    )


def evolve(provider: Provider) -> list[int]:
    """Run the pending steps in order; returns their numbers. The caller commits."""
    steps = pending(provider)
    for number in steps:
        STEPS[number](provider)
        provider.schema = number
    return steps
