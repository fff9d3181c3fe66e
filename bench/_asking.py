"""Whether the right paper comes first: the query set over the medium and hard scans, among made pages of strangers."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bench._made import documents
from bench._queries import papers, queries
from ocr.values import PageReading, Reading
from search import (
    Amount,
    Analyser,
    Finder,
    FolderResultLists,
    Identifier,
    PageRecord,
    Scopes,
    SearchRequest,
    engine_of,
)
from tabellion.base.clock import SystemClock

STRANGERS = 1_000
FIRST_GOAL, FIFTH_GOAL = 0.95, 0.99
_DEGREES = ("medium", "hard")


def records(file: Path, reading: Reading) -> list[PageRecord]:
    """The pages of a file as they are indexed, with what was read of it and nothing that a person or a link adds."""
    day: date | None = None
    identifiers, amounts = [], []
    currency = next((item.value for item in reading.fields if item.name == "currency"), "EUR")
    for item in reading.fields:
        if item.name == "document_date":
            day = date.fromisoformat(item.value)
        elif item.name.startswith("amounts."):
            amounts.append(Amount(round(float(item.value) * 100), currency))
        elif not item.name.endswith((".name", "_date", "_from", "currency")):
            identifiers.append(Identifier(item.name, item.value))
    return [
        PageRecord(
            document=file.name,
            page=page.number,
            deposit=file.name,
            text=page.text,
            language=page.language or reading.language,
            kind=reading.kind,
            document_date=day,
            amounts=tuple(amounts),
            identifiers=tuple(identifiers),
        )
        for page in reading.pages
    ]


def measure_queries(
    source: Path, found: Sequence[tuple[Path, Reading]], *, url: str | None = None
) -> dict[str, Any]:
    """Shares of the queries whose first hit is right, and of those with a right one in the first five, by sort."""
    pages: dict[tuple[str, int], PageReading] = {}
    analyser = Analyser()
    with tempfile.TemporaryDirectory(prefix="finding-") as folder:
        engine = engine_of(url, Path(folder) / "index")
        rebuild = engine.rebuild(analyser)
        for file, reading in found:
            if file.name.split(".")[1] in _DEGREES:
                rebuild.replace(file.name, records(file, reading))
                pages.update(((file.name, page.number), page) for page in reading.pages)
        for paper in documents(STRANGERS):
            rebuild.replace(paper[0].document, [replace(page.record(), scopes=frozenset()) for page in paper])
            pages.update(((page.document, page.page), page.reading()) for page in paper)
        rebuild.complete()
        lists = FolderResultLists(Path(folder) / "lists", SystemClock())
        finder = Finder(engine.reader(), analyser, lambda document, page: pages[document, page], lists)
        return _tally(finder, source)


def _tally(finder: Finder, source: Path) -> dict[str, Any]:
    ranks: dict[str, list[int]] = {}
    missed = []
    for asked in queries(papers(source)):
        answer = finder.answer(SearchRequest(asked.query, Scopes.all(), 5))
        names = [hit.document.split(".")[0] for hit in answer.hits]
        rank = next((at for at, name in enumerate(names, 1) if name in asked.right), 0)
        ranks.setdefault(asked.sort, []).append(rank)
        if rank != 1:
            missed.append({"sort": asked.sort, "query": asked.query, "rank": rank, "first": names[:1]})
    every = [rank for each in ranks.values() for rank in each]
    return {
        "goals": {"first": FIRST_GOAL, "first_five": FIFTH_GOAL},
        "all": _shares(every),
        "sorts": {sort: _shares(each) for sort, each in ranks.items()},
        "missed": missed,
    }


def _shares(ranks: Sequence[int]) -> dict[str, Any]:
    return {
        "queries": len(ranks),
        "first": round(sum(rank == 1 for rank in ranks) / len(ranks), 4),
        "first_five": round(sum(rank > 0 for rank in ranks) / len(ranks), 4),
    }
