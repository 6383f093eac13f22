"""What a log may say of an unexpected error: where it happened, never the values of a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def safe(error: BaseException) -> Any:
    """For ``exc_info``. Chameleon puts every template variable into the text of an exception: that
    text is left out, here and where the error came from another one."""
    if any(map(_from_template, _chain(error))):
        bare = RuntimeError(f"a template failed: {type(error).__name__}")
        return (RuntimeError, bare, error.__traceback__)
    return (type(error), error, error.__traceback__)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _from_template(error: BaseException) -> bool:
    """Chameleon gives the exception another class of the same name, with a text of its own."""
    made = hasattr(type(error), "_original__str__") or hasattr(error, "_token")
    return made or type(error).__module__.startswith("chameleon")
