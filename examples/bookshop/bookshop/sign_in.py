"""The shop's own sign-in page (``oidc.login_url``)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import forget, remember

from oidc_pyramid.host_sessions import next_url, record_login, record_logout


def sign_in(request: Any) -> Any:
    """``next`` leads back to the application that wants to know who this is."""
    failed = False
    if request.method == "POST":
        typed = (request.POST.get("username", ""), request.POST.get("password", ""))
        reader = request.readers.authenticate(*typed)
        if reader is not None:
            headers = remember(request, str(reader.id))
            record_login(request, str(reader.id), amr=("pwd",))
            return HTTPSeeOther(next_url(request, request.route_path("home")), headers=headers)
        failed = True
    return {"failed": failed, "next": request.params.get("next", "")}


def sign_out(request: Any) -> Any:
    """Applications that signed in with this session are told."""
    record_logout(request)
    return HTTPSeeOther(request.route_path("home"), headers=forget(request))


def includeme(config: Any) -> None:
    """Two routes."""
    config.add_route("sign_in", "/sign-in")
    config.add_route("sign_out", "/sign-out")
    config.add_view(sign_in, route_name="sign_in", renderer="templates/sign_in.pt")
    config.add_view(sign_out, route_name="sign_out", request_method="POST")
