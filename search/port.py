"""The port: what is indexed of a page, who asks, what comes back; every engine implements these protocols."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, Self

from search.plan import Plan


@dataclass(frozen=True, slots=True)
class Named:
    """A record that people call by a name: a portfolio, a batch, a station."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PageParty:
    """A party that a page is linked to, with its role: `debtor`, `creditor`, `court`, ..."""

    id: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class PageClaim:
    """A claim that a page is linked to."""

    id: str
    number: str


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in minor units, with its currency (ISO 4217)."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier that was read or linked: its type (`nip`, `iban`, `contract_number`, ...) and value."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What is indexed of one page; `text` is analysed and not kept.

    `page` counts from 1 within the document. `scopes` are all that open this page (`portfolio:<id>`,
    `creditor:<id>`, `matter:<id>`, narrower ones for a page span): one of them in the user's hands suffices.
    Everything here may be told to whoever may open the page, so parties, claims and identifiers are those of
    the page, not of the whole document. The dates are the document's and equal on all its pages.
    """

    document: str
    page: int
    deposit: str
    text: str
    language: str = "und"
    kind: str = "other"
    direction: str | None = None
    document_date: date | None = None
    received_date: date | None = None
    due_date: date | None = None
    amounts: tuple[Amount, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    parties: tuple[PageParty, ...] = ()
    claims: tuple[PageClaim, ...] = ()
    portfolio: Named | None = None
    batch: Named | None = None
    station: Named | None = None
    scopes: frozenset[str] = frozenset()
    quality: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scopes:
    """What the asking user may open: some scopes, or everything; nothing unless said."""

    names: frozenset[str] = frozenset()
    everything: bool = False

    @classmethod
    def of(cls, *names: str) -> Self:
        """The scopes with these names."""
        return cls(frozenset(names))

    @classmethod
    def all(cls) -> Self:
        """Everything: for the keeper of the archive and its command line, never by default."""
        return cls(everything=True)


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document that matches: its score (of its best page) and its place in the order by date, newest highest."""

    document: str
    score: float
    place: int


@dataclass(frozen=True, slots=True)
class PageHit:
    """A page that matches, with what a list of answers shows of it.

    `outline` tells where on the page words may stand (`search.analysis.outline`).
    """

    document: str
    page: int
    score: float
    deposit: str
    kind: str
    language: str
    date: date | None
    parties: tuple[PageParty, ...] = ()
    outline: bytes = b""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, its name for people, and how many documents have it."""

    value: str
    label: str
    documents: int


FACETS = ("kind", "year", "party", "language", "portfolio")
Facets = Mapping[str, tuple[FacetValue, ...]]


@dataclass(frozen=True, slots=True)
class Overview:
    """How many documents match, and how they spread.

    Counts are exact up to the engine's published limit and estimates within two per cent beyond it.
    """

    total: int
    facets: Facets = field(default_factory=dict)


class SearchIndex(Protocol):
    """The reading side. Every question carries the user's scopes, and nothing outside them is counted."""

    def documents(self, plan: Plan, scopes: Scopes, limit: int) -> list[DocumentHit]:
        """The best documents, by the score of their best page; equal scores newest first."""
        ...

    def newest(self, plan: Plan, scopes: Scopes, limit: int, before: int | None = None) -> list[DocumentHit]:
        """Matching documents by date, newest first, from the place after `before`; without scores."""
        ...

    def pages(
        self, plan: Plan, scopes: Scopes, documents: Sequence[str], per_document: int
    ) -> dict[str, list[PageHit]]:
        """The best matching pages of each of these documents; one that no longer matches is left out."""
        ...

    def overview(self, plan: Plan, scopes: Scopes) -> Overview:
        """The number of matching documents and the facets."""
        ...

    def variants(self, word: str, distance: int, limit: int, scopes: Scopes | None = None) -> list[str]:
        """Indexed words within so many edits of a folded word, itself left out, nearest and commonest first.

        They are words of all pages. An index may remember them for others with the same scopes, and for nobody else,
        so that no time tells who has asked for a word before.
        """
        ...

    def suggest(self, prefix: str, scopes: Scopes, limit: int) -> list[str]:
        """Words of pages in scope that begin so, commonest first."""
        ...


class IndexWriter(Protocol):
    """The writing side; one at a time. Nothing is seen by readers before `commit`, then all of it at once."""

    def replace(self, document: str, pages: Iterable[PageRecord]) -> None:
        """Put these pages in the place of all that is indexed of the document."""
        ...

    def delete(self, document: str) -> None:
        """Take a document out of all answers.

        An engine may keep its words in files until they are merged: an erasure ends with a rebuild.
        """
        ...

    def commit(self) -> None:
        """Make the changes durable and visible."""
        ...

    def close(self) -> None:
        """Commit and let go of the index."""
        ...


class IndexRebuild(IndexWriter, Protocol):
    """A writer of a new generation, beside the one that answers."""

    def complete(self) -> None:
        """Commit, put the new generation in the place of the old one at a stroke, and remove the old one."""
        ...

    def abandon(self) -> None:
        """Remove the unfinished generation."""
        ...
