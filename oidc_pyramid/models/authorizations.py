"""An Authorization is one act of authorizing: what one code bought, the root of its tokens."""

from __future__ import annotations

from persistent import Persistent

from oidc_pyramid.models.grants import Grant
from oidc_pyramid.models.shards import Expiring, Shards

REPLAY_MARGIN = 24 * 3600


class Authorization(Persistent):
    """Written when a code is redeemed, under the code's id: the redemption marker and the root
    of the refresh family in one. Only the refresh fields and ``ended_at`` ever change.

    ``generations`` are those of account, grant and client when it was made; an anchor that has
    moved on makes this inactive. ``offline`` ones survive the end of their session. ``grant`` is
    the very record, so that nobody has to look for it; older ones have none.
    """

    id: str = ""
    client_id: str = ""
    account_id: str = ""
    sid: str = ""
    scope: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    claims: str = ""
    claims_locales: tuple[str, ...] = ()
    auth_time: int = 0
    acr: str = ""
    amr: tuple[str, ...] = ()
    nonce: str = ""
    offline: bool = False
    pending: bool = False
    confirmation: str = ""
    grant: Grant | None = None
    account_generation: int = 0
    grant_generation: int = 0
    client_generation: int = 0
    session_started: int = 0
    issued_at: int = 0
    keep_until: int = 0
    ended_at: int | None = 0
    ended_reason: str = ""
    code: str = ""

    refresh_generation: int = 0
    refresh_current: bytes = b""
    refresh_previous: bytes = b""
    refresh_root: str = ""
    refresh_previous_root: str = ""
    refresh_rotated_at: int = 0
    refresh_request: bytes = b""
    refresh_expires_at: int = 0
    refresh_absolute_expires_at: int = 0
    refresh_used: bool = True

    def __init__(self, authorization_id: str, *, now: int, **fields: object) -> None:
        self.id = authorization_id
        self.issued_at = now
        self.ended_at = None
        for name, value in fields.items():
            if name not in Authorization.__annotations__:
                raise AttributeError(name)
            setattr(self, name, value)

    @property
    def active(self) -> bool:
        """False once ended. Whether its anchors still stand is another question."""
        return self.ended_at is None and not self.pending

    @property
    def until(self) -> int:
        """When it may be forgotten."""
        return self.keep_until

    def end(self, reason: str, *, now: int) -> None:
        """From now on nothing that came from this is good."""
        if self.ended_at is None:
            self.ended_at = now
            self.ended_reason = reason

    def keep(self, until: int) -> None:
        """Don't forget this before all that it bought has expired, plus a day."""
        self.keep_until = max(self.keep_until, until + REPLAY_MARGIN)


class Authorizations(Persistent):
    """All authorizations by id, spread over 256 trees."""

    def __init__(self) -> None:
        self._data = Expiring()

    def get(self, authorization_id: str) -> Authorization | None:
        """The authorization, ended or not."""
        found: Authorization | None = self._data.get(authorization_id)
        return found

    def add(self, authorization: Authorization) -> Authorization:
        """Raises ``KeyError`` when the id is taken: the code was redeemed before."""
        self._data.insert(authorization.id, authorization, look_at=authorization.keep_until)
        return authorization

    def swept(self, authorization_id: str, expires_at: int) -> bool:
        """True when the marker of a code with this expiry may be gone already."""
        return self._data.swept(authorization_id, expires_at)

    def tree(self) -> Shards:
        """For the sweep."""
        return self._data
