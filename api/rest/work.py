"""/work: what is to be done and what failed, by reason, for administrators; failed work can be tried again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import Field
from sqlalchemy import func, select

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from archive.catalogue import retry_work
from archive.catalogue.schema import work
from ingest.retrying import retry_reading

router = APIRouter(prefix="/work", tags=["operations"])
Operator = Annotated[Actor, Depends(Ask(Action.OPERATIONS))]
Kind = Literal["read", "link"]
MOST_AT_ONCE = 10_000


class Queue(Strict):
    """Work of one kind in one state; `reason_code` where it failed."""

    kind: str = Field(examples=["read"])
    state: Literal["ready", "leased", "done", "failed"]
    reason_code: str | None = Field(examples=["ENCRYPTED"])
    count: int
    oldest: datetime = Field(description="When the oldest of it was queued.")


class Task(Strict):
    """A piece of work; the reason is in words without a word of the paper."""

    work: str
    kind: str
    object: str
    state: Literal["ready", "leased", "done", "failed"]
    attempts: int
    reason_code: str | None
    reason: str | None
    created_at: datetime
    ready_at: datetime


class Tasks(Strict):
    """A part of the work, newest first."""

    work: list[Task]
    next: str | None


class Again(Strict):
    """Which failed work to try again: of one kind, and of one reason or of all."""

    kind: Kind = "read"
    reason_code: str | None = Field(default=None, max_length=40, examples=["LANGUAGE_MISSING"])


class Retried(Strict):
    """How much is tried again; at most 10 000 at a time."""

    retried: int


@router.get("")
def queues(request: Request, _: Operator) -> list[Queue]:
    """The work by kind, state and reason."""
    key = (work.c.kind, work.c.state, work.c.reason_code)
    query = select(*key, func.count().label("count"), func.min(work.c.created_at).label("oldest"))
    with service_of(request).archive.catalogue.read() as connection:
        rows = connection.execute(query.group_by(*key).order_by(*key)).all()
    return [Queue(kind=row[0], state=row[1], reason_code=row[2], count=row[3], oldest=row[4]) for row in rows]


@router.get("/tasks")
def tasks(
    request: Request,
    _: Operator,
    limit: Limit = 50,
    cursor: Cursor = None,
    state: Literal["ready", "leased", "done", "failed"] = "failed",
    reason_code: Annotated[str | None, Query(max_length=40)] = None,
) -> Tasks:
    """Work in a state, newest first; keyset paging."""
    query = select(work).where(work.c.state == state)
    if reason_code is not None:
        query = query.where(work.c.reason_code == reason_code)
    if cursor is not None:
        query = query.where(work.c.id < read_cursor(cursor, str)[0])
    with service_of(request).archive.catalogue.read() as connection:
        rows = connection.execute(query.order_by(work.c.id.desc()).limit(limit + 1)).all()
    return Tasks(
        work=[
            Task(
                work=row.id,
                kind=row.kind,
                object=row.object_id,
                state=row.state,
                attempts=row.attempts,
                reason_code=row.reason_code,
                reason=row.reason,
                created_at=row.created_at,
                ready_at=row.ready_at,
            )
            for row in rows[:limit]
        ],
        next=write_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.post("/retry", status_code=status.HTTP_202_ACCEPTED)
def retry(request: Request, body: Again, _: Operator) -> Retried:
    """Have failed work tried again, from the beginning and first in line."""
    service = service_of(request)
    archive = service.archive
    query = select(work.c.object_id).where(work.c.state == "failed", work.c.kind == body.kind)
    if body.reason_code is not None:
        query = query.where(work.c.reason_code == body.reason_code)
    with archive.catalogue.write() as connection:
        failed = connection.scalars(query.limit(MOST_AT_ONCE)).all()
        if body.kind == "read":
            done = retry_reading(archive, connection, failed)
        else:
            now = archive.clock.now()
            done = sum(retry_work(connection, body.kind, object_id, now) for object_id in failed)
    service.nudge()
    return Retried(retried=done)
