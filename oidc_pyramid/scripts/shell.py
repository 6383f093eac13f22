"""``pshell``: what is at hand in the shell. In the ini file:

``[pshell]`` ``setup = oidc_pyramid.scripts.shell.setup``
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def setup(env: dict[str, Any]) -> Iterator[None]:
    """``provider``, ``users`` and ``clients`` in one transaction; ``commit()`` keeps changes."""
    request = env["request"]
    manager = request.tm
    manager.begin()

    def commit() -> None:
        """Keep what was changed so far."""
        manager.commit()
        manager.begin()

    provider = request.oidc.provider
    env.update(provider=provider, users=provider.users, clients=provider.clients, commit=commit)
    try:
        yield
    finally:
        manager.abort()
