"""Watched folders, a door of their own: `stations/<station>/<batch>/` and `hot/<portfolio or unassigned>/`.

A station's folder is a batch, and only what a list (`<something>.done`) names is taken, whatever it is: the station
vouches for it. In a hot folder people drop things, so only settled files of a known type with their end are taken, and
the rest is put aside under `refused/` with a reason, so that nobody takes it for kept. One bad file stops no other.
"""

import fcntl
import logging
import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import BULK, URGENT
from archive.registry import find_portfolio, list_portfolios
from ingest import batches, claims, station_lists
from ingest.arrivals import DEFAULT_LIMIT, Arrival
from ingest.claims import REFUSED, Claim
from ingest.done_lists import SUFFIX
from ingest.errors import BatchClosed
from ingest.receive import receive
from ingest.settling import Looks, Patience, Verdict, is_ignored
from ingest.station_lists import Expected, StationBatch
from ingest.stations import Station, find_station
from tabellion.base.errors import TabellionError, Unavailable, Unreadable

_log = logging.getLogger(__name__)

STATIONS, HOT, UNASSIGNED = "stations", "hot", "unassigned"
_LOCK = ".lock"
MOST_AT_ONCE = 50
"""Files in one round, so that the keeper can stop or give its lease away in between."""

PUT_OFF = timedelta(minutes=1)


class NotTaken(Unreadable):
    """A file in a hot folder that is not taken in."""

    code = "NOT_TAKEN"
    advice = (
        "Convert it to PDF, TIFF, JPEG or PNG, or copy it again to its end; then put it back into the folder."
    )


