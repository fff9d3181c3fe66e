"""What there is of everything, counted over all rows: files, papers and work by state, readings by outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from api.access import Actor
from archive.catalogue.schema import (
    current,
    deposits,
    document_scopes,
    documents,
    log_entries,
    readings,
    work,
)
from archive.histories import SCOPE_KEY

GONE = ("void", "erased")
"""States of documents that are no papers any more."""


@dataclass(frozen=True, slots=True)
class Readings:
    """How many readings had one outcome, and the seconds that all of them took."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts; with millions of papers they take a second. States and outcomes that nothing has are left out.

    `deposits` are files in the catalogue, `received` those that the log has an entry of.
    """

    deposits: int
    received: int
    work: Mapping[str, int]
    documents: Mapping[str, int]
    readings: Mapping[str, Readings]

    @property
    def readable(self) -> int:
        """Papers whose pages are known."""
        return self.documents.get("read", 0) + self.documents.get("searchable", 0)

    @property
    def papers(self) -> int:
        """Papers that are neither void nor erased."""
        return sum(count for state, count in self.documents.items() if state not in GONE)


def count_totals(connection: Connection) -> Totals:
    """Over all rows, by indexes where there are such."""
    outcomes = connection.execute(
        select(readings.c.outcome, func.count(), func.sum(readings.c.seconds))
        .group_by(readings.c.outcome)
        .order_by(readings.c.outcome)
    )
    return Totals(
        deposits=connection.scalar(select(func.count()).select_from(deposits)) or 0,
        received=connection.scalar(select(func.count()).where(log_entries.c.type == "receive")) or 0,
        work=_by_state(connection, work.c.state),
        documents=_by_state(connection, documents.c.state),
        readings={outcome: Readings(count, float(seconds)) for outcome, count, seconds in outcomes},
    )


def count_open(connection: Connection, actor: Actor, totals: Totals, *, living: bool = False) -> int:
    """How many documents the actor's scopes open; with `living`, of those that are papers still.

    Counted from the scopes on: for one who may see few, not all documents there are are looked at.
    """
    if actor.sees_all:
        return totals.papers if living else sum(totals.documents.values())
    query = (
        select(func.count(documents.c.id.distinct()))
        .join(document_scopes, document_scopes.c.document_id == documents.c.id)
        .where(
            document_scopes.c.scope.in_(actor.scopes),
            document_scopes.c.granted == 1,
            current(document_scopes, *SCOPE_KEY),
        )
    )
    return connection.scalar(query.where(documents.c.state.not_in(GONE)) if living else query) or 0


def _by_state(connection: Connection, state: ColumnElement[str]) -> dict[str, int]:
    rows = connection.execute(select(state, func.count()).group_by(state).order_by(state))
    return dict(rows.all())
