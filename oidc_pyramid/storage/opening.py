"""What every kind of storage is found as, before it is opened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Opening:
    """A storage that was found and not opened yet.

    ``place`` is its name in sentences, ``arguments`` are for ``ZODB.DB``, ``alone`` is held while
    it is opened, and a ``volatile`` one is new each time.
    """

    place: str
    open: Callable[[], Any]
    arguments: dict[str, Any] = field(default_factory=dict)
    alone: Callable[[], AbstractContextManager[Any]] = nullcontext
    volatile: bool = False
