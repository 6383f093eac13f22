"""A client that registers itself, as the suite's clients do (Registration §3, RFC 7591 §3)."""

import json
import time
import uuid

from joserfc import jwt

from oidc_pyramid.fetch import Fetched, FetchRefused
from oidc_pyramid.testing import RelyingParty, bearer

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
HOME = "https://suite.example"
CALLBACK = f"{HOME}/callback"


class Web:
    """What the suite serves: documents by address."""

    def __init__(self):
        self.pages = {}

    def get(self, url, *, accept="application/json"):
        if url not in self.pages:
            raise FetchRefused(url)
        return Fetched(200, accept, self.pages[url].encode())

    def serve(self, path, document):
        """The address at which it is served."""
        self.pages[HOME + path] = document if isinstance(document, str) else json.dumps(document)
        return HOME + path


def metadata_for(flow, keys, **more):
    """What the suite sends; None leaves a member out."""
    metadata = {
        "client_name": "conformance suite",
        "grant_types": grant_types(flow),
        "jwks": public(*keys),
        "token_endpoint_auth_method": "client_secret_basic",
        "response_types": [flow.response_type],
        "redirect_uris": [CALLBACK],
        "contacts": ["certification@oidf.org"],
        **more,
    }
    return {name: value for name, value in metadata.items() if value is not None}


def grant_types(flow):
    """What the response type needs, and refreshing."""
    implicit = ["implicit"] if flow.issues & {"token", "id_token"} else []
    code = ["authorization_code", "refresh_token"] if "code" in flow.issues else []
    return [*code, *implicit]


def public(*keys):
    """A JWK Set of the public parts."""
    return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in keys]}


def register(browser, metadata):
    """The checked answer (RFC 7591 §3.2.1)."""
    response = browser.post_json("/clients", metadata, status=201)
    made = response.json
    assert response.content_type == "application/json"
    assert "error" not in made
    assert made["client_id"]
    if "client_secret" in made:
        assert type(made["client_secret_expires_at"]) is int
    assert made["registration_client_uri"].startswith("https://")
    assert made["registration_access_token"]
    for name in ("redirect_uris", "response_types", "token_endpoint_auth_method"):
        assert made[name] == metadata[name]
    return made


def refused(browser, metadata):
    """The error of a registration that must not succeed (RFC 7591 §3.2.2)."""
    response = browser.post_json("/clients", metadata, status=400)
    assert response.content_type == "application/json"
    return response.json["error"]


def as_party(made):
    """The registered client as its owner knows it."""
    return RelyingParty(made["client_id"], made.get("client_secret"), made["redirect_uris"][0])


def unregister(browser, made):
    """Take the client away again (RFC 7592 §2.3)."""
    path = made["registration_client_uri"].removeprefix("https://op.example")
    browser.delete(path, headers=bearer(made["registration_access_token"]), status=204)


def assertion(client_id, key, audience, **header):
    """The parameters of ``private_key_jwt``; the suite names no kid (Core §9)."""
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 60,
    }
    token = jwt.encode({"alg": "RS256", **header}, claims, key)
    return {"client_assertion_type": ASSERTION, "client_assertion": token}
