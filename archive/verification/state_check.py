"""Checks that the catalogue tells of a document, batch or matter what its newest record does.

The log commits to records. What people see comes from the catalogue, and whoever can write there could otherwise turn
a page that is held into one that is void, unseen.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, exists, select

from archive.archive import Archive
from archive.batch_state import batch_state
from archive.catalogue.schema import batches, documents, log_outbox, matters
from archive.document_state import document_states
from archive.matter_state import matter_state
from archive.verification.findings import Findings
from archive.verification.log_check import Thing
from signing.verdict import Aspect

State = Mapping[str, Any]

_OF_THE_RECORD = ("$schema", "archive", "record", "recorded_at", "recorded_by", "salt")
_NAMES = ("name", "external_id", "party_kind", "number")
"""What a record repeats of the registry, which has a history of its own."""


@dataclass(frozen=True, slots=True)
class Present:
    """What the catalogue says of a thing, and the number of the record that says the same."""

    number: int
    state: State


class StateCheck:
    """Compares one thing after another with its newest record."""

    def __init__(self, archive: Archive, findings: Findings) -> None:
        self._archive = archive
        self._findings = findings
        self._known: dict[str, Present] = {}

    def preload(self, kind: str, ids: Sequence[str]) -> None:
        """Look up what the catalogue says of many things of one kind at once."""
        with self._archive.catalogue.read() as connection:
            self._known |= _present(connection, kind, ids)

    def check(self, thing: Thing, number: int, record: bytes, document: str | None) -> None:
        """Compare with the record of that number, which is the newest that is kept."""
        kind, identifier = thing
        present = self._known.pop(identifier, None)
        differing = "" if present is None else _differing(kind, present, number, record)
        if present is None or differing:
            # What was looked up may be older than the record: only what differs in one moment counts.
            present, waiting = self._now(thing)
            differing = "" if present is None or waiting else _differing(kind, present, number, record)
        if differing:
            what = f"the catalogue tells of {kind} {identifier} otherwise than its newest record: {differing}"
            self._findings.failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)

    def _now(self, thing: Thing) -> tuple[Present | None, bool]:
        """What the catalogue says now, and whether a record waits in the outbox."""
        waits = exists().where(log_outbox.c.object_type == thing[0], log_outbox.c.object_id == thing[1])
        with self._archive.catalogue.read() as connection:
            found = _present(connection, thing[0], [thing[1]]).get(thing[1])
            return found, bool(connection.scalar(select(waits)))


def _present(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, Present]:
    table = _TABLES[kind]
    rows = select(table.c.id, table.c.record_n).where(table.c.id.in_(ids))
    numbers = {row.id: row.record_n for row in connection.execute(rows)}
    states = _STATES[kind](connection, list(numbers))
    return {each: Present(numbers[each], states[each]) for each in states}


def _differing(kind: str, present: Present, number: int, record: bytes) -> str:
    """The names of the members that differ, for people; empty where none does."""
    value = json.loads(record)  # its digest is the one that the log names
    if present.number != number:
        return f"number {number} is the newest that is kept, {present.number} by the catalogue"
    told = {name: member for name, member in value.items() if name not in (kind, *_OF_THE_RECORD)}
    now = present.state
    names = sorted(now.keys() | told.keys())
    return ", ".join(name for name in names if _bare(name, now.get(name)) != _bare(name, told.get(name)))


def _bare(name: str, member: Any) -> Any:
    """A member without the names of the registry's parties, claims, portfolios and stations."""
    match name, member:
        case (("portfolio" | "station"), {"id": identifier}):
            return identifier
        case (("links" | "claims"), list()):
            return [{key: each[key] for key in each if key not in _NAMES} for each in member]
        case _:
            return member


_TABLES: Mapping[str, Table] = {"document": documents, "batch": batches, "matter": matters}
_STATES: Mapping[str, Callable[[Connection, Sequence[str]], Mapping[str, State]]] = {
    "document": document_states,
    "batch": lambda connection, ids: {each: batch_state(connection, each) for each in ids},
    "matter": lambda connection, ids: {each: matter_state(connection, each) for each in ids},
}
