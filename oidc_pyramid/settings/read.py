"""From the settings of an ini file or a host to one frozen object, or one sentence why not."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from difflib import get_close_matches

from oidc_pyramid.settings.errors import SettingsError
from oidc_pyramid.settings.key import PREFIX, Key
from oidc_pyramid.settings.rules import complete
from oidc_pyramid.settings.sources import fetch, file_path, is_open_to_others
from oidc_pyramid.settings.table import Settings

KEYS: dict[str, Key] = {
    PREFIX + field.name: field.metadata["key"] for field in dataclasses.fields(Settings)
}

log = logging.getLogger(__name__)


def read_settings(mapping: Mapping[str, object]) -> Settings:
    """Read every ``oidc.*`` key; an unknown key or a bad value is a ``SettingsError``."""
    given = {key: value for key, value in mapping.items() if key.startswith(PREFIX)}
    _refuse_unknown(given)
    values = {
        key.removeprefix(PREFIX): _read(key, declared, given[key])
        for key, declared in KEYS.items()
        if key in given
    }
    _require(values)
    return complete(Settings(**values))  # type: ignore[arg-type]


def _refuse_unknown(given: Mapping[str, object]) -> None:
    for key, value in given.items():
        if key not in KEYS:
            nearest = next(iter(get_close_matches(key, KEYS, n=1, cutoff=0.0)), "")
            reason = f"there is no such setting; the nearest is {nearest}"
            raise SettingsError(key, reason, value=_printable(key, value), nearest=nearest)


def _printable(key: str, value: object) -> object:
    """Hide what may be a misspelt secret."""
    return None if "secret" in key or isinstance(value, bytes) else value


def _read(key: str, declared: Key, value: object) -> object:
    path = file_path(value)
    if declared.secret and path is not None and is_open_to_others(path):
        log.warning("%s: others may read %s: chmod 600 it", key, path)
    found = fetch(key, value)
    try:
        return declared.converter.read(found)
    except (ValueError, TypeError) as error:
        shown = None if declared.secret else value
        raise SettingsError(key, str(error), value=shown) from None


def _require(values: Mapping[str, object]) -> None:
    for key, declared in KEYS.items():
        if declared.required and not values.get(key.removeprefix(PREFIX)):
            raise SettingsError(key, "it must be set")
