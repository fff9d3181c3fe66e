"""/audit: the entries of the log for auditors, by number, object or type; actors stay pseudonyms.

Nobody is given names here: an auditor who must know one asks an administrator, who sees names and no entries.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from sqlalchemy import func, select

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from api.rest.log_shapes import LogEntries, LogEntry, log_entry
from api.totals import count_open, count_totals
from archive.catalogue.schema import account_facts, deposits, log_entries, log_outbox
from archive.log_group import log_size
from tabellion.base.errors import NotFound

router = APIRouter(prefix="/audit", tags=["evidence"])
Auditor = Annotated[Actor, Depends(Ask(Action.LOG_READ))]


class Sums(Strict):
    """The figures that the auditor's page begins with."""

    entries: int
    waiting: int = Field(description="Entries that the keeper has still to append.")
    received: int
    readable: int
    erased: int
    may_open: int = Field(description="Documents that the asker's scopes open.")
    rights_by: str | None = Field(description="Pseudonym of who last changed the asker's scopes.")
    rights_at: datetime | None


@router.get("")
def sums(request: Request, actor: Auditor) -> Sums:
    """What the archive holds, counted."""
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        totals = service.totals.get(lambda: count_totals(connection))

        def count(table: object, *conditions: object) -> int:
            query = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
            return connection.scalar(query) or 0

        rights = connection.execute(
            select(account_facts.c.actor, account_facts.c.at)
            .where(account_facts.c.account_id == actor.account_id, account_facts.c.fact == "scope")
            .order_by(account_facts.c.id.desc())
            .limit(1)
        ).one_or_none()
        return Sums(
            may_open=count_open(connection, actor, totals),
            rights_by=None if rights is None else rights.actor,
            rights_at=None if rights is None else rights.at,
            entries=log_size(connection),
            waiting=count(log_outbox),
            received=totals.deposits,
            readable=totals.readable,
            erased=count(deposits, deposits.c.erased_at.is_not(None)),
        )


@router.get("/entries")
def entries(
    request: Request,
    _: Auditor,
    limit: Limit = 100,
    cursor: Cursor = None,
    object_type: Annotated[str | None, Query(max_length=12)] = None,
    object_id: Annotated[str | None, Query(max_length=80)] = None,
    type: Annotated[str | None, Query(max_length=24)] = None,  # noqa: A002  # the member's name
    chain: Literal["custody", "access"] | None = None,
) -> LogEntries:
    """Entries by number, oldest first; keyset paging."""
    query = select(log_entries)
    for column, wanted in (
        (log_entries.c.object_type, object_type),
        (log_entries.c.object_id, object_id),
        (log_entries.c.type, type),
        (log_entries.c.chain, chain),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if cursor is not None:
        query = query.where(log_entries.c.seq > read_cursor(cursor, int)[0])
    with service_of(request).archive.catalogue.read() as connection:
        rows = connection.execute(query.order_by(log_entries.c.seq).limit(limit + 1)).all()
    following = write_cursor(rows[limit - 1].seq) if len(rows) > limit else None
    return LogEntries(entries=[log_entry(row) for row in rows[:limit]], next=following)


@router.get("/entries/{seq}")
def entry(request: Request, seq: Annotated[int, Path(ge=0, le=2**53)], _: Auditor) -> LogEntry:
    """The entry with that number."""
    with service_of(request).archive.catalogue.read() as connection:
        row = connection.execute(select(log_entries).where(log_entries.c.seq == seq)).one_or_none()
    if row is None:
        raise NotFound("the log has no such entry")
    return log_entry(row)
