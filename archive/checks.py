"""Verifications of everything that the archive holds: asked for by people, made by a worker, with progress to see."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from archive.archive import Archive
from archive.catalogue import URGENT, Task, add_work, finish
from archive.catalogue.schema import checks
from archive.log import record
from archive.verification.trust import VerifyTrust
from archive.verify import verify
from signing.verdict import Report, Verdict
from tabellion.base.errors import NotFound

WORK = "check"
"""Kind of the work that `order_check` queues: `run_check` does it."""

OUTCOMES = {Verdict.PASSED: "passed", Verdict.FAILED: "failed", Verdict.INDETERMINATE: "undecided"}
_SAVE_SECONDS = 0.5

State = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Check:
    """A verification of everything. `done` of `total` things are checked; `report` is that of `verify --json`."""

    id: str
    state: State
    done: int
    total: int
    report: Mapping[str, Any] | None
    reason_code: str | None
    reason: str | None
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None before anything was counted."""
        return min(1.0, self.done / self.total) if self.total else None


def order_check(archive: Archive, connection: Connection, actor: str) -> str:
    """Have everything verified; gives the id of the check, which is the one that runs already where there is one."""
    running = connection.scalar(select(checks.c.id).where(checks.c.state == "running").limit(1))
    if running is not None:
        found: str = running
        return found
    check_id, now = archive.ids.new(), archive.clock.now()
    connection.execute(
        insert(checks).values(id=check_id, state="running", done=0, total=0, asked_by=actor, asked_at=now)
    )
    add_work(connection, archive.ids, WORK, check_id, now, priority=URGENT)
    return check_id


def find_check(connection: Connection, check_id: str) -> Check:
    """The check with that id; raises `NotFound`."""
    row = connection.execute(select(checks).where(checks.c.id == check_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such check")
    return _check(row)


def running_check(connection: Connection) -> Check | None:
    """The check that is under way, if one is."""
    row = connection.execute(select(checks).where(checks.c.state == "running").limit(1)).one_or_none()
    return None if row is None else _check(row)


def run_check(archive: Archive, trust: VerifyTrust, task: Task, alive: Callable[[], None]) -> None:
    """Do the work of a check; for workers. `alive` raises where the worker must let go.

    Its outcome is an entry of the log. Raises `LeaseLost`, and what storage raises where it does not answer.
    """
    with archive.catalogue.read() as connection:
        check = find_check(connection, task.object_id)
    if check.state != "running":
        with archive.catalogue.write() as connection:
            finish(connection, task, archive.clock.now())
        return
    saved = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal saved
        alive()
        if time.monotonic() - saved < _SAVE_SECONDS:
            return
        with archive.catalogue.write() as writing:
            writing.execute(update(checks).where(checks.c.id == check.id).values(done=done, total=total))
        saved = time.monotonic()

    report = verify(archive, trust, None, progress)
    with archive.catalogue.write() as connection:
        finish(connection, task, archive.clock.now())
        connection.execute(
            update(checks)
            .where(checks.c.id == check.id, checks.c.state == "running")
            .values(
                state="done",
                done=checks.c.total,
                report=report.to_json(),
                finished_at=archive.clock.now(),
            )
        )
        record_check(archive, connection, check.asked_by, "archive", archive.id, report)


def fail_check(archive: Archive, check_id: str, code: str, reason: str) -> None:
    """Say why a check ended without a report: by workers, after the last attempt."""
    with archive.catalogue.write() as connection:
        connection.execute(
            update(checks)
            .where(checks.c.id == check_id, checks.c.state == "running")
            .values(state="failed", reason_code=code, reason=reason, finished_at=archive.clock.now())
        )


def record_check(
    archive: Archive, connection: Connection, actor: str, object_type: str, object_id: str, report: Report
) -> None:
    """Write into the log that the evidence was checked; the subject is the report's digest."""
    body = json.dumps(report.to_json(), sort_keys=True, ensure_ascii=False).encode()
    record(
        connection,
        type="verify",
        object_type=object_type,
        object_id=object_id,
        subject=hashlib.sha256(body).hexdigest(),
        actor=actor,
        time=archive.clock.now(),
        reason=OUTCOMES[report.overall],
    )


def _check(row: Row[Any]) -> Check:
    return Check(
        id=row.id,
        state=row.state,
        done=row.done,
        total=row.total,
        report=row.report,
        reason_code=row.reason_code,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
    )
