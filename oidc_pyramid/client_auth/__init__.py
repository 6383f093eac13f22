"""How clients authenticate: a file per ``token_endpoint_auth_method``."""

from __future__ import annotations

from dataclasses import dataclass

from oidc_pyramid.protocol.params import Params


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request presents: its body parameters and its ``Authorization`` header."""

    params: Params
    authorization: str | None = None
    endpoint: str = ""
