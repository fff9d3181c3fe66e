"""Brings the machine's links of a document in line with what was found now; what a person decided stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert

from archive.archive import Archive
from archive.catalogue.schema import links
from archive.histories import LINK_KEY
from archive.present import present_rows
from ingest.spans import Span


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link that should be there: a page span, a record in a role, how likely, why, and whether a person must look."""

    span: Span
    type: str
    target: str
    role: str
    score: float
    basis: str
    sure: bool

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What tells it from other links of the document."""
        return (self.type, self.target, self.role, *self.span)


def write_links(
    archive: Archive, connection: Connection, document_id: str, wanted: Sequence[Wanted], bases: Sequence[str]
) -> bool:
    """Add what is new, change what has changed, take back what nothing speaks for any more. True: something changed.

    `bases` are those of the machine: links on another basis are left alone.
    """
    rows = present_rows(connection, links, LINK_KEY, document_id)
    decided = [row for row in rows if row.actor is not None]
    machine = {_key(row): row for row in rows if row.actor is None}
    added: list[dict[str, Any]] = []
    done: set[tuple[str, str, str, int, int]] = set()
    for one in sorted(wanted, key=lambda link: -link.score):
        if one.key in done or any(_settled(row, one) for row in decided):
            continue
        done.add(one.key)
        state = "automatic" if one.sure else "proposed"
        row = machine.pop(one.key, None)
        if row is None or (row.state, row.basis) != (state, one.basis):
            added.append(
                {
                    "link_id": archive.ids.new() if row is None else row.link_id,
                    "first_page": one.span[0],
                    "last_page": one.span[1],
                    "target_type": one.type,
                    "target_id": one.target,
                    "role": one.role,
                    "score": round(one.score, 3),
                    "basis": one.basis,
                    "state": state,
                }
            )
    for row in machine.values():
        if row.basis in bases and row.state != "rejected":
            copied = ("link_id", "first_page", "last_page", "target_type", "target_id", "role", "basis")
            added.append({name: getattr(row, name) for name in copied} | {"score": 0.0, "state": "rejected"})
    if added:
        common = {"document_id": document_id, "actor": None, "at": archive.clock.now()}
        connection.execute(insert(links), [{**row, **common} for row in added])
    return bool(added)


def _settled(row: Row[Any], one: Wanted) -> bool:
    """Whether a person has said something about this link, or has said who it is instead.

    A name or number that a person gave to one record is not proposed for another one in the same role.
    """
    if not (row.first_page <= one.span[1] and one.span[0] <= row.last_page):
        return False
    if (row.target_type, row.role) != (one.type, one.role):
        return False
    return bool(row.target_id == one.target or (row.state == "confirmed" and not one.sure))


def _key(row: Row[Any]) -> tuple[str, str, str, int, int]:
    return (row.target_type, row.target_id, row.role, row.first_page, row.last_page)
