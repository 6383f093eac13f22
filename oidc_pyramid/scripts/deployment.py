"""What a command works on: an ini file, its settings, and the database without the web."""

from __future__ import annotations

import configparser
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click
import plaster
from pyramid.paster import get_appsettings
from ZODB import DB

from oidc_pyramid.founding import database_name
from oidc_pyramid.models.evolve import older, pending
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.scripts.failures import Failure
from oidc_pyramid.settings import Settings, read_settings
from oidc_pyramid.storage import in_transaction, open_database, provider_in, snapshot
from oidc_pyramid.storage.database import uri_of
from oidc_pyramid.storage.file import to_look_at

INI_VARIABLE = "OIDC_PYRAMID_INI"
DEFAULT_INI = "development.ini"

T = TypeVar("T")


class Deployment:
    """One provider as an ini file describes it."""

    def __init__(self, ini: str) -> None:
        self.ini = ini

    @cached_property
    def mapping(self) -> Mapping[str, Any]:
        """The settings of the application's section, as they are written."""
        path = Path(plaster.parse_uri(self.ini).path)
        if not path.is_file():
            raise Failure(f"there is no file {path}: name the ini file with -c")
        try:
            return _section(self.ini)
        except (LookupError, ImportError, configparser.Error) as error:
            reason = " ".join(str(error).split())
            raise Failure(f"{self.ini} can't be read: {reason}") from error

    @cached_property
    def settings(self) -> Settings:
        """The settings, checked."""
        return read_settings(self.mapping)

    @contextmanager
    def database(self, *, create: bool = False) -> Iterator[DB]:
        """The open database; closed again whatever happens."""
        db = open_database(self.mapping, create=create, name=database_name(self.mapping))
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def beside(self) -> Iterator[DB]:
        """The database to look at, even a FileStorage that its server has open."""
        name = database_name(self.mapping)
        key = f"zodbconn.uri.{name}" if name else "zodbconn.uri"
        mapping = {**self.mapping, key: to_look_at(uri_of(self.mapping, name))}
        db = open_database(mapping, name=name)
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def other(self, uri: str) -> Iterator[DB]:
        """The database at another place; made where it is missing."""
        db = open_database({**self.mapping, "zodbconn.uri": uri}, create=True)
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def reading(self, *, of_any_version: bool = False) -> Iterator[Provider]:
        """The provider as it is now; nothing is written."""
        with self.database() as db, snapshot(db) as root:
            yield provider_in(root) if of_any_version else _up_to_date(provider_in(root))

    def change(self, work: Callable[[Provider], T]) -> T:
        """Run *work* in a transaction of its own, again when a rival was faster."""
        with self.database() as db:
            return in_transaction(db, lambda root: work(_up_to_date(provider_in(root))))


def _up_to_date(provider: Provider) -> Provider:
    """Work on an older database would meet what is not there yet."""
    if pending(provider):
        raise Failure(older(provider))
    return provider


def _section(ini: str) -> Mapping[str, Any]:
    """The application's section, without importing the application where that can be avoided."""
    name = plaster.parse_uri(ini).fragment or "main"
    settings: Mapping[str, Any] = plaster.get_settings(ini, f"app:{name}")
    if str(settings.get("use", "")).startswith(("egg:", "call:")):
        return settings
    inherited: Mapping[str, Any] = get_appsettings(ini)
    return inherited


def chosen_ini(given: str | None) -> str:
    """``-c``, else the environment's, else ``development.ini`` where there is one."""
    ini = given or os.environ.get(INI_VARIABLE) or DEFAULT_INI
    if ini == DEFAULT_INI and not Path(ini).is_file():
        raise click.UsageError(
            f"which ini file? Name it with -c or in {INI_VARIABLE}; there is no {DEFAULT_INI} here"
        )
    return ini
