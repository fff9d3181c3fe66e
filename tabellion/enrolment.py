"""Makes a scanning station known together with the account and the token that it works with."""

from dataclasses import dataclass

from api.accounts import create_account, find_by_name
from api.sessions import create_token
from archive.archive import Archive
from ingest.stations import Device, create_station
from tabellion.base.errors import Conflict, NotFound

LONGEST_ACCOUNT = 80


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new station; the token is shown once and kept as a digest only."""

    station: str
    account: str
    token: str


def enrol_station(archive: Archive, name: str, portfolio: str | None, device: Device, actor: str) -> Enrolled:
    """A station with an account of its own, which sees its batches only; raises Conflict where a name is taken."""
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
