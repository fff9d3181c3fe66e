"""`/reports`: what came in, waits, is doubtful; reading time, linking rate: charts, and their tables."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import Action, Actor
from api.pages.charts import HEIGHT, WIDTH, bars, line
from api.pages.render import page, speaker_of
from api.reports import Grouping
from api.request import Ask, service_of
from api.rest.reports import made, sent
from api.turns import EXPORTING
from archive.registry import list_portfolios
from ingest.stations import list_stations

router = APIRouter(include_in_schema=False)
Reporter = Annotated[Actor, Depends(Ask(Action.REPORTS))]
Day = Annotated[str, Query(max_length=10)]
Id = Annotated[str, Query(max_length=36)]


@router.get("/reports", dependencies=[EXPORTING])
def show(
    request: Request, actor: Reporter, first: Day = "", last: Day = "", station: Id = "", portfolio: Id = ""
) -> Response:
    """The last thirty days, or those that were chosen."""
    found = made(request, actor, first, last, station, portfolio)
    everywhere = actor.sees_all or actor.may(Action.OPERATIONS)
    with service_of(request).archive.catalogue.read() as connection:
        known = [
            row for row in list_portfolios(connection) if everywhere or f"portfolio:{row.id}" in actor.scopes
        ]
        lanes = list_stations(connection)
    mirrored = speaker_of(request, actor).direction == "rtl"
    context = {
        "report": found,
        "days": {day.isoformat(): day for day in found.span.days},
        "station": station,
        "portfolio": portfolio,
        "stations": [row for row in lanes if everywhere or row.id in {one.key for one in found.station}],
        "portfolios": known,
        "papers": bars(
            [(one.read - one.doubtful, one.doubtful, one.waiting, one.failed) for one in found.day],
            mirrored=mirrored,
        ),
        "linking": line([one.linking_rate for one in found.day], mirrored=mirrored, top=1.0),
        "reading": line([one.seconds_a_page for one in found.day], mirrored=mirrored),
        "width": WIDTH,
        "height": HEIGHT,
        "mirrored": mirrored,
        "parameters": {
            name: value
            for name, value in (
                ("first", found.span.first.isoformat()),
                ("last", found.span.last.isoformat()),
                ("station", station),
                ("portfolio", portfolio),
            )
            if value
        },
    }
    return page(request, "reports.html", context, actor=actor, here="reports")


@router.get("/reports/{by}.csv", dependencies=[EXPORTING])
def table(
    request: Request,
    by: Grouping,
    actor: Reporter,
    first: Day = "",
    last: Day = "",
    station: Id = "",
    portfolio: Id = "",
) -> Response:
    """A table to take along."""
    return sent(made(request, actor, first, last, station, portfolio), by)
