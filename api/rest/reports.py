"""/reports: what came in and what became of it, by day, station and portfolio; as JSON, and each table as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.access import Action, Actor
from api.reports import Grouping, Line, Report, Span, report
from api.request import Ask, service_of
from api.rest.common import Strict
from api.turns import EXPORTING
from ingest.importing.cells import plain_cell
from tabellion.base.errors import BadRequest

router = APIRouter(prefix="/reports", tags=["operations"])
Reporter = Annotated[Actor, Depends(Ask(Action.REPORTS))]
Day = Annotated[
    str,
    Query(
        max_length=10,
        description="As 2024-06-18, of the reader's zone; the last 30 days where it is left out.",
    ),
]
Id = Annotated[str | None, Query(max_length=36)]
DAYS: Final = 30

COLUMNS: Final = (
    *("key", "name", "papers", "pages", "read", "waiting", "failed", "doubtful", "linked", "linking_rate"),
    "seconds_a_page",
)


class ReportLine(Strict):
    """The papers of a day, station or portfolio; the key is empty for those that came by none."""

    key: str = Field(examples=["2026-11-21"])
    name: str
    papers: int
    pages: int
    read: int
    waiting: int = Field(description="Not read yet.")
    failed: int = Field(description="Could not be read.")
    doubtful: int = Field(description="Have a page that was read badly.")
    linked: int = Field(description="Belong to somebody, by the machine or by a person.")
    linking_rate: float | None = Field(description="Linked among those that were read.")
    seconds_a_page: float | None = Field(description="Mean time of reading a page.")


class Reported(Strict):
    """The report; a paper counts for the day on which it was received."""

    first: date
    last: date
    day: list[ReportLine]
    station: list[ReportLine]
    portfolio: list[ReportLine]
    total: ReportLine


@router.get("", dependencies=[EXPORTING])
def reports(
    request: Request,
    actor: Reporter,
    first: Day = "",
    last: Day = "",
    station: Id = None,
    portfolio: Id = None,
) -> Reported:
    """Counts of papers in scope; who administers is given those of all."""
    found = made(request, actor, first, last, station, portfolio)
    return Reported(
        first=found.span.first,
        last=found.span.last,
        day=[_line(each) for each in found.day],
        station=[_line(each) for each in found.station],
        portfolio=[_line(each) for each in found.portfolio],
        total=_line(found.total),
    )


@router.get(
    "/{by}",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "The table."}},
    dependencies=[EXPORTING],
)
def table(
    request: Request,
    by: Grouping,
    actor: Reporter,
    first: Day = "",
    last: Day = "",
    station: Id = None,
    portfolio: Id = None,
) -> StreamingResponse:
    """One of the tables as CSV; cells that a spreadsheet would run begin with a quote."""
    return sent(made(request, actor, first, last, station, portfolio), by)


def made(
    request: Request,
    actor: Actor,
    first: str,
    last: str,
    station: str | None,
    portfolio: str | None,
) -> Report:
    """The report of these days, by default the last thirty. Raises BadRequest for other than 1 to 366 of them."""
    service = service_of(request)
    zone = ZoneInfo(actor.zone) if actor.zone else service.options.zone
    end = _day(last) or service.archive.clock.now().astimezone(zone).date()
    begin = _day(first) or end - timedelta(DAYS - 1)
    span = Span(begin, end, zone, station or None, portfolio or None)
    with service.archive.catalogue.read() as connection:
        return report(connection, actor, span)


def sent(found: Report, by: Grouping) -> StreamingResponse:
    """The answer that carries a table."""

    def pieces() -> Iterator[str]:
        yield "\ufeff" + _csv(COLUMNS)
        for each in found.by(by):
            values = _line(each).model_dump()
            yield _csv([plain_cell(_cell(values[name])) for name in COLUMNS])

    name = f"report-{by}-{found.span.first}-{found.span.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces(), media_type="text/csv; charset=utf-8", headers=headers)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest("this is no day", advice="Write a day as 2024-06-18.") from error


def _line(line: Line) -> ReportLine:
    return ReportLine.model_validate(line, from_attributes=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _csv(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
