"""The issuer at one moment: everything that a plug-in needs to issue and to recognise.

Made once per request; holds what the transaction sees. No request object in it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oidc_pyramid import claims_release
from oidc_pyramid.client_keys import ClientKeys
from oidc_pyramid.events import Event
from oidc_pyramid.interfaces import (
    IAccounts,
    IClaims,
    IKeys,
    IScope,
    ISubject,
    ITokenFormat,
    ITokenProcessor,
)
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.plugins import Plugins
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.claim_sources import with_sources
from oidc_pyramid.protocol.claims_request import Demand
from oidc_pyramid.protocol.errors import Check, InvalidClientMetadata, TemporarilyUnavailable
from oidc_pyramid.protocol.id_token import Authentication, id_token_claims
from oidc_pyramid.protocol.jose import JoseError, Signer, symmetric_key, unsigned
from oidc_pyramid.protocol.jwe import encrypt
from oidc_pyramid.protocol.outcomes import Issued
from oidc_pyramid.protocol.params import Params
from oidc_pyramid.protocol.redirect_uri import host_of
from oidc_pyramid.protocol.resource import Resource, target
from oidc_pyramid.protocol.subject import pairwise
from oidc_pyramid.protocol.wrap import Secrets
from oidc_pyramid.safe import Opened
from oidc_pyramid.settings import Settings

UNSIGNED = Check(
    "signing-key",
    "RFC 9110 §15.6.4",
    "There is no key to sign the answer with.",
    "Run 'oidc-pyramid doctor': it names the key that is missing.",
)


@dataclass(frozen=True, slots=True)
class Issuance:
    """What a token processor is told. ``request`` is opaque here: ring 3 puts it in for the
    ancestor's hooks (ADR 0020), and it is None where a token is made without one."""

    client: Client | None
    account: Any
    scope: tuple[str, ...]
    kind: str
    request: Any = None


