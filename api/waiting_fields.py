"""Fields that wait for a person: which there are in scope, the worst first, and what disagrees with each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from api import access
from api.access import Actor
from api.decided_elsewhere import Elsewhere, Told, told_of
from archive.catalogue.schema import current, documents, field_doubts, fields
from archive.doubts import sums_of
from archive.histories import FIELD_KEY
from ingest.describing import WITHDRAWN, current_fields

MOST_COUNTED = 1_000
_BATCH = 100
_PAST_ALL = 2**31 - 1
only_unsure = case((field_doubts.c.reasons == "unsure", 1), else_=0)
_DATES = ("document_date", "due_date", "invoice_date", "assignment_date", "payment_date")


class Place(NamedTuple):
    """Where a field stands in the queue: the largest amount in doubt first, a paper's fields together.

    Of a paper those that break a rule come first (`unsure` is 0), then each in the order of the paper.
    """

    weight: int
    document: str
    unsure: int
    page: int
    id: int


@dataclass(frozen=True, slots=True)
class WaitingField:
    """A field that waits, or waited; `stake` (hundredths) is None where pages of its paper are closed to the asker.

    `by` (a pseudonym) has decided it, on this paper or on the copy `elsewhere`; None where the asker is not told.
    """

    id: int
    document: str
    kind: str
    date: date | None
    currency: str | None
    name: str
    value: str
    raw: str
    printed: str | None
    page: int
    box: tuple[float, float, float, float]
    confidence: float
    rule: str
    state: str
    decided: bool
    by: str | None
    at: datetime
    elsewhere: Elsewhere | None
    reasons: tuple[str, ...]
    stake: int | None
    place: Place

    @property
    def waits(self) -> bool:
        """Whether there is a doubt that nobody has settled."""
        return bool(self.reasons)


def waiting_fields(
    connection: Connection, actor: Actor, limit: int, after: Place | None = None
) -> list[WaitingField]:
    """Fields in scope that wait, on open pages only; `after` is the place of the last that is known."""
    return list(islice(_in_scope(connection, actor, after), limit))


def following(connection: Connection, actor: Actor, one: WaitingField | None) -> WaitingField | None:
    """The next that waits after a field: of its paper first, though what is at stake there may have changed by now.

    After the last of all comes the first; without a field, it is the first. Never the field itself.
    """
    if one is None:
        return next(_in_scope(connection, actor, None), None)
    here = _query(actor, waiting=True).where(fields.c.document_id == one.document)
    for each in _opened(connection, actor, connection.execute(here).all()):
        if each.place[2:] > one.place[2:]:
            return each
    past = one.place._replace(unsure=1, page=_PAST_ALL)
    others = chain(_in_scope(connection, actor, past), _in_scope(connection, actor, None))
    return next((each for each in others if each.id != one.id), None)


def find_field(connection: Connection, actor: Actor, field_id: int) -> WaitingField | None:
    """The field with that number, if nothing newer is known of it and its page is open, whether it waits or not."""
    rows = connection.execute(_query(actor, waiting=False).where(fields.c.id == field_id)).all()
    return next(iter(_opened(connection, actor, rows)), None)


def newest_field(connection: Connection, actor: Actor, field_id: int) -> WaitingField | None:
    """The field with that number, or what is known of the same place since, as `find_field` finds it."""
    known, newest = fields.alias(), fields.alias()
    same = and_(*(newest.c[name] == known.c[name] for name in FIELD_KEY))
    query = select(func.max(newest.c.id)).select_from(known.join(newest, same)).where(known.c.id == field_id)
    found = connection.scalar(query)
    return None if found is None else find_field(connection, actor, found)


def count_waiting(connection: Connection, actor: Actor) -> int:
    """How many wait in scope, counted up to `MOST_COUNTED`; one on a closed page does not count."""
    return sum(1 for _ in islice(_in_scope(connection, actor, None), MOST_COUNTED))


def beside(
    connection: Connection, one: WaitingField, opened: access.DocumentAccess, discordant: Sequence[str] = ()
) -> list[Row[Any]]:
    """The present fields of open pages that the field must agree with: the same sum, or the other dates.

    `discordant` are those that a value would contradict if it were taken.
    """
    rows = [
        row
        for row in current_fields(connection, one.document)
        if row.state != WITHDRAWN and opened.page(row.page)
    ]
    surest = {row.name: row for row in sorted(rows, key=lambda row: (row.actor is not None, row.confidence))}
    wanted = discordant
    if not wanted and "sum" in one.reasons:
        wanted = sums_of(tuple(surest)) or tuple(name for name in surest if name.startswith("amounts."))
    elif not wanted and "date_order" in one.reasons:
        wanted = _DATES
    return [surest[name] for name in wanted if name in surest and surest[name].id != one.id]


def _in_scope(connection: Connection, actor: Actor, after: Place | None) -> Iterator[WaitingField]:
    """The queue from a place on; read in batches, because pages of some papers are closed."""
    while True:
        query = _query(actor, waiting=True).limit(_BATCH)
        if after is not None:
            query = query.where(_later(after))
        rows = connection.execute(query).all()
        yield from _opened(connection, actor, rows)
        if len(rows) < _BATCH:
            return
        after = _place(rows[-1])


def _query(actor: Actor, *, waiting: bool) -> Select[Any]:
    joined = select(
        fields,
        field_doubts.c.reasons,
        func.coalesce(field_doubts.c.stake_minor, 0).label("stake_minor"),
        func.coalesce(field_doubts.c.weight_minor, 0).label("weight_minor"),
        only_unsure.label("unsure"),
        documents.c.kind,
        documents.c.document_date,
        documents.c.currency,
    )
    there = and_(documents.c.state.not_in(("void", "erased")), access.visible_documents(actor))
    order: tuple[ColumnElement[Any], ...] = ()
    if waiting:
        source = field_doubts.join(fields, fields.c.id == field_doubts.c.field_id)
        order = (
            field_doubts.c.weight_minor.desc(),
            field_doubts.c.document_id.desc(),
            only_unsure,
            fields.c.page,
            fields.c.id,
        )
    else:
        source = fields.outerjoin(field_doubts, fields.c.id == field_doubts.c.field_id)
        there = and_(there, current(fields, *FIELD_KEY))
    source = source.join(documents, documents.c.id == fields.c.document_id)
    return joined.select_from(source).where(there).order_by(*order)


def _later(place: Place) -> ColumnElement[bool]:
    weight, document = field_doubts.c.weight_minor, field_doubts.c.document_id
    later_on = or_(fields.c.page > place.page, and_(fields.c.page == place.page, fields.c.id > place.id))
    return or_(
        weight < place.weight,
        and_(weight == place.weight, document < place.document),
        and_(
            weight == place.weight,
            document == place.document,
            or_(only_unsure > place.unsure, and_(only_unsure == place.unsure, later_on)),
        ),
    )


def _opened(connection: Connection, actor: Actor, rows: Sequence[Row[Any]]) -> Iterator[WaitingField]:
    opened = access.open_pages(connection, actor, [row.document_id for row in rows])
    told = told_of(connection, actor, rows)
    for row in rows:
        scope = opened.get(row.document_id)
        if scope is not None and scope.page(row.page):
            yield _waiting(row, told, complete=scope.complete)


def _place(row: Row[Any]) -> Place:
    return Place(row.weight_minor, row.document_id, row.unsure, row.page, row.id)


def _waiting(row: Row[Any], told: Told, *, complete: bool) -> WaitingField:
    x0, y0, x1, y1 = row.box
    return WaitingField(
        id=row.id,
        document=row.document_id,
        kind=row.kind,
        # Date and amount may stand on a page that is closed to the asker.
        date=row.document_date if complete else None,
        currency=row.currency if complete else None,
        name=row.name,
        value=row.value,
        raw=row.raw,
        printed=row.printed,
        page=row.page,
        box=(x0, y0, x1, y1),
        confidence=row.confidence,
        rule=row.rule,
        state=row.state,
        decided=row.actor is not None,
        by=told.by(row),
        at=row.at,
        elsewhere=told.elsewhere(row),
        reasons=tuple((row.reasons or "").split()),
        stake=row.stake_minor if complete and row.stake_minor else None,
        place=_place(row),
    )
