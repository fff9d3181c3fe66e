"""The three doors as a stubborn client uses them: each sends its papers and tries again until they are acknowledged."""

import base64
import errno
import json
import random
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from bench._beside import Beside
from bench._service import Service
from bench._tiny import Tiny
from ingest.claims import CLAIMED, REFUSED

PATIENCE_SECONDS = 600.0
_AGAIN = {408, 425, 429, 500, 502, 503, 504}


class DoorFailed(Exception):
    """A door refused for good, or did not acknowledge in time."""


@dataclass(slots=True)
class Door(Beside):
    """Hands its papers in, `most` at a time, spread over about `seconds`; or, where `pace` says from 0
    to 1 how far a run has come, in step with that.
    """

    service: Service
    papers: Sequence[Tiny]
    rng: random.Random
    seconds: float
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Name of a paper and the deposit that it became ("" where the door does not say)."""
    retries: int = 0
    pace: Callable[[], float] | None = None

    def work(self) -> None:
        """Hand them in until all are acknowledged; raises DoorFailed."""
        left = list(self.papers)
        while left:
            some = left[: self.rng.randint(1, self.most)]
            del left[: len(some)]
            self._rest(len(some), 1 - (len(left) + len(some)) / len(self.papers))
            self.send(some)
        self.insist(self.done)

    def _rest(self, next_ones: int, done: float) -> None:
        """Wait until the next papers are due, when so much of all is done."""
        if self.pace is None:
            time.sleep(self.rng.uniform(0, 2 * self.seconds * next_ones / len(self.papers)))
        else:
            while self.pace() < done:
                time.sleep(0.05)

    @property
    def most(self) -> int:
        """How many papers it hands in at a time."""
        return 1

    @abstractmethod
    def send(self, papers: Sequence[Tiny]) -> None:
        """Hand some papers in."""

    def done(self) -> bool:
        """Whether all of its papers are acknowledged."""
        return len(self.acknowledged) == len(self.papers)

    def write(self, copy: Callable[[], object]) -> None:
        """Make a file; again from its beginning where the disk is full."""

        def attempt() -> bool:
            try:
                copy()
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                return False
            return True

        self.insist(attempt)

    def insist(self, attempt: Callable[[], bool]) -> None:
        """Try until it succeeds, with pauses; raises DoorFailed when patience is at its end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not attempt():
            self.retries += 1
            if time.monotonic() > deadline:
                raise DoorFailed(f"no acknowledgement within {PATIENCE_SECONDS:.0f} s")
            time.sleep(self.rng.uniform(0.1, 0.5))


@dataclass(slots=True)
class RestDoor(Door):
    """Uploads over REST, each with a digest and an idempotency key of its own."""

    token: str = ""
    instants: list[float] = field(default_factory=list)
    """When each paper was acknowledged, in seconds of the system's clock."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Answers other than acknowledgements, by status and code."""

    def send(self, papers: Sequence[Tiny]) -> None:
        for paper in papers:
            self.insist(partial(self._upload, paper))

    def _upload(self, paper: Tiny) -> bool:
        digest = base64.b64encode(paper.sha256).decode()
        try:
            answer = httpx.post(
                f"{self.service.address}/api/v1/deposits",
                params={"name": paper.name},
                content=paper.content,
                headers={
                    "Authorization": f"Bearer {self.token}",
                    "Idempotency-Key": paper.word,
                    "Repr-Digest": f"sha-256=:{digest}:",
                },
                timeout=30,
            )
        except httpx.TransportError:
            return False
        if answer.is_error:
            self.refusals[f"{answer.status_code} {_code(answer)}"] += 1
        if answer.status_code in _AGAIN:
            return False
        if answer.is_error:
            raise DoorFailed(f"{paper.name}: {answer.status_code} {answer.text[:300]}")
        told = answer.json()
        if told["sha256"] != paper.sha256.hex():
            raise DoorFailed(f"{paper.name} was acknowledged with another digest")
        self.acknowledged[paper.name] = told["deposit"]
        self.instants.append(time.time())
        return True


def _code(answer: httpx.Response) -> str:
    """The stable code of a problem; what has none was not foreseen."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return "?"


@dataclass(slots=True)
class CommandDoor(Door):
    """`tabellion ingest`, a few files a call; a call that fails is made again with the same files."""

    folder: Path = Path()

    @property
    def most(self) -> int:
        return 8

    def send(self, papers: Sequence[Tiny]) -> None:
        for paper in papers:
            self.write(partial((self.folder / paper.name).write_bytes, paper.content))
        self.insist(lambda: self._ingest(papers))

    def _ingest(self, papers: Sequence[Tiny]) -> bool:
        left = [paper for paper in papers if paper.name not in self.acknowledged]
        output = self.service.command(
            "ingest", *(str(self.folder / paper.name) for paper in left), "--json", codes=(0, 1)
        )
        for line in map(json.loads, output.splitlines()):
            if line["status"] in {"held", "searchable"}:
                self.acknowledged[Path(line["path"]).name] = line["deposit"]
        return all(paper.name in self.acknowledged for paper in papers)


@dataclass(slots=True)
class FolderDoor(Door):
    """A personal hot folder: files are copied into it slowly, and are acknowledged when they are gone from it."""

    folder: Path = Path()

    def send(self, papers: Sequence[Tiny]) -> None:
        for paper in papers:
            self.write(partial(self._copy, paper))

    def _copy(self, paper: Tiny) -> None:
        with (self.folder / paper.name).open("wb") as file:
            half = len(paper.content) // 2
            file.write(paper.content[:half])
            file.flush()
            time.sleep(self.rng.uniform(0, 0.3))
            file.write(paper.content[half:])

    def done(self) -> bool:
        """Whether the folder holds none of them any more, neither waiting nor claimed."""
        # Two looks, because a file may be on its way back from a claim between the two places of one.
        if not (self._gone() and self._gone()):
            return False
        self.acknowledged.update({paper.name: "" for paper in self.papers})
        return True

    def _gone(self) -> bool:
        return not any(self._held(paper) for paper in self.papers)

    def _held(self, paper: Tiny) -> bool:
        refused = self.folder / REFUSED / f"{paper.name}.reason.txt"
        if refused.exists():
            raise DoorFailed(f"{paper.name} was refused: {refused.read_text()[:300]}")
        try:
            return (self.folder / paper.name).exists() or any(self.folder.glob(f"{CLAIMED}/*/{paper.name}"))
        except FileNotFoundError:
            return True  # a claim went away while it was looked for: look again


@dataclass(slots=True)
class StationDoor(FolderDoor):
    """A station's folder: files first, then a list of them with their digests."""

    @property
    def most(self) -> int:
        return 12

    def send(self, papers: Sequence[Tiny]) -> None:
        FolderDoor.send(self, papers)
        listed = "".join(f"{paper.sha256.hex()}  {paper.name}\n" for paper in papers)
        place = self.folder / f"{papers[0].name}.done"
        unfinished = place.with_suffix(".unfinished")
        self.write(partial(unfinished.write_text, listed))
        unfinished.rename(place)
