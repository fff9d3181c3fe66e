"""Decisions that were made on another document of the same bytes: told to those to whom all of that one is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from api import access
from api.access import Actor
from archive.catalogue.schema import documents


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The document on which a person said it, and when."""

    document: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The documents that an actor may be told of as those on which something was decided."""

    documents: frozenset[str]

    def by(self, row: Row[Any]) -> str | None:
        """The pseudonym of who decided a row of `fields`; None for the machine, and where it is not told."""
        actor: str | None = row.actor
        return actor if row.decided_on is None or row.decided_on in self.documents else None

    def elsewhere(self, row: Row[Any]) -> Elsewhere | None:
        """Where a row of `fields` was decided; None where that is its own document, and where it is not told."""
        return Elsewhere(row.decided_on, row.decided_at) if row.decided_on in self.documents else None


def told_of(connection: Connection, actor: Actor, rows: Iterable[Row[Any]]) -> Told:
    """What may be told of these rows of `fields`; of papers that are erased, nothing."""
    named = {row.decided_on for row in rows if row.decided_on is not None}
    if not named:
        return Told(frozenset())
    there = connection.scalars(
        select(documents.c.id).where(documents.c.id.in_(named), documents.c.state != "erased")
    )
    opened = access.open_pages(connection, actor, there)
    return Told(frozenset(document for document, one in opened.items() if one.complete))
