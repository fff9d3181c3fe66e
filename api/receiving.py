"""Taking files in over HTTP: into which batch, in whose name, and what the sender may be told of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from api import access
from api.access import Action, Actor
from api.service import Service
from archive.archive import Archive
from archive.catalogue import URGENT
from archive.catalogue.schema import batches
from ingest.arrivals import Acknowledgement, Arrival
from ingest.batches import Declaration, find_or_open, find_or_open_station, unassigned
from ingest.intake import Readable
from ingest.receive import receive
from ingest.stations import find_station
from signing.manifest import Claimed
from tabellion.base.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Handed:
    """What a sender says of a file: where it goes, its name and number, and what it should be.

    `batch` is an id, `batch_name` finds or opens a batch (of `portfolio`); neither: the Unassigned queue. `replaces` is
    the item of the batch that this is a better scan of. `key` names the act of handing over (Idempotency-Key).
    """

    name: str = ""
    batch: str | None = None
    batch_name: str | None = None
    portfolio: str | None = None
    sequence: int | None = None
    replaces: str | None = None
    key: str | None = None
    sha256: str | None = None
    sha512: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The acknowledgement; `same_bytes_as` has only documents that the sender may see."""

    acknowledged: Acknowledgement
    same_bytes_as: tuple[str, ...]


def take_in(service: Service, actor: Actor, stream: Readable, handed: Handed) -> Taken:
    """Receive one file for the actor; when this returns, it is durable. Raises what `ingest.receive` raises.

    Blocks on the stream: to be called in a thread.
    """
    access.require(actor, Action.RECEIVE)
    archive = service.archive
    batch = _batch(archive, actor, handed)
    acknowledged = receive(
        archive,
        stream,
        Arrival(
            batch=batch,
            name=handed.name,
            actor=actor.pseudonym,
            door="station" if actor.station_id else "upload",
            sequence=handed.sequence,
            replaces=handed.replaces,
            # The key is the sender's own: another account's equal key is another act.
            source=None if handed.key is None else f"key:{actor.account_id}:{handed.key}",
            claimed=_claimed(archive, actor, batch, handed),
            sha256=handed.sha256,
            sha512=handed.sha512,
            priority=URGENT,
            retention=service.options.retention,
        ),
        nudge=service.nudge,
        limit=service.options.max_upload_bytes,
    )
    visible: tuple[str, ...] = ()
    if acknowledged.same_bytes_as and actor.may(Action.READ):
        with archive.catalogue.read() as connection:
            visible = tuple(access.open_pages(connection, actor, acknowledged.same_bytes_as))
    return Taken(acknowledged, visible)


def _batch(archive: Archive, actor: Actor, handed: Handed) -> str:
    if handed.batch is not None:
        batch = handed.batch
    elif actor.station_id is not None:
        if handed.batch_name is None:
            raise BadRequest(
                "a station hands over batches", advice="Name the batch: `batch` or `batch_name`."
            )
        with archive.catalogue.read() as connection:
            station = find_station(connection, actor.station_id)
        declaration = Declaration(handed.batch_name, station.portfolio_id, station.id)
        batch = find_or_open_station(archive, declaration, actor.pseudonym)
    elif handed.batch_name is not None:
        batch = _named(archive, actor, handed.batch_name, handed.portfolio)
    else:
        return unassigned(archive, actor.pseudonym)
    with archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.RECEIVE, batch)
    return batch


def _named(archive: Archive, actor: Actor, name: str, portfolio: str | None) -> str:
    """The batch of that name; one is opened only for a portfolio (or none) that is in the actor's scopes."""
    with archive.catalogue.read() as connection:
        there = connection.scalar(
            select(batches.c.id).where(
                batches.c.name == name.strip(), batches.c.state == "open", batches.c.origin == "import"
            )
        )
    if there is None or portfolio is not None:
        access.require_portfolio(actor, portfolio)
    return find_or_open(archive, name, portfolio, actor.pseudonym)


def _claimed(archive: Archive, actor: Actor, batch: str, handed: Handed) -> Claimed | None:
    """What a station says of the item, for the manifest."""
    if actor.station_id is None:
        return None
    with archive.catalogue.read() as connection:
        device = find_station(connection, actor.station_id).device
    said: dict[str, Any] = {"batch": batch, "sequence": handed.sequence, "sha256": handed.sha256}
    return device.claimed(actor.station_id, **{name: value for name, value in said.items() if value})
