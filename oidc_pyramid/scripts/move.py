"""``oidc-pyramid move``: the same provider on another storage."""

from __future__ import annotations

import click
from ZODB import DB

from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.scripts.output import say
from oidc_pyramid.scripts.restore import refuse_occupied, transfer
from oidc_pyramid.storage import provider_in, snapshot
from oidc_pyramid.storage.copying import Tally, moment, walked
from oidc_pyramid.storage.safety import has_root
from oidc_pyramid.storage.uris import find


@click.command()
@click.argument("target")
@click.option("--history", is_flag=True, help="All transactions, where both storages keep them.")
@click.pass_obj
def move(deployment: Deployment, target: str, *, history: bool) -> None:
    """Copy the database to TARGET, a URI as in zodbconn.uri, and compare. Stop the server first.

    TARGET must be empty or missing. Nothing ends: sessions and tokens go on there, so never serve
    both. The old database stays as it is; afterwards write TARGET into the ini file.
    """
    with deployment.database() as source:
        with snapshot(source) as root:
            provider_in(root)
        before = _last(source)
        work = _with_history if history else _present_state
        copied = work(deployment, source, target)
        if _last(source) != before:
            raise Failure(
                "the database was changed meanwhile: stop the server, empty TARGET, repeat"
            )
    say(f"Copied {copied.objects} objects ({copied.size} bytes) and compared them.")
    say("Is the server stopped? What it saves from now on is not in the copy.")
    say(f"Now set zodbconn.uri = {target}")


def _last(db: DB) -> bytes:
    """The latest transaction, whoever has made it."""
    with moment(db) as storage:
        tid: bytes = storage.lastTransaction()
    return tid


def _present_state(deployment: Deployment, source: DB, target: str) -> Tally:
    """In one transaction."""
    with deployment.other(target) as db:
        refuse_occupied(db, "TARGET must be empty")
        return transfer(source, db, "move")


def _with_history(deployment: Deployment, source: DB, target: str) -> Tally:
    """By ZODB's own copyTransactionsFrom, into a storage in which nothing was ever committed."""
    storage = find(target, create=True).open()
    try:
        if has_root(storage):
            raise Failure("there is a database already, and nothing in it was changed")
        if not getattr(storage, "keep_history", True) or not hasattr(source.storage, "iterator"):
            raise Failure("one of the two keeps no history: leave --history out")
        storage.copyTransactionsFrom(source.storage)
    finally:
        storage.close()
    with moment(source) as one, deployment.other(target) as db, moment(db) as two:
        copied = walked(one)
        if not walked(two).same_as(copied):
            raise Failure("what is there now is not what was copied: don't start a server on it")
    return copied