@dataclass(slots=True)
class Issuer:
    """Settings, the provider, the plug-ins, the keys and the time (seconds)."""

    settings: Settings
    provider: Provider
    plugins: Plugins
    accounts: IAccounts
    keys: IKeys
    opened: Opened
    now: int
    client_keys: ClientKeys
    events: list[Event] = field(default_factory=list)
    wake: bool = False
    request: Any = None

    @property
    def name(self) -> str:
        """The issuer identifier: from the setting, never from a request."""
        return self.settings.issuer

    def announce(self, event: Event) -> None:
        """To be told after the commit."""
        self.events.append(event)

    def scopes(self) -> tuple[str, ...]:
        """Every scope that a client may ask for."""
        names = {*self.plugins.names(IScope), *self.plugins.names(IClaims)}
        known = (scope for resource in self.settings.resources for scope in resource.scopes or ())
        return tuple(sorted(names.union(self.settings.scopes, known)))

    def target(self, asked: Sequence[str], authorized: Sequence[str] | None = None) -> Resource:
        """What an access token is for: of those asked for in a request, and of those that were
        authorized (all, where nobody had to). Raises ``InvalidTarget`` (RFC 8707 §2.2)."""
        known = self.settings.targets
        return target(asked, tuple(known) if authorized is None else authorized, known, self.name)

    def subject(self, account: Any, client: Client) -> str:
        """The ``sub`` of this account for this client (Core §8)."""
        generator = self.plugins.get(ISubject)
        subject = str(account.id if generator is None else generator(account))
        if client.subject_type != "pairwise":
            return subject
        sector = host_of(client.sector_identifier_uri or (client.redirect_uris or ("",))[0])
        return pairwise(self.opened.pairwise_salt, sector, subject)

    def claims(
        self,
        account: Any,
        scope: Iterable[str],
        demands: Mapping[str, Demand] | None = None,
        locales: Iterable[str] = (),
        client: Client | None = None,
    ) -> dict[str, object]:
        """By scope, and those asked for one by one as far as *scope* (with its ``claim:NAME``
        items) reaches (Core §5.4, §5.5)."""
        items = tuple(scope)
        claims = claims_release.by_scope(self, account, items, client)
        claims |= claims_release.by_demand(self, account, demands or {}, items, client)
        return with_sources(claims | claims_release.in_languages(account, claims, locales))

    def id_token_alg(self, client: Client) -> str:
        """The client's choice, else the deployment's."""
        return client.id_token_signed_response_alg or self.settings.signing_alg

    def id_token(
        self,
        client: Client,
        account: Any,
        authentication: Authentication,
        *,
        scope: tuple[str, ...],
        demands: Mapping[str, Demand] | None = None,
        locales: Iterable[str] = (),
        access_token: str | None = None,
        code: str | None = None,
    ) -> str:
        """Signed for this client (Core §2); ``demands`` are the ``id_token`` member of its
        ``claims`` parameter (Core §5.5)."""
        alg = self.id_token_alg(client)
        claims = id_token_claims(
            self.name,
            client.client_id,
            authentication,
            now=self.now,
            lifetime=self.settings.id_token_expire,
            alg=alg,
            access_token=access_token,
            code=code,
        )
        alone = not (access_token or code)
        by_scope = scope if self.settings.id_token_include_claims or alone else ()
        told = self.claims(account, by_scope, locales=locales, client=client)
        asked = claims_release.by_demand(self, account, demands or {}, scope, client)
        claims = {**told, **with_sources(asked), **claims}
        claims = self.process("id_token", claims, client, account, scope)
        return self._sealed_for(client, self.signed_for(client, alg, claims), "id_token")

    def userinfo(self, client: Client, claims: Mapping[str, object]) -> str | None:
        """Signed and encrypted as the client has registered, or None for plain JSON (Core §5.3.2)."""
        alg = client.userinfo_signed_response_alg
        if not alg and not client.userinfo_encrypted_response_alg:
            return None
        if not alg:
            return self._sealed_for(client, json.dumps(dict(claims)), "userinfo", cty="")
        told = {**claims, "iss": self.name, "aud": client.client_id}
        return self._sealed_for(client, self.signed_for(client, alg, told), "userinfo")

    def signed_for(self, client: Client, alg: str, claims: Mapping[str, object]) -> str:
        """``none`` only where the deployment and the client want it (Core §2)."""
        if alg == "none" and self.settings.id_token_none:
            return unsigned(claims)
        return self.signer_for(client, alg).sign(claims, typ=None)

    def _sealed_for(self, client: Client, token: str, kind: str, *, cty: str = "JWT") -> str:
        """Encrypted to the client after it was signed, if it has registered that (Core §2, §16.14)."""
        alg = getattr(client, f"{kind}_encrypted_response_alg")
        if not alg:
            return token
        enc = getattr(client, f"{kind}_encrypted_response_enc") or "A128CBC-HS256"
        try:
            return encrypt(token, self.client_keys.of(client), alg, enc, cty=cty)
        except JoseError as error:
            raise _unfit_keys(client, error) from error

    def own_signer(self, alg: str) -> Signer:
        """The current key of that algorithm; ``TemporarilyUnavailable`` where none was made yet."""
        try:
            return self.keys.signer(alg)
        except KeyError as error:
            private = f"no key signs with {alg}: oidc-pyramid keys create --alg {alg}"
            raise TemporarilyUnavailable(UNSIGNED, private=private) from error

    def signer_for(self, client: Client, alg: str) -> Signer:
        """A key of ours, or the client's own secret (Core §10.1)."""
        if not alg.startswith("HS"):
            return self.own_signer(alg)
        try:
            return secret_signer(client, alg, self.settings.secrets)
        except ValueError as error:
            raise _unfit_keys(client, error) from error

    def process(
        self,
        kind: str,
        claims: Mapping[str, object],
        client: Client | None,
        account: Any,
        scope: tuple[str, ...],
    ) -> dict[str, object]:
        """Let the token processors of this kind have the last word."""
        result = dict(claims)
        context = Issuance(client, account, scope, kind, self.request)
        for processor in self.plugins.all(ITokenProcessor):
            if processor.kind == kind:
                result = dict(processor(result, context))
        return result

    def access_token(
        self,
        client: Client,
        *,
        scope: tuple[str, ...],
        authorization: str = "",
        account_id: str = "",
        generation: int,
        resource: Resource | None = None,
        authentication: Authentication | None = None,
        confirmation: str = "",
    ) -> str:
        """For this resource, or ourselves; in its format, else the client's (RFC 6749 §1.4)."""
        resource = resource or self.target(())
        token = AccessToken(
            id=secrets.token_hex(16),
            authorization=authorization,
            client_id=client.client_id,
            account_id=account_id,
            scope=scope,
            audience=(resource.identifier,),
            issued_at=self.now,
            expires_at=self.now + resource.expire,
            generation=generation,
            confirmation=confirmation,
            authentication=authentication,
        )
        name = resource.format or client.access_token_format or self.settings.access_token_format
        return str(self.plugins.get(ITokenFormat, name).issue(token, self))

    def read_access_token(self, text: str) -> AccessToken | None:
        """The token if it is one of ours, unexpired and not revoked by itself.

        Whether its anchors still stand is asked of :func:`oidc_pyramid.anchors.standing`.
        """
        token = self.authentic_access_token(text)
        return token if token is not None and self.is_good(token) else None

    def authentic_access_token(self, text: str) -> AccessToken | None:
        """The token if we made it, whatever has become of it."""
        formats = self.plugins.all(ITokenFormat)
        read = (token_format.read(text, self) for token_format in formats)
        return next((token for token in read if token is not None), None)

    def is_good(self, token: AccessToken) -> bool:
        """Unexpired, and not revoked by itself."""
        timely = self.provider.epoch <= token.issued_at and self.now < token.expires_at
        return timely and token.id not in self.provider.denylist


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """A token request whose client is proven, for a grant type to redeem."""

    params: Params
    client: Client
    issuer: Issuer

    def target(self, authorized: Sequence[str] | None = None) -> Resource:
        """What the access token is for: see ``Issuer.target``."""
        return self.issuer.target(self.params.all("resource"), authorized)


def token_answer(
    access_token: str,
    issuer: Issuer,
    scope: tuple[str, ...],
    resource: Resource | None = None,
    **more: str | None,
) -> Issued:
    """RFC 6749 §5.1; ``more`` are the refresh token and the ID Token, if any."""
    body: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": resource.expire if resource else issuer.settings.token_expire,
        "scope": " ".join(scope),
    }
    body.update({name: value for name, value in more.items() if value})
    return Issued(body)


def _unfit_keys(client: Client, error: ValueError) -> InvalidClientMetadata:
    """The client's own doing: its keys can't be fetched, or its secret is too short."""
    return InvalidClientMetadata(
        "the keys of the client do not do for what it has registered",
        check="client-keys",
        spec="Core §10",
        private=f"{client.client_id}: {error}",
    )


def secret_signer(client: Client, alg: str, under: Secrets) -> Signer:
    """HMAC with the client's secret; ``ValueError`` where it is not kept, or too short."""
    return Signer(json.dumps(symmetric_key(client.open_secret(under).encode(), alg)), alg, None)
