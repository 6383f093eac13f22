"""What is said when a setting stops the start-up."""

from __future__ import annotations

from pyramid.exceptions import ConfigurationError


class SettingsError(ConfigurationError):
    """A key is unknown or missing, or its value can't be used: one sentence that says which.

    ``value`` is ``None`` where the key is a secret.
    """

    def __init__(self, key: str, reason: str, *, value: object = None, nearest: str = "") -> None:
        self.key, self.reason, self.value, self.nearest = key, reason, value, nearest
        shown = "" if value is None else f" = {value!r}"
        super().__init__(f"{key}{shown}: {reason}")
