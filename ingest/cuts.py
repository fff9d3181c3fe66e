"""Where new papers may begin within files: proposals of the machine, what is open of them, and what was decided.

A proposal belongs to a page of a deposit, so that it stays with its page whatever document that is in.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select

from archive.catalogue.schema import current, cuts, document_pages, documents
from archive.histories import CUT_KEY
from ingest.describe import DepositPage
from ocr.values import Part, Reading

PROPOSED, ACCEPTED, REFUSED, WITHDRAWN = "proposed", "accepted", "refused", "withdrawn"


@dataclass(frozen=True, slots=True)
class OpenCut:
    """A proposal that waits for a person: before which page of which document, how sure, and what speaks for it."""

    document: str
    version: int
    position: int
    page: DepositPage
    confidence: float
    reasons: tuple[str, ...]


def note_cuts(connection: Connection, deposit_id: str, parts: Sequence[Part], now: datetime) -> None:
    """Keep what a reading proposes; what it no longer proposes is withdrawn, what a person decided stands."""
    known = {
        row.page: row
        for row in connection.execute(
            select(cuts).where(cuts.c.deposit_id == deposit_id, current(cuts, *CUT_KEY))
        )
    }
    rows = []
    for part in parts[1:]:
        before = known.pop(part.first, None)
        if before is None or before.state == WITHDRAWN:
            rows.append(_row(deposit_id, part.first, part.confidence, part.reasons, PROPOSED))
    rows += [
        _row(deposit_id, row.page, row.confidence, row.reasons, WITHDRAWN)
        for row in known.values()
        if row.state == PROPOSED
    ]
    if rows:
        connection.execute(insert(cuts), [{**row, "actor": None, "at": now} for row in rows])


def settle_cuts(
    connection: Connection, pages: Iterable[DepositPage], state: str, actor: str, now: datetime
) -> None:
    """Write down that what was proposed of these pages was accepted or refused; of other pages nothing is said."""
    for deposit, page in pages:
        row = connection.execute(
            select(cuts).where(
                cuts.c.deposit_id == deposit,
                cuts.c.page == page,
                current(cuts, *CUT_KEY),
                cuts.c.state.not_in((WITHDRAWN, state)),
            )
        ).one_or_none()
        if row is not None:
            values = _row(deposit, page, row.confidence, row.reasons, state)
            connection.execute(insert(cuts).values(**values, actor=actor, at=now))


def open_cuts(connection: Connection, *conditions: ColumnElement[bool]) -> list[OpenCut]:
    """The proposals that wait in living documents of which the conditions hold, in the order of their pages."""
    held = document_pages
    rows = connection.execute(
        select(cuts, held.c.document_id, held.c.position, documents.c.version)
        .join(held, (held.c.deposit_id == cuts.c.deposit_id) & (held.c.page == cuts.c.page))
        .join(documents, documents.c.id == held.c.document_id)
        .where(
            cuts.c.state == PROPOSED,
            current(cuts, *CUT_KEY),
            held.c.position > 1,
            documents.c.state.not_in(("void", "erased")),
            *conditions,
        )
        .order_by(held.c.document_id, held.c.position)
    )
    return [
        OpenCut(
            row.document_id,
            row.version,
            row.position,
            DepositPage(row.deposit_id, row.page),
            row.confidence,
            tuple(row.reasons),
        )
        for row in rows
    ]


def separators(pages: Sequence[DepositPage], readings: Mapping[str, Reading]) -> frozenset[int]:
    """Which pages of a document only part papers, by their number within it."""
    told = {
        DepositPage(deposit, page.number)
        for deposit, reading in readings.items()
        for page in reading.pages
        if page.separator is not None
    }
    return frozenset(position for position, page in enumerate(pages, start=1) if page in told)


def with_sheets(cuts: AbstractSet[int], sheets: AbstractSet[int]) -> frozenset[int]:
    """The cuts, and one before each run of separator sheets that a cut follows: the sheets are no part of a paper."""
    runs = {position for position in sheets if position > 1 and position - 1 not in sheets}
    return frozenset(cuts) | {position for position in runs if _end(position, sheets) in cuts}


def papers_within(reading: Reading, above: float | None) -> list[tuple[int, ...]]:
    """The pages of each paper that a file is cut into by itself, where it is read for the first time."""
    sheets = {page.number for page in reading.pages if page.separator is not None}
    sure = {part.first for part in reading.parts[1:] if above is not None and part.confidence >= above}
    starts = with_sheets(sure, sheets)
    papers: list[list[int]] = []
    for page in reading.pages:
        if not papers or page.number in starts:
            papers.append([])
        papers[-1].append(page.number)
    return [tuple(paper) for paper in papers if not set(paper) <= sheets or len(papers) == 1]


def _end(position: int, sheets: AbstractSet[int]) -> int:
    while position in sheets:
        position += 1
    return position


def _row(
    deposit_id: str, page: int, confidence: float, reasons: Sequence[str], state: str
) -> dict[str, object]:
    return {
        "deposit_id": deposit_id,
        "page": page,
        "confidence": confidence,
        "reasons": list(reasons),
        "state": state,
    }
