"""Opens and finds batches, and closes them; each change is an entry of the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from archive import records
from archive.archive import Archive
from archive.catalogue.schema import batches, portfolios, stations
from ingest import ledger
from ingest.errors import ReasonNeeded
from ingest.items import batch_row, open_batch
from ingest.reasons import CLOSE_REASONS
from tabellion.base.errors import BadRequest, Conflict, NotFound

SidesMode = Literal["simplex", "duplex"]
UNASSIGNED = "Unassigned"
LONGEST_NAME = 200
MOST_SHEETS = 1_000_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a station says it will hand over. `name` is the label of the box; `sides` only where it is known apart."""

    name: str
    portfolio: str | None = None
    station: str | None = None
    sides_mode: SidesMode = "simplex"
    sheets: int | None = None
    sides: int | None = None


def open_declared(archive: Archive, declaration: Declaration, actor: str) -> str:
    """Open a batch of a station with declared counts; gives its id. Raises `BadRequest` and `NotFound`."""
    with archive.catalogue.write() as connection:
        return open_declared_within(archive, connection, declaration, actor)


def open_declared_within(
    archive: Archive, connection: Connection, declaration: Declaration, actor: str
) -> str:
    """The same as `open_declared`, inside a transaction that does more."""
    _check_counts(declaration.sheets, declaration.sides, declaration.sides_mode)
    _require(connection, declaration)
    return _insert(archive, connection, declaration, "station", actor, "station")


def find_or_open(archive: Archive, name: str, portfolio: str | None, actor: str) -> str:
    """The open batch of that name for what comes by command line, REST or a hot folder; opened where there is none.

    Raises `Conflict` where the open batch of that name belongs to another portfolio.
    """
    declaration = Declaration(_name(name), portfolio)
    batch_id = _find(archive, declaration.name, "import")
    if batch_id is None:
        batch_id = _open_standing(archive, declaration, "import", actor)
    with archive.catalogue.read() as connection:
        found = batch_row(connection, batch_id)
    if portfolio is not None and found.portfolio_id != portfolio:
        raise Conflict(f"the open batch {name!r} belongs to another portfolio")
    return batch_id


def find_or_open_station(archive: Archive, declaration: Declaration, actor: str) -> str:
    """The open batch of a station by its name; where the last of that name is closed, its supplement.

    Opened with this declaration where there is none. Raises `BadRequest`, `NotFound`, `Conflict`.
    """
    with archive.catalogue.read() as connection:
        last = connection.execute(
            select(batches.c.id, batches.c.state)
            .where(batches.c.station_id == declaration.station, batches.c.name == _name(declaration.name))
            .order_by(batches.c.id.desc())
            .limit(1)
        ).one_or_none()
    if last is None:
        return open_declared(archive, declaration, actor)
    return last.id if last.state == "open" else open_supplement(archive, last.id, actor)


def unassigned(archive: Archive, actor: str) -> str:
    """The standing batch of what comes without a batch: the visible queue of the operators."""
    return _find(archive, UNASSIGNED, "unassigned") or _open_standing(
        archive, Declaration(UNASSIGNED), "unassigned", actor
    )


def open_supplement(archive: Archive, batch_id: str, actor: str) -> str:
    """The open batch for what comes late for a closed one, opened where there is none. Raises `Conflict`."""
    with archive.catalogue.write() as connection:
        closed = batch_row(connection, batch_id, lock=True)
        if closed.state != "closed":
            raise Conflict("the batch is still open and takes papers itself")
        earlier = connection.execute(
            select(batches.c.id, batches.c.state)
            .where(batches.c.supplement_of == batch_id)
            .order_by(batches.c.id)
        ).all()
        for row in earlier:
            if row.state == "open":
                found: str = row.id
                return found
        suffix = f", supplement {len(earlier) + 1}"
        declaration = Declaration(
            name=closed.name[: LONGEST_NAME - len(suffix)] + suffix,
            portfolio=closed.portfolio_id,
            station=closed.station_id,
            sides_mode=closed.sides_mode,
        )
        return _insert(archive, connection, declaration, "station", actor, "by-hand", supplement_of=batch_id)


def declare(
    archive: Archive,
    batch_id: str,
    actor: str,
    *,
    sheets: int | None,
    sides: int | None,
    version: int | None = None,
) -> None:
    """Change the declared counts of an open batch. Raises `BatchClosed`, `VersionMoved`, `BadRequest`."""
    with archive.catalogue.write() as connection:
        batch = open_batch(connection, batch_id, version)
        _check_counts(sheets, sides, batch.sides_mode)
        connection.execute(update(batches).where(batches.c.id == batch_id).values(sheets=sheets, sides=sides))
        records.record_batch(
            archive, connection, batch_id, type="batch-change", actor=actor, reason="declaration"
        )


