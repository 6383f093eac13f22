"""Make what a decision only reads a precondition of the write that follows."""

from __future__ import annotations

from typing import TypeVar

from persistent import Persistent

P = TypeVar("P", bound=Persistent)


def pin(obj: P) -> P:
    """Read *obj* now and fail the commit with a conflict if it changes meanwhile.

    ZODB gives snapshot isolation: without this, "the grant is not revoked" and "revoke the
    grant" both commit. On a ghost ``readCurrent`` does nothing, so it is activated first.
    """
    obj._p_activate()
    if obj._p_jar is not None:
        obj._p_jar.readCurrent(obj)
    return obj
