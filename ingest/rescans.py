"""Recognises a paper that was scanned before, by its pages; both scans stay evidence, and a person's word is final.

A document is a re-scan of an earlier one where both have as many pages with something on them, each page fits its
counterpart, and at least one is known by its figures (`ocr.sameness`). Nothing is linked by it and nothing hidden.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
)

from archive import records
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import Task, ask_again, finish
from archive.catalogue.schema import (
    SAME_PAGE,
    deposits,
    document_deposits,
    document_pages,
    documents,
    page_marks,
    pages,
    relations,
)
from archive.readings import load_page, load_picture
from archive.twins import RESCAN
from ocr.sameness import Sameness, compare, marks_of
from ocr.values import PageReading

WORK: Final = "rescan"
PRIORITY: Final = 60
"""After everything for which somebody waits."""

MOST_SHARED: Final = 200
"""A mark that more pages have stands on every letter of a sender: it finds nothing."""

FEWEST_SHARED: Final = 3
MOST_CANDIDATES: Final = 12
MOST_PAGES: Final = 500
READ: Final = ("read", "searchable")

Place = tuple[str, int]
"""A deposit and the number of a page in it."""

# Asked of every document that is read: made once.
_KEPT = select(page_marks).where(page_marks.c.deposit_id.in_(bindparam("some", expanding=True)))
_SHARED = (
    select(document_pages.c.document_id, func.count().label("shared"))
    .join(
        page_marks,
        and_(
            page_marks.c.deposit_id == document_pages.c.deposit_id,
            page_marks.c.page == document_pages.c.page,
        ),
    )
    .where(
        page_marks.c.mark.in_(bindparam("rare", expanding=True)),
        page_marks.c.deposit_id.not_in(bindparam("own", expanding=True)),
    )
    .group_by(document_pages.c.document_id, document_pages.c.position)
    .having(func.count() >= FEWEST_SHARED)
)


@dataclass(frozen=True, slots=True)
class _Paper:
    """A document and its pages that say something, in its order."""

    row: Row[Any]
    places: tuple[Place, ...]


def queue_rescan(archive: Archive, connection: Connection, document_id: str) -> None:
    """Have a worker look whether a document that was read shows a paper that is held already."""
    ask_again(connection, archive.ids, WORK, document_id, archive.clock.now(), priority=PRIORITY)


def find_rescans(archive: Archive, task: Task) -> None:
    """Keep the marks of the document's pages, compare it with those that share them, and finish the task.

    Done again it changes nothing. Raises `LeaseLost`, and what the vault raises.
    """
    document_id = task.object_id
    with archive.catalogue.read() as connection:
        paper = _paper(connection, document_id)
        marks = {} if paper is None else _marks(archive, connection, paper)
    if paper is not None:
        with archive.catalogue.write() as connection:
            _keep(connection, marks)
    with archive.catalogue.read() as connection:
        others = [] if paper is None else _others(archive, connection, paper, marks)
    with archive.catalogue.write() as connection:
        for other in others:
            _relate(archive, connection, document_id, other)
        finish(connection, task, archive.clock.now())


def _paper(connection: Connection, document_id: str) -> _Paper | None:
    """None where it is not read, gone, or too long to be compared."""
    row = connection.execute(
        select(documents).where(documents.c.id == document_id, documents.c.state.in_(READ))
    ).one_or_none()
    if row is None or not 0 < (row.page_count or 0) <= MOST_PAGES:
        return None
    found = connection.execute(
        select(document_pages.c.deposit_id, document_pages.c.page)
        .join(pages, SAME_PAGE)
        .where(document_pages.c.document_id == document_id, ~pages.c.blank)
        .order_by(document_pages.c.position)
    ).all()
    return _Paper(row, tuple((one.deposit_id, one.page) for one in found)) if found else None


def _marks(archive: Archive, connection: Connection, paper: _Paper) -> dict[Place, tuple[int, ...]]:
    found = {}
    for deposit, number in paper.places:
        page = load_page(archive, connection, deposit, number)
        found[deposit, number] = () if page is None else marks_of(page)
    return found


def _keep(connection: Connection, marks: dict[Place, tuple[int, ...]]) -> None:
    kept: dict[Place, set[int]] = {}
    for row in connection.execute(_KEPT, {"some": sorted({deposit for deposit, _ in marks})}):
        kept.setdefault((row.deposit_id, row.page), set()).add(row.mark)
    rows = []
    for (deposit, number), values in marks.items():
        before = kept.get((deposit, number), set())
        if before == set(values):
            continue
        if before:
            here = (page_marks.c.deposit_id == deposit) & (page_marks.c.page == number)
            connection.execute(delete(page_marks).where(here))
        rows += [{"deposit_id": deposit, "page": number, "mark": mark} for mark in values]
    if rows:
        connection.execute(insert(page_marks), rows)


def _others(
    archive: Archive, connection: Connection, paper: _Paper, marks: dict[Place, tuple[int, ...]]
) -> list[str]:
    """The documents that show the same paper."""

    @cache
    def shown(place: Place) -> tuple[PageReading, bytes] | None:
        return _shown(archive, connection, place)

    found = []
    for other_id in _candidates(connection, paper, marks):
        other = _paper(connection, other_id)
        if other is None or len(other.places) != len(paper.places) or _same_bytes(connection, paper, other):
            continue
        seen: list[Sameness] = []
        for ours, theirs in zip(paper.places, other.places, strict=True):
            one, two = shown(ours), shown(theirs)
            if one is None or two is None:
                break
            seen.append(compare(*one, *two))
            if not seen[-1].fits:
                break
        if len(seen) == len(paper.places) and all(one.fits for one in seen) and any(one.same for one in seen):
            found.append(other_id)
    return found


def _candidates(connection: Connection, paper: _Paper, marks: dict[Place, tuple[int, ...]]) -> list[str]:
    """Documents whose pages share the most marks with this one's, those first that share most."""
    shared: Counter[str] = Counter()
    own = {deposit for deposit, _ in paper.places}
    for values in marks.values():
        if rare := _rare(connection, values):
            for row in connection.execute(_SHARED, {"rare": rare, "own": sorted(own)}):
                shared[row.document_id] += row.shared
    return [document for document, _ in shared.most_common(MOST_CANDIDATES)]


