"""The order of the prompts: a topological sort over their ``before`` and ``after``."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pyramid.exceptions import ConfigurationError


def ordered(prompts: Iterable[Any]) -> list[Any]:
    """Sorted; raises ``ConfigurationError`` when two prompts want to be before each other."""
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
    return [by_name[name] for name in order if name in by_name]
