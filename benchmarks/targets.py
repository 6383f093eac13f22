"""What is measured: where a provider answers, and as whom one asks. All have the same workloads."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

CLIENT_ID, SECRET = "bench", "benchmark-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
MACHINE_ID = "bench-machine"
REDIRECT = "https://rp.example/cb"
SCOPE = "openid profile email"
RESOURCE = "https://api.example"  # it asks for JWT access tokens
PEOPLE = 8
PASSWORD = "a long password"


def basic(client_id: str) -> str:
    """``client_secret_basic``."""
    return "Basic " + base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()


@dataclass(frozen=True)
class Target:
    """Paths, and the body of a request for a JWT access token where the provider makes one."""

    authorize: str
    token: str
    userinfo: str
    introspect: str
    jwks: str
    discovery: str = "/.well-known/openid-configuration"
    machine: str = CLIENT_ID
    jwt: Mapping[str, str] | None = None
    username: str = "user{}"
    headers: Mapping[str, str] = field(default_factory=dict)


OURS = Target(
    "/authorize",
    "/token",
    "/userinfo",
    "/introspect",
    "/jwks",
    jwt={"resource": RESOURCE},
    headers={"Sec-Fetch-Site": "same-origin"},
)
OIDC_PROVIDER = Target(
    "/auth",
    "/token",
    "/me",
    "/token/introspection",
    "/jwks",
    jwt={"resource": RESOURCE},
)
OAUTH_TOOLKIT = Target(
    "/o/authorize/",
    "/o/token/",
    "/o/userinfo/",
    "/o/introspect/",
    "/o/.well-known/jwks.json",
    discovery="/o/.well-known/openid-configuration",
    machine=MACHINE_ID,
)
