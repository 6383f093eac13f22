"""Reading an authorization response wherever it travels: query, fragment or posted form."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Answer:
    """The parameters, where they were, and the pages that came before."""

    params: dict[str, str]
    transport: str
    pages: list[str] = field(default_factory=list)


def read_answer(response, redirect_uri):
    """The answer; its address must be the redirect URI with its own query untouched."""
    if response.status_int == 200:
        return _posted(response, redirect_uri)
    assert response.status_int == 303, response.text[:500]
    location = response.headers["Location"]
    assert location.startswith(redirect_uri)
    parts = urlsplit(location)
    own = parse_qsl(urlsplit(redirect_uri).query, keep_blank_values=True)
    query = parse_qsl(parts.query, keep_blank_values=True)
    assert query[: len(own)] == own
    if parts.fragment:
        assert query == own
        return Answer(_once(parse_qsl(parts.fragment, keep_blank_values=True)), "fragment")
    return Answer(_once(query[len(own) :]), "query")


def _posted(response, redirect_uri):
    """One form, posted as ``application/x-www-form-urlencoded`` (Form Post Response Mode §2)."""
    form = response.forms["form-post"]
    assert (form.action, form.method.lower()) == (redirect_uri, "post")
    assert form.enctype in ("", "application/x-www-form-urlencoded")
    return Answer(_once(form.submit_fields()), "form_post")


def _once(pairs):
    params = dict(pairs)
    assert len(params) == len(pairs), "a parameter comes twice"
    return params


def is_error_page(response, *codes):
    """Does a person see an error page, and is nobody sent anywhere?"""
    found = response.html.select_one("#oauth-error")
    return (
        response.status_int == 400
        and "Location" not in response.headers
        and found is not None
        and found["data-error"] in codes
    )
