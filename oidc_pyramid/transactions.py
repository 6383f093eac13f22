"""pyramid_tm and pyramid_retry for our requests, whatever the host does with its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from pyramid.path import DottedNameResolver

from oidc_pyramid.root import below_prefix, is_ours
from oidc_pyramid.runtime import Runtime

LONGEST_PAUSE = 0.25
MAX_BODY = 64 * 1024


class IsOurs:
    """The view predicate ``oidc_request``: exception views that leave a host's errors alone."""

    def __init__(self, value: bool, _config: Any) -> None:
        self._value = value

    def text(self) -> str:
        """For ``pviews``."""
        return f"oidc_request = {self._value}"

    phash = text

    def __call__(self, _context: Any, request: Any) -> bool:
        return is_ours(request) is self._value


def veto(hosts: Callable[[Any, Any], bool] | None) -> Callable[[Any, Any], bool]:
    """The commit veto: with us a returned refusal commits, and a raised error never does.

    A host's veto decides over the host's requests; without one pyramid_tm's own rule holds.
    """

    def decide(request: Any, response: Any) -> bool:
        raised = getattr(request, "exception", None) is not None
        if is_ours(request) or hosts is None:
            return raised
        return hosts(request, response)

    return decide


def attempts(hosts: Callable[[Any], int | None] | None) -> Callable[[Any], int | None]:
    """Retry our requests; a host's hook, or its ``retry.attempts``, decides over the rest.

    Included without a prefix, any request may be ours: there the host's wish comes first.
    """

    def decide(request: Any) -> int | None:
        runtime = request.registry.queryUtility(Runtime.interface)
        wished = hosts is not None or runtime.host_retries
        if below_prefix(request) or (runtime.prefix == "/" and not wished):
            return _ours(request, int(runtime.settings.retry_attempts))
        return hosts(request) if hosts is not None else (None if runtime.host_retries else 1)

    return decide


def _ours(request: Any, attempts: int) -> int:
    """A retry keeps the body: in memory, because ours are small; a larger one is refused by its
    view, so it is neither copied nor retried."""
    length = request.content_length or 0
    if length > MAX_BODY:
        return 1
    if not length and request.method == "GET":  # there is nothing to keep
        request.body_file_raw = BytesIO()
        request.is_body_seekable = True
    request.request_body_tempfile_limit = MAX_BODY
    return attempts


def back_off(event: Any) -> None:
    """A jittered pause, so that rivals do not meet again at once."""
    attempt = event.environ.get("retry.attempt", 0)
    time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**attempt)))  # noqa: S311 - no secret


def _included(config: Any, package: str) -> bool:
    """Whether the host has included it before us."""
    pending = (path for action in config.action_state.actions for path in action["includepath"])
    return any(path.startswith(f"{package}:") for path in pending)


def includeme(config: Any) -> None:
    """Wrap the hooks in the settings before the tweens read them."""
    settings = config.registry.settings
    runtime = config.registry.getUtility(Runtime.interface)
    resolve = DottedNameResolver().maybe_resolve
    runtime.prefix = "/" + (config.route_prefix or "").strip("/")
    runtime.host_retries = "retry.attempts" in settings or _included(config, "pyramid_retry")
    hook = settings.get("retry.activate_hook")
    settings["retry.activate_hook"] = attempts(resolve(hook) if hook else None)

    def wrap_veto() -> None:
        hosts = settings.get("tm.commit_veto")
        settings["tm.commit_veto"] = veto(resolve(hosts) if hosts else None)

    config.action(("oidc", "commit veto"), wrap_veto, order=1_000_000)
    config.include("pyramid_retry")
    config.include("pyramid_tm")
