"""/stations: who hands batches over, and with what scanner; each has an account and a token of its own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response, status
from pydantic import Field

from api.access import Action, Actor
from api.enrolment import enrol_station, withdraw_station
from api.request import Ask, service_of
from api.rest.common import Strict
from ingest import stations
from ingest.stations import LONGEST_NAME, Device

router = APIRouter(prefix="/stations", tags=["operations"])
Manager = Annotated[Actor, Depends(Ask(Action.STATIONS))]
StationId = Annotated[str, Path(max_length=36)]
LABEL = r"^[ -~]+$"  # printable ASCII, as manifests take it


class Scanner(Strict):
    """What a station says of its scanner; it goes into the manifests as claimed."""

    maker: str | None = Field(default=None, max_length=100, pattern=LABEL, examples=["Fujitsu"])
    model: str | None = Field(default=None, max_length=100, pattern=LABEL, examples=["fi-7460"])
    serial: str | None = Field(default=None, max_length=100, pattern=LABEL, examples=["A3CB001234"])
    profile: str | None = Field(default=None, max_length=100, pattern=LABEL, examples=["duplex-200-grey"])
    dpi: int | None = Field(default=None, ge=1, le=10_000, examples=[200])


class StationIn(Strict):
    """A station to make known."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, examples=["Station 3"])
    portfolio: str | None = Field(default=None, max_length=36, description="What it scans for.")
    device: Scanner = Scanner()


class Station(Strict):
    """A station."""

    station: str
    name: str
    portfolio: str | None
    device: Scanner
    created_at: datetime
    disabled_at: datetime | None
    account: str | None = Field(description="Pseudonym of its account, as entries of the log name it.")


class NewStation(Station):
    """A station that was made known; its token is in this answer and nowhere else."""

    token: str = Field(examples=["tab_…"])


@router.get("")
def list_stations(request: Request, _: Manager) -> list[Station]:
    """All stations by name, disabled ones included."""
    with service_of(request).archive.catalogue.read() as connection:
        return [_station(found) for found in stations.list_stations(connection)]


@router.post("", status_code=status.HTTP_201_CREATED)
def enrol(request: Request, response: Response, body: StationIn, actor: Manager) -> NewStation:
    """Make a station known, with an account of its own. The token is shown once: a repeat finds the name taken."""
    archive = service_of(request).archive
    device = Device(**body.device.model_dump())
    made = enrol_station(archive, body.name, body.portfolio, device, actor.pseudonym)
    response.headers["Location"] = f"/api/v1/stations/{made.station}"
    with archive.catalogue.read() as connection:
        found = _station(stations.find_station(connection, made.station))
    return NewStation(**found.model_dump(), token=made.token)


@router.get("/{station_id}")
def show(request: Request, station_id: StationId, _: Manager) -> Station:
    """One station, disabled or not."""
    with service_of(request).archive.catalogue.read() as connection:
        return _station(stations.find_station(connection, station_id))


@router.post("/{station_id}/disable")
def disable(request: Request, station_id: StationId, actor: Manager) -> Station:
    """Let a station hand over nothing more: its account and token end, what it handed over stays."""
    archive = service_of(request).archive
    withdraw_station(archive, station_id, actor.pseudonym)
    with archive.catalogue.read() as connection:
        return _station(stations.find_station(connection, station_id))


def _station(found: stations.Station) -> Station:
    device = {name: getattr(found.device, name) for name in Device.__slots__}
    return Station(
        station=found.id,
        name=found.name,
        portfolio=found.portfolio_id,
        device=Scanner.model_construct(**device),
        created_at=found.created_at,
        disabled_at=found.disabled_at,
        account=found.account,
    )
