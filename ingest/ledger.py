"""The ledger of a batch: what was declared, what came, what is missing by number, and the equation between them.

A number is taken by one living item at most, so gaps up to the highest number are its distance to the count of living
items. Declared counts mean everything that goes through the feeder: papers, blank backs, separators.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, case, exists, func, select

from archive.catalogue.schema import (
    announced,
    batch_items,
    batches,
    deposits,
    document_deposits,
    documents,
    manifests,
    pages,
)
from ingest.items import batch_row
from ingest.spans import Span, spans_in_words


@dataclass(frozen=True, slots=True)
class Ledger:
    """The figures of a batch, in sides unless said otherwise. `expected` is None where nothing was declared.

    `paper + blank + separators` is what was fed; `void` are numbers without a usable scan. `replaced`, `repeats` (the
    same thing handed over again) and `duplicates` (the same bytes under another number) are counted apart, in items.
    `failed` and `waiting` are items: not readable, and not yet sealed or read.
    """

    batch: str
    sheets: int | None
    expected: int | None
    items: int
    paper: int
    blank: int
    separators: int
    void: int
    missing: int
    extra: int
    replaced: int
    repeats: int
    duplicates: int
    failed: int
    waiting: int
    gaps: tuple[Span, ...] = ()

    @property
    def fed(self) -> int:
        """Sides that came, whatever is on them."""
        return self.paper + self.blank + self.separators

    @property
    def balanced(self) -> bool:
        """Whether everything that was declared or numbered is there, and nothing else."""
        return self.missing == 0 and self.extra == 0 and not self.gaps

    @property
    def imbalance(self) -> str:
        """What does not balance, in words; empty where it does."""
        parts = []
        if self.missing:
            parts.append(f"{self.missing} missing")
        if self.extra:
            parts.append(f"{self.extra} more than declared")
        if self.gaps:
            parts.append(f"no paper under {spans_in_words(self.gaps)}")
        return ", ".join(parts)

    @property
    def equation(self) -> str:
        """The equation that is on the screen: what was expected is the sum of what became of it."""
        sum_of = (
            f"{self.paper} paper + {self.blank} blank + {self.separators} separators + {self.void} void"
            f" + {self.missing} missing"
        )
        total = self.expected if self.expected is not None else self.fed + self.void + self.missing
        return f"{total} = {sum_of}" + (f" - {self.extra} extra" if self.extra else "")


def ledger_of(connection: Connection, batch_id: str) -> Ledger:
    """The whole ledger of one batch, gaps by number included. Raises `NotFound`."""
    batch_row(connection, batch_id)
    (ledger,) = ledgers(connection, [batch_id], with_gaps=True)
    return ledger


def ledgers(connection: Connection, batch_ids: Sequence[str], *, with_gaps: bool = False) -> list[Ledger]:
    """The ledgers of several batches, in the order of the ids and with one query each for items and duplicates."""
    figures = {row.batch_id: row for row in connection.execute(_figures(batch_ids))}
    doubles: dict[str, int] = {}
    for row in connection.execute(_duplicates(batch_ids)):
        doubles[row.batch_id] = doubles.get(row.batch_id, 0) + row.times - 1
    promised: dict[str, int] = {
        row.batch_id: row.highest
        for row in connection.execute(
            select(announced.c.batch_id, func.max(announced.c.sequence).label("highest"))
            .where(announced.c.batch_id.in_(batch_ids))
            .group_by(announced.c.batch_id)
        )
    }
    declared = {row.id: row for row in connection.execute(select(batches).where(batches.c.id.in_(batch_ids)))}
    found = []
    for batch_id in batch_ids:
        gaps = gaps_of(connection, declared[batch_id], promised.get(batch_id, 0)) if with_gaps else ()
        found.append(
            _ledger(
                declared[batch_id],
                figures.get(batch_id),
                promised.get(batch_id, 0),
                doubles.get(batch_id, 0),
                gaps,
            )
        )
    return found


def expected_sides(batch: Row[Any]) -> int | None:
    """The sides that were declared, or that the declared sheets have."""
    if batch.sides is not None:
        return int(batch.sides)
    return None if batch.sheets is None else batch.sheets * (2 if batch.sides_mode == "duplex" else 1)


def gaps_of(connection: Connection, batch: Row[Any], promised: int = 0) -> tuple[Span, ...]:
    """The runs of numbers that no living item has."""
    rows = connection.execute(
        select(batch_items.c.sequence, func.coalesce(deposits.c.page_count, 1))
        .select_from(batch_items.outerjoin(deposits, deposits.c.id == batch_items.c.deposit_id))
        .where(batch_items.c.batch_id == batch.id, batch_items.c.state != "replaced")
        .order_by(batch_items.c.sequence)
    ).all()
    last = max([promised, *(sequence for sequence, _ in rows)])
    expected = expected_sides(batch)
    if expected is not None and all(count == 1 for _, count in rows):
        last = max(last, expected)  # one side an item: the declared sides are the numbers
    gaps: list[Span] = []
    before = 0
    for sequence in [*(number for number, _ in rows), last + 1]:
        if sequence > before + 1:
            gaps.append((before + 1, sequence - 1))
        before = sequence
    return tuple(gaps)


def _ledger(
    batch: Row[Any], figures: Row[Any] | None, promised: int, duplicates: int, gaps: tuple[Span, ...]
) -> Ledger:
    def figure(name: str) -> int:
        return 0 if figures is None else int(getattr(figures, name) or 0)

    fed, void, expected = figure("fed"), figure("void"), expected_sides(batch)
    if expected is None:
        missing, extra = max(figure("highest"), promised) - figure("living"), 0
    else:
        missing, extra = max(expected - fed - void, 0), max(fed + void - expected, 0)
    blank, separators = figure("blank_items") + figure("blank_pages"), figure("separators")
    return Ledger(
        batch=batch.id,
        sheets=batch.sheets,
        expected=expected,
        items=figure("living"),
        paper=fed - blank - separators,
        blank=blank,
        separators=separators,
        void=void,
        missing=missing,
        extra=extra,
        replaced=figure("replaced"),
        repeats=figure("repeats"),
        duplicates=duplicates,
        failed=figure("failed"),
        waiting=figure("waiting"),
        gaps=gaps,
    )


def item_waits() -> Any:
    """The condition that a living item's deposit is not yet in the log, or not yet read."""
    unsealed = exists().where(
        manifests.c.deposit_id == batch_items.c.deposit_id,
        manifests.c.version == 1,
        manifests.c.seq.is_(None),
    )
    return unsealed | _has_document_in("received")


