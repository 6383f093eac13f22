"""``zconfig:///etc/oidc_pyramid/zodb.conf#main``: a storage as a ZConfig file describes it.

This is how PostgreSQL (RelStorage) and ZEO with TLS are configured: the DSN reaches libpq as it
is written, and ``$(NAME)`` takes a password from the environment.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ZODB.POSException import StorageError

from oidc_pyramid.storage import file
from oidc_pyramid.storage.opening import Opening
from oidc_pyramid.storage.refusals import DatabaseError, empty
from oidc_pyramid.storage.relstorage_pack import pack_by_snapshot
from oidc_pyramid.storage.safety import layers
from oidc_pyramid.storage.zeo import careful

SCHEMA = """
<schema>
  <import package="ZODB"/>
  <multisection type="ZODB.storage" attribute="storages"/>
  <multisection type="ZODB.database" attribute="databases"/>
</schema>
"""
_ARGUMENTS = ("pool_size", "pool_timeout", "cache_size", "cache_size_bytes", "large_record_size")
_INNER = ("base", "storage")


def find(uri: str, *, create: bool) -> Opening:
    """The section that the fragment names, else the first. Of ``<zodb>`` only its storage and its
    sizes count: which classes may be read is our own list, in every case."""
    parts = urlsplit(uri)
    section = _section(Path(parts.netloc + parts.path).absolute(), parts.fragment, uri)
    database: Any = getattr(section, "config", None)
    arguments = {}
    if hasattr(database, "storage") and hasattr(database, "pool_size"):
        given = {name: getattr(database, name) for name in _ARGUMENTS}
        arguments = {name: value for name, value in given.items() if value is not None}
        section = database.storage
    if not create:
        _forbid_creation(section)
    return Opening(uri, lambda: _open(section, uri), arguments)


def _open(section: Any, uri: str) -> Any:
    """RelStorage explains a database without its tables by listing all that are there."""
    try:
        storage = section.open()
    except StorageError as error:
        if "please create the blob_chunk tables" in str(error):
            raise empty(uri) from error
        raise
    for layer in layers(storage):
        careful(layer)
        adapter = getattr(layer, "_adapter", None)
        if adapter is not None and not adapter.keep_history:
            pack_by_snapshot(adapter)
    return storage


def _section(path: Path, name: str, uri: str) -> Any:
    from ZConfig import loadConfig, loadSchemaFile

    if not path.is_file():
        raise DatabaseError(f"there is no file {path}, which zodbconn.uri names")
    config, _ = loadConfig(loadSchemaFile(StringIO(SCHEMA)), str(path))
    for section in (*config.databases, *config.storages):
        if not name or section.name == name:
            return section
    raise DatabaseError(f"{path} describes no storage {name!r}, which zodbconn.uri = {uri} names")


def _forbid_creation(factory: Any) -> None:
    """Neither tables nor files: RelStorage makes the ones, FileStorage the others."""
    config = getattr(factory, "config", None)
    if config is None:
        return
    if hasattr(config, "create_schema"):
        config.create_schema = False
    elif type(factory).__name__ == "FileStorage":
        config.create = False
        file.require(Path(config.path).absolute())
    inner = [getattr(config, name, None) for name in _INNER]
    for one in (*inner, *getattr(config, "factories", ())):
        if hasattr(one, "open"):
            _forbid_creation(one)
