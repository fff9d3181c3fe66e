"""Scanning stations: who they are, what their devices claim, for which portfolio they scan."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from archive.archive import Archive
from archive.catalogue.schema import accounts, portfolios, stations
from signing.manifest import Claimed
from tabellion.base.errors import BadRequest, Conflict, NotFound

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Device:
    """What a station says of its scanner; goes into the manifests as claimed. Printable ASCII."""

    maker: str | None = None
    model: str | None = None
    serial: str | None = None
    profile: str | None = None
    dpi: int | None = None

    def claimed(self, station: str, **item: Any) -> Claimed:
        """The claims for one item; `item` are further members of `Claimed`. Raises `BadRequest`."""
        name = " ".join(part for part in (self.maker, self.model) if part)
        try:
            return Claimed(
                station_key=station,
                device=name or None,
                device_serial=self.serial,
                profile=self.profile,
                dpi=self.dpi,
                **item,
            )
        except ValueError as error:
            raise BadRequest(f"the station's claim cannot be kept: {error}") from error


@dataclass(frozen=True, slots=True)
class Station:
    """A station. `account` is the pseudonym of its own account, where it has one."""

    id: str
    name: str
    portfolio_id: str | None
    device: Device
    created_at: datetime
    disabled_at: datetime | None
    account: str | None


def create_station(
    archive: Archive, name: str, *, portfolio: str | None = None, device: Device | None = None
) -> str:
    """Make a station known; gives its id. Raises `BadRequest`, `NotFound` (portfolio) and `Conflict` (name taken)."""
    name = name.strip()
    device = device or Device()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadRequest(f"a station needs a name of 1 to {LONGEST_NAME} printable characters")
    station_id = archive.ids.new()
    device.claimed(station_id)  # refuses at once what a manifest could not take
    with archive.catalogue.write() as connection:
        if connection.execute(select(stations.c.id).where(stations.c.name == name)).scalar() is not None:
            raise Conflict(f"there is a station {name!r} already")
        if portfolio is not None:
            known = connection.execute(select(portfolios.c.id).where(portfolios.c.id == portfolio)).scalar()
            if known is None:
                raise NotFound("there is no such portfolio")
        connection.execute(
            insert(stations).values(
                id=station_id,
                name=name,
                portfolio_id=portfolio,
                device=asdict(device),
                created_at=archive.clock.now(),
            )
        )
    return station_id


def list_stations(connection: Connection) -> Sequence[Station]:
    """All stations, disabled ones included, by name."""
    return [_station(row) for row in connection.execute(_query().order_by(stations.c.name))]


def find_station(connection: Connection, wanted: str) -> Station:
    """The station of that id or name. Raises `NotFound`."""
    matches = (stations.c.id == wanted) | (stations.c.name == wanted)
    row = connection.execute(_query().where(matches)).first()
    if row is None:
        raise NotFound("there is no such station")
    return _station(row)


def disable_station(archive: Archive, station_id: str) -> None:
    """Let a station hand over nothing more; what it handed over stays. Raises `NotFound`."""
    with archive.catalogue.write() as connection:
        changed = connection.execute(
            update(stations)
            .where(stations.c.id == station_id, stations.c.disabled_at.is_(None))
            .values(disabled_at=archive.clock.now())
        )
        if changed.rowcount != 1:
            find_station(connection, station_id)


def _query() -> Any:
    own = select(func.min(accounts.c.pseudonym)).where(accounts.c.station_id == stations.c.id)
    return select(stations, own.scalar_subquery().label("pseudonym"))


def _station(row: Row[Any]) -> Station:
    return Station(
        id=row.id,
        name=row.name,
        portfolio_id=row.portfolio_id,
        device=Device(**row.device),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        account=row.pseudonym,
    )
