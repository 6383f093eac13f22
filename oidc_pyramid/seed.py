"""Development data: somebody to sign in as, and a client to sign in to. On loopback alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.path import DottedNameResolver

from oidc_pyramid.client_document import attributes_of, policy_of
from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.users import User
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.protocol.client_metadata import validate
from oidc_pyramid.settings import Settings
from oidc_pyramid.settings.addresses import is_loopback, issuer_host

#: User name, password and claims; the welcome page of development names the first two.
PEOPLE: tuple[tuple[str, str, dict[str, object]], ...] = (
    (
        "alice",
        "wonderland",
        {
            "name": "Alice Liddell",
            "given_name": "Alice",
            "family_name": "Liddell",
            "nickname": "Alice",
            "preferred_username": "alice",
            "email": "alice@example.com",
            "email_verified": True,
            "phone_number": "+44 1865 276150",
            "phone_number_verified": True,
            "birthdate": "1852-05-04",
            "zoneinfo": "Europe/London",
            "locale": "en-GB",
            "website": "https://example.com/alice",
            "address_formatted": "Christ Church\nSt Aldates\nOxford OX1 1DP\nUnited Kingdom",
            "address_street_address": "St Aldates",
            "address_locality": "Oxford",
            "address_postal_code": "OX1 1DP",
            "address_country": "United Kingdom",
        },
    ),
    (
        "bob",
        "builder",
        {
            "name": "Bob Baumann",
            "given_name": "Bob",
            "family_name": "Baumann",
            "preferred_username": "bob",
            "email": "bob@example.com",
            "locale": "de-DE",
        },
    ),
)

DEMO_CLIENT_ID = "demo"
DEMO_CLIENT_SECRET = "demo-secret-for-development-only"
ADDRESSES = ("redirect_uris", "post_logout_redirect_uris", "client_uri")
NOT_METADATA = frozenset({"client_id", "client_secret"})

Seeding = Callable[[Provider, int], list[str]]


def wants_seed(settings: Settings) -> bool:
    """Development, on an address that only this machine can reach."""
    return settings.development and is_loopback(issuer_host(settings.issuer))


def has_own_people(settings: Settings) -> bool:
    """A host that brings its users, or its sign-in page, has no use for ours."""
    return bool(settings.accounts or settings.login_url)


def seeded(provider: Provider, settings: Settings, passwords: Passwords) -> list[tuple[str, str]]:
    """User name and password of those who are there and can sign in with it: for the welcome page
    of development."""
    if not wants_seed(settings) or has_own_people(settings):
        return []
    found = ((name, word, provider.users.by_username(name)) for name, word, _claims in PEOPLE)
    return [
        (name, word)
        for name, word, user in found
        if user is not None and user.active and passwords.verify(user.password_hash, word)
    ]


def seed(settings: Settings) -> Seeding:
    """Hash the passwords now; what is returned adds what is missing, in a transaction."""
    passwords = Passwords(settings)
    people = () if has_own_people(settings) else PEOPLE
    hashes = {username: passwords.hash(password) for username, password, _ in people}

    def work(provider: Provider, now: int) -> list[str]:
        return [
            *_people(provider, hashes, now),
            *_client(provider, settings, now),
            *_included(provider, settings, now),
        ]

    return work


def _people(provider: Provider, hashes: dict[str, str], now: int) -> list[str]:
    done = []
    for username, password, claims in PEOPLE:
        if username in hashes and provider.users.by_username(username) is None:
            person = User(username, now=now, **claims)
            person.set_password_hash(hashes[username], now=now)
            provider.users.add(person)
            done.append(f"Added {username}, password {password} (development only).")
    return done


def _client(provider: Provider, settings: Settings, now: int) -> list[str]:
    """A client for trying things out by hand, with redirect URIs on this machine."""
    if provider.clients.get(DEMO_CLIENT_ID) is not None:
        return []
    client = Client(
        DEMO_CLIENT_ID,
        now=now,
        client_name="Demonstration client",
        redirect_uris=("http://127.0.0.1:8000/callback", "http://localhost:8000/callback"),
        post_logout_redirect_uris=("http://127.0.0.1:8000/", "http://localhost:8000/"),
        grant_types=settings.grant_types,
        response_types=settings.response_types,
        scope=("openid", "profile", "email", "phone", "address", "offline_access"),
        token_endpoint_auth_method="client_secret_basic",
    )
    client.set_secret(DEMO_CLIENT_SECRET)
    provider.clients.add(client)
    return [f"Added the client {DEMO_CLIENT_ID}, secret {DEMO_CLIENT_SECRET} (development only)."]


def _included(provider: Provider, settings: Settings, now: int) -> list[str]:
    """What an included module wants for trying it out: its ``development_clients(issuer)`` are
    documents with the names of RFC 7591."""
    done = []
    for module in map(DottedNameResolver().maybe_resolve, settings.include):
        for document in getattr(module, "development_clients", _none)(settings.issuer):
            client_id = document["client_id"]
            client = provider.clients.get(client_id)
            if client is None:
                provider.clients.add(_registered(document, settings, now))
                done.append(f"Added the client {client_id} (development only).")
            elif list(client.redirect_uris) != document["redirect_uris"]:
                known = _attributes(document, settings)
                client.update({name: known[name] for name in ADDRESSES})
                done.append(f"The client {client_id} follows the issuer to its new address.")
    return done


def _none(_issuer: str) -> list[dict[str, Any]]:
    return []


def _registered(document: dict[str, Any], settings: Settings, now: int) -> Client:
    """A client as registration would make it; with a secret it is one of ours, so verified."""
    secret = document.get("client_secret")
    known = {**_attributes(document, settings), "verified": secret is not None}
    client = Client(document["client_id"], now=now, **known)
    if secret is not None:
        client.set_secret(secret)
    return client


def _attributes(document: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """What its metadata decides, without the grant types that this deployment switched off."""
    metadata = {name: value for name, value in document.items() if name not in NOT_METADATA}
    metadata["grant_types"] = [g for g in metadata["grant_types"] if g in settings.grant_types]
    return attributes_of(validate(metadata, policy=policy_of(settings)))