def _rare(connection: Connection, marks: Sequence[int]) -> list[int]:
    """Those of a page's marks that some pages have, and not too many."""
    if not marks:
        return []
    found = connection.execute(_pages_with(len(marks)), {f"mark_{n}": mark for n, mark in enumerate(marks)})
    return [row.mark for row in found if row.pages <= MOST_SHARED]


@cache
def _pages_with(count: int) -> Select[Any]:
    """How many pages have each of so many marks, counted up to one more than `MOST_SHARED`."""
    each = (
        select(page_marks.c.mark)
        .where(page_marks.c.mark == bindparam(f"mark_{number}"))
        .limit(MOST_SHARED + 1)
        .subquery()
        for number in range(count)
    )
    some = union_all(*(select(one.c.mark) for one in each)).subquery()
    return select(some.c.mark, func.count().label("pages")).group_by(some.c.mark)


def _same_bytes(connection: Connection, paper: _Paper, other: _Paper) -> bool:
    """Whether both are the same files received twice, which is known already."""

    def digests(document_id: str) -> Sequence[str]:
        return connection.scalars(
            select(deposits.c.sha256)
            .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
            .where(document_deposits.c.document_id == document_id)
            .order_by(document_deposits.c.position)
        ).all()

    return digests(paper.row.id) == digests(other.row.id)


def _shown(archive: Archive, connection: Connection, place: Place) -> tuple[PageReading, bytes] | None:
    deposit, number = place
    reading = load_page(archive, connection, deposit, number)
    row = connection.execute(
        select(pages).where(pages.c.deposit_id == deposit, pages.c.number == number)
    ).one_or_none()
    thumb = None if row is None else load_picture(archive, connection, row, thumb=True)
    return None if reading is None or thumb is None else (reading, thumb)


def _relate(archive: Archive, connection: Connection, document_id: str, other_id: str) -> None:
    """Say that the later one is a re-scan of the earlier one, unless that was said or taken back before."""
    rows = connection.execute(
        select(documents.c.id)
        .where(documents.c.id.in_((document_id, other_id)), documents.c.state.in_(READ))
        .order_by(documents.c.received_at, documents.c.id)
        .with_for_update()
    ).all()
    either = or_(
        and_(relations.c.document_id == document_id, relations.c.other_id == other_id),
        and_(relations.c.document_id == other_id, relations.c.other_id == document_id),
    )
    known = connection.scalar(select(relations.c.id).where(relations.c.relation == RESCAN, either).limit(1))
    if known is not None or len(rows) != 2:  # both are there
        return
    earlier, later = (row.id for row in rows)
    connection.execute(
        insert(relations).values(
            document_id=later,
            other_id=earlier,
            relation=RESCAN,
            granted=1,
            actor=SYSTEM_ACTOR,
            at=archive.clock.now(),
        )
    )
    records.record_document(archive, connection, later, type="link", actor=SYSTEM_ACTOR, reason="relate")
