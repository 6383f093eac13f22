"""What the provider has acknowledged, written down outside it: JSON lines, before and after.

``sent`` says that something was asked for, ``done`` that the whole answer has been read. What was
sent and not done may have happened or not; what was done must be there for ever.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Ledger:
    """An append-only file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done_counts: Counter[str] = Counter()
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def sent(self, what: str, **facts: Any) -> int:
        """About to be asked for; the number of the line."""
        return self._write("sent", what, facts)

    def done(self, what: str, **facts: Any) -> int:
        """Acknowledged."""
        self.done_counts[what] += 1
        return self._write("done", what, facts)

    def close(self) -> None:
        """Nothing more will be written."""
        self._file.close()

    def _write(self, phase: str, what: str, facts: dict[str, Any]) -> int:
        with self._lock:
            number = next(self._numbers)
            line = {"n": number, "at": round(time.time(), 3), "phase": phase, "what": what, **facts}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        return number


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Line after line."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
