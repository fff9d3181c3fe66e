"""Remembers which authority was asked for a token of which stamp, and how it went."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from archive.catalogue.schema import stamp_asks, stamps
from archive.catalogue.upsert import upsert


@dataclass(frozen=True, slots=True)
class Asked:
    """How often an authority was asked for one stamp in vain, and whether it must not be asked again by itself."""

    attempts: int = 0
    refused: bool = False
    retry_at: datetime | None = None


NEVER = Asked()


def asks_of(connection: Connection, stamp: str) -> dict[str, Asked]:
    """By authority, what was asked in vain for a stamp."""
    rows = connection.execute(select(stamp_asks).where(stamp_asks.c.stamp_id == stamp))
    return {row.authority: Asked(row.attempts, row.refused, row.retry_at) for row in rows}


def silent_authorities(connection: Connection, stamp: str, now: datetime) -> frozenset[str]:
    """Authorities that did not answer for another stamp and are to be left alone for now."""
    rows = connection.scalars(
        select(stamp_asks.c.authority).where(stamp_asks.c.stamp_id != stamp, stamp_asks.c.retry_at > now)
    )
    return frozenset(rows)


def note_ask(
    connection: Connection, stamp: str, authority: str, asked: Asked, failure: str, at: datetime
) -> None:
    """Keep how an attempt failed; `asked` counts it."""
    row: Mapping[str, Any] = {
        "stamp_id": stamp,
        "authority": authority,
        "attempts": asked.attempts,
        "at": at,
        "failure": failure,
        "refused": asked.refused,
        "retry_at": asked.retry_at,
        "looked_at": None,
    }
    upsert(connection, stamp_asks, row, key=("stamp_id", "authority"))


def forget_asks(connection: Connection, stamp_ids: Collection[str]) -> None:
    """A person has looked: every authority may be asked again for these stamps."""
    if stamp_ids:
        connection.execute(delete(stamp_asks).where(stamp_asks.c.stamp_id.in_(stamp_ids)))


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that was refused and waits for a person: of which stamp, by whom, why."""

    number: int
    state: str
    authority: str
    failure: str
    at: datetime


def refusals(connection: Connection) -> list[Refusal]:
    """What was refused and nobody has looked at yet, newest first."""
    rows = connection.execute(
        select(stamps.c.number, stamps.c.state, stamp_asks.c.authority, stamp_asks.c.failure, stamp_asks.c.at)
        .join(stamps, stamps.c.id == stamp_asks.c.stamp_id)
        .where(stamp_asks.c.refused, stamp_asks.c.looked_at.is_(None))
        .order_by(stamp_asks.c.at.desc())
    )
    return [Refusal(*row) for row in rows]


def mark_looked_at(connection: Connection, at: datetime) -> None:
    """A person has seen all refusals up to this instant; what was quarantined stays where it is."""
    unseen = update(stamp_asks).where(
        stamp_asks.c.refused, stamp_asks.c.looked_at.is_(None), stamp_asks.c.at <= at
    )
    connection.execute(unseen.values(looked_at=at))
