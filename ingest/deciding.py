"""What becomes of a proposal that a new paper begins: accepted, refused, or moved to another page."""

from collections.abc import Mapping

from sqlalchemy import Connection

from archive import records
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import documents
from ingest.composition import loaded_readings, split_within
from ingest.cuts import REFUSED, OpenCut, open_cuts, settle_cuts
from ingest.describing import pages_of
from ingest.errors import VersionMoved
from ocr.values import Reading
from tabellion.base.errors import BadRequest, NotFound


def accept_cut(
    archive: Archive, document_id: str, position: int, actor: str, *, version: int | None = None
) -> list[str]:
    """Let a new paper begin where that was proposed; gives the documents that came of it, in order.

    Raises `NotFound` where nothing is proposed before that page, and what `split` raises.
    """
    return _split(archive, document_id, position, position, actor, version)


def move_cut(
    archive: Archive, document_id: str, position: int, to: int, actor: str, *, version: int | None = None
) -> list[str]:
    """Let a new paper begin before page `to`, and not where that was proposed; gives the documents, in order.

    Raises as `accept_cut` does.
    """
    if to == position:
        raise BadRequest("the paper is to begin on another page than was proposed")
    return _split(archive, document_id, position, to, actor, version)


def refuse_cut(
    archive: Archive, document_id: str, position: int, actor: str, *, version: int | None = None
) -> None:
    """Say that no new paper begins where that was proposed; it is not proposed again.

    Raises `NotFound`, `VersionMoved`.
    """
    with archive.catalogue.write() as connection:
        cut = _proposed(connection, document_id, position, version)
        settle_cuts(connection, [cut.page], REFUSED, actor, archive.clock.now())
        records.record_document(
            archive, connection, document_id, type="compose", actor=actor, reason="by-hand"
        )


def cut_surely(
    archive: Archive,
    connection: Connection,
    document_id: str,
    readings: Mapping[str, Reading],
    above: float,
) -> list[str]:
    """Let new papers begin wherever that is proposed with at least that certainty, by the archive itself.

    For a document that was read for the first time; gives the documents that came of it, none where nothing was sure.
    """
    proposed = open_cuts(connection, documents.c.id == document_id)
    sure = [cut.position for cut in proposed if cut.confidence >= above]
    if not sure:
        return []
    return split_within(archive, connection, document_id, sure, SYSTEM_ACTOR, readings)


def _split(
    archive: Archive, document_id: str, position: int, to: int, actor: str, version: int | None
) -> list[str]:
    readings = loaded_readings(archive, [document_id])
    with archive.catalogue.write() as connection:
        cut = _proposed(connection, document_id, position, version)
        if to != position:
            settle_cuts(connection, [cut.page], REFUSED, actor, archive.clock.now())
        return split_within(archive, connection, document_id, [to], actor, readings)


def _proposed(connection: Connection, document_id: str, position: int, version: int | None) -> OpenCut:
    found = open_cuts(connection, documents.c.id == document_id)
    cut = next((one for one in found if one.position == position), None)
    if cut is None:
        known = len(pages_of(connection, document_id))
        raise NotFound(f"nothing is proposed before page {position} of {known}")
    if version is not None and cut.version != version:
        raise VersionMoved(f"the document is at version {cut.version}, not {version}")
    return cut
