"""What more people may cost at most: ``growth.py`` fails when a figure is above its bound.

What goes over HTTP is compared with the smallest database of the same run, because the machine is
the same for both. A search is not: with few people it is one leaf of one tree and hardly anything at
all, so that a ratio to it says little. It has a bound of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

TIMES = 1.5
START_S = 60.0
WORKER_MIB = 1024.0
SEARCH_MS = 1000.0

Result = dict[str, Any]


def excesses(results: Iterable[Result]) -> list[str]:
    """A sentence for each figure that is above its bound, or that failures have made worthless."""
    sizes = sorted(results, key=lambda one: int(one["people"]))
    return [
        *_dearer(sizes[0], sizes[-1]),
        *(sentence for size in sizes for sentence in (*_failed(size), *_absolute(size))),
    ]


def _dearer(smallest: Result, largest: Result) -> Iterator[str]:
    for name, cell in largest["cells"].items():
        few, many = smallest["cells"][name]["server_cpu"], cell["server_cpu"]
        if many > TIMES * few:
            yield (
                f"{name}: {many:.2f} ms with {_people(largest)} is {many / few:.2f} times the "
                f"{few:.2f} ms with {_people(smallest)}; at most {TIMES} times is allowed."
            )


def _failed(size: Result) -> Iterator[str]:
    """What fails is quick, so its figure proves nothing."""
    for name, cell in size["cells"].items():
        if cell["errors"]:
            yield f"{name}: {cell['errors']} operations failed with {_people(size)}."


def _absolute(size: Result) -> Iterator[str]:
    bounded = (
        ("first answer", "s", size["start_s"], START_S),
        ("memory of a worker", "MiB", size["worker_mib"], WORKER_MIB),
        ("search, nothing in memory", "ms", size["search_cold_ms"], SEARCH_MS),
        ("search, after others", "ms", size["search_warm_ms"], SEARCH_MS),
    )
    for name, unit, found, most in bounded:
        if found > most:
            yield f"{name}: {found:.0f} {unit} with {_people(size)}; at most {most:.0f} is allowed."


def _people(size: Result) -> str:
    return f"{size['people']} people"
