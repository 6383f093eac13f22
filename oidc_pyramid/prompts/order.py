"""The order of the prompts: a topological sort over their ``before`` and ``after``."""

from __future__ import annotations

from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pyramid.exceptions import ConfigurationError


@lru_cache
def ordered(prompts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Sorted, once for the same prompts; raises ``ConfigurationError`` when two prompts want to be before each other."""
    by_name = {prompt.name: prompt for prompt in prompts}
    earlier: dict[str, set[str]] = {name: set(p.after) for name, p in by_name.items()}
    for name, prompt in by_name.items():
        for later in prompt.before:
            earlier.setdefault(later, set()).add(name)
    try:
        order = list(TopologicalSorter(dict(sorted(earlier.items()))).static_order())
    except CycleError as error:
        msg = f"prompts want to be before each other: {error.args[1]}"
        raise ConfigurationError(msg) from error
    return tuple(by_name[name] for name in order if name in by_name)
