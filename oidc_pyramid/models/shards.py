"""Mappings spread over 256 trees, so that writers of different keys rarely meet."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from oidc_pyramid.models.pin import pin

WIDTH = 256


class Shard(Persistent):
    """One tree, and up to when the sweep has removed from it (``swept_until``, seconds)."""

    swept_until = 0

    def __init__(self) -> None:
        self.data = OOBTree()


class Shards(Persistent):
    """Keys are strings; the shard is the first byte of the SHA-256 of ``spread(key)``.

    Keys of the form ``left:right`` are spread by ``left``, so that all that belongs to one
    account lies in one tree and can be listed.
    """

    def __init__(self) -> None:
        self._shards = tuple(Shard() for _ in range(WIDTH))

    def shard(self, key: str) -> Shard:
        """The shard that holds *key*."""
        owner = key.partition(":")[0]
        return self._shards[sha256(owner.encode("utf-8", "replace")).digest()[0]]

    def shards(self) -> tuple[Shard, ...]:
        """All of them, in a fixed order: the sweep takes one per transaction."""
        return self._shards

    def get(self, key: str) -> Any:
        """The value, or None."""
        return self.shard(key).data.get(key)

    def __contains__(self, key: str) -> bool:
        return key in self.shard(key).data

    def insert(self, key: str, value: Any) -> None:
        """Add a new key; two transactions that insert the same key conflict.

        Raises ``KeyError`` when the key is there already.
        """
        if not self.shard(key).data.insert(key, value):
            raise KeyError(key)

    def replace(self, key: str, value: Any) -> None:
        """Set *key*, whether it is there or not."""
        self.shard(key).data[key] = value

    def remove(self, key: str) -> None:
        """Unlink *key*; whatever had to end was ended by a write to itself before."""
        del self.shard(key).data[key]

    def of(self, owner: str) -> Iterator[tuple[str, Any]]:
        """All ``(key, value)`` whose key is ``owner:...``."""
        tree = self.shard(owner).data
        yield from tree.items(f"{owner}:", f"{owner};", excludemax=True)

    def within(self, shard: Shard) -> Iterator[tuple[str, Any]]:
        """Everything in one of the shards."""
        yield from shard.data.items()

    def items(self) -> Iterator[tuple[str, Any]]:
        """Everything, shard by shard."""
        for shard in self._shards:
            yield from self.within(shard)

    def __len__(self) -> int:
        return sum(len(shard.data) for shard in self._shards)

    def swept(self, key: str, expires_at: int) -> bool:
        """True when a marker with this expiry may already be gone: what it guarded is refused.

        Pins the shard, so that a sweep meanwhile fails the commit.
        """
        return expires_at <= pin(self.shard(key)).swept_until


class Expiring(Shards):
    """Shards of objects that expire. Beside each lies when it is to be looked at (``look_at``,
    seconds): the sweep walks over keys and loads only what is due.

    The object itself decides. Whoever makes it last longer leaves ``look_at`` alone: the sweep
    corrects it, so that no writer writes more than before.
    """

    def get(self, key: str) -> Any:
        """The object, or None."""
        entry = super().get(key)
        return None if entry is None else entry[1]

    def insert(self, key: str, value: Any, look_at: int = 0) -> None:
        """As for all shards; without *look_at* the next sweep looks."""
        super().insert(key, (look_at, value))

    def replace(self, key: str, value: Any, look_at: int = 0) -> None:
        """Set *key*, whether it is there or not."""
        super().replace(key, (look_at, value))

    def of(self, owner: str) -> Iterator[tuple[str, Any]]:
        """All ``(key, object)`` whose key is ``owner:...``."""
        return ((key, entry[1]) for key, entry in super().of(owner))

    def within(self, shard: Shard) -> Iterator[tuple[str, Any]]:
        """Everything in one of the shards."""
        return ((key, entry[1]) for key, entry in super().within(shard))


def walk(tree: OOBTree) -> Iterator[tuple[str, Any]]:
    """All entries, leaf by leaf; what was loaded only for this is let go again."""
    leaf = tree._firstbucket  # noqa: SLF001 - the leaves are a list beside the tree
    while leaf is not None:
        loaded = leaf._p_changed is not None
        yield from list(leaf.items())
        following = leaf._next  # noqa: SLF001 - as above
        if not loaded:
            leaf._p_deactivate()
        leaf = following
