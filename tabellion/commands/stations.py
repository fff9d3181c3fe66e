"""`tabellion stations`."""

import click

from api.enrolment import enrol_station, withdraw_station
from archive.registry import find_portfolio
from ingest.stations import Device, find_station, list_stations
from tabellion.commands.common import acting, local_archive
from tabellion.commands.output import json_option, print_json, print_table, say, tell, when


@click.group("stations")
def command() -> None:
    """Scanning stations: who hands batches over, and with what. A station is named by its id or its name."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All stations, disabled ones included."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        found = list_stations(connection)
    if as_json:
        print_json(
            [
                {
                    "id": station.id,
                    "name": station.name,
                    "portfolio": station.portfolio_id,
                    "device": {name: getattr(station.device, name) for name in Device.__slots__},
                    "created_at": station.created_at,
                    "disabled_at": station.disabled_at,
                    "account": station.account,
                }
                for station in found
            ]
        )
        return
    print_table(
        ("ID", "NAME", "DEVICE", "SERIAL", "STATE"),
        [
            (
                station.id,
                station.name,
                " ".join(part for part in (station.device.maker, station.device.model) if part),
                station.device.serial,
                "active" if station.disabled_at is None else f"disabled {when(station.disabled_at)}",
            )
            for station in found
        ],
    )


@command.command("add")
@click.argument("name")
@click.option("--portfolio", help="Portfolio that it scans for: id, name or external id.")
@click.option("--maker", help="Maker of the scanner.")
@click.option("--model", help="Model of the scanner.")
@click.option("--serial", help="Serial number of the scanner.")
@click.option("--profile", help="Scanning profile.")
@click.option("--dpi", type=click.IntRange(1), help="Resolution that it scans at.")
@json_option
def add(
    name: str,
    portfolio: str | None,
    maker: str | None,
    model: str | None,
    serial: str | None,
    profile: str | None,
    dpi: int | None,
    as_json: bool,
) -> None:
    """Make a station known, with an account of its own that is used by token; the token is printed once."""
    with local_archive() as parts:
        archive = parts.archive
        with archive.catalogue.read() as connection:
            portfolio_id = None if portfolio is None else find_portfolio(connection, portfolio)
        device = Device(maker=maker, model=model, serial=serial, profile=profile, dpi=dpi)
        made = enrol_station(archive, name, portfolio_id, device, acting(parts))
    if as_json:
        print_json({"station": made.station, "account": made.account, "token": made.token})
        return
    tell(f"station  {made.station}")
    tell(f"account  {made.account}")
    tell(f"token    {made.token}   (shown only this once)")


@command.command("disable")
@click.argument("station")
def disable(station: str) -> None:
    """The station hands over nothing more, and its account and tokens end; what it handed over stays."""
    with local_archive() as parts:
        archive, actor = parts.archive, acting(parts)
        with archive.catalogue.read() as connection:
            found = find_station(connection, station)
        withdraw_station(archive, found.id, actor)
    say(f"{found.name} is disabled")
