"""What a station's lists mean for its batch: announced numbers, the files that are expected, when a list is done."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import announced, batch_items, deposits
from archive.catalogue.schema import batches as batches_table
from archive.pieces import in_pieces
from ingest import batches, changes
from ingest.changes import Announced
from ingest.claims import free_place, open_plain
from ingest.done_lists import LARGEST, Listed, ListUnreadable, parse_done_list
from ingest.errors import NumberTaken
from ingest.stations import Station
from tabellion.base.errors import BadRequest, TabellionError

RECEIVED = ".received"


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that a list names: the digest it must have, and its number where the list has numbers."""

    sha256: str
    sequence: int | None


@dataclass(slots=True)
class StationBatch:
    """A station's folder as a batch: what is expected under which name, by which lists, and lists that are refused.

    `id` is None where nothing is expected any more, so that no batch is opened for it.
    """

    id: str | None = None
    expected: dict[str, Expected] = field(default_factory=dict)
    lists: dict[Path, list[Listed]] = field(default_factory=dict)
    unreadable: list[tuple[Path, TabellionError]] = field(default_factory=list)


def take_up(
    archive: Archive, station: Station, folder: Path, lists: Sequence[Path], claimed: Collection[str]
) -> StationBatch:
    """Find or open the batch of a folder and announce in it what its lists name and was not received before.

    `claimed` are the names of files that were taken out of the folder and not received yet.
    """
    actor = station.account or SYSTEM_ACTOR
    batch = StationBatch()
    for path in lists:
        try:
            listed = parse_done_list(_read(path))
        except FileNotFoundError:
            continue
        except BadRequest as error:
            batch.unreadable.append((path, error))
            continue
        here = _received(archive, station, folder.name, listed)
        pending = [
            item
            for item in listed
            if item.sha256 not in here or item.name in claimed or os.path.lexists(folder / item.name)
        ]
        if pending:
            try:
                if batch.id is None:
                    declaration = batches.Declaration(folder.name, station.portfolio_id, station.id)
                    batch.id = batches.find_or_open_station(archive, declaration, actor)
                _announce(archive, batch.id, pending, actor)
            except NumberTaken as error:
                batch.unreadable.append((path, error))
                continue
        elif len(here) == len({item.sha256 for item in listed}):
            # Everything was received: the list is not looked at again.
            path.rename(free_place(folder, path.name + RECEIVED))
            continue
        batch.expected.update({item.name: Expected(item.sha256, item.sequence) for item in pending})
    return batch


def number_of(archive: Archive, batch_id: str, expected: Expected) -> int | None:
    """The number of an expected file: its own; else an announced one of its digest, preferably one that is free."""
    if expected.sequence is not None:
        return expected.sequence
    with archive.catalogue.read() as connection:
        promised = list(
            connection.execute(
                select(announced.c.sequence)
                .where(announced.c.batch_id == batch_id, announced.c.sha256 == expected.sha256)
                .order_by(announced.c.sequence)
            ).scalars()
        )
        taken = set(
            connection.execute(
                select(batch_items.c.sequence).where(
                    batch_items.c.batch_id == batch_id, batch_items.c.sequence.in_(promised)
                )
            ).scalars()
        )
    # Where all are taken, the file is a repeat of one of them, and is answered so.
    return next((number for number in promised if number not in taken), promised[0] if promised else None)


def _received(archive: Archive, station: Station, name: str, listed: Sequence[Listed]) -> set[str]:
    """The digests of a list that the batch of that name, or a supplement of it, holds."""
    wanted = sorted({item.sha256 for item in listed})
    first = batches_table.alias()
    family = (
        select(batches_table.c.id)
        .outerjoin(first, first.c.id == batches_table.c.supplement_of)
        .where(
            batches_table.c.station_id == station.id,
            (batches_table.c.name == name) | (first.c.name == name),
        )
    )
    found: set[str] = set()
    with archive.catalogue.read() as connection:
        for some in in_pieces(wanted):
            rows = connection.execute(
                select(deposits.c.sha256)
                .where(deposits.c.sha256.in_(some), deposits.c.batch_id.in_(family))
                .distinct()
            )
            found.update(rows.scalars())
    return found


def _announce(archive: Archive, batch_id: str, listed: Sequence[Listed], actor: str) -> None:
    numbered = [Announced(item.sequence, item.sha256) for item in listed if item.sequence is not None]
    with archive.catalogue.read() as connection:
        if numbered:
            known = changes.announced_in(connection, batch_id)
            numbered = [item for item in numbered if item not in known]
        else:
            numbered = changes.free_numbers(connection, batch_id, [item.sha256 for item in listed])
    if numbered:
        changes.announce(archive, batch_id, numbered, actor, reason="station")


def _read(path: Path) -> bytes:
    with open_plain(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ListUnreadable("the list is too long")
    return data
