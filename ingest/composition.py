"""Composes documents out of deposit pages: split, join, reorder, void, replace, relate. Files are never touched.

Every change of a list of pages is an entry of the log. Pages take with them what people decided about them, and who may
see them: a page never becomes visible to more people by being moved.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Row, insert, select, update

from archive import records
from archive.archive import Archive
from archive.catalogue.schema import current, documents, relations
from archive.histories import CUT_FROM, JOINED_INTO, RELATION_KEY, RESCAN_OF
from archive.readings import load_reading
from ingest import stored
from ingest.composing import Piece, compose, source_of
from ingest.cuts import ACCEPTED, REFUSED, separators, settle_cuts, with_sheets
from ingest.describing import deposits_of
from ingest.errors import NotRead, VersionMoved
from ocr.values import Reading
from tabellion.base.errors import BadRequest, Conflict, NotFound

RELATIONS = ("annex_of", "delivery_proof_of", "answer_to", "rescan_of")
"""What one document can be to another, when a person says so."""

MOST_DOCUMENTS = 2000


def split(
    archive: Archive, document_id: str, before: Sequence[int], actor: str, *, version: int | None = None
) -> list[str]:
    """Cut a document before these pages; gives its id and those of the new documents, in order.

    Raises `BadRequest` for cuts that do not lie within it, `NotRead`, `NotFound`, `Conflict`, `VersionMoved`.
    """
    readings = loaded_readings(archive, [document_id])
    with archive.catalogue.write() as connection:
        return split_within(archive, connection, document_id, before, actor, readings, version=version)


def split_within(
    archive: Archive,
    connection: Connection,
    document_id: str,
    before: Sequence[int],
    actor: str,
    readings: Mapping[str, Reading],
    *,
    version: int | None = None,
) -> list[str]:
    """Cut a document as `split` does, within the caller's transaction and with the readings of its deposits.

    What was proposed of a page that is cut before is accepted by that. Sheets that only part papers become documents of
    their own, which are void: they are no paper, and nobody looks for them.
    """
    row = _composable(connection, document_id, version)
    source = source_of(connection, document_id)
    cuts = frozenset(before)
    if not cuts or min(cuts) < 2 or max(cuts) > len(source.pages):
        raise BadRequest(f"a document of {len(source.pages)} pages is cut before pages 2 to its last")
    sheets = separators(source.pages, readings)
    cuts = with_sheets(cuts, sheets)
    settle_cuts(
        connection, [source.pages[position - 1] for position in cuts], ACCEPTED, actor, archive.clock.now()
    )
    ordered = sorted(cuts)
    ends = [*ordered, len(source.pages) + 1]
    parts = [range(first, end) for first, end in zip([1, *ordered], ends, strict=True)]
    made = [document_id, *(_new(archive, connection, row) for _ in ordered)]
    for target, part in zip(made, parts, strict=True):
        pieces = [Piece(source, position) for position in part]
        compose(archive, connection, target, pieces, actor, readings)
        if set(part) <= sheets:
            _void(archive, connection, target)
        elif target != document_id:
            _relate(archive, connection, target, document_id, CUT_FROM, actor, at=(part[0], part[-1]))
    _record(archive, connection, made, actor, "split")
    return made


def join(archive: Archive, document_ids: Sequence[str], actor: str, *, version: int | None = None) -> str:
    """Put documents together, in this order, into the first of them; the others become void and point to it.

    `version` is that of the first. Raises `BadRequest`, `NotRead`, `NotFound`, `Conflict`, `VersionMoved`.
    """
    if not 2 <= len(set(document_ids)) == len(document_ids) <= MOST_DOCUMENTS:
        raise BadRequest(f"two to {MOST_DOCUMENTS} different documents are joined")
    first, *others = document_ids
    readings = loaded_readings(archive, document_ids)
    with archive.catalogue.write() as connection:
        _composable(connection, first, version)
        for other in sorted(others):
            _composable(connection, other)
        sources = [source_of(connection, document_id) for document_id in document_ids]
        pieces = [Piece(source, at) for source in sources for at in range(1, len(source.pages) + 1)]
        compose(archive, connection, first, pieces, actor, readings)
        # Where papers were put together, none of them begins any more.
        begins = [source.pages[0] for source in sources[1:] if source.pages]
        settle_cuts(connection, begins, REFUSED, actor, archive.clock.now())
        after = len(sources[0].pages)
        for source in sources[1:]:
            _void(archive, connection, source.id)
            became = (after + 1, after + len(source.pages))
            _relate(archive, connection, source.id, first, JOINED_INTO, actor, at=became)
            after = became[1]
        _record(archive, connection, [first, *others], actor, "join")
    return first


def reorder(
    archive: Archive, document_id: str, order: Sequence[int], actor: str, *, version: int | None = None
) -> None:
    """Give the pages of a document another order: `order` names every present page number once.

    Raises `BadRequest`, `NotRead`, `NotFound`, `Conflict`, `VersionMoved`.
    """
    readings = loaded_readings(archive, [document_id])
    with archive.catalogue.write() as connection:
        _composable(connection, document_id, version)
        source = source_of(connection, document_id)
        if sorted(order) != list(range(1, len(source.pages) + 1)):
            raise BadRequest("the order must name every page of the document once")
        compose(archive, connection, document_id, [Piece(source, at) for at in order], actor, readings)
        _record(archive, connection, [document_id], actor, "reorder")


def void(archive: Archive, document_id: str, actor: str, *, version: int | None = None) -> None:
    """Declare a document void: kept, counted and sealed, but not found any more.

    Raises `NotFound`, `Conflict` where it is void or erased already, `VersionMoved`.
    """
    with archive.catalogue.write() as connection:
        _living(connection, document_id, version)
        _void(archive, connection, document_id)
        _record(archive, connection, [document_id], actor, "void")


def replace(archive: Archive, document_id: str, by: str, actor: str, *, version: int | None = None) -> None:
    """Replace a document by a better scan that is in the archive already: it becomes void, the other its re-scan.

    Raises `BadRequest`, `NotFound`, `Conflict`, `VersionMoved`.
    """
    if document_id == by:
        raise BadRequest("a document is not replaced by itself")
    with archive.catalogue.write() as connection:
        _living(connection, document_id, version)
        _living(connection, by)
        _void(archive, connection, document_id)
        _relate(archive, connection, by, document_id, RESCAN_OF, actor)
        _record(archive, connection, [document_id], actor, "replace")
        _record(archive, connection, [by], actor, "relate")


def relate(
    archive: Archive,
    document_id: str,
    other_id: str,
    relation: str,
    actor: str,
    *,
    granted: bool = True,
    version: int | None = None,
) -> None:
    """Say what a document is to another (`RELATIONS`), or take that back; saying it again changes nothing.

    Raises `BadRequest`, `NotFound`, `VersionMoved`.
    """
    if relation not in RELATIONS or document_id == other_id:
        raise BadRequest(f"a document is to another one of: {', '.join(RELATIONS)}")
    with archive.catalogue.write() as connection:
        _document(connection, document_id, version)
        _document(connection, other_id)
        if _is_related(connection, document_id, other_id, relation) != granted:
            _relate(archive, connection, document_id, other_id, relation, actor, granted=granted)
            _record(archive, connection, [document_id], actor, "relate")


def loaded_readings(archive: Archive, document_ids: Sequence[str]) -> dict[str, Reading]:
    """The readings of all deposits of the documents, fetched before the transaction that needs them."""
    with archive.catalogue.read() as connection:
        for document_id in document_ids:
            _require_read(_document(connection, document_id))
        wanted = dict.fromkeys(
            deposit for document_id in document_ids for deposit in deposits_of(connection, document_id)
        )
        return {deposit: load_reading(archive, connection, deposit) for deposit in wanted}


def _document(
    connection: Connection, document_id: str, version: int | None = None
) -> Row[tuple[object, ...]]:
    row = connection.execute(
        select(documents).where(documents.c.id == document_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such document")
    if version is not None and row.version != version:
        raise VersionMoved(f"the document is at version {row.version}, not {version}")
    return row


def _living(connection: Connection, document_id: str, version: int | None = None) -> Row[tuple[object, ...]]:
    row = _document(connection, document_id, version)
    if row.state in ("void", "erased"):
        raise Conflict(f"the document is {row.state}")
    return row


def _composable(
    connection: Connection, document_id: str, version: int | None = None
) -> Row[tuple[object, ...]]:
    row = _living(connection, document_id, version)
    _require_read(row)
    return row


def _require_read(row: Row[tuple[object, ...]]) -> None:
    if row.state in ("received", "failed"):
        raise NotRead("the pages of the document are not known")


def _new(archive: Archive, connection: Connection, row: Row[tuple[object, ...]]) -> str:
    """A document without pages yet, of the same batch and origin as the one it is cut out of."""
    document_id = archive.ids.new()
    connection.execute(
        insert(documents).values(
            id=document_id,
            batch_id=row.batch_id,
            portfolio_id=row.portfolio_id,
            state="read",
            kind="other",
            kind_confidence=0.0,
            language="und",
            direction=row.direction,
            sent_date=row.sent_date,
            received_date=row.received_date,
            received_at=row.received_at,
            version=0,
            record_n=0,
        )
    )
    return document_id


def _void(archive: Archive, connection: Connection, document_id: str) -> None:
    connection.execute(update(documents).where(documents.c.id == document_id).values(state="void"))
    stored.queue_indexing(connection, document_id, archive.clock.now())


def _relate(
    archive: Archive,
    connection: Connection,
    document_id: str,
    other_id: str,
    relation: str,
    actor: str,
    *,
    granted: bool = True,
    at: tuple[int, int] | tuple[None, None] = (None, None),
) -> None:
    connection.execute(
        insert(relations).values(
            first_page=at[0],
            last_page=at[1],
            document_id=document_id,
            other_id=other_id,
            relation=relation,
            granted=int(granted),
            actor=actor,
            at=archive.clock.now(),
        )
    )


def _is_related(connection: Connection, document_id: str, other_id: str, relation: str) -> bool:
    newest = select(relations.c.granted).where(
        relations.c.document_id == document_id,
        relations.c.other_id == other_id,
        relations.c.relation == relation,
        current(relations, *RELATION_KEY),
    )
    return bool(connection.execute(newest).scalar())


def _record(
    archive: Archive, connection: Connection, document_ids: Sequence[str], actor: str, reason: str
) -> None:
    for document_id in document_ids:
        records.record_document(archive, connection, document_id, type="compose", actor=actor, reason=reason)
