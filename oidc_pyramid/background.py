"""Work beside the requests: one daemon thread that is woken, or looks by itself now and then."""

from __future__ import annotations

import atexit
import logging
import secrets
import threading
from collections.abc import Callable

log = logging.getLogger("oidc_pyramid.background")
_chance = secrets.SystemRandom()  # the state of `random` is the host's, who may have seeded it


class Worker:
    """Calls *work* every *interval* seconds (jittered) and when woken; errors are logged and it
    goes on. The thread starts with the first wake or ``start``, so that it survives a fork."""

    def __init__(self, name: str, work: Callable[[], object], interval: int) -> None:
        self._name = name
        self._work = work
        self._interval = interval
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Idempotent; does nothing where the interval is 0."""
        if not self._interval or (self._thread is not None and self._thread.is_alive()):
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
                atexit.register(self.stop)  # a commit that has begun is finished

    def wake(self) -> None:
        """There is something to do."""
        self.start()
        self._woken.set()

    def stop(self) -> None:
        """Finish what is running, then end."""
        self._stopped.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            pause = self._interval * _chance.uniform(0.75, 1.25)
            self._woken.wait(pause)
            self._woken.clear()
            if self._stopped.is_set():
                return
            try:
                self._work()
            except Exception:
                log.exception("%s failed; it will be tried again", self._name)
