"""What every page of ours can use: ``layout``, ``parts`` and ``page``; and where assets are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pyramid.events import BeforeRender
from pyramid.httpexceptions import HTTPNotFound
from pyramid.renderers import get_renderer
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.static import static_view

from oidc_pyramid.i18n import _
from oidc_pyramid.root import STATIC
from oidc_pyramid.views.endpoint import TEMPLATES, Endpoint

DAY = 24 * 3600
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True)
class Page:
    """The frame of a page. Paths, not URLs: a page is used at the address it was opened at."""

    lang: str
    dir: str
    site_name: str
    root: str
    footer_links: Sequence[tuple[str, str]] = ()
    color_scheme: str = "auto"

    def path(self, name: str) -> str:
        """The path of one of our pages."""
        return f"{self.root}/{name}"

    def asset(self, name: str) -> str:
        """The path of a file in ``templates/static``."""
        return f"{self.root}/static/{name}"


def add_globals(event: BeforeRender) -> None:
    """``layout`` and ``parts`` by asset specification, so that a host's are honoured, and a page
    in a deployment's own directory finds ours."""
    name = event.get("renderer_name") or ""
    request = event.get("request")
    if not name.startswith(TEMPLATES) or request is None:
        return
    event["layout"] = get_renderer(f"{TEMPLATES}layout.pt").implementation()
    event["parts"] = get_renderer(f"{TEMPLATES}parts.pt").implementation()
    event["page"] = page_of(request)


def page_of(request: Any) -> Page:
    """For the language that was chosen for this request."""
    settings, language = request.oidc.settings, request.locale_name
    translate = request.localizer.translate
    links = (
        (translate(_("Privacy")), settings.op_policy_uri),
        (translate(_("Terms")), settings.op_tos_uri),
    )
    issuer = urlsplit(settings.issuer)
    return Page(
        lang=language,
        dir="rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr",
        site_name=settings.site_name or issuer.hostname or "",
        root=issuer.path,
        footer_links=tuple((title, url) for title, url in links if url),
    )


class Files(static_view):
    """The files of a folder, and nothing for a folder itself: no redirect made from ``Host``."""

    def add_slash_redirect(self, request: Any) -> Any:
        """As if it were not there."""
        raise HTTPNotFound


def includeme(config: Any) -> None:
    """Pages, their static files, their translations, and a deployment's own templates."""
    settings = config.registry.settings
    config.include("pyramid_chameleon")
    config.add_subscriber(add_globals, BeforeRender)
    config.add_translation_dirs("oidc_pyramid:locale/")
    config.add_route(STATIC, "/static/*subpath")
    config.add_view(
        Files(f"{TEMPLATES}static", cache_max_age=DAY, use_subpath=True),
        route_name=STATIC,
        permission=NO_PERMISSION_REQUIRED,
        require_csrf=False,
        oidc=Endpoint(("GET",), cacheable=True, below=True),
    )
    directory = settings.get("oidc.templates")
    if directory:
        place = str(directory).rstrip("/")
        place = place if place.endswith(":") else f"{place}/"
        config.override_asset(to_override=TEMPLATES, override_with=place)
