"""Our ``IThrottle``: failures counted in the database, where every worker sees them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from zope.interface import implementer

from oidc_pyramid.interfaces import IThrottle
from oidc_pyramid.models.pin import pin
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.settings import Settings

Key = tuple[str, str]


@lru_cache(maxsize=4096)
def network_of(address: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        ip = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


@implementer(IThrottle)
class OwnThrottle:
    """A bucket is read with a pin: a right guess commits only if no failure was counted
    meanwhile, so many guesses at once are worth no more than one after the other."""

    def __init__(self, provider: Provider, secret: bytes, settings: Settings) -> None:
        self._buckets = provider.throttle
        self._secret = secret
        self._window = settings.throttle_window
        self._limits = {
            "account": settings.throttle_account,
            "device": settings.throttle_account,
            "address": settings.throttle_address,
        }

    def admit(self, keys: Iterable[Key], now: int) -> int:
        """Seconds until the first closed key opens again, or 0."""
        wait = 0
        for kind, name in keys:
            bucket, key = self._buckets.locate(self._secret, kind, name)
            pin(bucket)
            if bucket.count(key, now=now, window=self._window) >= self._limits[kind]:
                wait = max(wait, bucket.since(key) + self._window - now, 1)
        return wait

    def fail(self, keys: Iterable[Key], now: int) -> None:
        """One failure more under each key."""
        for kind, name in keys:
            bucket, key = self._buckets.locate(self._secret, kind, name)
            bucket.fail(key, now=now, window=self._window)

    def clear(self, keys: Iterable[Key], now: int) -> None:
        """After a success: the account and the device start anew, the address does not."""
        for kind, name in keys:
            if kind != "address":
                bucket, key = self._buckets.locate(self._secret, kind, name)
                bucket.clear(key)


def make(request: Any) -> OwnThrottle:
    """The ``IThrottleFactory`` of a stand-alone provider."""
    oidc = request.oidc
    return OwnThrottle(oidc.provider, oidc.issuer.opened.throttle_key, oidc.settings)
