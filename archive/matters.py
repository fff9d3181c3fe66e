"""Matters: legal cases for which papers are selected and packages are made. Every change is a record and an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from archive.archive import Archive
from archive.catalogue.schema import claims, matter_claims, matters
from archive.records import record_matter
from tabellion.base.errors import BadRequest, NotFound

LONGEST = 200
MOST_NUMBERS = 20
MOST_CLAIMS = 200

MatterState = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """What people say of a matter; `claims` are identifiers of the registry."""

    name: str
    court: str | None = None
    case_numbers: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    state: MatterState = "open"


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter; `opened_by` is a pseudonym, `version` its ETag."""

    id: str
    facts: MatterFacts
    opened_by: str
    opened_at: datetime
    version: int


def open_matter(archive: Archive, connection: Connection, facts: MatterFacts, actor: str) -> str:
    """A new matter; gives its id. Raises BadRequest for what cannot be one."""
    checked = _checked(connection, facts)
    matter_id = archive.ids.new()
    connection.execute(
        insert(matters).values(
            id=matter_id,
            opened_by=actor,
            opened_at=archive.clock.now(),
            version=0,
            record_n=0,
            **_columns(checked),
        )
    )
    _write_claims(connection, matter_id, checked.claims)
    record_matter(archive, connection, matter_id, actor=actor)
    return matter_id


def change_matter(
    archive: Archive,
    connection: Connection,
    matter_id: str,
    facts: MatterFacts,
    actor: str,
) -> None:
    """Say something else of a matter; equal words change nothing. Raises BadRequest, NotFound."""
    present = lock_matter(connection, matter_id)
    checked = _checked(connection, facts, known=present.facts.claims)
    if checked == present.facts:
        return
    connection.execute(update(matters).where(matters.c.id == matter_id).values(**_columns(checked)))
    connection.execute(delete(matter_claims).where(matter_claims.c.matter_id == matter_id))
    _write_claims(connection, matter_id, checked.claims)
    record_matter(archive, connection, matter_id, actor=actor)


def lock_matter(connection: Connection, matter_id: str) -> Matter:
    """The matter, locked until the transaction ends; raises NotFound."""
    row = connection.execute(select(matters).where(matters.c.id == matter_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("there is no such matter")
    return _matters(connection, [row])[0]


def find_matter(connection: Connection, matter_id: str) -> Matter:
    """The matter; raises NotFound."""
    row = connection.execute(select(matters).where(matters.c.id == matter_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such matter")
    return _matters(connection, [row])[0]


def list_matters(
    connection: Connection, visible: ColumnElement[bool], *, limit: int, before: str | None = None
) -> list[Matter]:
    """Matters that fit the condition, the newest first; `before` is the id of the last one seen."""
    query = select(matters).where(visible)
    if before is not None:
        query = query.where(matters.c.id < before)
    return _matters(connection, connection.execute(query.order_by(matters.c.id.desc()).limit(limit)).all())


def _matters(connection: Connection, rows: Sequence[Row[Any]]) -> list[Matter]:
    held: dict[str, list[str]] = {}
    for item in connection.execute(
        select(matter_claims)
        .where(matter_claims.c.matter_id.in_([row.id for row in rows]))
        .order_by(matter_claims.c.claim_id)
    ):
        held.setdefault(item.matter_id, []).append(item.claim_id)
    return [
        Matter(
            id=row.id,
            facts=MatterFacts(
                row.name, row.court, tuple(row.case_numbers), tuple(held.get(row.id, ())), row.state
            ),
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            version=row.version,
        )
        for row in rows
    ]


def _checked(connection: Connection, facts: MatterFacts, known: Sequence[str] = ()) -> MatterFacts:
    name, court = " ".join(facts.name.split()), " ".join((facts.court or "").split())
    numbers = tuple(dict.fromkeys(" ".join(each.split()) for each in facts.case_numbers if each.strip()))
    wanted = tuple(sorted(set(facts.claims)))
    if not name:
        raise BadRequest("a matter has a name")
    if any(len(text) > LONGEST for text in (name, court, *numbers)):
        raise BadRequest(f"name, court and case numbers have at most {LONGEST} characters each")
    if len(numbers) > MOST_NUMBERS or len(wanted) > MOST_CLAIMS:
        raise BadRequest(f"a matter has at most {MOST_NUMBERS} case numbers and {MOST_CLAIMS} claims")
    new = set(wanted) - set(known)
    there = set(connection.scalars(select(claims.c.id).where(claims.c.id.in_(new))))
    if there != new:
        raise BadRequest("the matter names a claim that there is not")
    return MatterFacts(name, court or None, numbers, wanted, facts.state)


def _columns(facts: MatterFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "court": facts.court,
        "case_numbers": list(facts.case_numbers),
        "state": facts.state,
    }


def _write_claims(connection: Connection, matter_id: str, claim_ids: Sequence[str]) -> None:
    if claim_ids:
        connection.execute(
            insert(matter_claims), [{"matter_id": matter_id, "claim_id": claim_id} for claim_id in claim_ids]
        )
