"""A start-up that is refused: one sentence on standard error, and no traceback around it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from pyramid.exceptions import ConfigurationError, ConfigurationExecutionError


@contextmanager
def one_sentence() -> Iterator[None]:
    """For servers that let the error through (``pserve``): Python ends with exit code 1, and what
    it prints is the reason. A server that catches the error logs it as it likes."""
    try:
        yield
    except ConfigurationError as error:
        _print_plainly(error)
        raise


def _print_plainly(refused: ConfigurationError) -> None:
    others = sys.excepthook

    def hook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if error is refused or getattr(error, "evalue", None) is refused:
            print(f"oidc_pyramid does not start: {_reason(refused)}", file=sys.stderr)  # noqa: T201 - nobody else would
        else:
            others(kind, error, traceback)

    sys.excepthook = hook


def _reason(error: ConfigurationError) -> str:
    """Without the place in the configuration where Pyramid met it."""
    if isinstance(error, ConfigurationExecutionError) and isinstance(error.evalue, Exception):
        return str(error.evalue)
    return str(error)
