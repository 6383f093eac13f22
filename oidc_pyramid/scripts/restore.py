"""``oidc-pyramid restore``: a backup becomes the database, and revives nothing that had ended."""

from __future__ import annotations

import time
from pathlib import Path

import click
from persistent.timestamp import TimeStamp
from ZODB import DB

from oidc_pyramid.founding import require
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.scripts.output import moment as readable
from oidc_pyramid.scripts.output import say
from oidc_pyramid.storage import ROOT_KEY, in_transaction, provider_in, snapshot
from oidc_pyramid.storage.backup_file import opened
from oidc_pyramid.storage.copying import Tally, copy, moment, walked
from oidc_pyramid.storage.database import class_factory_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Even where a provider is: it becomes that of FILE.")
@click.pass_obj
def restore(deployment: Deployment, file: Path, *, replace: bool) -> None:
    """Make FILE, a backup, the database that the ini file names. Stop the server first.

    The epoch is raised: every code, token, open sign-in and session from before is refused, and
    everybody signs in anew. What was changed after the backup (passwords, disabled accounts,
    retired keys, withdrawn consents) is as it was then: repeat it from the audit log.
    """
    factory = class_factory_of(deployment.mapping)
    with opened(file.absolute(), factory) as saved:
        when = readable(int(TimeStamp(saved.storage.lastTransaction()).timeTime()))
        require(saved, deployment.settings, older=True)
        with deployment.database(create=True) as db:
            if not replace:
                refuse_occupied(db, "with --replace it becomes that of the backup")
            _raise_epoch(saved, above=_epoch(db))
            copied = transfer(saved, db, f"restore of {file.name}")
    say(f"Restored {copied.objects} objects as they were on {when}.")
    say("The epoch was raised: all that was issued before is refused.")
    say("Next: oidc-pyramid init (it brings a backup of an older version up to date), then verify.")


def _raise_epoch(saved: DB, *, above: int) -> None:
    """In memory, before it is copied: the database never holds the old one."""
    now = max(int(time.time()), above + 1)
    in_transaction(saved, lambda root: provider_in(root).raise_epoch(now=now))


def _epoch(db: DB) -> int:
    """Of the provider that is replaced; 0 where there is none."""
    with snapshot(db) as root:
        return provider_in(root).epoch if ROOT_KEY in root else 0


def refuse_occupied(db: DB, hint: str) -> None:
    """Nobody's database is overwritten by accident."""
    with snapshot(db) as root:
        if ROOT_KEY in root or len(root):
            raise Failure(f"there is a database already, and nothing in it was changed: {hint}")


def transfer(source: DB, target: DB, note: str) -> Tally:
    """Copy in one transaction, then read all of it again and compare."""
    with moment(source) as before, moment(target) as after:
        copied = copy(before, after, note)
    with moment(target) as after:
        if not walked(after).same_as(copied):
            raise Failure("what is there now is not what was copied: don't start a server on it")
    return copied
