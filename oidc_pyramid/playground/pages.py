"""What surrounds each view of the playground: methods, language, headers, cookie, problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pyramid.renderers import get_renderer, render_to_response
from pyramid.response import Response
from zope.interface import Interface

from oidc_pyramid.i18n import _
from oidc_pyramid.playground.citations import address
from oidc_pyramid.playground.runs import Run, Runs
from oidc_pyramid.playground.visitor import Visitor
from oidc_pyramid.playground.wire import Busy, Wire
from oidc_pyramid.views.headers import secure

TEMPLATES = "oidc_pyramid.templates:playground/"
MOST_FIELDS = 50
LARGEST_BODY = 64 * 1024
FORM = "application/x-www-form-urlencoded"


class IPlayground(Interface):
    """The registry's key for the :class:`Playground`."""


@dataclass(frozen=True, slots=True)
class Playground:
    """What the process keeps for the playground; nothing of it is stored."""

    issuer: str
    runs: Runs
    wire: Wire
    key: bytes

    @property
    def root(self) -> str:
        """The start page: an address of the issuer, never of the request."""
        return f"{self.issuer}/playground/"


class Problem(Exception):
    """A page that says what is wrong; never the fault of the server."""

    def __init__(self, title: str, message: str, *, status: int = 400, **values: Any) -> None:
        super().__init__(title)
        self.title = title
        self.message = message
        self.status = status
        self.values = values


@dataclass(slots=True)
class Visit:
    """One request to the playground."""

    request: Any
    playground: Playground
    visitor: Visitor

    def query(self) -> list[tuple[str, str]]:
        """The query; what is no UTF-8 shows as such, and is never an error."""
        return read_pairs(self.request.environ.get("QUERY_STRING", ""))

    def form(self) -> list[tuple[str, str]]:
        """The body of a form."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0]
        if kind.strip().lower() != FORM:
            return []
        return read_pairs(self.request.body_file.read(LARGEST_BODY).decode("latin-1"))

    def own_form(self) -> list[tuple[str, str]]:
        """The same, from a page of ours in this browser."""
        pairs = self.form()
        if not self.visitor.sent(dict(pairs).get("csrf_token", "")):
            raise Problem(
                _("This page is out of date"),
                _("The server was started again since, or the form did not come from here."),
                status=403,
            )
        return pairs

    @contextmanager
    def at_work(self, run: Run) -> Iterator[None]:
        """For a step of a run that sends requests: one at a time, and few in all."""
        with run.alone(), self.playground.wire.turn():
            yield

    def render(self, name: str, values: Mapping[str, Any]) -> Response:
        """One of the pages."""
        common = {
            "address": address,
            "csrf_token": self.visitor.csrf_token,
            "root": self.path(""),
            "shared": get_renderer(f"{TEMPLATES}pieces.pt").implementation(),
        }
        template = f"{TEMPLATES}{name}.pt"
        return render_to_response(template, {**common, **values}, request=self.request)

    def path(self, *names: str) -> str:
        """The path of one of our pages."""
        return "/".join((urlsplit(self.playground.issuer).path + "/playground", *names))

    def go(self, location: str) -> Response:
        """See there (RFC 9110 §15.4.4)."""
        response = Response(status=303)
        response.headers["Location"] = location
        return response


def read_pairs(text: str) -> list[tuple[str, str]]:
    """Names and values of a query or form."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


View = Callable[[Visit], Response]


def framed(view: View, methods: tuple[str, ...]) -> Callable[[Any, Any], Response]:
    """A Pyramid view around one of ours."""

    def wrapped(_context: Any, request: Any) -> Response:
        request.oidc.choose_language()
        playground = request.registry.getUtility(IPlayground)
        https = playground.issuer.startswith("https:")
        visit = Visit(request, playground, Visitor(request, secure=https, key=playground.key))
        response = _answer(view, visit, methods)
        visit.visitor.remember(response)
        secure(response, request.oidc.settings, cacheable=False)
        return response

    return wrapped


def _answer(view: View, visit: Visit, methods: tuple[str, ...]) -> Response:
    """A wrong method leads to the start page: somebody has reloaded the address of a form."""
    method = "GET" if visit.request.method == "HEAD" else visit.request.method
    if method not in methods:
        if method == "GET":
            return visit.go(visit.playground.root)
        response = Response(status=405)
        response.headers["Allow"] = ", ".join(methods)
        return response
    try:
        return view(visit)
    except Problem as problem:
        return _problem_page(visit, problem)
    except Busy:
        message = _("The playground does few things at once. Wait a second, then try again.")
        response = _problem_page(visit, Problem(_("One moment"), message, status=503))
        response.headers["Retry-After"] = "1"
        return response


def _problem_page(visit: Visit, problem: Problem) -> Response:
    values = {"title": problem.title, "message": problem.message, "trouble": None, "rows": ()}
    response = visit.render("problem", {**values, **problem.values})
    response.status_int = problem.status
    return response
