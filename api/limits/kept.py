"""Who was refused within a day, kept in the catalogue for administrators; each api process writes now and then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from api.limits.refusals import Noted, Refusals
from archive.archive import Archive
from archive.catalogue.schema import accounts, limited

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refused:
    """Refusals of one account for one reason (a code); `name` is None for strangers."""

    name: str | None
    code: str
    count: int
    since: datetime
    last_at: datetime


def write_down(archive: Archive, refusals: Refusals) -> None:
    """Add what was noted to the catalogue; where nothing was, it is not asked."""
    noted = refusals.take()
    if not noted:
        return
    try:
        with archive.catalogue.write() as connection:
            _add(connection, noted, archive.clock.now())
    except BaseException:
        refusals.put_back(noted)
        raise


def refused_lately(connection: Connection, now: datetime) -> Sequence[Refused]:
    """Who was refused within a day, the latest first."""
    rows = connection.execute(
        select(limited, accounts.c.name)
        .select_from(limited.outerjoin(accounts, accounts.c.id == limited.c.account_id))
        .where(limited.c.last_at > now - LATELY)
        .order_by(limited.c.last_at.desc(), limited.c.account_id, limited.c.code)
    )
    return [Refused(row.name, row.code, row.refusals, row.since, row.last_at) for row in rows]


def _add(connection: Connection, noted: Noted, now: datetime) -> None:
    connection.execute(delete(limited).where(limited.c.last_at <= now - LATELY))
    for (account_id, code), count in sorted(noted.items()):
        changed = connection.execute(
            update(limited)
            .where(limited.c.account_id == account_id, limited.c.code == code)
            .values(refusals=limited.c.refusals + count, last_at=now)
        )
        if changed.rowcount == 0:
            connection.execute(
                insert(limited).values(
                    account_id=account_id, code=code, refusals=count, since=now, last_at=now
                )
            )
