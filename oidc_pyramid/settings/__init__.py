"""The settings: ``oidc.*`` keys to one frozen object; a misspelt key stops the start-up."""

from oidc_pyramid.settings.errors import SettingsError
from oidc_pyramid.settings.problems import settings_problems
from oidc_pyramid.settings.read import KEYS, read_settings
from oidc_pyramid.settings.table import SECTIONS, Settings

__all__ = ["KEYS", "SECTIONS", "Settings", "SettingsError", "read_settings", "settings_problems"]
