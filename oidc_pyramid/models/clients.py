"""Clients: relying parties and resource servers, with the field names of RFC 7591."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import Any

from BTrees.OOBTree import OOBTree, OOTreeSet
from persistent import Persistent
from zope.interface import implementer

from oidc_pyramid.interfaces import IClient, IClients
from oidc_pyramid.protocol import client_secret
from oidc_pyramid.protocol.redirect_uri import host_of
from oidc_pyramid.protocol.wrap import Secrets, unwrap, wrap


def new_client_id() -> str:
    """128 random bits in a namespace of their own, so that no ``sub`` equals one."""
    return f"c-{secrets.token_hex(16)}"


@implementer(IClient)
class Client(Persistent):
    """One client. Attributes are the metadata of RFC 7591 §2 and Registration §2, as immutable
    values; a class attribute is the default of a client that was stored before the field was.

    The generations start at random, so that tokens and consents of a deleted client are not those
    of another that is given its id."""

    __parent__: Any = None
    client_id: str = ""
    client_name: str = ""
    names: tuple[tuple[str, str], ...] = ()
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    response_modes: tuple[str, ...] = ()
    scope: tuple[str, ...] = ("openid",)
    token_endpoint_auth_method: str = "client_secret_basic"
    application_type: str = "web"
    subject_type: str = "public"
    sector_identifier_uri: str = ""
    id_token_signed_response_alg: str = ""
    userinfo_signed_response_alg: str = ""
    userinfo_encrypted_response_alg: str = ""
    userinfo_encrypted_response_enc: str = ""
    id_token_encrypted_response_alg: str = ""
    id_token_encrypted_response_enc: str = ""
    request_object_signing_alg: str = ""
    request_object_encryption_alg: str = ""
    request_object_encryption_enc: str = ""
    require_signed_request_object: bool = False
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    contacts: tuple[str, ...] = ()
    jwks: str = ""
    jwks_uri: str = ""
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()
    initiate_login_uri: str = ""
    frontchannel_logout_uri: str = ""
    frontchannel_logout_session_required: bool = False
    backchannel_logout_uri: str = ""
    backchannel_logout_session_required: bool = False
    request_uris: tuple[str, ...] = ()
    token_endpoint_auth_signing_alg: str = ""
    software_id: str = ""
    software_version: str = ""

    # Ours, never taken from a registration request.
    skip_consent: bool = False
    verified: bool = False
    reuse_consent: bool | None = None
    require_pkce: bool = False
    refresh_grace: int | None = None
    access_token_format: str = ""
    owner: str = ""
    created_at: int = 0
    disabled_at: int | None = None
    ended_at: int | None = None
    generation: int = 1
    consent_generation: int = 1
    secrets: tuple[tuple[bytes, int], ...] = ()
    secret_wrapped: bytes = b""
    assertion_audience: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    dynamic: bool = False
    used: bool = False
    registration_token: str = ""

    def __init__(self, client_id: str, *, now: int, **metadata: Any) -> None:
        self.client_id = client_id
        self.created_at = now
        self.generation = self.consent_generation = secrets.randbits(31) + 1
        self._set(metadata)

    @property
    def __name__(self) -> str:
        return self.client_id

    @property
    def active(self) -> bool:
        """False once disabled or deleted: fails closed for a record without these fields."""
        return self.disabled_at is None and self.ended_at is None

    @property
    def public(self) -> bool:
        """A client that can't keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"

    @property
    def remembers_consent(self) -> bool:
        """Public clients ask each time unless the operator says otherwise (RFC 8252 §8.6)."""
        return not self.public if self.reuse_consent is None else self.reuse_consent

    @property
    def name(self) -> str:
        """What people are shown."""
        return self.client_name or self.client_id

    def update(self, metadata: Mapping[str, Any]) -> None:
        """Set known fields; raises ``AttributeError`` for any other name.

        A change of what people consented to (name, redirect hosts) asks for consent again. What a
        client was given while it had to prove itself ends when it no longer has to.
        """
        shown, public = self._shown(), self.public
        self._set(metadata)
        if self.public and not public:
            self.generation += 1
        if shown != self._shown():
            self.consent_generation += 1

    def _shown(self) -> tuple[object, ...]:
        return self.client_name, frozenset(map(host_of, self.redirect_uris))

    def _set(self, metadata: Mapping[str, Any]) -> None:
        for name, value in metadata.items():
            if name.startswith("_") or name not in Client.__annotations__:
                raise AttributeError(name)
            setattr(self, name, tuple(value) if isinstance(value, list) else value)

    @property
    def needs_plain_secret(self) -> bool:
        """True for what can't be done with a digest (Core §10.1, RFC 7518 §3.2)."""
        algs = (
            self.id_token_signed_response_alg,
            self.userinfo_signed_response_alg,
            self.request_object_signing_alg,
        )
        jwt = self.token_endpoint_auth_method == "client_secret_jwt"
        return jwt or any(alg.startswith("HS") for alg in algs)

    def open_secret(self, under: Secrets) -> str:
        """The secret itself; raises ``ValueError`` where only digests are kept."""
        if not self.secret_wrapped:
            raise ValueError("the secret of this client is not kept: rotate it")
        return unwrap(under, f"client/{self.client_id}", self.secret_wrapped).decode()

    def rewrap(self, old: Secrets, new: bytes) -> None:
        """Change ``oidc.secret``, under which the secret itself may be kept."""
        if self.secret_wrapped:
            plain = self.open_secret(old).encode()
            self.secret_wrapped = wrap(new, f"client/{self.client_id}", plain)

    def set_secret(
        self, secret: str, *, keep_until: int | None = None, under: bytes | None = None
    ) -> None:
        """Keep the digest of a new secret; older ones stay good until ``keep_until`` (seconds).

        A client that needs the secret itself has it wrapped ``under`` the deployment's.
        """
        self.secret_wrapped = b""
        if self.needs_plain_secret and under is not None:
            self.secret_wrapped = wrap(under, f"client/{self.client_id}", secret.encode())
        kept: tuple[tuple[bytes, int], ...] = ()
        if keep_until is not None:
            kept = tuple((digest, keep_until) for digest, until in self.secrets[-1:] if not until)
        self.secrets = (*kept, (client_secret.digest(secret), 0))

    def check_secret(self, secret: str, *, now: int) -> bool:
        """Compare in constant time with every secret that is still good."""
        digest = client_secret.digest(secret)
        good = False
        for known, until in self.secrets:
            same = hmac.compare_digest(known, digest)
            good |= same and (not until or now < until)
        return good

    def set_registration_token(self, token: str) -> None:
        """Keep the digest of a registration access token (RFC 7592 §3)."""
        self.registration_token = sha256(token.encode()).hexdigest()

    def mark_used(self) -> None:
        """It was given an answer or a token: the sweep leaves it alone. Written once."""
        if self.dynamic and not self.used:
            self.used = True

    def disable(self, *, now: int) -> None:
        """From now on nothing of this client works; its tokens are inactive."""
        self.disabled_at = now

    def enable(self) -> None:
        """Take ``disable`` back; tokens from before stay dead."""
        self.disabled_at = None
        self.generation += 1

    def end(self, *, now: int) -> None:
        """Deleted: written to the object itself, so that whoever pinned it fails."""
        self.ended_at = now
        self.generation += 1
        self.secrets = ()
        self.secret_wrapped = b""


