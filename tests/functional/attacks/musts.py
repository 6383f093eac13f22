"""What an answer to an attack must look like: the outcomes that the tests of this folder name."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

SECRETS = ("access_token", "refresh_token", "id_token", "code")
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
INTERNALS = ("Traceback", "oidc_pyramid.", 'File "', "KeyError", "0x0000", "chameleon")


class Elements(HTMLParser):
    """The elements of a page, as a browser's parser sees them."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def of(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


def elements(response):
    return Elements(response.body.decode())


def no_5xx(response):
    """NO-5XX, and nothing of our inside."""
    assert response.status_int < 500, response.status
    shown = response.body.decode("utf-8", "replace")
    assert not [word for word in INTERNALS if word in shown]
    return response


def no_store(response):
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    return response


def is_page(response):
    assert response.headers["Content-Type"].lower() == "text/html; charset=utf-8"
    return no_store(response)


def e_page(response, *evil, status=400):
    """E-PAGE: told to the person on our own page, and nothing leads to the client."""
    no_5xx(response)
    assert response.status_int == status
    is_page(response)
    assert "Location" not in response.headers
    assert "Refresh" not in response.headers
    page = elements(response)
    assert not [meta for meta in page.of("meta") if "http-equiv" in meta]
    assert not page.of("form")
    links = [a.get("href") or "" for a in page.of("a")]
    assert not [link for link in links if any(word in link for word in evil)]
    return response


def answer(response):
    """The parameters of an authorization response, each of them once."""
    parts = urlsplit(response.headers["Location"])
    pairs = parse_qsl(parts.fragment or parts.query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def e_redir(response, *errors, state="a-state", issuer="https://op.example", to=None):
    """E-REDIR: to the registered address, with error, state and iss, and nothing else."""
    no_5xx(response)
    assert response.status_int in {302, 303}, response.status
    location = response.headers["Location"]
    if to is not None:
        assert location.startswith(to)
    sent = answer(response)
    assert sent["error"] in errors, sent
    assert sent.get("state") == state
    assert sent["iss"] == issuer
    assert set(sent) <= {"error", "error_description", "state", "iss"}
    assert DESCRIPTION.fullmatch(sent.get("error_description", ""))
    return sent


def t_err(response, status, *errors):
    """T-ERR: JSON with the right status, not to be kept, without any token."""
    no_5xx(response)
    expected = status if isinstance(status, tuple) else (status,)
    assert response.status_int in expected, (response.status, response.body)
    assert response.headers["Content-Type"] == "application/json"
    no_store(response)
    body = json.loads(response.body)
    assert body["error"] in errors, body
    assert DESCRIPTION.fullmatch(body.get("error_description", ""))
    assert not set(SECRETS) & set(body)
    return body


def refused_bearer(response, *errors, status=401):
    """A protected resource refuses: RFC 6750 §3."""
    no_5xx(response)
    assert response.status_int == status
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    for error in errors:
        assert f'error="{error}"' in challenge
    if not errors:
        assert "error=" not in challenge
    return no_store(response)


def inactive(response):
    """Exactly ``{"active":false}``, whatever the reason."""
    assert response.status_int == 200
    assert response.body == b'{"active":false}'


def without_id(response):
    """A page without the parts that differ each time."""
    text = response.body.decode()
    text = re.sub(r'(<code id="error-id">)[0-9a-f]+', r"\1", text)
    text = re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", text)
    return re.sub(r"/interactions/[A-Za-z0-9_-]+", "/interactions/-", text)
