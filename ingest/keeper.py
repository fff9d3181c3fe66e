"""The keeper: exactly one acts, under a fenced lease; others stand by and take over when it falls silent.

Its duties run in lanes, one thread each, so that sealing never waits for an authority, an index or a large file in a
folder. Every duty is handed the fencing token and checks it in its own transactions. What concerns a machine and not
the archive, such as the folders that it watches, is done by those that stand by as well.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic

from archive.archive import Archive
from archive.catalogue import LeaseLost, release_lease, take_lease
from ingest.away import is_away

_log = logging.getLogger(__name__)

NAME = "keeper"
LEASE = timedelta(seconds=10)
RENEW_SECONDS = 2.0
PAUSE_SECONDS = 0.25
"""Between rounds: well under the second that groups of the log are apart at most."""

LONGEST_BACK_OFF = timedelta(seconds=60)
LONGEST_WAIT = timedelta(seconds=5)


@dataclass(slots=True)
class Duty:
    """Something that the keeper does again and again: every round, or once in `every`.

    It takes `share` of the time at most: one that looks through everything is done more rarely as the archive grows.
    `run` is handed the fencing token. One that fails is left alone for a while, ever longer, and the others go on.
    """

    name: str
    run: Callable[[int], object]
    every: timedelta = timedelta(0)
    share: float = 1.0
    close: Callable[[], None] | None = None
    """Called when the keeper lets go: what must not be held by one that only stands by."""
    stop: Callable[[], None] | None = None
    """Called when the process is to end: what runs for long must not hold it up."""
    everywhere: bool = False
    """Done on every machine, also while another keeper acts; the token is 0 then, which no lease ever has."""
    _due: datetime | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)

    def round(self, token: int, now: datetime) -> None:
        """Run if due. Raises `LeaseLost`; any other error is logged and put off."""
        if self._due is not None and now < self._due:
            return
        begun = monotonic()
        try:
            self.run(token)
        except LeaseLost:
            raise
        except Exception as error:
            self._failures += 1
            # A part that is away may be back at any moment, and its own patience was spent on it already.
            longest = LONGEST_WAIT if is_away(error) else LONGEST_BACK_OFF
            wait = min(timedelta(seconds=2 ** min(self._failures, 10) / 2), longest)
            self._due = now + max(wait, self.every)
            _log.exception("a duty of the keeper failed", extra={"duty": self.name, "again_in": str(wait)})
        else:
            self._failures = 0
            rest = timedelta() if self.share >= 1 else timedelta(seconds=(monotonic() - begun) / self.share)
            self._due = now + max(self.every, rest)


class Keeper:
    """Does the duties of its lanes while it has the lease. `holder` names this process."""

    def __init__(
        self, archive: Archive, holder: str, lanes: Mapping[str, Sequence[Duty]], *, lease: timedelta = LEASE
    ) -> None:
        self._archive = archive
        self._holder = holder
        self._lanes = lanes
        self._lease = lease
        self._token: int | None = None

    @property
    def acts(self) -> bool:
        """Whether this process is the one that acts."""
        return self._token is not None

    @property
    def lease(self) -> int | None:
        """The fencing token under which it acts; None while it does not."""
        return self._token

    def renew(self) -> bool:
        """Take or keep the lease; says whether this process acts now. Where the catalogue fails, it does not."""
        try:
            with self._archive.catalogue.write() as connection:
                token = take_lease(connection, NAME, self._holder, self._archive.clock.now(), self._lease)
        except Exception:
            _log.warning("the keeper's lease could not be renewed", exc_info=True)
            token = None
        if token != self._token:
            _log.info("keeper acts" if token else "keeper stands by", extra={"holder": self._holder})
            self._let_go()
        self._token = token
        return token is not None

    def run_once(self) -> bool:
        """One round of all lanes in this thread. False: another process acts, and only what is done everywhere was."""
        self.renew()
        for lane in self._lanes:
            self._round(lane)
        return self.acts

    def run(self, stop: Event) -> None:
        """Keep until `stop`, then let go at once, so that another need not wait for the lease to run out."""
        threads = [
            Thread(target=self._run_lane, args=(lane, stop), name=f"keeper-{lane}", daemon=True)
            for lane in self._lanes
        ]
        self.renew()
        for thread in threads:
            thread.start()
        while not stop.wait(RENEW_SECONDS):
            self.renew()
        for duty in (each for duties in self._lanes.values() for each in duties):
            if duty.stop is not None:
                duty.stop()
        for thread in threads:
            thread.join()
        self.release()

    def release(self) -> None:
        """Let go of the lease and of what the duties hold."""
        self._let_go()
        token, self._token = self._token, None
        if token is not None:
            with self._archive.catalogue.write() as connection:
                release_lease(connection, NAME, token, self._archive.clock.now())

    def _run_lane(self, lane: str, stop: Event) -> None:
        while not stop.is_set():
            self._round(lane)
            stop.wait(PAUSE_SECONDS)

    def _round(self, lane: str) -> None:
        for duty in self._lanes[lane]:
            token = self._token
            if token is None and not duty.everywhere:
                continue
            try:
                duty.round(token or 0, self._archive.clock.now())
            except LeaseLost:
                _log.warning("the keeper's lease passed to another process")
                self._token = None
                return

    def _let_go(self) -> None:
        for duties in self._lanes.values():
            for duty in duties:
                if duty.close is not None:
                    try:
                        duty.close()
                    except Exception:
                        _log.exception("a duty could not let go", extra={"duty": duty.name})
