"""For deployments that come from django-oidc-provider: its hooks, its classes, its paths.

``oidc.include = oidc_pyramid.compat`` adds the ancestor's paths. Its hooks and classes need no
include: name them in ``oidc.userinfo_hook``, ``oidc.extra_scope_claims`` and the like.
"""

from __future__ import annotations

from typing import Any

from oidc_pyramid.compat.scope_claims import ScopeClaims

__all__ = ["ScopeClaims", "includeme"]


def includeme(config: Any) -> None:
    """The ancestor's paths beside ours."""
    config.include("oidc_pyramid.compat.paths")
