"""Moving a deployment of django-oidc-provider: its settings, its records."""

from __future__ import annotations

from oidc_pyramid.compat.dop.dump import Imported, import_dump
from oidc_pyramid.compat.dop.settings import Mapped, settings_from

__all__ = ["Imported", "Mapped", "import_dump", "settings_from"]
