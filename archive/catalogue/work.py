"""Work that waits, and who does it: `claim_work` hands out the most urgent ready row under a fenced lease."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal_column, or_, select, update

from archive.catalogue.schema import work
from archive.catalogue.upsert import insert_if_absent
from tabellion.base.errors import Conflict
from tabellion.base.ids import Ids

URGENT, BULK = 10, 50
MAX_ATTEMPTS = 5
PUT_OFF = timedelta(seconds=10)
BACK_OFF = (timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))


class LeaseLost(Conflict):
    """Somebody else has the work by now; what was done under the old lease must not count."""

    code = "LEASE_LOST"
    advice = "Nothing to do: the work goes on elsewhere."


@dataclass(frozen=True, slots=True)
class Task:
    """A row of work under a lease; `token` fences every write that is done for it."""

    id: str
    kind: str
    object_id: str
    attempts: int
    token: int


def add_work(
    connection: Connection,
    ids: Ids,
    kind: str,
    object_id: str,
    now: datetime,
    *,
    priority: int = BULK,
    owner: str | None = None,
) -> bool:
    """Queue work on an object; a second time it is the same row. True: it was not there before.

    Owners of equally urgent work take turns, however much each of them has brought; work of nobody goes before theirs.
    """
    return insert_if_absent(
        connection,
        work,
        {
            "id": ids.new(),
            "kind": kind,
            "object_id": object_id,
            "priority": priority,
            "owner": owner,
            "turn": 0 if owner is None else _next_turn(connection, priority, owner),
            "state": "ready",
            "ready_at": now,
            "attempts": 0,
            "token": 0,
            "created_at": now,
        },
        key=("kind", "object_id"),
    )


def ask_again(
    connection: Connection, ids: Ids, kind: str, object_id: str, now: datetime, *, priority: int = BULK
) -> None:
    """Have work done from the present on: queued where there is none, ready where it was done or has failed.

    Work that is under a lease may have read what is out of date by now: it becomes ready again when it is finished.
    """
    if add_work(connection, ids, kind, object_id, now, priority=priority):
        return
    leased = work.c.state == "leased"
    ready = work.c.state == "ready"
    connection.execute(
        update(work)
        .where(work.c.kind == kind, work.c.object_id == object_id)
        .values(
            again=leased,
            state=case((leased, "leased"), else_="ready"),
            ready_at=case((leased | ready, work.c.ready_at), else_=now),
            attempts=case((leased | ready, work.c.attempts), else_=0),
            turn=case((leased | (ready & (work.c.priority <= priority)), work.c.turn), else_=0),
            priority=case((work.c.priority < priority, work.c.priority), else_=priority),
            finished_at=None,
        )
    )


def claim_work(
    connection: Connection, holder: str, now: datetime, lease: timedelta, kinds: tuple[str, ...] | None = None
) -> Task | None:
    """The most urgent ready row, leased to `holder`; rows whose lease has run out count as ready.

    PostgreSQL skips rows that others hold just now; SQLite serialises by its write lock, so the connection must
    come from `Catalogue.write`.
    """
    urgency = (work.c.priority, work.c.turn, work.c.ready_at, work.c.id)
    query = select(work).where(_free(now)).order_by(*urgency).limit(1)
    if kinds is not None:
        query = query.where(work.c.kind.in_(kinds))
    row = connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    token, attempts = row.token + 1, row.attempts + 1
    connection.execute(
        update(work)
        .where(work.c.id == row.id)
        .values(state="leased", holder=holder, token=token, attempts=attempts, leased_until=now + lease)
    )
    return Task(row.id, row.kind, row.object_id, attempts, token)


def extend(connection: Connection, task: Task, now: datetime, lease: timedelta) -> None:
    """Keep the lease a while longer; raises LeaseLost where it is another's."""
    _change(connection, task, leased_until=now + lease)


def finish(connection: Connection, task: Task, now: datetime) -> None:
    """The work is done, or ready again where it was asked for meanwhile.

    Raises LeaseLost where the lease is another's, so that the transaction undoes itself.
    """
    again = work.c.again
    _change(
        connection,
        task,
        state=case((again, "ready"), else_="done"),
        attempts=case((again, 0), else_=work.c.attempts),
        ready_at=case((again, now), else_=work.c.ready_at),
        finished_at=case((again, None), else_=now),
        again=False,
        reason_code=None,
        reason=None,
        holder=None,
    )


def fail(connection: Connection, task: Task, now: datetime, code: str, reason: str, *, retry: bool) -> bool:
    """Record why it failed; with `retry` it becomes ready again after a back-off, until the attempts are used up.

    True: it will be tried again.
    """
    again = retry and task.attempts < MAX_ATTEMPTS
    values: dict[str, object] = {"reason_code": code, "reason": reason, "holder": None}
    if again:
        wait = BACK_OFF[min(task.attempts, len(BACK_OFF)) - 1]
        # It has had its turn and waits now: an old turn left standing would let all newcomers in before the others.
        values |= {"state": "ready", "ready_at": now + wait, "turn": 0}
    else:
        values |= {"state": "failed", "finished_at": now}
    _change(connection, task, **values)
    return again


def give_back(connection: Connection, task: Task, now: datetime) -> None:
    """Let go of work at a clean stop: it is ready at once, and this was no attempt. Raises LeaseLost."""
    _change(connection, task, state="ready", ready_at=now, attempts=task.attempts - 1, holder=None)


def put_off(connection: Connection, task: Task, now: datetime, code: str, reason: str) -> None:
    """Try again later, as often as it takes: a part was away, which is not the fault of the work. Raises LeaseLost."""
    _change(
        connection,
        task,
        state="ready",
        ready_at=now + PUT_OFF,
        attempts=task.attempts - 1,
        reason_code=code,
        reason=reason,
        holder=None,
    )


def work_waits(connection: Connection, now: datetime) -> bool:
    """Whether `claim_work` would find something; takes no lock, so that idle workers may ask often."""
    return connection.execute(select(work.c.id).where(_free(now)).limit(1)).scalar() is not None


def retry_work(connection: Connection, kind: str, object_id: str, now: datetime) -> bool:
    """Make failed or finished work ready again, from the beginning and first in line. False: there is none such."""
    changed = connection.execute(
        update(work)
        .where(work.c.kind == kind, work.c.object_id == object_id, work.c.state.in_(("failed", "done")))
        .values(state="ready", ready_at=now, attempts=0, priority=URGENT, turn=0, finished_at=None)
    )
    return changed.rowcount == 1


def _next_turn(connection: Connection, priority: int, owner: str) -> int:
    """The turn of one more piece of work of that owner (start-time fair queueing).

    It is one after the last that he has waiting, or, where he has none, the turn that is being served: so a newcomer is
    served next but one however much others have waiting, and who was away saves up nothing. Two who ask at the same
    moment may get the same turn; then the earlier goes first.
    """
    waiting = (work.c.state == literal_column("'ready'"), work.c.priority == priority, work.c.turn > 0)
    last = connection.scalar(select(func.max(work.c.turn)).where(*waiting, work.c.owner == owner))
    if last is not None:
        return int(last) + 1
    served = connection.scalar(select(func.min(work.c.turn)).where(*waiting))
    return int(served or 1)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(work.c.state == "ready", work.c.ready_at <= now),
        and_(work.c.state == "leased", work.c.leased_until < now),
    )


def _change(connection: Connection, task: Task, **values: object) -> None:
    changed = connection.execute(
        update(work)
        .where(work.c.id == task.id, work.c.token == task.token, work.c.state == "leased")
        .values(**values)
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"the lease on {task.kind} work is gone")