class Folders:
    """Watches the folders under `root`; `run` is one round. Of several keepers one at a time does it."""

    def __init__(
        self,
        archive: Archive,
        root: Path,
        *,
        nudge: Callable[[], None],
        limit: int = DEFAULT_LIMIT,
        retention: timedelta | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._archive = archive
        self._root = root
        self._nudge = nudge
        self._limit = limit
        self._retention = retention
        self._looks = Looks(archive.clock, patience or Patience())
        self._put_off: dict[str, datetime] = {}
        self._taken = 0

    def run(self, _token: int = 0) -> int:
        """Look at all folders once; says how many files were received. Raises `Unavailable` where nothing can be."""
        self._taken = 0
        for name in (STATIONS, HOT):
            (self._root / name).mkdir(parents=True, exist_ok=True)
        with (self._root / _LOCK).open("w") as lock:
            try:
                # A claim that stands belongs to nobody: of two that are at it, one would take away the other's.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            self._look()
        return self._taken

    def _look(self) -> None:
        self._looks.forget_absent()
        for station in _folders(self._root / STATIONS):
            for folder in _folders(station):
                self._guarded(self._station_folder, station.name, folder)
        for folder in _folders(self._root / HOT):
            self._guarded(self._hot_folder, folder.name, folder)

    def _guarded(self, look: Callable[[str, Path], None], name: str, folder: Path) -> None:
        """One folder that cannot be handled leaves the others alone."""
        if self._is_put_off(str(folder)) or self._taken >= MOST_AT_ONCE:
            return
        try:
            look(name, folder)
        except Unavailable:
            raise
        except Exception as error:
            self._put(str(folder))
            known = isinstance(error, TabellionError | OSError)
            _log.warning("a watched folder is put off", exc_info=not known, extra={"why": str(error)})

    def _hot_folder(self, name: str, folder: Path) -> None:
        settled = list(self._hot_files(folder))
        if not settled and not any(claims.standing(folder)):
            return
        target = self._hot_batch(name)
        for claim in self._claims(folder, iter(settled)):
            arrival = Arrival(
                batch=target,
                name=claim.name,
                actor=SYSTEM_ACTOR,
                door="folder",
                source=f"claim:{claim.id}",
                priority=URGENT,
                retention=self._retention,
            )
            self._deliver(claim, arrival)

    def _hot_batch(self, name: str) -> str:
        if name == UNASSIGNED:
            return batches.unassigned(self._archive, SYSTEM_ACTOR)
        with self._archive.catalogue.read() as connection:
            portfolio = find_portfolio(connection, name)
            known = next(row.name for row in list_portfolios(connection) if row.id == portfolio)
        label = f"Hot folder, {known}"[: batches.LONGEST_NAME]
        return batches.find_or_open(self._archive, label, portfolio, SYSTEM_ACTOR)

    def _hot_files(self, folder: Path) -> Iterator[Path]:
        """The files to take; what is refused for good is put aside on the way."""
        for path in _files(folder):
            match self._looks.judge(path):
                case Verdict.TAKE:
                    yield path
                case Verdict.UNKNOWN:
                    self._refuse(path, "this is neither PDF, TIFF, JPEG, PNG nor an e-invoice in XML")
                case Verdict.UNFINISHED:
                    self._refuse(path, "the file has no end: its copy was probably broken off")

    def _refuse(self, path: Path, message: str) -> None:
        claim = claims.take(path, self._archive.ids)
        if claim is not None:
            claim.refuse(NotTaken(message))

    def _station_folder(self, name: str, folder: Path) -> None:
        lists = [path for path in _files(folder) if path.name.endswith(SUFFIX) and self._looks.settled(path)]
        waiting = list(claims.standing(folder))
        if not lists and not waiting:
            return
        with self._archive.catalogue.read() as connection:
            station = find_station(connection, name)
        batch = station_lists.take_up(
            self._archive, station, folder, lists, {claim.name for claim in waiting}
        )
        for path, error in batch.unreadable:
            if (refused := claims.take(path, self._archive.ids)) is not None:
                refused.refuse(error)
        for claim in self._claims(folder, _listed_files(folder, batch)):
            expected = batch.expected.get(claim.name)
            if expected is None or batch.id is None:
                claim.put_back()  # its list is gone: nobody vouches for it any more
            else:
                self._deliver(claim, self._from_station(station, batch.id, expected, claim))

    def _from_station(self, station: Station, batch: str, expected: Expected, claim: Claim) -> Arrival:
        sequence = station_lists.number_of(self._archive, batch, expected)
        return Arrival(
            batch=batch,
            name=claim.name,
            actor=station.account or SYSTEM_ACTOR,
            door="station",
            sequence=sequence,
            source=f"claim:{claim.id}",
            claimed=station.device.claimed(
                station.id, batch=batch, sequence=sequence, sha256=expected.sha256
            ),
            sha256=expected.sha256,
            priority=BULK,
            retention=self._retention,
        )

    def _claims(self, folder: Path, paths: Iterator[Path]) -> Iterator[Claim]:
        """The claims that stand, also of a keeper that was killed, then new ones, a round's worth."""
        for claim in claims.standing(folder):
            if not self._is_put_off(claim.id) and self._taken < MOST_AT_ONCE:
                yield claim
        for path in paths:
            if self._taken >= MOST_AT_ONCE:
                return
            if (taken := claims.take(path, self._archive.ids)) is not None:
                yield taken

    def _deliver(self, claim: Claim, arrival: Arrival) -> None:
        try:
            with claim.open() as file:
                before = os.fstat(file.fileno())
                receive(self._archive, file, arrival, nudge=self._nudge, limit=self._limit)
                after = os.fstat(file.fileno())
            self._taken += 1
            if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
                claim.give_up()
            else:
                # Somebody still wrote it. What came is kept; the rest comes as a file of its own when it has settled.
                claim.put_back()
        except (Unavailable, BatchClosed):
            raise  # the claim stands; the next round finds room, or the supplement
        except TabellionError as error:
            claim.refuse(error)
        except Exception:
            self._put(claim.id)
            _log.exception("a claimed file is put off", extra={"claim": claim.id})

    def _put(self, key: str) -> None:
        self._put_off[key] = self._archive.clock.now() + PUT_OFF

    def _is_put_off(self, key: str) -> bool:
        until = self._put_off.get(key)
        if until is not None and until <= self._archive.clock.now():
            del self._put_off[key]
            return False
        return until is not None


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder, without links, hidden ones and what was refused."""
    with os.scandir(folder) as entries:
        found = [
            folder / entry.name
            for entry in entries
            if entry.is_dir(follow_symlinks=False)
            and not entry.name.startswith(".")
            and entry.name != REFUSED
        ]
    return sorted(found)


def _files(folder: Path) -> Iterator[Path]:
    """The plain files in a folder that people mean, by name."""
    with os.scandir(folder) as entries:
        found = [
            entry.name
            for entry in entries
            if entry.is_file(follow_symlinks=False) and not is_ignored(entry.name)
        ]
    for name in sorted(found):
        yield folder / name


def _listed_files(folder: Path, batch: StationBatch) -> Iterator[Path]:
    """The files that lists name and that are there; links and other things are left where they are."""
    for name in batch.expected:
        try:
            if stat.S_ISREG((folder / name).lstat().st_mode):
                yield folder / name
        except FileNotFoundError:
            continue
