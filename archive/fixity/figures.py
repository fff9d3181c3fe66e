"""How much of what is stored was read again within the period, exactly: for pages, metrics, reports, the command."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from archive.catalogue.schema import archive_state, fixity_reports, objects
from archive.fixity.sides import FIRST, SECOND, Columns, asked_again
from tabellion.base.clock import rfc3339

DAYS = "fixity_days"
"""Row of `archive_state`: within how many days the keeper reads everything."""

SECOND_VAULT = "second_vault"
"""Row of `archive_state`: the second vault that copies are kept in; absent without one."""

SECOND_TROUBLE = "second_vault_trouble"
"""Row of `archive_state`: why nothing can be copied there, while that is so."""

FRESH = timedelta(days=2)
"""An object that was stored within so long, and not read since, is not due: it was hashed as it was written."""


@dataclass(frozen=True, slots=True)
class Side:
    """One vault: of `objects`, `fresh` are not due yet, and `checked` were read within the period."""

    objects: int
    bytes: int
    checked: int
    fresh: int
    faults: int
    oldest: datetime | None
    """The oldest look at any object that was looked at; None before the first."""

    @property
    def due(self) -> int:
        """How many objects should have been read within the period."""
        return self.objects - self.fresh

    @property
    def coverage(self) -> float:
        """Share of them that were."""
        return min(self.checked, self.due) / self.due if self.due else 1.0

    @property
    def percent(self) -> float:
        """The same in per cent with one digit, never rounded up: 100 means all of them."""
        return (min(self.checked, self.due) * 1000 // self.due) / 10 if self.due else 100.0

    def to_json(self) -> dict[str, Any]:
        """For reports and `--json`."""
        value = asdict(self) | {"due": self.due, "oldest": self.oldest and rfc3339(self.oldest)}
        return {name: member for name, member in value.items() if member is not None}


@dataclass(frozen=True, slots=True)
class Figures:
    """What fixity can say now. `waiting` objects have no copy in the second vault yet, the oldest since then."""

    days: int
    first: Side
    second: Side | None
    second_vault: str | None
    waiting: int
    waiting_since: datetime | None
    trouble: str | None
    reported_at: datetime | None
    asked: int = 0
    """Objects that are still to be read because somebody asked that all be read again, counted for each vault."""

    @property
    def faults(self) -> int:
        """Objects that are not as they should be, in either vault."""
        return self.first.faults + (self.second.faults if self.second else 0)

    @property
    def complete(self) -> bool:
        """Whether all that should have been read was."""
        return all(side.checked >= side.due for side in (self.first, self.second) if side is not None)

    def to_json(self) -> dict[str, Any]:
        """For reports and `--json`."""
        value: dict[str, Any] = {"days": self.days, "first": self.first.to_json()}
        if self.second is not None:
            value["second"] = {**self.second.to_json(), "waiting": self.waiting}
        return value


def figures(connection: Connection, now: datetime) -> Figures | None:
    """The figures; None where no keeper has begun to read again."""
    said = (DAYS, SECOND_VAULT, SECOND_TROUBLE)
    state = {
        row.name: row.value
        for row in connection.execute(select(archive_state).where(archive_state.c.name.in_(said)))
    }
    if DAYS not in state:
        return None
    days = int(state[DAYS])
    second, waiting, since = None, 0, None
    if SECOND_VAULT in state:
        second = _side(connection, SECOND, days, now)
        uncopied = and_(FIRST.present, objects.c.copy.is_(None))
        waiting, since = connection.execute(
            select(func.count(), func.min(objects.c.at)).where(uncopied)
        ).one()
    sides = [FIRST] if second is None else [FIRST, SECOND]
    again = asked_again(connection)
    return Figures(
        days,
        _side(connection, FIRST, days, now),
        second,
        state.get(SECOND_VAULT),
        waiting,
        since,
        state.get(SECOND_TROUBLE),
        connection.scalar(select(func.max(fixity_reports.c.ended_at))),
        0 if again is None else sum(_unread(connection, side, again) for side in sides),
    )


def faulty(connection: Connection, most: int = 100) -> Sequence[Any]:
    """Objects that are not as they should be: `key`, `fault`, `copy_fault`, `checked_at`; the oldest so many."""
    wrong = or_(and_(FIRST.present, FIRST.fault.is_not(None)), SECOND.fault.is_not(None))
    # In the words and the order of the index of what is faulty: by key, all objects would be looked at.
    query = select(objects.c.key, objects.c.fault, objects.c.copy_fault, objects.c.checked_at).where(
        or_(objects.c.fault.is_not(None), objects.c.copy_fault.is_not(None)), wrong
    )
    return sorted(connection.execute(query.order_by(objects.c.id).limit(most)), key=lambda row: row.key)


def statement(side: Side, days: int, now: datetime) -> str:
    """One sentence: `100 % of 48 210 objects checked in the last 30 days, the oldest 29 days ago`."""
    if side.objects and not side.due:
        return f"{_grouped(side.fresh)} objects are new; none is due yet" + _wrong(side)
    said = f"{_percent(side.percent)} % of {_grouped(side.due)} objects checked in the last {days} days"
    if side.oldest is not None:
        said += f", the oldest {(now - side.oldest).days} days ago"
    if side.fresh:
        said += f"; {_grouped(side.fresh)} more are new"
    return said + _wrong(side)


def _wrong(side: Side) -> str:
    return f"; {_grouped(side.faults)} MISSING OR ALTERED" if side.faults else ""


def _side(connection: Connection, of: Columns, days: int, now: datetime) -> Side:
    fresh = and_(of.checked_at.is_(None), objects.c.at > now - FRESH)
    lately = of.checked_at >= now - timedelta(days=days)
    row = connection.execute(
        select(
            func.count(),
            func.sum(objects.c.size),
            func.sum(case((lately, 1), else_=0)),
            func.sum(case((fresh, 1), else_=0)),
            func.sum(case((of.fault.is_not(None), 1), else_=0)),
            func.min(of.checked_at),
        ).where(of.present)
    ).one()
    count, size, checked, new, faults = (int(value or 0) for value in row[:5])
    return Side(count, size, checked, new, faults, row[5])


def _unread(connection: Connection, of: Columns, since: datetime) -> int:
    return connection.scalar(select(func.count()).where(of.present, of.unread_since(since))) or 0


def _percent(value: float) -> str:
    return f"{value:g}"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")
