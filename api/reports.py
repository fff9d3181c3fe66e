"""What came in and what became of it, by day, station and portfolio: counts of papers in scope, never their words.

A paper counts for the day on which it was received, in the reader's zone; void and erased ones do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal_column, or_, select, true

from api import access
from api.access import Action, Actor
from archive.catalogue.schema import (
    SAME_PAGE,
    batches,
    current,
    deposits,
    document_deposits,
    document_pages,
    documents,
    links,
    pages,
    portfolios,
    readings,
    stations,
)
from archive.histories import LINK_KEY
from tabellion.base.errors import BadRequest

DOUBTFUL: Final = 0.55
"""Mean confidence of a page's words below which somebody should look at the scan, as on the page of a batch."""

LONGEST: Final = 366
Grouping = Literal["day", "station", "portfolio"]


@dataclass(frozen=True, slots=True)
class Line:
    """The papers of a day, a station or a portfolio; `key` is its date or identifier, empty where there is none.

    `waiting` are not read yet, `failed` could not be, `doubtful` have a page that was read badly, `linked` belong to
    somebody for certain. `seconds` is the time that reading took, of `read_pages` pages.
    """

    key: str
    name: str
    papers: int = 0
    pages: int = 0
    read: int = 0
    waiting: int = 0
    failed: int = 0
    doubtful: int = 0
    linked: int = 0
    seconds: float = 0.0
    read_pages: int = 0

    @property
    def linking_rate(self) -> float | None:
        """The share of papers that were read and belong to somebody; None where none was read."""
        return self.linked / self.read if self.read else None

    @property
    def seconds_a_page(self) -> float | None:
        """How long a page took to read; None where none was."""
        return self.seconds / self.read_pages if self.read_pages else None

    def __add__(self, other: "Line") -> "Line":
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        return replace(self, **counts)


