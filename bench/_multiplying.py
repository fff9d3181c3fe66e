"""Makes many papers of those that came in through the doors: rows of SQLite's catalogue, copied by set-based SQL.

Each copy is another hour's intake: with identifiers, digests, debtors, numbers and times of its own (`bench._turning`).
Tables and keys come from the schema's metadata. What the log and the stamps say of the copies they say themselves
(`bench._sealing`): manifests wait for that.
"""

# ruff: noqa: S608  # names of tables and columns are those of the schema

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, Table

from archive.catalogue.schema import metadata
from archive.catalogue.schema.columns import Instant
from bench._intake import Debtor
from bench._measure import CommandFailed
from bench._schema_walk import NAMING, copied_tables, counted_elsewhere, is_text, serial_of, unique_keys
from bench._turning import DIGITS, STEP, Kind, Swaps, Turning

_SEALED = "manifests"
_UNSEALED = {"manifests.seq", "manifests.stamp_id", "manifests.stamp_position"}
_MARKS = {"page_marks.mark"}
_OWN_NAMES = (("links", "link_id"),)
_CACHE_KIB = 1_500_000
_CHECKED_WITHIN = timedelta(days=20)


class Multiplied:
    """The papers of one home as they came in, in a database beside its catalogue, and copies of them."""

    def __init__(self, home: Path, debtors: Sequence[Debtor], count: int) -> None:
        """The papers are about the first `count` of the debtors, whose number is a multiple of that."""
        self._home = home
        self.tables = copied_tables()
        with sqlite3.connect(home / "catalogue.db", isolation_level=None) as database:
            self._attach(database)
            things = self._keep(database)
            first = min(int(thing[:DIGITS], 16) for thing in things)
            self.turning = Turning(things, Swaps(debtors, count, _own(database)), first)
            self._kinds = {table.name: self._kinds_of(database, table) for table in self.tables}
            self.entries = _keep_entries(database, things)
        database.close()

    @property
    def things(self) -> frozenset[str]:
        """The identifiers that copies have others for."""
        return self.turning.things

    def rows(self, copies: range, now: datetime) -> int:
        """Add these copies, without what waits for its entry in the log; gives the number of rows.

        Of every object it is noted that it was read again lately, as of `now`: nobody has the files of copies. Nobody
        else may have the catalogue open.
        """
        with self._opened() as database:
            for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = OFF", f"cache_size = -{_CACHE_KIB}"):
                database.execute(f"PRAGMA {pragma}")
            _number(database, copies, self.turning)
            before = database.total_changes
            places = {
                table.name: _place(database, table) for table in self.tables if serial_of(table) is not None
            }
            for table in self.tables:
                if table.name != _SEALED:
                    self._copy(database, table, places)
            done = database.total_changes - before
            database.execute(
                "UPDATE main.objects SET checked_at = "
                "datetime(?1, '-' || (id * 7919 % ?2) || ' seconds') || '.000000' "
                "WHERE checked_at IS NULL OR checked_at < ?3",
                (f"{now:%F %T}", int(_CHECKED_WITHIN.total_seconds()), f"{now - _CHECKED_WITHIN:%F %T}"),
            )
            return done

    def waiting(self, copies: range) -> int:
        """Add the manifests of these copies, and their entries to the log's outbox; gives the number of entries."""
        with self._opened() as database:
            _number(database, copies, self.turning)
            database.execute("BEGIN IMMEDIATE")
            self._copy(database, metadata.tables[_SEALED], {})
            done = database.execute(
                "INSERT INTO main.log_outbox (type, time, actor, subject, object_type, object_id, chain, reason) "
                f"SELECT b.type, {_later('b.time')}, b.actor, digest(b.subject, c.number), b.object_type, "
                "c.digits || substr(b.object_id, 7), b.chain, b.reason "
                "FROM temp.copies c CROSS JOIN base.entries b ORDER BY c.number, b.seq"
            ).rowcount
            database.execute("COMMIT")
            return done

    def broken(self) -> list[Any]:
        """Rows whose foreign key leads nowhere."""
        with self._opened() as database:
            return database.execute("PRAGMA foreign_key_check").fetchall()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._home / "catalogue.db", isolation_level=None, timeout=60)
        self._attach(database)
        database.execute("PRAGMA synchronous = OFF")
        for name in ("embedded", "digest", "swapped"):
            database.create_function(name, 2, getattr(self.turning, name), deterministic=True)
        try:
            yield database
        finally:
            database.close()

    def _attach(self, database: sqlite3.Connection) -> None:
        database.execute("ATTACH ? AS base", (str(self._home / "base.db"),))

    def _keep(self, database: sqlite3.Connection) -> frozenset[str]:
        """Note the rows as they are; gives the identifiers of all that is copied."""
        things: set[str] = set()
        for table in self.tables:
            if table.name not in NAMING:
                database.execute(f"CREATE TABLE base.{table.name} AS SELECT * FROM main.{table.name}")
                things |= _identifiers(database, table)
        for of, column in _OWN_NAMES:
            things |= {row[0] for row in database.execute(f"SELECT {column} FROM base.{of}")}
        turning = Turning(frozenset(things), Swaps((), 0), 0)
        database.create_function("names", 1, lambda text: text is not None and turning.names_thing(text))
        for name in NAMING:
            texts = (column.name for column in metadata.tables[name].columns if is_text(column))
            named = " OR ".join(f"names({text})" for text in texts)
            database.execute(f"CREATE TABLE base.{name} AS SELECT * FROM main.{name} WHERE {named}")
            things |= _identifiers(database, metadata.tables[name])
        return frozenset(things)

    def _kinds_of(self, database: sqlite3.Connection, table: Table) -> dict[str, Kind]:
        found = {}
        for column in filter(is_text, table.columns):
            values = database.execute(
                f"SELECT DISTINCT {column.name} FROM base.{table.name} WHERE {column.name} IS NOT NULL"
            )
            found[column.name] = self.turning.kind({str(row[0]) for row in values})
        return found

    def _copy(self, database: sqlite3.Connection, table: Table, places: dict[str, tuple[int, int]]) -> None:
        values = {column.name: self._value(table, column, places) for column in table.columns}
        for key in unique_keys(table):
            if all(values[name] == f"b.{name}" for name in key):
                values[key[-1]] = f"b.{key[-1]} || ' +' || c.number"
        # Two keys of names may become one, where the other debtor's name has fewer.
        statement = (
            f"INSERT OR IGNORE INTO main.{table.name} ({', '.join(values)}) SELECT {', '.join(values.values())} "
            f"FROM temp.copies c CROSS JOIN base.{table.name} b ORDER BY c.number"
        )
        done = database.execute(statement).rowcount
        (wanted,) = database.execute(
            f"SELECT (SELECT count(*) FROM base.{table.name}) * (SELECT count(*) FROM temp.copies)"
        ).fetchone()
        if done < wanted if table.name != "document_keys" else done < 0.8 * wanted:
            raise CommandFailed(f"of {wanted} copied rows of {table.name} only {done} are others")

    def _value(self, table: Table, column: Column[Any], places: dict[str, tuple[int, int]]) -> str:
        """The SQL expression of a copy's value."""
        name = f"{table.name}.{column.name}"
        if name in _UNSEALED:
            return "NULL"
        if name in _MARKS:  # exclusive or, of which SQLite has no sign
            return f"(b.{column.name} | c.mask) - (b.{column.name} & c.mask)"
        counted = table.name if column is serial_of(table) else counted_elsewhere(column)
        if counted in places:
            start, span = places[counted]
            return f"b.{column.name} + {start} + {span} * c.place"
        if isinstance(column.type, Instant):
            return _later(f"b.{column.name}")
        kind = self._kinds[table.name].get(column.name, Kind.SAME)
        if kind is Kind.MOVED:
            return f"c.digits || substr(b.{column.name}, {DIGITS + 1})"
        return f"b.{column.name}" if kind is Kind.SAME else f"{kind.value}(b.{column.name}, c.number)"


