"""Rows of an import that was only tried, as somebody may see them: what is told of a record is told in its scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from api.access import Actor
from api.finding import visible_claims, visible_parties
from archive.catalogue.schema import claims, parties
from archive.registry import Difference
from ingest.importing.columns import What
from ingest.importing.jobs import problems_on, rows_of
from ingest.importing.problems import Outcome, Problem


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What would become of a row; `place` is for asking on.

    Where the record is out of scope (`within` is False), its changes say what the row has, and not what stands there.
    """

    place: int
    line: int
    outcome: Outcome
    external_id: str | None
    title: str | None
    record: str | None
    within: bool
    changes: tuple[Difference, ...]
    problems: tuple[Problem, ...]


def trial_rows(
    connection: Connection,
    actor: Actor,
    import_id: str,
    what: What,
    limit: int,
    after: int = 0,
    outcome: Outcome | None = None,
) -> list[TrialRow]:
    """The rows of a trial in the order of the file, all or those with one outcome; `after` is a place."""
    rows = rows_of(connection, import_id, limit, after, outcome)
    known = [row.record_id for row in rows if row.record_id is not None]
    wrong = problems_on(connection, import_id, [row.line for row in rows])
    within = _within(connection, actor, what, known)
    return [
        TrialRow(
            place=row.id,
            line=row.line,
            outcome=row.outcome,
            external_id=row.external_id,
            title=row.title,
            record=row.record_id if row.record_id in within else None,
            within=row.record_id is None or row.record_id in within,
            changes=tuple(
                Difference(
                    one["field"],
                    tuple(one["before"]) if row.record_id in within else (),
                    tuple(one["after"]),
                )
                for one in row.changes
            ),
            problems=tuple(
                Problem(one.line, one.field, one.code, one.reason, row.outcome != "refused", one.value)
                for one in wrong.get(row.line, ())
            ),
        )
        for row in rows
    ]


def _within(connection: Connection, actor: Actor, what: What, ids: Sequence[str]) -> set[str]:
    if what == "debtors":
        query = select(parties.c.id).where(parties.c.id.in_(ids), visible_parties(actor))
    else:
        query = select(claims.c.id).where(claims.c.id.in_(ids), visible_claims(actor))
    return set(connection.scalars(query))
