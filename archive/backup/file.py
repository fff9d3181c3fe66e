"""The backup of the catalogue: one sealed file, the same from SQLite and PostgreSQL: either restores the other's.

Inside, lines of JSON: first what it is of; then for each table its name and columns, and a line for each row, in the
order in which they can be put in again; at the end how many rows each table had.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Table, func, select

from archive.archive import Archive
from archive.catalogue.migrate import newest_migration
from archive.catalogue.schema import archive_state, log_entries, metadata
from archive.catalogue.schema.columns import Instant
from archive.log_memory import STATE
from archive.vault.errors import VaultAltered
from archive.vault.sealed_lines import SealedLines, write_sealed_lines
from tabellion.base.clock import parse_rfc3339, rfc3339

PURPOSE = "catalogue-backup"
SCHEMA = "urn:tabellion:catalogue-backup:v1"

PASSING = frozenset(
    {"beats", "idempotency", "leases", "limited", "result_lists", "sessions", "sign_in_steps", "signin_attempts"}
)  # fmt: skip
"""Tables that are not kept: who is signed in, who asked how often, which process lives."""

_AT_ONCE = 1000

Progress = Callable[[str, int], None]
"""Called with the name of a table and how many of its rows are done."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup is of: `entries` of the log are in it, up to the signed `checkpoint` that was published then."""

    archive: str
    origin: str
    made_at: datetime
    migration: str
    entries: int
    checkpoint: bytes | None


def write_catalogue(
    archive: Archive, path: Path, passphrase: bytes, progress: Progress = lambda table, rows: None
) -> Mapping[str, int]:
    """Write a backup to a new file of mode 0600; gives the number of rows of each table.

    All of it is of one moment, while the service runs. Raises `Conflict` where the file exists, and `DiskFull`.
    """
    counts: dict[str, int] = {}

    def lines() -> Iterator[bytes]:
        with archive.catalogue.snapshot() as connection:
            yield _dump(_head(archive, connection))
            for table in _tables():
                yield _dump({"table": table.name, "columns": [column.name for column in table.c]})
                counts[table.name] = 0
                rows = connection.execution_options(stream_results=True, yield_per=_AT_ONCE).execute(
                    select(table).order_by(*table.primary_key.columns)
                )
                for row in rows:
                    yield _dump([_plain(value) for value in row])
                    counts[table.name] += 1
                    if not counts[table.name] % _AT_ONCE:
                        progress(table.name, counts[table.name])
            yield _dump({"rows": counts})

    write_sealed_lines(path, passphrase, PURPOSE, lines(), archive.ids.randomness)
    return counts


class CatalogueBackup:
    """An opened backup. Raises `ArchiveKeyRefused` for another passphrase, `VaultAltered` for altered bytes."""

    def __init__(self, path: Path, passphrase: bytes) -> None:
        self._lines = SealedLines(path, passphrase, PURPOSE)
        with self._lines.opened() as stream:
            value = _load(stream.readline())
        if not isinstance(value, dict) or value.get("$schema") != SCHEMA:
            raise VaultAltered("this is no backup of a catalogue")
        signed = value["checkpoint"]
        self.head = Head(
            value["archive"],
            value["origin"],
            parse_rfc3339(value["made_at"]),
            value["migration"],
            value["entries"],
            None if signed is None else signed.encode(),
        )

    def groups(self) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        """The rows of all tables, some at once, in the order in which they can be inserted.

        Raises `VaultAltered` where there are not as many as the end says.
        """
        counts: dict[str, int] = {}
        table: Table | None = None
        columns: Sequence[str] = ()
        group: list[dict[str, Any]] = []
        with self._lines.opened() as stream:
            stream.readline()
            for line in stream:
                value = _load(line)
                if isinstance(value, list):
                    if table is None:
                        raise VaultAltered("the backup has rows of no table")
                    row = dict(zip(columns, value, strict=True))
                    group.append({name: _typed(table, name, each) for name, each in row.items()})
                    counts[table.name] += 1
                    if len(group) == _AT_ONCE:
                        yield table, group
                        group = []
                    continue
                if table is not None and group:
                    yield table, group
                    group = []
                if "rows" in value:
                    if value["rows"] != counts:
                        raise VaultAltered("the backup does not hold as many rows as it says")
                    return
                table, columns = metadata.tables[value["table"]], value["columns"]
                counts[table.name] = 0
        raise VaultAltered("the backup has no end")


def _head(archive: Archive, connection: Connection) -> dict[str, Any]:
    state = select(archive_state.c.value).where(archive_state.c.name == STATE)
    return {
        "$schema": SCHEMA,
        "archive": archive.id,
        "origin": archive.origin,
        "made_at": rfc3339(archive.clock.now()),
        "migration": newest_migration(),
        "entries": connection.scalar(select(func.count()).select_from(log_entries)) or 0,
        "checkpoint": connection.scalar(state),
    }


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in PASSING]


def _plain(value: Any) -> Any:
    """A value as JSON has it; `_typed` knows by the column what it was."""
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode("ascii")
        case _:
            return value


def _typed(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    match table.c[name].type:
        case Instant():
            return parse_rfc3339(value)
        case Date():
            return date.fromisoformat(value)
        case LargeBinary():
            return base64.b64decode(value, validate=True)
        case _:
            return value


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _load(line: bytes) -> Any:
    return json.loads(line)