def item_failed() -> Any:
    """The condition that an item's deposit could not be read."""
    return _has_document_in("failed")


def _has_document_in(state: str) -> Any:
    return exists().where(
        document_deposits.c.deposit_id == batch_items.c.deposit_id,
        documents.c.id == document_deposits.c.document_id,
        documents.c.state == state,
    )


def _figures(batch_ids: Sequence[str]) -> Any:
    state = batch_items.c.state
    living = state != "replaced"
    sides = case((batch_items.c.deposit_id.is_(None), 0), else_=func.coalesce(deposits.c.page_count, 1))
    blank_pages = (
        select(func.count())
        .select_from(pages)
        .where(pages.c.deposit_id == batch_items.c.deposit_id, pages.c.blank)
        .scalar_subquery()
    )

    def total(condition: Any, value: Any = 1) -> Any:
        return func.sum(case((condition, value), else_=0))

    fed = state.in_(("held", "separator", "blank"))
    return (
        select(
            batch_items.c.batch_id,
            total(living).label("living"),
            func.max(case((living, batch_items.c.sequence))).label("highest"),
            total(fed, sides).label("fed"),
            total(state == "separator", sides).label("separators"),
            total(state == "blank", sides).label("blank_items"),
            total(state == "held", blank_pages).label("blank_pages"),
            total(state == "void").label("void"),
            total(state == "replaced").label("replaced"),
            func.sum(batch_items.c.repeats).label("repeats"),
            total(and_(fed, item_failed())).label("failed"),
            total(and_(fed, item_waits())).label("waiting"),
        )
        .select_from(batch_items.outerjoin(deposits, deposits.c.id == batch_items.c.deposit_id))
        .where(batch_items.c.batch_id.in_(batch_ids))
        .group_by(batch_items.c.batch_id)
    )


def _duplicates(batch_ids: Sequence[str]) -> Any:
    return (
        select(batch_items.c.batch_id, func.count().label("times"))
        .select_from(batch_items.join(deposits, deposits.c.id == batch_items.c.deposit_id))
        .where(batch_items.c.batch_id.in_(batch_ids), batch_items.c.state.in_(("held", "separator", "blank")))
        .group_by(batch_items.c.batch_id, deposits.c.sha256)
        .having(func.count() > 1)
    )
