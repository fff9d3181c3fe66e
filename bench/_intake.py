"""Fills an archive with made papers through the doors, the workers and the keeper, and times each of them.

Only recognition is left out: the reader says of a file what its paper was made to say. Whom a paper is about, its
scopes, what the log and the index hold of it, come about as they do of scans.
"""

import hashlib
import io
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, BinaryIO

from archive.archive import SYSTEM_ACTOR
from archive.registry import NewClaim, NewParty, add_portfolio, put_claims, put_parties
from bench._made import PORTFOLIOS, MadePage, documents
from bench._registry import strangers
from ingest.arrivals import Arrival
from ingest.batches import find_or_open
from ingest.keeper import Duty, Keeper
from ingest.receive import receive
from ingest.worker import Worker
from ocr import Reader, Reading
from ocr.values import Box, FieldReading, PageReading, Part
from tabellion.running.keeping import make_lanes
from tabellion.wiring import Parts

PER_BATCH = 250
PAPERS_OF_A_DEBTOR = 5
_MOST_PAGES = 40
_HEAD = b"%PDF-1.7 paper "
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Debtor:
    """A party of the registry, with its claim and the number of that."""

    id: str
    party: NewParty
    number: str
    portfolio: int
    claim: str


@dataclass(slots=True)
class Papers(Reader):
    """A reader that knows what each made file says; at most `most` are made, of `size` bytes.

    Files are made in order, and forgotten when they were read.
    """

    debtors: list[Debtor]
    size: int
    most: int
    _source: Iterator[list[MadePage]] = field(init=False)
    _made: dict[int, tuple[list[MadePage], Debtor]] = field(default_factory=dict)
    _dice: Random = field(default_factory=lambda: Random("papers"))
    pages: int = 0
    text_bytes: int = 0

    def __post_init__(self) -> None:
        self._source = documents(_MOST_PAGES * self.most)

    def make(self, number: int, portfolio: int) -> bytes:
        """The bytes of a file whose paper is about a debtor of the portfolio."""
        paper = next(self._source)
        self._made[number] = paper, self._dice.choice(self.debtors[portfolio::PORTFOLIOS])
        self.pages += len(paper)
        return _HEAD + b"%d\n" % number + self._dice.randbytes(self.size)

    def warm(self) -> None:
        """Nothing has to be started."""

    def close(self) -> None:
        """Nothing has to be ended."""

    def read(self, file: BinaryIO, **_: Any) -> Reading:
        """What the paper of the file was made to say."""
        file.seek(0)
        data = file.read()
        paper, debtor = self._made.pop(int(data.removeprefix(_HEAD).partition(b"\n")[0]))
        pages = tuple(_page(page, debtor) for page in paper)
        self.text_bytes += sum(len(page.text.encode()) for page in pages)
        first = paper[0]
        return Reading(
            sha256=hashlib.sha256(data).hexdigest(),
            media_type="application/pdf",
            language=first.language,
            kind=pages[0].kind,
            kind_confidence=0.97,
            parts=(Part(1, len(pages), pages[0].kind, first.language),),
            pages=pages,
            fields=tuple(_fields(first, debtor)),
            engine={"name": "made", "version": "1"},
        )


def _page(page: MadePage, debtor: Debtor) -> PageReading:
    said = f"{debtor.party.name} {debtor.number}\n{page.text}" if page.page == 1 else page.text
    made = MadePage(**{**_values(page), "text": said})
    return PageReading(
        **{**_read_values(made.reading()), "kind": page.kind, "quality": {"ink": 0.04, "blur": 0.1}}
    )


def _values(page: MadePage) -> dict[str, Any]:
    return {name: getattr(page, name) for name in page.__slots__}


def _read_values(page: PageReading) -> dict[str, Any]:
    return {name: getattr(page, name) for name in page.__slots__}


def _fields(page: MadePage, debtor: Debtor) -> Iterator[FieldReading]:
    kind, identifier = debtor.party.identifiers[0]
    for line, (name, value) in enumerate(
        (
            ("document_date", page.day.isoformat()),
            ("contract_number", debtor.number),
            ("amounts.total", f"{page.amount / 100:.2f}"),
            ("currency", "EUR"),
            ("parties.debtor.name", debtor.party.name),
            (f"parties.debtor.{kind}", identifier),
            ("reference", page.number),
        )
    ):
        box = Box(0.1, 0.1 + 0.02 * line, 0.4, 0.115 + 0.02 * line)
        yield FieldReading(name, value, value, 0.96, 1, box, f"made.{name}")