_COUNTS: Final = (
    *("papers", "pages", "read", "waiting", "failed", "doubtful", "linked"),
    *("seconds", "read_pages"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a report, both included, in a zone; of one station or portfolio where that is named."""

    first: date
    last: date
    zone: ZoneInfo
    station: str | None = None
    portfolio: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < LONGEST:
            raise BadRequest(
                f"a report has 1 to {LONGEST} days", advice="Choose a last day on or after the first one."
            )

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days) for days in range((self.last - self.first).days + 1)]

    @property
    def begin(self) -> datetime:
        """When its first day begins."""
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """When its last day is over."""
        return datetime.combine(self.last + timedelta(1), time(), self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """The lines by each grouping, and all of it; every day has a line, of stations and portfolios those with papers."""

    span: Span
    day: tuple[Line, ...]
    station: tuple[Line, ...]
    portfolio: tuple[Line, ...]
    total: Line

    def by(self, grouping: Grouping) -> tuple[Line, ...]:
        """The lines of a grouping."""
        return {"day": self.day, "station": self.station, "portfolio": self.portfolio}[grouping]


def report(connection: Connection, actor: Actor, span: Span) -> Report:
    """The report for an actor: papers in his scope; who administers is given the counts of all, and reads none."""
    access.require(actor, Action.REPORTS)
    scope: ColumnElement[bool] = true() if actor.may(Action.OPERATIONS) else access.visible_documents(actor)
    cells = [*_papers(connection, scope, span), *_times(connection, scope, span)]
    names = _names(connection)
    day = {each.isoformat(): Line(each.isoformat(), each.isoformat()) for each in span.days}
    station: dict[str, Line] = {}
    portfolio: dict[str, Line] = {}
    total = Line("", "")
    for at, station_id, portfolio_id, line in cells:
        total += line
        key = at.astimezone(span.zone).date().isoformat()
        if key in day:
            day[key] += line
        for found, key in ((station, station_id or ""), (portfolio, portfolio_id or "")):
            found[key] = found.get(key, Line(key, names.get(key, ""))) + line
    return Report(span, tuple(day.values()), _sorted(station), _sorted(portfolio), total)


_Cell = tuple[datetime, str | None, str | None, Line]


def _papers(connection: Connection, scope: ColumnElement[bool], span: Span) -> list[_Cell]:
    hour = _hour(connection, documents.c.received_at)
    read = documents.c.state.in_(("read", "searchable"))
    badly = exists().where(
        document_pages.c.document_id == documents.c.id,
        SAME_PAGE,
        or_(pages.c.error.is_not(None), and_(pages.c.words > 0, pages.c.confidence < DOUBTFUL)),
    )
    linked = exists().where(
        links.c.document_id == documents.c.id,
        links.c.target_type == "party",
        links.c.state.in_(("automatic", "confirmed")),
        current(links, *LINK_KEY),
    )
    rows = connection.execute(
        select(
            hour,
            batches.c.station_id,
            documents.c.portfolio_id,
            func.count(),
            func.sum(func.coalesce(documents.c.page_count, 0)),
            _sum(read),
            _sum(documents.c.state == "received"),
            _sum(documents.c.state == "failed"),
            _sum(read & badly),
            _sum(read & linked),
        )
        .join(batches, batches.c.id == documents.c.batch_id)
        .where(scope, *_within(documents.c.received_at, span), documents.c.state.not_in(("void", "erased")))
        .group_by(hour, batches.c.station_id, documents.c.portfolio_id)
    )
    return [
        (_instant(row[0]), row[1], row[2], Line("", "", *(int(value) for value in row[3:]))) for row in rows
    ]


def _times(connection: Connection, scope: ColumnElement[bool], span: Span) -> list[_Cell]:
    """The newest reading of each file that a paper in scope uses."""
    hour = _hour(connection, deposits.c.received_at)
    # A paper is not older than its files.
    in_scope = deposits.c.id.in_(
        select(document_deposits.c.deposit_id)
        .join(documents, documents.c.id == document_deposits.c.document_id)
        .where(documents.c.received_at >= span.begin, documents.c.state.not_in(("void", "erased")), scope)
    )
    rows = connection.execute(
        select(
            hour,
            batches.c.station_id,
            batches.c.portfolio_id,
            func.sum(readings.c.seconds),
            func.sum(func.coalesce(deposits.c.page_count, 0)),
        )
        .select_from(readings)
        .join(deposits, and_(deposits.c.id == readings.c.deposit_id, deposits.c.reading_n == readings.c.n))
        .join(batches, batches.c.id == deposits.c.batch_id)
        .where(*_within(deposits.c.received_at, span), in_scope)
        .group_by(hour, batches.c.station_id, batches.c.portfolio_id)
    )
    return [
        (
            _instant(row[0]),
            row[1],
            row[2],
            Line("", "", seconds=float(row[3] or 0), read_pages=int(row[4] or 0)),
        )
        for row in rows
    ]


def _within(column: ColumnElement[Any], span: Span) -> list[ColumnElement[bool]]:
    found = [column >= span.begin, column < span.end]
    if span.station is not None:
        found.append(batches.c.station_id == span.station)
    if span.portfolio is not None:
        found.append(batches.c.portfolio_id == span.portfolio)
    return found


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _hour(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[str]:
    """The hour of an instant in UTC, as text: days of any zone are put together of hours."""
    if connection.dialect.name == "sqlite":
        return func.strftime("%Y-%m-%dT%H:00:00", column)
    # Written out, because PostgreSQL takes an expression with parameters for another one in GROUP BY.
    form: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:00:00'""")
    return func.to_char(func.timezone(literal_column("'UTC'"), column), form)


def _instant(hour: str) -> datetime:
    return datetime.fromisoformat(hour).replace(tzinfo=UTC)


def _names(connection: Connection) -> dict[str, str]:
    return {
        row.id: row.name
        for table in (stations, portfolios)
        for row in connection.execute(select(table.c.id, table.c.name))
    }


def _sorted(found: dict[str, Line]) -> tuple[Line, ...]:
    lines: Sequence[Line] = list(found.values())
    return tuple(sorted(lines, key=lambda line: (not line.key, -line.papers, line.name)))
