"""A worker: takes the most urgent work under a lease, does it, and says why where it could not."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event

from archive.archive import Archive
from archive.catalogue import (
    LeaseLost,
    Task,
    claim_work,
    extend,
    fail,
    finish,
    give_back,
    put_off,
    work_waits,
)
from archive.catalogue.work import MAX_ATTEMPTS
from archive.checks import WORK as CHECK
from archive.checks import fail_check, run_check
from archive.copies.errors import CopyRefused
from archive.packages import WORK as PACKAGE
from archive.packages import ExportRefused, Issuer, build_ordered, fail_ordered
from archive.verification.trust import VerifyTrust
from ingest import relinking
from ingest.away import is_away
from ingest.copying import WORK as COPY
from ingest.copying import copy_document
from ingest.importing.jobs import WORK as IMPORT
from ingest.importing.jobs import fail_job, run_job
from ingest.reading import read_deposit, refuse_deposit
from ingest.rescans import WORK as RESCAN
from ingest.rescans import find_rescans
from ocr import Reader, ReadingRefused
from tabellion.base.errors import DiskFull, EvidenceError, NotFound, TabellionError

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
READ, LINK = "read", "link"
TRIES_OF_REFUSED = 2
"""A file on which the reader died or ran out of time is tried once more, not until the end of all attempts."""


class Stopping(Exception):
    """The worker was asked to stop while it worked; the work is given back."""


class Worker:
    """Does the work of the catalogue, one task at a time.

    `holder` names this process in leases. The lease is short, so that the work of a killed worker is soon taken up by
    another, and is extended by `extend_lease`, which another thread calls while a task runs. `issuer` gives what
    packages are made with, `trust` what everything is verified with; a worker without them does neither. With `copies`,
    a searchable copy is made of everything that is read. Files are cut into papers wherever one begins at least
    `split_above` sure; without it, nothing is cut that nobody has asked for.
    """

    def __init__(
        self,
        archive: Archive,
        reader: Reader,
        holder: str,
        *,
        lease: timedelta = LEASE,
        issuer: Callable[[], Issuer] | None = None,
        trust: Callable[[], VerifyTrust] | None = None,
        copies: bool = False,
        split_above: float | None = None,
    ) -> None:
        self._archive = archive
        self._reader = reader
        self._holder = holder
        self._lease = lease
        self._issuer = issuer
        self._trust = trust
        self._copies = copies
        self._split_above = split_above
        self._stop = Event()
        self._task: Task | None = None
        self._lost = False

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the worker to end: what runs is given back after the page at hand. Safe in a signal handler."""
        self._stop.set()

    def run_once(self) -> bool:
        """Do one task, if one is ready. False: there was none, or the worker is to stop.

        Raises `Unavailable` where catalogue or vault do not answer; the lease then runs out by itself.
        """
        task = None if self.stopping else self._claim()
        if task is None:
            return False
        self._task, self._lost = task, False
        try:
            self._do(task)
        finally:
            self._task = None
        return True

    def drain(self) -> int:
        """Do all that is ready, also what becomes ready meanwhile; says how many tasks that were."""
        done = 0
        while self.run_once():
            done += 1
        return done

    def extend_lease(self) -> None:
        """Keep the lease of the running task, if there is one; called every few seconds, from another thread."""
        task = self._task
        if task is None:
            return
        try:
            with self._archive.catalogue.write() as connection:
                extend(connection, task, self._now(), self._lease)
        except LeaseLost:
            # The task may just have been finished; if it was not, `_alive` stops it.
            self._lost = self._task is task

    def warm(self) -> None:
        """Start the reader's subprocess, without waiting for it; called by the thread that outlives the others."""
        self._reader.warm()

    def close(self) -> None:
        """End the reader's subprocess."""
        self._reader.close()

    def _claim(self) -> Task | None:
        with self._archive.catalogue.read() as connection:
            if not work_waits(connection, self._now()):
                return None
        with self._archive.catalogue.write() as connection:
            return claim_work(connection, self._holder, self._now(), self._lease)

    def _do(self, task: Task) -> None:
        try:
            if task.attempts > MAX_ATTEMPTS:
                # Every worker that had it died of it, so that none could say so.
                self._fail(task, "WORKER_DIED", "the workers that read it died again and again", retry=False)
                return
            self._kind(task)
        except Stopping:
            with self._archive.catalogue.write() as connection:
                give_back(connection, task, self._now())
        except LeaseLost:
            _log.warning("the lease was lost", extra={"work": task.id})
        except NotFound:
            with self._archive.catalogue.write() as connection:
                finish(connection, task, self._now())
        except ReadingRefused as refusal:
            again = refusal.retry and task.attempts < TRIES_OF_REFUSED
            self._fail(task, refusal.reason, refusal.detail, retry=again)
        except (EvidenceError, ExportRefused, CopyRefused) as error:
            self._fail(task, error.code, error.message, retry=False)
        except Exception as error:
            if is_away(error):
                self._put_off(task, error)
                return
            if isinstance(error, TabellionError):
                self._fail(task, error.code, error.message, retry=True)
                return
            _log.exception("work failed", extra={"work": task.id, "kind": task.kind})
            self._fail(task, "INTERNAL", type(error).__name__, retry=True)

    def _kind(self, task: Task) -> None:
        if task.kind == READ:
            read_deposit(
                self._archive,
                self._reader,
                task,
                self._alive,
                copies=self._copies,
                split_above=self._split_above,
            )
        elif task.kind == COPY:
            copy_document(self._archive, self._reader, task, self._alive)
        elif task.kind == LINK:
            relinking.relink(self._archive, task)
        elif task.kind == RESCAN:
            find_rescans(self._archive, task)
        elif task.kind == IMPORT:
            run_job(self._archive, task, self._alive)
        elif task.kind == PACKAGE and self._issuer is not None:
            build_ordered(self._archive, self._issuer(), task.object_id)
            with self._archive.catalogue.write() as connection:
                finish(connection, task, self._now())
        elif task.kind == CHECK and self._trust is not None:
            run_check(self._archive, self._trust(), task, self._alive)
        else:
            self._fail(task, "UNKNOWN_WORK", f"this version does not know {task.kind} work", retry=False)

    def _alive(self) -> None:
        if self._lost:
            raise LeaseLost("the lease passed to another worker")
        if self.stopping:
            raise Stopping

    def _put_off(self, task: Task, error: Exception) -> None:
        away = (
            error if isinstance(error, TabellionError) else DiskFull("there is no room for temporary files")
        )
        _log.warning("work is put off", extra={"work": task.id, "code": away.code})
        with suppress(LeaseLost), self._archive.catalogue.write() as connection:
            put_off(connection, task, self._now(), away.code, away.message)

    def _fail(self, task: Task, code: str, reason: str, *, retry: bool) -> None:
        try:
            with self._archive.catalogue.write() as connection:
                again = fail(connection, task, self._now(), code, reason, retry=retry)
                if not again and task.kind == READ:
                    refuse_deposit(self._archive, connection, task.object_id, code, reason)
        except LeaseLost:
            return
        if not again and task.kind == PACKAGE:
            fail_ordered(self._archive, task.object_id, code, reason)
        if not again and task.kind == IMPORT:
            fail_job(self._archive, task.object_id, reason)
        if not again and task.kind == CHECK:
            fail_check(self._archive, task.object_id, code, reason)
        _log.warning("work failed", extra={"work": task.id, "code": code, "again": again})

    def _now(self) -> datetime:
        return self._archive.clock.now()