def _place(database: sqlite3.Connection, table: Table) -> tuple[int, int]:
    """After which number the copies' rows of a table come, and how many numbers each copy takes."""
    counted = serial_of(table)
    name = "id" if counted is None else counted.name
    (last,) = database.execute(f"SELECT coalesce(max({name}), 0) FROM main.{table.name}").fetchone()
    (span,) = database.execute(f"SELECT coalesce(max({name}), 0) FROM base.{table.name}").fetchone()
    return last, span


def _identifiers(database: sqlite3.Connection, table: Table) -> set[str]:
    key = list(table.primary_key.columns)
    if (
        len(key) != 1
        or isinstance(key[0].type, Integer)
        or serial_of(table) is not None
        or key[0].foreign_keys
    ):
        return set()
    return {row[0] for row in database.execute(f"SELECT {key[0].name} FROM base.{table.name}")}


def _own(database: sqlite3.Connection) -> frozenset[str]:
    """The papers' own numbers, and the keys of these."""
    found = {row[0] for row in database.execute("SELECT value FROM base.fields WHERE name = 'reference'")}
    keys = {row[0] for row in database.execute("SELECT key FROM base.document_keys WHERE key LIKE 'c:%'")}
    return frozenset(found | keys)


def _number(database: sqlite3.Connection, copies: range, turning: Turning) -> None:
    """The copies to be made, as a table."""
    database.execute(
        "CREATE TEMP TABLE copies "
        "(number INTEGER PRIMARY KEY, place INTEGER, digits TEXT, seconds INTEGER, mask INTEGER)"
    )
    rows = [
        (
            number,
            number - copies.start,
            turning.digits(number),
            round(number * STEP.total_seconds()),
            int(turning.digest("0" * 32, number) or "0", 16) >> 66,
        )
        for number in copies
    ]
    database.executemany("INSERT INTO temp.copies VALUES (?, ?, ?, ?, ?)", rows)


def _keep_entries(database: sqlite3.Connection, things: frozenset[str]) -> int:
    """Note what the log has of the papers, as it stood in the outbox; gives the number of entries."""
    database.execute(
        "CREATE TABLE base.entries "
        "(seq INTEGER PRIMARY KEY, type, time, actor, subject, object_type, object_id, chain, reason)"
    )
    rows = []
    for seq, data, object_id in database.execute("SELECT seq, entry, object_id FROM main.log_entries"):
        if object_id in things:
            said = json.loads(data)
            time = said["time"].replace("T", " ").removesuffix("Z")
            kept = said["type"], time, said["actor"], said["subject"], said["object"]["type"], object_id
            rows.append((seq, *kept, said["chain"], said.get("reason")))
    database.executemany("INSERT INTO base.entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def _later(name: str) -> str:
    """An instant as much later as the copy came in."""
    return f"datetime({name}, '+' || c.seconds || ' seconds') || substr({name}, 20)"
