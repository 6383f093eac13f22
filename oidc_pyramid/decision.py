"""A person has decided: what response types are told, and how a code is made."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from oidc_pyramid.claims_release import single
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.models.browsers import Session
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.grants import Grant
from oidc_pyramid.protocol import code as codes
from oidc_pyramid.protocol.authorization import Wanted
from oidc_pyramid.protocol.code import Code
from oidc_pyramid.protocol.id_token import Authentication
from oidc_pyramid.protocol.resource import Resource


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who is signed in, since when and how.

    ``authenticated_in`` and ``selected_in`` are the interactions in which that happened;
    ``subject`` is the ``sub`` for the asking client, known once there is one.
    """

    account: Any
    sid: str
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    authenticated_in: str = ""
    selected_in: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What is known of the person's consent to this request.

    ``missing`` are scopes that nobody agreed to yet; ``given_in`` is the interaction in which
    the decision was made.
    """

    missing: tuple[str, ...] = ()
    given_in: str = ""


@dataclass(slots=True)
class Decision:
    """Everything was answered: the request, the person, the grant."""

    wanted: Wanted
    client: Client
    sign_in: SignIn
    grant: Grant
    issuer: Issuer
    _front: Authorization | None = None

    def authentication(self) -> Authentication:
        """For an ID Token from the authorization endpoint."""
        return Authentication(
            subject=self.issuer.subject(self.sign_in.account, self.client),
            auth_time=self.sign_in.auth_time,
            acr=self.sign_in.acr,
            amr=self.sign_in.amr,
            sid=self.sign_in.sid,
            nonce=self.wanted.nonce,
        )

    def code(self) -> str:
        """Sealed; what does not fit is written as a pending authorization that the code names."""
        code = self._code(secrets.token_hex(16))
        text = self._seal(code)
        if len(text) <= codes.MAX_LENGTH:
            return text
        pending = Authorization(
            code.id,
            now=self.issuer.now,
            pending=True,
            client_id=self.client.client_id,
            code=code.pack().decode(),
        )
        pending.keep(code.expires_at)
        self.issuer.provider.authorizations.add(pending)
        return self._seal(Code(code.id, code.client, code.expires_at, pending=True))

    def _seal(self, code: Code) -> str:
        return self.issuer.opened.sealer.seal(codes.PURPOSE, code.pack())

    def _code(self, code_id: str) -> Code:
        wanted, sign_in = self.wanted, self.sign_in
        return Code(
            id=code_id,
            client=codes.short_digest(self.client.client_id),
            expires_at=self.issuer.now + self.issuer.settings.code_expire,
            redirect_uri=codes.short_digest(wanted.redirect_uri),
            account_id=str(sign_in.account.id),
            sid=sign_in.sid,
            scope=" ".join(wanted.scope),
            code_challenge=wanted.code_challenge,
            nonce=wanted.nonce or "",
            auth_time=sign_in.auth_time,
            acr=sign_in.acr,
            amr=" ".join(sign_in.amr),
            account_generation=sign_in.account.generation,
            grant_generation=self.grant.generation,
            client_generation=self.client.generation,
            claims=wanted.claims,
            claims_locales=" ".join(wanted.claims_locales),
            resources=" ".join(wanted.resources),
        )

    def session(self) -> Session | None:
        """The record of the sign-in behind this, where it is ours."""
        sign_in = self.sign_in
        return self.issuer.provider.browsers.session(str(sign_in.account.id), sign_in.sid)

    def items(self) -> tuple[str, ...]:
        """The scope, and the single claims that were asked for (``claim:NAME``)."""
        request = self.wanted.claims_request
        return (*self.wanted.scope, *single(self.issuer, request, self.wanted.scope))

    def front_resource(self) -> Resource:
        """What an access token that is issued here is for: the one that was asked for."""
        return self.issuer.target(self.wanted.resources)

    def front_channel(self) -> Authorization:
        """The anchor of an access token that is issued here: one commit (Core §3.2)."""
        if self._front is None:
            wanted, sign_in, issuer = self.wanted, self.sign_in, self.issuer
            self._front = Authorization(
                secrets.token_hex(16),
                now=issuer.now,
                client_id=self.client.client_id,
                account_id=str(sign_in.account.id),
                sid=sign_in.sid,
                scope=tuple(s for s in wanted.scope if s != "offline_access"),
                resources=wanted.resources,
                auth_time=sign_in.auth_time,
                acr=sign_in.acr,
                amr=sign_in.amr,
                account_generation=sign_in.account.generation,
                grant=self.grant,
                grant_generation=self.grant.generation,
                client_generation=self.client.generation,
                claims=wanted.claims,
                claims_locales=wanted.claims_locales,
            )
            self._front.keep(issuer.now + self.front_resource().expire)
            issuer.provider.authorizations.add(self._front)
        return self._front
