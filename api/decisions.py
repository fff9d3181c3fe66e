"""What a person decides about a document: its kind and dates, and the values of its fields. Each is an entry.

A decision is never overwritten by the machine. Rows of fields are only added: the newest one of a key is in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Row, insert, select, update

from api.access import NO_DOCUMENT, NO_PAGE, Actor, DocumentAccess
from api.field_values import checked_value
from archive.archive import Archive
from archive.catalogue import URGENT, ask_again
from archive.catalogue.schema import documents, fields
from archive.corrections import BY_PERSON
from archive.doubts import Discord, Value, discord_of, values_of, write_doubts
from archive.records import record_document
from ingest import stored
from ingest.decided_copies import carry_on
from ingest.describing import WITHDRAWN, current_fields, dated, present_fields
from ingest.errors import VersionMoved
from ocr.values import Kind
from tabellion.base.errors import BadRequest, Conflict, Forbidden, NotFound

Decision = Literal["confirm", "correct", "withdraw", "add"]
KINDS: tuple[str, ...] = get_args(Kind)
DESCRIBED = ("kind", "subkind", "direction", "sent_date", "received_date")
"""What of a document itself a person may set; its date follows from its fields."""

_SETTLED = ("void", "erased")
_STATES = {"confirm": "confirmed", "correct": "corrected", "withdraw": "withdrawn", "add": "corrected"}
_WHOLE_PAGE = [0.0, 0.0, 1.0, 1.0]


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """What is decided about the field that stands as `raw` on a page; `add` writes one that the machine did not see.

    `value` goes with `correct` and `add`; `box` (fractions of the upright page) with `add` only. `despite` says that
    amounts which do not add up with the value are meant as they are.
    """

    decision: Decision
    name: str
    page: int
    raw: str = ""
    value: str | None = None
    box: tuple[float, float, float, float] | None = None
    despite: bool = False


def changeable(connection: Connection, document_id: str, version: int | None) -> Row[Any]:
    """The document, locked until the transaction ends.

    Raises Forbidden (unknown), VersionMoved where it is not at that version, Conflict where it is void or erased.
    """
    row = connection.execute(
        select(documents).where(documents.c.id == document_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise Forbidden(NO_DOCUMENT)
    if version is not None and row.version != version:
        raise VersionMoved(f"the document is at version {row.version}, not {version}")
    if row.state in _SETTLED:
        raise Conflict(f"the document is {row.state}")
    return row


def version_of(connection: Connection, document_id: str) -> int:
    """The version (ETag) of a document that is there."""
    query = select(documents.c.version).where(documents.c.id == document_id)
    version: int = connection.execute(query).scalar_one()
    return version


def describe(
    archive: Archive,
    connection: Connection,
    document_id: str,
    changes: dict[str, str | date | None],
    actor: Actor,
    version: int | None,
) -> None:
    """Set some of `DESCRIBED`; a kind that a person set stays. Raises BadRequest and what `changeable` raises."""
    changeable(connection, document_id, version)
    if not changes or set(changes) - set(DESCRIBED):
        raise BadRequest(f"say which of {', '.join(DESCRIBED)} changes")
    values: dict[str, Any] = dict(changes)
    if "kind" in changes:
        if changes["kind"] not in KINDS:
            raise BadRequest(f"a kind is one of {', '.join(KINDS)}")
        values |= {"kind_confidence": 1.0, "kind_by": actor.pseudonym}
    connection.execute(update(documents).where(documents.c.id == document_id).values(**values))
    # Which dates contradict each other hangs on what the paper is.
    write_doubts(connection, document_id)
    _decided(archive, connection, document_id, actor)


def decide_field(
    archive: Archive,
    connection: Connection,
    opened: DocumentAccess,
    wanted: FieldDecision,
    actor: Actor,
    version: int | None,
) -> int:
    """Add the row that says what a person decided, and bring the document's own date and amount in line with it.

    Gives the document's new version. Raises NotFound where no such field stands there, Forbidden for a page that is
    not open, BadRequest for a value that cannot be one, and what `changeable` raises.
    """
    row = changeable(connection, opened.document_id, version)
    if not 1 <= wanted.page <= (row.page_count or 0) or not opened.page(wanted.page):
        raise Forbidden(NO_PAGE)
    known = _known(current_fields(connection, opened.document_id), wanted)
    values = _added(wanted) if wanted.decision == "add" else _changed(wanted, known)
    if wanted.decision == "add" and known is not None and known.state != "withdrawn":
        raise Conflict("that field is there already", advice="Correct it instead.")
    discord = discord_with(connection, opened, wanted) if wanted.despite else None
    connection.execute(
        insert(fields).values(
            document_id=opened.document_id,
            name=wanted.name,
            page=wanted.page,
            raw=wanted.raw,
            confidence=1.0,
            state=_STATES[wanted.decision],
            actor=actor.pseudonym,
            at=archive.clock.now(),
            despite=discord.figures if discord is not None else None,
            **values,
        )
    )
    write_doubts(connection, opened.document_id)
    values = dated(present_fields(connection, opened.document_id))
    connection.execute(update(documents).where(documents.c.id == opened.document_id).values(**values))
    _decided(archive, connection, opened.document_id, actor)
    copies = carry_on(archive, connection, opened.document_id, wanted.page)
    # An identifier that was corrected may name another party. In one order, so that two who decide do not block
    # each other.
    now = archive.clock.now()
    for document_id in sorted({opened.document_id, *copies}):
        ask_again(connection, archive.ids, "link", document_id, now, priority=URGENT)
    return version_of(connection, opened.document_id)


def discord_with(connection: Connection, opened: DocumentAccess, wanted: FieldDecision) -> Discord | None:
    """The amounts on open pages that would contradict each other if the value were taken; None where it is not one."""
    if wanted.value is None or not wanted.name.startswith("amounts."):
        return None
    key = (wanted.name, wanted.page, wanted.raw)
    others = [
        row
        for row in current_fields(connection, opened.document_id)
        if row.state != WITHDRAWN and opened.page(row.page) and (row.name, row.page, row.raw) != key
    ]
    value = checked_value(wanted.name, wanted.value)
    # A person's newest word counts among all that there is of a name.
    found = discord_of([*values_of(others), Value(wanted.name, value, 1.0, decided=True)])
    return found if found is not None and wanted.name in found.names else None


def _known(rows: Sequence[Row[Any]], wanted: FieldDecision) -> Row[Any] | None:
    key = (wanted.name, wanted.page, wanted.raw)
    return next((row for row in rows if (row.name, row.page, row.raw) == key), None)


def _added(wanted: FieldDecision) -> dict[str, Any]:
    if wanted.value is None:
        raise BadRequest("a field that is added has a value")
    box = _WHOLE_PAGE if wanted.box is None else list(wanted.box)
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise BadRequest("a box has its corners in fractions of the page: x0, y0, x1, y1")
    return {"value": checked_value(wanted.name, wanted.value), "box": box, "rule": BY_PERSON, "printed": None}


def _changed(wanted: FieldDecision, known: Row[Any] | None) -> dict[str, Any]:
    if known is None:
        raise NotFound("there is no such field on that page")
    value = known.value
    if wanted.decision == "correct":
        if wanted.value is None:
            raise BadRequest("a correction has a value")
        value = checked_value(wanted.name, wanted.value)
    return {"value": value, "box": known.box, "rule": known.rule, "printed": known.printed}


def _decided(archive: Archive, connection: Connection, document_id: str, actor: Actor) -> None:
    record_document(archive, connection, document_id, type="correct", actor=actor.pseudonym, reason="by-hand")
    stored.queue_indexing(connection, document_id, archive.clock.now())
