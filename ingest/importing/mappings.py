"""Mappings that were saved under a name, for files that come again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from archive.archive import Archive
from archive.catalogue.schema.registry import import_mappings
from archive.catalogue.upsert import upsert
from ingest.importing.columns import Mapping, What
from tabellion.base.errors import BadRequest, NotFound


def save_mapping(archive: Archive, connection: Connection, name: str, mapping: Mapping, actor: str) -> None:
    """Save a mapping under a name; one of that name is replaced. Raises BadRequest."""
    mapping.check()
    if not name.strip() or len(name) > 80:
        raise BadRequest("a mapping's name has 1 to 80 characters")
    row = {
        "name": name.strip(),
        "what": mapping.what,
        "columns": dict(mapping.columns),
        "actor": actor,
        "at": archive.clock.now(),
    }
    upsert(connection, import_mappings, row, key=("name",))


def load_mapping(connection: Connection, what: What, name: str) -> Mapping:
    """The mapping of that name; raises NotFound."""
    row = connection.execute(
        select(import_mappings).where(import_mappings.c.name == name, import_mappings.c.what == what)
    ).one_or_none()
    if row is None:
        raise NotFound(
            "there is no such mapping of these", advice="Save one while importing, or name a file."
        )
    return Mapping(what, row.columns)


def list_mappings(connection: Connection, what: What) -> Sequence[Row[Any]]:
    """All mappings of these, by name."""
    return connection.execute(
        select(import_mappings).where(import_mappings.c.what == what).order_by(import_mappings.c.name)
    ).all()
