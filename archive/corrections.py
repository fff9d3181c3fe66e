"""How often the machine was right, by what persons said of its fields; its word and theirs are rows of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, and_, func, select

from archive.catalogue.schema import current, fields
from archive.histories import FIELD_KEY

BY_PERSON: Final = "person"
"""The rule of a field that nobody but a person saw."""

BOUNDS: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Confidences are counted between two of these, the lower one included; the last range has its upper one too."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many fields that persons looked at, so many were right as the machine read them."""

    name: str
    looked_at: int
    right: int

    @property
    def share(self) -> float | None:
        """The share that was right, 0 to 1; None where nobody looked."""
        return self.right / self.looked_at if self.looked_at else None


@dataclass(frozen=True, slots=True)
class Corrections:
    """The shares by confidence ("0.5-0.7") and by the field's name; `missed` is what persons added."""

    by_confidence: tuple[Share, ...]
    by_name: tuple[Share, ...]
    missed: int

    def shape(self) -> dict[str, Any]:
        """The JSON value of it."""

        def rows(shares: Sequence[Share]) -> list[dict[str, Any]]:
            return [
                {"name": one.name, "looked_at": one.looked_at, "right": one.right, "share": one.share}
                for one in shares
            ]

        return {
            "by_confidence": rows(self.by_confidence),
            "by_name": rows(self.by_name),
            "missed": self.missed,
        }


def corrections(connection: Connection) -> Corrections:
    """Everything that persons decided about fields, against what the machine had read there before."""
    machine, read = fields.alias(), fields.alias()
    same = and_(*(machine.c[name] == fields.c[name] for name in FIELD_KEY))
    newest = (
        select(func.max(machine.c.id))
        .where(same, machine.c.actor.is_(None), machine.c.state == "machine", machine.c.id < fields.c.id)
        .scalar_subquery()
    )
    rows: Sequence[Any] = connection.execute(
        select(fields.c.name, fields.c.state, fields.c.value, read.c.value.label("read"), read.c.confidence)
        .select_from(fields.join(read, read.c.id == newest))
        .where(fields.c.actor.is_not(None), fields.c.decided_on.is_(None), current(fields, *FIELD_KEY))
    ).all()
    ranges = [f"{low:g}-{high:g}" for low, high in pairwise(BOUNDS)]
    missed = connection.scalar(
        select(func.count())
        .select_from(fields)
        .where(
            fields.c.rule == BY_PERSON,
            fields.c.state != "withdrawn",
            fields.c.decided_on.is_(None),
            current(fields, *FIELD_KEY),
        )
    )
    return Corrections(
        _shares(rows, lambda row: ranges[_range_of(row.confidence)], ranges),
        _shares(rows, lambda row: row.name, sorted({row.name for row in rows})),
        missed or 0,
    )


def _shares(rows: Sequence[Any], name: Callable[[Any], str], names: Sequence[str]) -> tuple[Share, ...]:
    looked, right = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for row in rows:
        looked[name(row)] += 1
        right[name(row)] += row.state != "withdrawn" and row.value == row.read
    return tuple(Share(one, looked[one], right[one]) for one in names)


def _range_of(confidence: float) -> int:
    return next((place for place, high in enumerate(BOUNDS[1:]) if confidence < high), len(BOUNDS) - 2)
