"""What a token rests on: client, account, grant, session. Does all of it still stand?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oidc_pyramid.claims_release import PREFIX
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.authorizations import Authorization
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.grants import Grant
from oidc_pyramid.models.pin import pin
from oidc_pyramid.protocol import claims_request
from oidc_pyramid.protocol.access_token import AccessToken
from oidc_pyramid.protocol.claims_request import ClaimsRequest


@dataclass(frozen=True, slots=True)
class Standing:
    """The anchors as they are now, and the scope that is left of what was authorized."""

    client: Client
    account: Any
    grant: Grant | None
    scope: tuple[str, ...]
    authorization: Authorization | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """The scope, and the single claims that the person agreed to (``claim:NAME``)."""
        granted = () if self.grant is None else self.grant.scope
        return (*self.scope, *(item for item in granted if item.startswith(PREFIX)))

    @property
    def claims_request(self) -> ClaimsRequest:
        """What the client asked for one by one (Core §5.5)."""
        return claims_request.parse(self.authorization.claims if self.authorization else "")


def standing(issuer: Issuer, authorization: Authorization, *, write: bool) -> Standing | None:
    """None when an anchor is missing, has ended, or has moved on since.

    ``write`` pins each anchor: a revocation at the same time fails this commit. The order is
    fixed, and a decision never rests on the absence of a key.
    """
    provider = issuer.provider
    client = provider.clients.get(authorization.client_id)
    grant = authorization.grant
    if grant is None:
        grant = provider.grants.get(authorization.account_id, authorization.client_id)
    account = _account(issuer, authorization, grant)
    if client is None or grant is None or account is None:
        return None
    if write:
        issuer.accounts.pin(account)
    holds = (
        authorization.active
        and _holds(client, authorization.client_generation, write=write)
        and account.generation == authorization.account_generation
        and _holds(grant, authorization.grant_generation, write=write)
        and (
            _is_offline(authorization, grant) or _session_stands(issuer, authorization, write=write)
        )
    )
    if not holds:
        return None
    scope = tuple(s for s in authorization.scope if s in grant.scope and s in client.scope)
    return Standing(client, account, grant, scope, authorization)


def _account(issuer: Issuer, authorization: Authorization, grant: Grant | None) -> Any:
    """By its id, whoever keeps the accounts; our own may know it from the grant."""
    if grant is not None and grant.person is not None and hasattr(issuer.accounts, "expect"):
        issuer.accounts.expect(grant.person)
    return issuer.accounts.get(authorization.account_id)


def _holds(anchor: Client | Grant, generation: int, *, write: bool) -> bool:
    if write:
        pin(anchor)
    return anchor.active and anchor.generation == generation


def _is_offline(authorization: Authorization, grant: Grant) -> bool:
    """Until the person takes just that back: then it rests on its session as any other."""
    return authorization.offline and "offline_access" in grant.scope


def _session_stands(issuer: Issuer, authorization: Authorization, *, write: bool) -> bool:
    """A session-anchored authorization ends with its session (DESIGN: anchors)."""
    if not authorization.sid:
        return True
    session = issuer.provider.browsers.session(authorization.account_id, authorization.sid)
    if session is None:
        return False
    if write:
        pin(session)
    return session.ended_at is None and issuer.now < session.expires_at


def token_standing(issuer: Issuer, token: AccessToken) -> Standing | None:
    """The standing of an access token; of client credentials the client is the one anchor."""
    if not token.authorization:
        client = issuer.provider.clients.get(token.client_id)
        if client is None or not client.active or client.generation != token.generation:
            return None
        scope = tuple(s for s in token.scope if s in client.scope)
        return Standing(client, None, None, scope)
    authorization = issuer.provider.authorizations.get(token.authorization)
    if authorization is None:
        return None
    found = standing(issuer, authorization, write=False)
    if found is None:
        return None
    scope = tuple(s for s in token.scope if s in found.scope)
    return Standing(found.client, found.account, found.grant, scope, authorization)