def close(
    archive: Archive, batch_id: str, actor: str, *, reason: str | None = None, version: int | None = None
) -> None:
    """Close a batch for good. Where it does not balance, `reason` must be one of `CLOSE_REASONS`.

    Raises `ReasonNeeded`, `BatchClosed`, `VersionMoved`, `BadRequest` (unknown reason) and `Conflict` (the standing
    queue of unassigned papers never closes).
    """
    if reason is not None and reason not in CLOSE_REASONS:
        raise BadRequest(f"{reason!r} is none of the reasons: {', '.join(CLOSE_REASONS)}")
    with archive.catalogue.write() as connection:
        batch = open_batch(connection, batch_id, version)
        if batch.origin == "unassigned":
            raise Conflict("the queue of unassigned papers stands for ever")
        balance = ledger.ledger_of(connection, batch_id)
        if not balance.balanced and reason is None:
            raise ReasonNeeded(balance.imbalance)
        connection.execute(
            update(batches)
            .where(batches.c.id == batch_id)
            .values(state="closed", closed_at=archive.clock.now(), close_reason=reason)
        )
        records.record_batch(archive, connection, batch_id, type="batch-close", actor=actor, reason="by-hand")


def _find(archive: Archive, name: str, origin: str) -> str | None:
    with archive.catalogue.read() as connection:
        found: str | None = connection.execute(
            select(batches.c.id).where(
                batches.c.name == name, batches.c.state == "open", batches.c.origin == origin
            )
        ).scalar()
        return found


def _open_standing(archive: Archive, declaration: Declaration, origin: str, actor: str) -> str:
    try:
        with archive.catalogue.write() as connection:
            _require(connection, declaration)
            return _insert(archive, connection, declaration, origin, actor, "by-rule")
    except IntegrityError:
        # Somebody opened it between our look and our write: the unique index over open names lets only one be.
        found = _find(archive, declaration.name, origin)
        if found is None:
            raise Conflict(f"the name {declaration.name!r} is kept for the standing queue") from None
        return found


def _insert(
    archive: Archive,
    connection: Connection,
    declaration: Declaration,
    origin: str,
    actor: str,
    reason: str,
    *,
    supplement_of: str | None = None,
) -> str:
    batch_id = archive.ids.new()
    now: datetime = archive.clock.now()
    connection.execute(
        insert(batches).values(
            id=batch_id,
            name=_name(declaration.name),
            origin=origin,
            portfolio_id=declaration.portfolio,
            station_id=declaration.station,
            operator=actor,
            sides_mode=declaration.sides_mode,
            sheets=declaration.sheets,
            sides=declaration.sides,
            state="open",
            supplement_of=supplement_of,
            opened_at=now,
            version=0,
            record_n=0,
        )
    )
    records.record_batch(archive, connection, batch_id, type="batch-open", actor=actor, reason=reason)
    return batch_id


def _name(name: str) -> str:
    trimmed = name.strip()
    if not trimmed or len(trimmed) > LONGEST_NAME or not trimmed.isprintable():
        raise BadRequest(f"a batch needs a name of 1 to {LONGEST_NAME} printable characters")
    return trimmed


def _require(connection: Connection, declaration: Declaration) -> None:
    """Raise `NotFound` where portfolio or station is not there, `Conflict` where the station is disabled."""
    if declaration.portfolio is not None:
        known = connection.execute(select(portfolios.c.id).where(portfolios.c.id == declaration.portfolio))
        if known.scalar() is None:
            raise NotFound("there is no such portfolio")
    if declaration.station is not None:
        row = connection.execute(select(stations).where(stations.c.id == declaration.station)).one_or_none()
        if row is None:
            raise NotFound("there is no such station")
        if row.disabled_at is not None:
            raise Conflict("the station is disabled")


def _check_counts(sheets: int | None, sides: int | None, sides_mode: str) -> None:
    for name, number in (("sheets", sheets), ("sides", sides)):
        if number is not None and not 0 < number <= MOST_SHEETS:
            raise BadRequest(f"{name} must be between 1 and {MOST_SHEETS}")
    if sheets is not None and sides is not None and sides > sheets * (2 if sides_mode == "duplex" else 1):
        raise BadRequest("there are more sides than the sheets can have")