@dataclass(slots=True)
class Spent:
    """Seconds on the clock, and seconds of all threads on processors, which others on the machine do not change."""

    seconds: float = 0.0
    cpu: float = 0.0


@dataclass(slots=True)
class Filler:
    """Takes papers in, lot by lot, and remembers what each lot took."""

    parts: Parts
    papers: Papers
    portfolios: list[str]
    registry: list[Debtor]
    """All debtors; papers are about those that `papers` knows."""
    lots: list[dict[str, Spent]] = field(default_factory=list)
    taken: int = 0
    lanes: dict[str, list[Duty]] = field(default_factory=dict)
    keeper: Keeper = field(init=False)
    _worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self._worker = Worker(self.parts.archive, self.papers, "bench")
        self.lanes = {name: list(duties) for name, duties in make_lanes(self.parts).items()}
        for duty in itertools.chain.from_iterable(self.lanes.values()):
            duty.run = _timed(self, f"keeper: {duty.name}", duty.run)
        self.keeper = Keeper(self.parts.archive, "bench", self.lanes)

    def fill(self, count: int) -> None:
        """One lot: received, read, and then everything that the keeper does of it."""
        self.lots.append({})
        with self.spending("receiving"):
            for _ in range(count):
                self._receive()
        with self.spending("storing what was read"):
            self._worker.drain()
        self.keeper.run_once()

    @contextmanager
    def spending(self, stage: str) -> Iterator[None]:
        """Note what the block takes as that of a stage of this lot."""
        begun, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            spent = self.lots[-1].setdefault(stage, Spent())
            spent.seconds += time.perf_counter() - begun
            spent.cpu += time.process_time() - cpu

    def _receive(self) -> None:
        box = self.taken // PER_BATCH
        portfolio = box % PORTFOLIOS
        batch = find_or_open(self.parts.archive, f"Box {box}", self.portfolios[portfolio], SYSTEM_ACTOR)
        stream = io.BytesIO(self.papers.make(self.taken, portfolio))
        arrival = Arrival(
            batch, f"scan {self.taken}.pdf", SYSTEM_ACTOR, "command-line", retention=self.parts.retention
        )
        receive(self.parts.archive, stream, arrival, nudge=lambda: None)
        self.taken += 1


def _timed(filler: Filler, stage: str, run: Any) -> Any:
    def timed(token: int) -> object:
        with filler.spending(stage):
            return run(token)

    return timed


def make_registry(parts: Parts, count: int) -> tuple[list[Debtor], list[str]]:
    """So many parties, each with a claim, in twenty portfolios; gives them and the ids of the portfolios."""
    archive = parts.archive
    with archive.catalogue.write() as connection:
        portfolios = [
            add_portfolio(archive, connection, f"Portfolio {number}") for number in range(PORTFOLIOS)
        ]
    debtors: list[Debtor] = []
    people = strangers(count, [])
    while some := list(itertools.islice(people, _AT_ONCE)):
        start = len(debtors)
        numbers = [f"KR/{start + at:07}/{20 + at % 6}" for at in range(len(some))]
        with archive.catalogue.write() as connection:
            ids = [put.id for put in put_parties(archive, connection, some)]
            claims = [
                NewClaim(
                    number=number,
                    portfolio=portfolios[(start + at) % PORTFOLIOS],
                    external_id=f"claim-{start + at}",
                    currency="EUR",
                    principal_minor=100_000 + at,
                    parties=((ids[at], "debtor"),),
                    numbers=(("contract_number", number),),
                )
                for at, number in enumerate(numbers)
            ]
            owed = [put.id for put in put_claims(archive, connection, claims)]
        debtors += [
            Debtor(ids[at], party, numbers[at], (start + at) % PORTFOLIOS, owed[at])
            for at, party in enumerate(some)
        ]
    return debtors, portfolios