class Number(Persistent):
    """How many there are. Of two who add one at once one conflicts and looks again, so that a
    bound holds; to read it costs the same however many there are."""

    value: int = 0


@implementer(IClients)
class Clients(Persistent):
    """All clients by id. Traversal finds them; nothing else in them has a URL.

    ``_unused`` has ``(created_at, client_id)`` of those that registered themselves, until the
    sweep has looked whether they were ever used."""

    __name__ = "clients"
    __parent__: Any = None

    def __init__(self) -> None:
        self._data = OOBTree()
        self._number = Number()
        self._unused = OOTreeSet()

    def __getitem__(self, client_id: str) -> Client:
        client = self.get(client_id)
        if client is None:
            raise KeyError(client_id)
        return client

    def get(self, client_id: object) -> Client | None:
        """The client, or None for anything that is not the id of one."""
        if not isinstance(client_id, str) or len(client_id) > 512:
            return None
        found: Client | None = self._data.get(client_id)
        return found

    def add(self, client: Client) -> Client:
        """Raises ``KeyError`` when the id is taken."""
        if not self._data.insert(client.client_id, client):
            raise KeyError(client.client_id)
        client.__parent__ = self
        self._number.value += 1
        if client.dynamic:
            self._unused.insert((client.created_at, client.client_id))
        return client

    def delete(self, client: Client, *, now: int) -> None:
        """End the client, then unlink it."""
        client.end(now=now)
        del self._data[client.client_id]
        self._number.value -= 1
        self.settle((client.created_at, client.client_id))

    def unsettled(self, *, before: int, most: int) -> list[tuple[int, str]]:
        """Those that registered themselves by then and were not looked at since: the oldest."""
        return list(islice(self._unused.keys(max=(before + 1, ""), excludemax=True), most))

    def settle(self, registered: tuple[int, str]) -> None:
        """It was looked at: it is used, or gone."""
        if registered in self._unused:
            self._unused.remove(registered)

    def ids(self) -> Iterator[str]:
        """Under which they lie."""
        return iter(self._data.keys())

    def __iter__(self) -> Iterator[Client]:
        return iter(self._data.values())

    def __len__(self) -> int:
        return self._number.value
