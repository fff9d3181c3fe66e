"""Leases by name, with fencing tokens: exactly one keeper acts; and beats, by which processes say that they live."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from archive.catalogue.schema import beats, leases
from archive.catalogue.upsert import insert_if_absent, upsert
from archive.catalogue.work import LeaseLost


def take_lease(
    connection: Connection, name: str, holder: str, now: datetime, length: timedelta
) -> int | None:
    """Take or keep the lease; gives the fencing token, or None where another holds it.

    The token grows whenever the holder changes, so that what an earlier holder still tries to write is refused.
    """
    fresh = {"name": name, "holder": holder, "token": 1, "until": now + length}
    if insert_if_absent(connection, leases, fresh, key=("name",)):
        return 1
    row = connection.execute(select(leases).where(leases.c.name == name).with_for_update()).one()
    if row.holder != holder and row.until >= now:
        return None
    token: int = row.token if row.holder == holder else row.token + 1
    connection.execute(
        update(leases).where(leases.c.name == name).values(holder=holder, token=token, until=now + length)
    )
    return token


def check_lease(connection: Connection, name: str, token: int) -> None:
    """Raise LeaseLost unless this token is the newest; the row stays locked until the transaction ends."""
    newest = connection.execute(
        select(leases.c.token).where(leases.c.name == name).with_for_update()
    ).scalar()
    if newest != token:
        raise LeaseLost(f"the lease of the {name} has passed to another process")


def release_lease(connection: Connection, name: str, token: int, now: datetime) -> None:
    """Let go at a clean stop, so that the next one need not wait."""
    connection.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.token == token)
        .values(until=now - timedelta(seconds=1))
    )


def beat(connection: Connection, holder: str, kind: str, now: datetime) -> None:
    """Say that this process lives."""
    upsert(connection, beats, {"holder": holder, "kind": kind, "at": now}, key=("holder",))


def stop_beating(connection: Connection, holder: str) -> None:
    """Say that this process has ended."""
    connection.execute(delete(beats).where(beats.c.holder == holder))


def forget_silent(connection: Connection, before: datetime) -> None:
    """Forget processes that said last before then that they live: killed ones did not say that they ended."""
    connection.execute(delete(beats).where(beats.c.at < before))


def alive(connection: Connection, kind: str, now: datetime, within: timedelta) -> int:
    """How many processes of that kind said lately that they live."""
    return len(holders(connection, kind, now, within))


def holders(connection: Connection, kind: str, now: datetime, within: timedelta) -> list[str]:
    """The names of the processes of that kind that said lately that they live."""
    lately = select(beats.c.holder).where(beats.c.kind == kind, beats.c.at > now - within)
    return list(connection.scalars(lately))
