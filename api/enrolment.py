"""Makes a scanning station known together with the account and the token that it works with, and ends both again."""

from dataclasses import dataclass

from sqlalchemy import select

from api.accounts import create_account, find_by_name, set_fact
from api.sessions import create_token, end_all_sessions
from archive.archive import Archive
from archive.catalogue.schema import accounts
from ingest.stations import Device, create_station, disable_station
from tabellion.base.errors import Conflict, NotFound

LONGEST_ACCOUNT = 80


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new station; the token is shown once and kept as a digest only."""

    station: str
    account: str
    token: str


def enrol_station(archive: Archive, name: str, portfolio: str | None, device: Device, actor: str) -> Enrolled:
    """A station with an account of its own, which sees nothing but its batches.

    Raises Conflict where a name is taken, NotFound where there is no such portfolio.
    """
    account_name = f"station {name.strip()}"[:LONGEST_ACCOUNT]
    with archive.catalogue.read() as connection:
        try:
            find_by_name(connection, account_name)
        except NotFound:
            pass
        else:
            raise Conflict(f"there is an account {account_name!r} already")
    station = create_station(archive, name, portfolio=portfolio, device=device)
    with archive.catalogue.write() as connection:
        account = create_account(
            archive,
            connection,
            account_name,
            None,
            roles=frozenset({"station"}),
            scopes=frozenset({f"portfolio:{portfolio}"} if portfolio else ()),
            actor=actor,
            station_id=station,
        )
        _, token = create_token(archive, connection, account.id, "station")
    return Enrolled(station, account.name, token)


def withdraw_station(archive: Archive, station_id: str, actor: str) -> None:
    """The station hands over nothing more; its account is disabled, and with it every token. Raises NotFound."""
    disable_station(archive, station_id)
    with archive.catalogue.write() as connection:
        own = select(accounts.c.id).where(accounts.c.station_id == station_id)
        for account_id in connection.scalars(own).all():
            set_fact(archive, connection, account_id, "state", "disabled", actor=actor)
            end_all_sessions(connection, account_id, archive.clock.now())
