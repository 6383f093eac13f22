"""Which classes may be read from the database: a pickle that names another is never run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

PACKAGES = ("oidc_pyramid.models", "persistent", "BTrees")
EXACT = frozenset(
    {
        ("builtins", "object"),
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("copyreg", "_reconstructor"),
        ("copy_reg", "_reconstructor"),
        ("zodbpickle", "binary"),
    }
)
RENAMED = {"copy_reg": "copyreg"}  # as Python 2 and pickle protocol 2 call it

ClassFactory = Callable[[object, str, str], Any]


class ClassNotAllowed(Exception):
    """A record names a class that is none of ours: it is not imported, nothing of it runs."""


def class_factory_for(packages: Iterable[str] = ()) -> ClassFactory:
    """What ``ZODB.DB`` asks for each class of each record: ours, and those of a host's *packages*.

    A class that was found is the same the next time.
    """
    allowed = tuple(f"{package}." for package in (*PACKAGES, *packages))

    @cache
    def found(module: str, name: str) -> Any:
        if (module, name) in EXACT:
            return getattr(import_module(RENAMED.get(module, module)), name)
        if f"{module}.".startswith(allowed):
            return _class_in(module, name, allowed)
        raise ClassNotAllowed(f"{module}.{name}")

    def class_factory(_connection: object, module: str, name: str) -> Any:
        return found(module, name)

    return class_factory


def _class_in(module: str, name: str, allowed: tuple[str, ...]) -> type:
    """A class that is defined there: not a function, nor what the module imports from elsewhere."""
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ClassNotAllowed(f"{module}.{name}") from error
    if isinstance(found, type) and f"{found.__module__}.".startswith(allowed):
        return found
    raise ClassNotAllowed(f"{module}.{name}")


class_factory = class_factory_for()
