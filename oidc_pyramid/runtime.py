"""What one process keeps for one provider: settings, parsed keys, the password hasher."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, ClassVar

from zope.interface import Interface

from oidc_pyramid.background import Worker
from oidc_pyramid.client_keys import ClientKeys
from oidc_pyramid.fetch import Fetcher
from oidc_pyramid.guesses import Guesses
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.safe import Safe
from oidc_pyramid.settings import Settings
from oidc_pyramid.storage.held import Held


class IRuntime(Interface):
    """The registry's key for the :class:`Runtime`."""


@dataclass(slots=True)
class Runtime:
    """Lives in the registry, never in a module: two providers in one process are two of these."""

    interface: ClassVar[Any] = IRuntime
    settings: Settings
    passwords: Passwords
    database: str = ""
    route: str = "oidc"
    playground: bool = False
    prefix: str = "/"
    standalone: bool = False
    host_retries: bool = False
    held: Held | None = None
    closing_slash: bool = False
    safe: Safe = field(default_factory=Safe)
    fetcher: Fetcher = field(init=False)
    client_keys: ClientKeys = field(init=False)
    guesses: Guesses = field(init=False)
    scans: Guesses = field(init=False)
    upkeep: Worker | None = None
    packing: Worker | None = None
    workers: list[Worker] = field(default_factory=list)
    working: int = 0  # the process that does what is beside the requests
    documents: dict[object, tuple[bytes, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fetcher = Fetcher(self.settings)
        self.client_keys = ClientKeys(self.fetcher)
        window = self.settings.throttle_window
        self.guesses = Guesses(self.settings.throttle_secret, window)
        self.scans = Guesses(self.settings.throttle_tokens, window)

    def begin_work(self) -> None:
        """The first request of this process starts what runs beside the requests."""
        process = os.getpid()
        if self.working == process:
            return
        for worker in (self.upkeep, self.packing, *self.workers):
            if worker is not None:
                worker.start()
        self.working = process

    def wake_delivery(self) -> None:
        """A client has to be told of a sign-out."""
        for worker in self.workers:
            worker.wake()
