"""Reading and forging JWTs without any key of the provider."""

import base64
import json


def part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def claims_of(token, place=1):
    text = token.split(".")[place]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def forged(header, claims, signature=b""):
    return ".".join((part(header), part(claims), part(signature)))
