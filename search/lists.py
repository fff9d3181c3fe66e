"""Result lists: the documents of a relevance answer, kept so that paging stays stable while new papers arrive."""

import base64
import json
import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol

import regex
from sqlalchemy import delete, insert, select

from archive.catalogue import Catalogue
from archive.catalogue.schema import result_lists
from tabellion.base.clock import Clock
from tabellion.base.ids import Randomness

MOST_DOCUMENTS: Final = 1_000
_LOOKS: Final = 10
"""So often in the lifetime of a list its store is tidied, or for so many of the lists that it holds."""

_NAME = regex.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class ResultList:
    """The documents found, best first, with their scores; `query` is a digest, for queries name people."""

    query: str
    documents: tuple[tuple[str, float], ...]


class ResultLists(Protocol):
    """A bounded store of lists that expire."""

    def keep(self, results: ResultList) -> str:
        """Keep a list; gives the random name it is fetched by."""
        ...

    def fetch(self, name: str) -> ResultList | None:
        """The list of that name, unless it never was, expired, or had to make room."""
        ...


@dataclass(slots=True)
class FolderResultLists:
    """Lists as files in a folder that all api processes of a machine share."""

    folder: Path
    clock: Clock
    randomness: Randomness = os.urandom
    lifetime: timedelta = field(default=timedelta(hours=1))
    most: int = 2_000
    _looked_at: float = field(default=0.0, init=False)
    """When this process last looked for expired lists."""

    def keep(self, results: ResultList) -> str:
        """Write the list, and make room now and then: expired lists first, then the oldest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = _new_name(self.randomness)
        value = {
            "query": results.query,
            "documents": results.documents,
            "until": (self.clock.now() + self.lifetime).timestamp(),
        }
        temporary = self.folder / f".{name}"
        temporary.write_text(json.dumps(value), encoding="utf-8")
        now = self.clock.now().timestamp()
        os.utime(temporary, (now, now))
        temporary.replace(self._path(name))
        self._make_room()
        return name

    def fetch(self, name: str) -> ResultList | None:
        """The list of that name; a name that is no name of ours is nobody's."""
        if not _NAME.fullmatch(name):
            return None
        try:
            value = json.loads(self._path(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if value["until"] <= self.clock.now().timestamp():
            return None
        return ResultList(value["query"], tuple((document, score) for document, score in value["documents"]))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _make_room(self) -> None:
        """Look at each list's age only once in a while: with thousands of them that takes longer than a search."""
        now = self.clock.now().timestamp()
        with os.scandir(self.folder) as entries:
            full = sum(1 for _ in entries) > self.most
        if not full and now < self._looked_at + self.lifetime.total_seconds() / _LOOKS:
            return
        self._looked_at = now
        kept = self.most - (self.most // _LOOKS if full else 0)
        ages: list[tuple[float, Path]] = []
        for path in self.folder.iterdir():
            try:
                ages.append((path.stat().st_mtime, path))
            except FileNotFoundError:  # another process made room at the same time
                continue
        ages.sort()
        oldest = now - self.lifetime.total_seconds()
        surplus = len(ages) - kept
        for place, (age, path) in enumerate(ages):
            if place < surplus or age <= oldest:
                path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class CatalogueResultLists:
    """Lists in the catalogue, that the api processes of all machines share: whichever is asked has the next page."""

    catalogue: Catalogue
    clock: Clock
    randomness: Randomness = os.urandom
    lifetime: timedelta = field(default=timedelta(hours=1))
    most: int = 2_000

    def keep(self, results: ResultList) -> str:
        """Write the list, and make room: expired lists first, then the oldest."""
        name, now = _new_name(self.randomness), self.clock.now()
        row = {
            "name": name,
            "query": results.query,
            "documents": json.dumps(results.documents),
            "until": now + self.lifetime,
        }
        with self.catalogue.write() as connection:
            connection.execute(insert(result_lists).values(row))
            newest = select(result_lists.c.until).order_by(result_lists.c.until.desc())
            # One that is as old as the last that has room goes as well: a few more or fewer do no harm.
            last = connection.scalar(newest.offset(self.most).limit(1))
            connection.execute(delete(result_lists).where(result_lists.c.until <= max(now, last or now)))
        return name

    def fetch(self, name: str) -> ResultList | None:
        """The list of that name; a name that is no name of ours is nobody's."""
        if not _NAME.fullmatch(name):
            return None
        wanted = select(result_lists).where(
            result_lists.c.name == name, result_lists.c.until > self.clock.now()
        )
        with self.catalogue.read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return ResultList(
            row.query, tuple((document, score) for document, score in json.loads(row.documents))
        )


def _new_name(randomness: Randomness) -> str:
    return base64.urlsafe_b64encode(randomness(16)).rstrip(b"=").decode()
