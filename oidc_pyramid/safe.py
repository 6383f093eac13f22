"""What one process keeps open of a provider's vault and keys: plain bytes and parsed keys.

No persistent object is ever kept here: entries are found by what the database says now, so a
rotation by another process is seen at the next transaction.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jwcrypto.jwk import JWK
from zope.interface import implementer

from oidc_pyramid.interfaces import IKeys, IKeysFactory
from oidc_pyramid.models.keys import CURRENT
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.jose import Signer
from oidc_pyramid.protocol.refresh_handle import Handles
from oidc_pyramid.protocol.seal import Sealer, derive
from oidc_pyramid.protocol.wrap import Secrets
from oidc_pyramid.settings import Settings

ACCESS_TOKEN = "access_token"
RECENT = 16_384  # 20 MiB, once so many were seen


@dataclass(frozen=True, slots=True)
class Opened:
    """The vault, opened: everything needed to seal, to derive and to recognise.

    ``access_token`` opens a sealed access token, or raises ``SealError``. One is used many times in
    its life: what the last few say is remembered, never whether they are still good.
    """

    sealer: Sealer = field(repr=False)
    handles: Handles = field(repr=False)
    csrf_key: bytes = field(repr=False)
    pairwise_salt: bytes = field(repr=False)
    throttle_key: bytes = field(repr=False)
    access_token: Callable[[str], AccessToken] = field(repr=False)


class Safe:
    """A cache of opened vaults, one per provider, vault state and epoch."""

    def __init__(self) -> None:
        self._opened: dict[tuple[object, ...], Opened] = {}
        self._lock = threading.Lock()

    def open(self, provider: Provider, settings: Settings) -> Opened:
        """The opened vault as the database has it now."""
        vault = provider.vault
        state = (provider.uuid, vault.current, len(vault.roots), provider.epoch, settings.issuer)
        opened = self._opened.get(state)
        if opened is None:
            with self._lock:
                opened = self._opened.setdefault(state, _open(provider, settings))
        return opened


def _open(provider: Provider, settings: Settings) -> Opened:
    vault = provider.vault.open(settings.secrets)
    issuer, epoch = settings.issuer, provider.epoch
    refresh = {kid: derive(root, f"refresh/{issuer}/{epoch}") for kid, root in vault.roots.items()}
    sealer = Sealer(vault.roots, vault.current, issuer, epoch)

    def read(text: str) -> AccessToken:
        return AccessToken.unpack(sealer.open(ACCESS_TOKEN, text))

    return Opened(
        sealer=sealer,
        handles=Handles(refresh, vault.current),
        csrf_key=derive(vault.roots[vault.current], f"csrf/{issuer}"),
        pairwise_salt=vault.pairwise_salt,
        throttle_key=vault.throttle_key,
        access_token=lru_cache(RECENT)(read),
    )


@implementer(IKeysFactory)
class RingKeysFactory:
    """Keys from the provider's ring, parsed once per process: parsing an RSA key takes 50 ms."""

    def __init__(self) -> None:
        self._signers: dict[tuple[str, str], Signer] = {}
        self._decryption: dict[tuple[str, str], JWK] = {}
        self._lock = threading.Lock()

    def __call__(self, provider: Provider, settings: Settings) -> RingKeys:
        return RingKeys(provider, settings, self)

    def decryption_key(self, provider: Provider, key: Any, secret: Secrets) -> JWK:
        """The parsed key, from memory or unwrapped now."""
        name = (provider.uuid, key.kid)
        if name not in self._decryption:
            self._decryption[name] = JWK.from_json(key.open(secret))
        return self._decryption[name]

    def signer(self, provider: Provider, key: Any, secret: Secrets) -> Signer:
        """The parsed key, from memory or unwrapped now."""
        name = (provider.uuid, key.kid)
        signer = self._signers.get(name)
        if signer is None:
            with self._lock:
                signer = self._signers.get(name) or Signer(key.open(secret), key.alg, key.kid)
                self._signers[name] = signer
        return signer


@implementer(IKeys)
class RingKeys:
    """The ring as one transaction sees it."""

    def __init__(self, provider: Provider, settings: Settings, parsed: RingKeysFactory) -> None:
        self._provider = provider
        self._settings = settings
        self._parsed = parsed

    def signer(self, alg: str) -> Signer:
        """Raises ``KeyError`` when no key of that algorithm is current."""
        key = self._provider.keys.in_state(alg, CURRENT)
        if key is None:
            raise KeyError(alg)
        return self._parsed.signer(self._provider, key, self._settings.secrets)

    def algs(self) -> tuple[str, ...]:
        """What can be signed with now."""
        return self._provider.keys.algs()

    def decryption_keys(self) -> dict[str, JWK]:
        """Those that are published with ``use: enc``, and those that were until lately."""
        ring = self._provider.keys.published()
        return {
            key.kid: self._parsed.decryption_key(self._provider, key, self._settings.secrets)
            for key in ring
            if key.use == "enc"
        }

    def public(self) -> list[Mapping[str, Any]]:
        """The published JWKs."""
        return [json.loads(key.public) for key in self._provider.keys.published()]
