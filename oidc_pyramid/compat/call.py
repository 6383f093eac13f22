"""Calling what somebody else wrote: with as many arguments as it takes, and its own objects."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def fitting(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call with the first few arguments: the ancestor's signatures are shorter than ours."""
    return function(*arguments[: room(function, len(arguments))])


def room(function: Callable[..., Any], most: int) -> int:
    """How many positional arguments the callable takes, at most *most*."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return most
    if any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in parameters):
        return most
    return min(most, sum(one.kind in POSITIONAL for one in parameters))


def named(function: Callable[..., Any], first: Any, more: Mapping[str, Any]) -> Any:
    """Call by name, as the ancestor did, where the callable uses its names; else by position."""
    names = _names(function, more)
    if names is None:
        return fitting(function, first, *more.values())
    return function(first, **{name: more[name] for name in names})


def _names(function: Callable[..., Any], more: Mapping[str, Any]) -> list[str] | None:
    """Which of *more* it takes by name; None when it needs an argument of another name."""
    parameters = list(inspect.signature(function).parameters.values())
    kinds = {one.kind for one in parameters}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return list(more)
    rest = [one for one in parameters[1:] if one.kind is not inspect.Parameter.VAR_POSITIONAL]
    foreign = any(one.name not in more and one.default is one.empty for one in rest)
    if foreign or inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    return [one.name for one in rest if one.name in more]


def own_user(account: Any) -> Any:
    """The host's own object where an account is one in our clothes."""
    return getattr(account, "host_user", account)
