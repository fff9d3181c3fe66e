"""Files an hour and bytes a day: counted from what the catalogue says was received, so that all processes agree.

The catalogue is asked anew every few seconds only; in between, a process adds what it takes in itself.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from api.limits.errors import QuotaReached
from api.limits.values import Allowance
from archive.archive import Archive
from archive.catalogue.schema import batch_items, deposits

ASKED_EVERY = timedelta(seconds=10)
REMEMBERED = 10_000


class _Used:
    """What an account has handed over in the hour and on the day that are running."""

    __slots__ = ("at", "bytes", "files")

    def __init__(self, at: datetime, files: int, size: int) -> None:
        self.at, self.files, self.bytes = at, files, size


class Quotas:
    """Refuses what goes beyond a quota. For many threads."""

    def __init__(self, archive: Archive, zone: ZoneInfo) -> None:
        self._archive = archive
        self._zone = zone
        self._used: OrderedDict[str, _Used] = OrderedDict()
        self._lock = Lock()

    def check(self, pseudonym: str, allowance: Allowance, size: int | None) -> None:
        """Raise QuotaReached where one more file (of `size` bytes, where that is known) is too much.

        Hours and days are those of the clock, days in the archive's zone. A file whose size nobody said is taken in
        while there is anything left. Asks the catalogue: to be called in a thread.
        """
        if not allowance.files_an_hour and not allowance.bytes_a_day:
            return
        now = self._archive.clock.now()
        used = self._known(pseudonym, now)
        if allowance.files_an_hour and used.files >= allowance.files_an_hour:
            raise QuotaReached(
                f"{used.files} files were handed over since the full hour; {allowance.files_an_hour} are allowed",
                seconds=(_hour(now) + timedelta(hours=1) - now).total_seconds(),
            )
        if allowance.bytes_a_day and used.bytes + (size or 1) > allowance.bytes_a_day:
            tomorrow = self._midnight(now + timedelta(days=1))
            raise QuotaReached(
                f"{used.bytes} bytes were handed over today, and {allowance.bytes_a_day} are allowed",
                seconds=(tomorrow - now).total_seconds(),
            )

    def note(self, pseudonym: str, size: int) -> None:
        """A file was taken in."""
        with self._lock:
            used = self._used.get(pseudonym)
            if used is not None:
                used.files += 1
                used.bytes += size

    def _known(self, pseudonym: str, now: datetime) -> _Used:
        with self._lock:
            used = self._used.get(pseudonym)
        fresh = used is not None and now - used.at < ASKED_EVERY and _hour(now) == _hour(used.at)
        if used is None or not fresh:
            used = self._ask(pseudonym, now)
            with self._lock:
                self._used[pseudonym] = used
                self._used.move_to_end(pseudonym)
                while len(self._used) > REMEMBERED:
                    self._used.popitem(last=False)
        return used

    def _ask(self, pseudonym: str, now: datetime) -> _Used:
        mine = batch_items.c.actor == pseudonym
        with self._archive.catalogue.read() as connection:
            files = connection.scalar(
                select(func.count())
                .select_from(batch_items)
                .where(mine, batch_items.c.at >= _hour(now), batch_items.c.deposit_id.is_not(None))
            )
            size = connection.scalar(
                select(func.sum(deposits.c.size))
                .select_from(batch_items.join(deposits, deposits.c.id == batch_items.c.deposit_id))
                .where(mine, batch_items.c.at >= self._midnight(now))
            )
        return _Used(now, int(files or 0), int(size or 0))

    def _midnight(self, at: datetime) -> datetime:
        here = at.astimezone(self._zone)
        return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(at.tzinfo)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
