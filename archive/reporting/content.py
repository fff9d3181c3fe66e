"""What the papers of a package say, as values that whoever exports fills in: nothing here is looked up, only printed.

Equal contents give equal bytes, so every instant is handed in, and everything is in the order in which it is printed.
Pictures are fetched when their page is written, so that one is in memory at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from archive.reporting.pdf.scan_page import Scan
from ocr.values import Kind

Picture = Callable[[], bytes]
"""The bytes of a JPEG, PNG or TIFF, fetched when they are needed."""

ProofClass = Literal["test", "ordinary", "qualified", "unknown"]
"""The standing of a time-stamp authority (`signing.verdict.TimeClass` without what is no proof)."""


@dataclass(frozen=True, slots=True)
class TimeProof:
    """A verified token: not later than `existed_by`, proved by `authority`, in the archive's stamp of that number."""

    existed_by: datetime
    authority: str
    time_class: ProofClass
    stamp: int


@dataclass(frozen=True, slots=True)
class Event:
    """A custody entry: when, its type and reason (codes of `signing.registry`), its index in the log."""

    at: datetime
    type: str
    seq: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """What goes out instead of a deposit of which only some pages are used, or in which words are blackened.

    `manifest` is the digest (hex) of the manifest of the whole deposit, `received_at` when that came in, `pages` its
    pages in the order of the extract (from 1), `page_count` how many it has.
    """

    manifest: str
    received_at: datetime
    pages: tuple[int, ...]
    page_count: int
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """Another scan of the same paper: its deposit, its two times, and the folder it has in this package, if any."""

    deposit: str
    received_at: datetime
    time: TimeProof | None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class DepositContent:
    """A file of the package: its folder's number, its path in the package, what proves it; no `time`: proof pending.

    For an extract, `received_at` is when the archive made it, and `file_name` that of the deposit that it comes from.
    `station` is what the sender claims; `entry` is the index of its `receive` or `derive` entry; digests are hex.
    """

    number: int
    deposit: str
    path: str
    size: int
    sha256: str
    sha512: str
    manifest: str
    received_at: datetime
    entry: int
    time: TimeProof | None
    events: tuple[Event, ...]
    file_name: str | None = None
    station: str | None = None
    extract: Extract | None = None
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class Erased:
    """A deposit that was part of the document and was erased, by which entry, and when."""

    deposit: str
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """A paper as people mean it. `thumbs` are small pictures of its pages, about 220 pixels wide, in order.

    `deposits` are places in `ReportContent.deposits`, from 0. `title` is a name that people gave it, `parties` the
    people and companies that it is about, `exhibit` the number of `exhibits/<n>.pdf`.
    """

    number: int
    document: str
    kind: Kind
    page_count: int
    deposits: tuple[int, ...]
    events: tuple[Event, ...]
    thumbs: tuple[Picture, ...] = ()
    parties: tuple[str, ...] = ()
    dated: date | None = None
    title: str | None = None
    exhibit: int | None = None
    erased: tuple[Erased, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckpointContent:
    """The checkpoint that the package is made for: entries, root (hex), when its newest entry was written."""

    size: int
    root: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WitnessContent:
    """Somebody outside who cosigned that checkpoint, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeyContent:
    """A public key or certificate to compare with what the archive publishes: its use and its SHA-256 (hex)."""

    use: Literal["seal", "log"]
    sha256: str


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All that `report.pdf` says of a package.

    `archive` is the name that people know it by, `origin` the frozen name of its log, `zone` the zone in which
    instants are printed, `matter` the reference of the case.
    """

    archive: str
    archive_id: str
    origin: str
    zone: ZoneInfo
    checkpoint: CheckpointContent
    documents: tuple[DocumentContent, ...]
    deposits: tuple[DepositContent, ...]
    witnesses: tuple[WitnessContent, ...] = ()
    keys: tuple[KeyContent, ...] = ()
    matter: str | None = None

    @property
    def pending(self) -> bool:
        """Whether the time proof of any deposit is still to come."""
        return any(deposit.time is None for deposit in self.deposits)

    @property
    def test_authority(self) -> bool:
        """Whether any time is proved by a test authority alone, which has no legal value."""
        return any(each.time is not None and each.time.time_class == "test" for each in self.deposits)


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where a page comes from: deposit, its page (from 1), the SHA-256 (hex) of its original file."""

    deposit: str
    page: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ExhibitPage:
    """A page of an exhibit; `scan` is called once, when the page is written."""

    scan: Callable[[], Scan]
    source: PageSource


@dataclass(frozen=True, slots=True)
class ExhibitContent:
    """A document to read: its pages in order. `made_at` is the time of the package's checkpoint; `number` may be
    absent where the copy stands alone; `language` is that of the paper (ISO 639-1), `und` where it is not known."""

    archive: str
    document: str
    title: str
    made_at: datetime
    pages: tuple[ExhibitPage, ...]
    number: int | None = None
    language: str = "und"


@dataclass(frozen=True, slots=True)
class ChosenPage:
    """A page that somebody chose: page `number` of `count` of a document, and when its file was received."""

    scan: Callable[[], Scan]
    source: PageSource
    document: str
    number: int
    count: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ChosenContent:
    """Pages in the order in which they were chosen; `made_at` is when somebody asked for them."""

    archive: str
    title: str
    made_at: datetime
    pages: tuple[ChosenPage, ...]
