"""Checks everything that the archive holds, in its order; what comes next is looked up and read meanwhile."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.archive import Archive
from archive.catalogue.schema import batches, deposits, documents, matters
from archive.records import PLACES
from archive.verification.deposit_check import DepositCheck
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck
from archive.verification.object_check import ObjectCheck
from archive.verification.read_ahead import spare_cores
from archive.verification.record_check import RecordCheck
from archive.verification.stamp_check import StampCheck
from archive.verification.whole_check import WholeCheck

KINDS = ("deposit", "document", "batch", "matter")
AHEAD = 5
"""Pages of some hundred things that are looked up before it is their turn."""

WORTH_A_PROCESS = 32 << 20
"""Bytes of originals: fewer are read sooner than a process has begun."""

Page = tuple[str, Mapping[str, str | None] | None]
"""Some things of a kind, each with the document that findings name; None after the last."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The single checks, which share their findings."""

    archive: Archive
    log: LogCheck
    stamps: StampCheck
    deposits: DepositCheck
    records: RecordCheck
    objects: ObjectCheck
    findings: Findings

    def preload(self, page: Page) -> None:
        """Look up what the checks of a page will ask for, and begin to read it."""
        kind, things = page
        if things is None:
            return
        if kind == "deposit":
            self.deposits.preload(list(things))
        else:
            self.records.preload(kind, list(things))

    def check(self, kind: str, thing: str, document: str | None) -> None:
        """Check one thing."""
        if kind == "deposit":
            self.deposits.check(thing, document)
        else:
            self.records.check((kind, thing), document)
            self.findings.checked[PLACES[kind]] += 1


def check_everything(
    checks: Checks, progress: Callable[[int, int], None], processes: int | None = None
) -> None:
    """Check the whole log, then all things; `processes` read beside this one, by default where it is worth it."""
    whole = WholeCheck(checks.archive, checks.log, checks.findings)
    done = 0 if checks.log.checkpoint is None else checks.log.checkpoint.size
    with checks.archive.catalogue.read() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (deposits, documents, batches, matters)
        ]
        size = connection.scalar(select(func.sum(deposits.c.size))) or 0
    total = done + sum(counts)
    if processes is None:
        processes = spare_cores() if size >= WORTH_A_PROCESS else 0
    with checks.objects.reading_ahead(processes):
        pages = _looked_up(_pages(whole), checks.preload)
        checks.log.scan(lambda scanned: progress(scanned, total))
        checks.stamps.check_all()
        whole.check_identity()
        whole.check_inventory()
        for kind, things in pages:
            for some in whole.strangers(kind) if things is None else (things,):
                for thing, document in some.items():
                    checks.check(kind, thing, document)
                    done += 1
                    progress(min(done, total), total)


def _pages(whole: WholeCheck) -> Iterator[Page]:
    for kind in KINDS:
        for things in whole.pages(kind):
            yield kind, things
        yield kind, None


def _looked_up(pages: Iterator[Page], look_up: Callable[[Page], None]) -> Iterator[Page]:
    """The pages in their order, with the first ones looked up at once, and some more whenever one is done."""
    ready: deque[Page] = deque()

    def fill() -> None:
        while len(ready) < AHEAD and (page := next(pages, None)) is not None:
            look_up(page)
            ready.append(page)

    def rest() -> Iterator[Page]:
        while ready:
            yield ready.popleft()
            fill()

    fill()
    return rest()
