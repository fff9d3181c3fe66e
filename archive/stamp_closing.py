"""Opens and closes stamps: what the next token will cover, frozen in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, bindparam, exists, func, select, update

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import deposits, log_outbox, manifests, stamps
from archive.catalogue.upsert import insert_if_absent
from archive.log_view import LogView
from archive.stamp_asks import forget_asks
from archive.stamp_files import Frozen
from signing.checkpoint import note_text
from signing.stamp import FORMAT, log_leaf, stamp_root
from tabellion.base.clock import rfc3339

Reason = Literal["full", "due", "on-demand"]
URGENT_CLASS = "very-high"
_SEALING = ("receive", "derive")
_UPDATE_ONE = (
    update(manifests)
    .where(manifests.c.deposit_id == bindparam("of_deposit"), manifests.c.version == bindparam("of_version"))
    .values(stamp_id=bindparam("in_stamp"), stamp_position=bindparam("at_position"))
)


@dataclass(frozen=True, slots=True)
class Pace:
    """When a stamp closes: at so many manifests, after so long, and after how long where something is urgent."""

    manifests: int = 10_000
    interval: timedelta = timedelta(minutes=60)
    urgent: timedelta = timedelta(minutes=5)


def close_due(archive: Archive, lease: int, pace: Pace) -> int:
    """Open a stamp where something waits for one; close the open one where it is due."""
    view = LogView.newest(archive)
    if view is None:
        return 0
    now = archive.clock.now()
    with archive.catalogue.read() as connection:
        # Most rounds have nothing to do, and then take no lock that intake would wait for.
        count, open_stamp = _waiting(connection, view), _open_stamp(connection)
        if open_stamp is None and not count:
            return 0
        if open_stamp is not None and _reason(connection, pace, open_stamp, count, now) is None:
            return 0
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", lease)
        count, open_stamp = _waiting(connection, view), _open_stamp(connection)
        if open_stamp is None:
            _insert_open(archive, connection)
            return 0
        reason = _reason(connection, pace, open_stamp, count, now)
        if reason is None:
            return 0
        members = connection.execute(
            select(manifests)
            .where(*_unstamped(view))
            .order_by(manifests.c.seq, manifests.c.deposit_id, manifests.c.version)
            .limit(pace.manifests)
        ).all()
        _freeze(connection, open_stamp.id, members, reason, view, now)
        if open_stamp.demanded_at is not None and count > len(members):
            following = _insert_open(archive, connection)
            connection.execute(
                update(stamps).where(stamps.c.id == following).values(demanded_at=open_stamp.demanded_at)
            )
    return 1


def _unstamped(view: LogView) -> tuple[ColumnElement[bool], ...]:
    """Manifests that no stamp covers yet, and whose entries the checkpoint includes."""
    return (
        manifests.c.stamp_id.is_(None),
        manifests.c.seq.is_not(None),
        manifests.c.seq < view.checkpoint.size,
    )


def _waiting(connection: Connection, view: LogView) -> int:
    return connection.scalar(select(func.count()).select_from(manifests).where(*_unstamped(view))) or 0


def _reason(connection: Connection, pace: Pace, row: Row[Any], count: int, now: datetime) -> Reason | None:
    if count >= pace.manifests:
        return "full"
    if row.demanded_at is not None:
        # What was received before the demand belongs to it, even where the log does not have it yet.
        behind = exists().where(log_outbox.c.type.in_(_SEALING), log_outbox.c.time <= row.demanded_at)
        return None if connection.scalar(select(behind)) else "on-demand"
    if not count:
        return None
    urgent = (
        select(manifests.c.deposit_id)
        .join(deposits, deposits.c.id == manifests.c.deposit_id)
        .where(
            manifests.c.stamp_id.is_(None),
            manifests.c.seq.is_not(None),
            deposits.c.protection_class == URGENT_CLASS,
        )
    )
    limit = pace.urgent if connection.scalar(urgent.limit(1)) else pace.interval
    return "due" if now - row.opened_at >= limit else None


def demand(archive: Archive) -> str:
    """Have a stamp closed now ("get time proof now"); gives its id, whose state tells when the proof is there.

    A stamp that failed for good is tried again: a person has looked.
    """
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        failed = stamps.c.state.in_(("closed", "stamped")), stamps.c.failure.is_not(None)
        forget_asks(connection, connection.scalars(select(stamps.c.id).where(*failed)).all())
        connection.execute(update(stamps).where(*failed).values(failure=None, retry_at=None))
        stamp = _insert_open(archive, connection)
        connection.execute(update(stamps).where(stamps.c.id == stamp).values(demanded_at=now))
    return stamp


def _open_stamp(connection: Connection) -> Row[Any] | None:
    return connection.execute(select(stamps).where(stamps.c.state == "open")).one_or_none()


def _insert_open(archive: Archive, connection: Connection) -> str:
    """The open stamp's id; the stamp is made where there is none."""
    while (row := _open_stamp(connection)) is None:
        number = (connection.scalar(select(func.max(stamps.c.number))) or 0) + 1
        fresh = {
            "id": archive.ids.new(),
            "number": number,
            "state": "open",
            "opened_at": archive.clock.now(),
            "format": FORMAT,
            "attempts": 0,
        }
        # Where another transaction took the number just now, its stamp is the one that is open.
        insert_if_absent(connection, stamps, fresh, key=("number",))
    stamp: str = row.id
    return stamp


def _freeze(
    connection: Connection,
    stamp: str,
    members: Sequence[Row[Any]],
    reason: Reason,
    view: LogView,
    now: datetime,
) -> None:
    text = note_text(view.signed)
    nodes = [bytes.fromhex(member.group_node) for member in members]
    connection.execute(
        update(stamps)
        .where(stamps.c.id == stamp)
        .values(
            state="closed",
            closed_at=now,
            reason=reason,
            root=stamp_root([*nodes, log_leaf(text)]).hex(),
            checkpoint=text.decode(),
            note=view.signed.decode(),
            checkpoint_size=view.checkpoint.size,
        )
    )
    if members:
        connection.execute(
            _UPDATE_ONE,
            [
                {
                    "of_deposit": member.deposit_id,
                    "of_version": member.version,
                    "in_stamp": stamp,
                    "at_position": position,
                }
                for position, member in enumerate(members)
            ],
        )


def frozen_of(connection: Connection, row: Row[Any]) -> Frozen:
    """A closed stamp as the catalogue froze it."""
    nodes = (
        select(manifests.c.group_node)
        .where(manifests.c.stamp_id == row.id)
        .order_by(manifests.c.stamp_position)
    )
    return Frozen(
        stamp=row.id,
        number=row.number,
        format=row.format,
        opened_at=rfc3339(row.opened_at),
        closed_at=rfc3339(row.closed_at),
        reason=row.reason,
        nodes=tuple(bytes.fromhex(node) for node in connection.execute(nodes).scalars()),
        signed=row.note.encode(),
    )
