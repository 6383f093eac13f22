"""What ``private_key_jwt`` and ``client_secret_jwt`` share: an assertion, used once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import sha256

from oidc_pyramid.client_auth import Presented
from oidc_pyramid.issuer import Issuer
from oidc_pyramid.models.clients import Client
from oidc_pyramid.protocol.client_assertion import TYPE, check_assertion
from oidc_pyramid.protocol.jose import JoseError, parse

log = logging.getLogger("oidc_pyramid.errors")


def presented_alg(presented: Presented) -> str | None:
    """The algorithm of the assertion; empty for one that can't be read, None without one."""
    text = presented.params.get("client_assertion")
    if text is None:
        return None
    if presented.params.get("client_assertion_type") != TYPE:
        return ""
    try:
        return parse(text).alg
    except JoseError:
        return ""


def presented_client(presented: Presented) -> str:
    """Whom the assertion speaks for, not believed yet (RFC 7521 §4.2)."""
    try:
        subject = parse(presented.params.get("client_assertion") or "").claims.get("sub")
    except JoseError:
        return ""
    return subject if isinstance(subject, str) else ""


def accept(
    claims: Mapping[str, object], presented: Presented, client: Client, issuer: Issuer
) -> None:
    """Check it and use it up: its id is inserted in this transaction, so that of two who use it
    at once one conflicts, is tried again, and finds it used. Raises ``JoseError``."""
    strict = client.assertion_audience == "issuer"
    audiences = [issuer.name]
    if not strict:
        audiences += [f"{issuer.name}/token", presented.endpoint]
    token_id, expires_at = check_assertion(
        claims,
        client.client_id,
        audiences=audiences,
        strict=strict,
        now=issuer.now,
        longest=issuer.settings.assertion_lifetime,
    )
    _refuse_from_before(claims, expires_at, issuer)
    used = issuer.provider.assertions
    key = sha256(f"{client.client_id}\0{token_id}".encode()).hexdigest()
    if used.swept(key, expires_at):
        raise JoseError("the assertion expired before the last sweep")
    try:
        used.insert(key, expires_at)
    except KeyError:
        raise JoseError("the assertion was used before") from None


def _refuse_from_before(claims: Mapping[str, object], expires_at: int, issuer: Issuer) -> None:
    """After a restore nobody knows which assertions were used. One that does not say when it was
    made may be as old as its expiry allows."""
    oldest = expires_at - issuer.settings.assertion_lifetime
    if float(str(claims.get("iat", oldest))) < issuer.provider.epoch:
        raise JoseError("the assertion was made before the epoch was raised")


def refused(error: JoseError, client: Client) -> bool:
    """False, and the reason in the log."""
    log.info("client assertion of %s refused: %s", client.client_id, error)
    return False
