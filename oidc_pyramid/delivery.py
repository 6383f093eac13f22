"""Back-channel sign-out in the running server, and its metadata (Back-Channel Logout §2.1)."""

from __future__ import annotations

from typing import Any

from oidc_pyramid.background import Worker
from oidc_pyramid.interfaces import IKeysFactory, IMetadata
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.logout_delivery import deliver
from oidc_pyramid.plugins import register
from oidc_pyramid.runtime import Runtime


class LogoutMetadata:
    """What clients may register for a sign-out."""

    name = "logout"

    def members(self, issuer: Issuer) -> dict[str, object]:
        """Front-Channel Logout §3, Back-Channel Logout §2.1, Session Management §3.3."""
        members: dict[str, object] = {
            "frontchannel_logout_supported": True,
            "frontchannel_logout_session_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        }
        if issuer.settings.session_management:
            members["check_session_iframe"] = f"{issuer.name}/check_session"
        return members


def includeme(config: Any) -> None:
    """One worker per process; it starts with the first sign-out that somebody must be told of,
    and by the interval it also takes what another process has left."""
    registry = config.registry
    runtime = registry.getUtility(Runtime.interface)
    register(config, IMetadata, LogoutMetadata())

    def work() -> int:
        keys = registry.getUtility(IKeysFactory)
        db = registry._zodb_databases[runtime.database]  # noqa: SLF001 - pyramid_zodbconn's name
        return deliver(db, runtime.settings, keys, runtime.fetcher)

    runtime.workers.append(Worker("oidc-logout-delivery", work, runtime.settings.logout_interval))
