"""Finding in a large archive: made pages on tantivy, OpenSearch and SQLite FTS5, asked by one who may see 5 %.

Every question goes the whole way: parsing, compiling with variants, the index within the user's scopes, grouping by
document, facets, the gate over a catalogue of all documents, the words of each page found, marked, with boxes and
snippet. In the place of the vault stands a file with the pages compressed.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert

from api import access
from api.access import Actor, DocumentAccess
from api.finding import still_open
from archive.catalogue import Catalogue, upgrade
from archive.catalogue.schema import batches, document_scopes, documents
from bench._fts import Peer
from bench._made import LANGUAGES, PORTFOLIOS, MadePage, Store
from bench._tables import publish, say, table
from ocr.values import PageReading
from search import Analyser, Answer, Engine, Finder, FolderResultLists, SearchRequest, engine_of
from tabellion.base.clock import SystemClock

PAGES, QUESTIONS = 1_000_000, 100
MINE = 7
"""The portfolio of the user who asks."""

GOALS = {"tantivy": (20, 2_000), "opensearch": (60, 1_000)}
_DEEP = 40


@dataclass(frozen=True, slots=True)
class Question:
    """A query in our language and the same for the peer."""

    sort: str
    text: str
    peer: Mapping[str, Any]


def questions(store: Store, count: int, seed: int) -> list[Question]:
    """So many of each sort, from pages that the user may see, in all languages."""
    dice = Random(seed)
    mine = [
        paper for number, paper in enumerate(store) if paper[0].portfolio == MINE and number % 3 == seed % 3
    ]
    asked: list[Question] = []
    for number in range(count):
        spoken = [paper for paper in mine if paper[0].language == LANGUAGES[number % len(LANGUAGES)]] or mine
        asked += _about(dice.choice(dice.choice(spoken)), dice)
    return asked


def _about(page: MadePage, dice: Random) -> list[Question]:
    lines = [line.split() for line in page.text.split("\n") if not any(map(str.isdigit, line))] or [["konto"]]
    words = dice.choice(lines)
    at = dice.randrange(max(len(words) - 2, 1))
    phrase = " ".join(words[at : at + 3])[:60]
    two = " ".join(dice.sample(words, min(2, len(words))))[:60]
    one = dice.choice(words)[:40]
    number = page.number if dice.random() < 0.5 else page.number.rpartition("/")[2]
    first, last = f"{page.day.year}-01", f"{page.day.year}-12"
    return [
        Question("words", two, {"words": two}),
        Question("names", page.party, {"words": page.party}),
        Question("phrases", f'"{phrase}"', {"words": phrase, "phrase": True}),
        Question("identifiers", number, {"words": number}),
        Question(
            "filters", f"kind:{page.kind} date:{first}..{last} {one}", {"words": one, "kind": page.kind}
        ),
        Question(
            "filters alone", f"kind:{page.kind} language:{page.language}", {"words": one, "kind": page.kind}
        ),
    ]


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions of one user, through the gate."""

    finder: Finder
    catalogue: Catalogue
    actor: Actor
    store: Store

    def answer(self, query: str, cursor: str | None = None) -> Answer:
        """As `api.finding` does it, but for the entry in the log and the words from our store."""
        opened: dict[str, DocumentAccess] = {}
        with self.catalogue.read() as connection:

            def prepare(document_ids: Sequence[str]) -> None:
                opened.update(access.open_pages(connection, self.actor, document_ids))

            def words_of(document: str, page: int) -> PageReading | None:
                return self.store.words_of(document, page) if opened[document].page(page) else None

            finder = replace(self.finder, words_of=words_of, prepare=prepare)
            request = SearchRequest(query, access.search_scopes(self.actor), 20, cursor)
            return still_open(opened, finder.answer(request))


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds that it takes."""
    begin = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begin)


def spread(milliseconds: Sequence[float]) -> dict[str, float]:
    """The median and the 95th of a hundred."""
    ordered = sorted(milliseconds)
    return {
        "ms_p50": round(statistics.median(ordered), 2),
        "ms_p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
    }


def measure_questions(asking: Asking, store: Store, count: int) -> dict[str, dict[str, float]]:
    """Milliseconds by sort of question; others of the same sorts were asked before, so that nothing is cold."""
    for question in questions(store, max(count // 4, 8), seed=1):
        asking.answer(question.text)
    times: dict[str, list[float]] = {}
    empty = 0
    for question in questions(store, count, seed=2):
        begin = time.perf_counter()
        answer = asking.answer(question.text)
        times.setdefault(question.sort, []).append(1000 * (time.perf_counter() - begin))
        empty += not answer.hits
    say(f"  {empty} questions found nothing")
    times["deep pages"] = list(_walk(asking))
    scopes = access.search_scopes(asking.actor)
    suggest = asking.finder.index.suggest
    times["type-ahead"] = [timed(partial(suggest, word, scopes, 8)) for word in _beginnings(store, count)]
    return {sort: spread(each) for sort, each in times.items() if each}


def _walk(asking: Asking) -> Iterator[float]:
    """From page to page of one long answer, past the thousand best and on by date."""
    for query in ("kind:invoice OR kind:contract", "eur -kind:other"):
        cursor: str | None = None
        for number in range(_DEEP + 20):
            begin = time.perf_counter()
            answer = asking.answer(query, cursor)
            taken = 1000 * (time.perf_counter() - begin)
            if number:
                yield taken
            cursor = answer.next
            if cursor is None:
                break


def _beginnings(store: Store, count: int) -> list[str]:
    return [question.text[:3] for question in questions(store, count, seed=3) if question.sort == "words"]


def fill_catalogue(catalogue: Catalogue, store: Store) -> None:
    """A row for each document and for the scope that opens it."""
    now = datetime.now(UTC)
    with catalogue.write() as connection:
        connection.execute(
            insert(batches).values(
                id="bench", name="bench", origin="import", sides_mode="simplex", state="open", opened_at=now,
                version=1, record_n=0,
            )
        )  # fmt: skip
        rows: list[dict[str, Any]] = []
        scopes: list[dict[str, Any]] = []

        def flush() -> None:
            connection.execute(insert(documents), rows)
            connection.execute(insert(document_scopes), scopes)
            rows.clear()
            scopes.clear()

        for paper in store:
            first = paper[0]
            rows.append(
                {
                    "id": first.document, "batch_id": "bench", "state": "searchable", "kind": first.kind,
                    "kind_confidence": 1.0, "language": first.language, "received_at": now, "version": 1, "record_n": 0,
                }
            )  # fmt: skip
            scopes.append(
                {
                    "document_id": first.document, "scope": f"portfolio:p-{first.portfolio}", "first_page": 0,
                    "last_page": 0, "granted": 1, "actor": "bench", "at": now,
                }
            )  # fmt: skip
            if len(rows) == 5_000:
                flush()
        if rows:
            flush()


def measure_engine(
    engine: Engine, store: Store, catalogue: Catalogue, folder: Path, count: int, size: Callable[[], int]
) -> dict[str, Any]:
    """Indexing, questions, size, and how soon a new page is found."""
    analyser = Analyser()
    begin, cpu = time.perf_counter(), time.process_time()
    rebuild = engine.rebuild(analyser)
    pages = 0
    for paper in store:
        rebuild.replace(paper[0].document, [page.record() for page in paper])
        pages += len(paper)
        if pages // 50_000 != (pages - len(paper)) // 50_000:
            say(f"  {pages} pages in {time.perf_counter() - begin:.0f} s")
    rebuild.complete()
    seconds = time.perf_counter() - begin
    result: dict[str, Any] = {
        "pages_per_second": round(pages / seconds, 1),
        "own_cpu_seconds": round(time.process_time() - cpu, 1),
        "bytes": size(),
    }
    finder = Finder(
        engine.reader(),
        analyser,
        lambda document, page: None,
        FolderResultLists(folder / "lists", SystemClock()),
    )
    actor = Actor("bench", "bench", "bench", frozenset({"collector"}), frozenset({f"portfolio:p-{MINE}"}))
    asking = Asking(finder, catalogue, actor, store)
    result["questions"] = measure_questions(asking, store, count)
    new = replace(next(iter(store))[0].record(), document="doc-new", text="quillwort")
    writer = engine.writer(analyser)
    begin = time.perf_counter()
    writer.replace("doc-new", [new])
    writer.commit()
    found = finder.index.documents(
        _word("quillwort"), access.search_scopes(replace(actor, scopes=new.scopes)), 5
    )
    result["seconds_until_found"] = round(time.perf_counter() - begin, 3)
    assert [hit.document for hit in found] == ["doc-new"]
    writer.close()
    return result


def _word(word: str) -> Any:
    from search.plan import Term

    return Term("exact", word)


def measure_peer(store: Store, path: Path, count: int) -> dict[str, Any]:
    """The same questions of SQLite FTS5, as far as it has them."""
    peer = Peer(path)
    begin = time.perf_counter()
    peer.fill(store)
    seconds = time.perf_counter() - begin
    pages = sum(len(paper) for paper in store)
    for question in questions(store, max(count // 4, 8), seed=1):
        peer.ask(portfolio=MINE, **question.peer)
    times: dict[str, list[float]] = {}
    for question in questions(store, count, seed=2):
        if question.sort != "filters alone":
            before = time.perf_counter()
            peer.ask(portfolio=MINE, **question.peer)
            times.setdefault(question.sort, []).append(1000 * (time.perf_counter() - before))
    times["deep pages"] = [timed(partial(peer.ask, "eur", MINE, skip=20 * at)) for at in range(10, _DEEP)]
    result = {
        "pages_per_second": round(pages / seconds, 1),
        "bytes": peer.size(),
        "questions": {sort: spread(each) for sort, each in times.items()},
    }
    peer.close()
    return result


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """An OpenSearch of our own, and its URL."""
    environment = os.environ | {"TABELLION_SERVICES_DIR": str(folder / "services")}
    started = subprocess.run(
        ["script/services", "start", "opensearch"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    try:
        yield started.stdout.partition("=")[2].strip().strip("'") + "/bench"
    finally:
        subprocess.run(["script/services", "stop"], env=environment, check=True)


def size_on_server(url: str) -> int:
    """Bytes of the indexes under the prefix."""
    from search.opensearch import connect, parse_address

    address = parse_address(url)
    connection = connect(address)
    rows = connection.ask(
        "GET", f"/_cat/indices/{address.prefix}.*", format="json", bytes="b", h="store.size"
    )
    connection.close()
    return sum(int(row["store.size"]) for row in rows)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures."""
    store = Store(folder / "papers.db")
    say(f"making {options.pages} pages")
    pages, text = store.fill(options.pages)
    catalogue = Catalogue(f"sqlite:///{folder}/catalogue.db")
    upgrade(catalogue)
    fill_catalogue(catalogue, store)
    result: dict[str, Any] = {
        "pages": pages,
        "text_bytes": text,
        "scope_share": 1 / PORTFOLIOS,
        "engines": {},
    }
    engines = options.engines.split(",")
    if "tantivy" in engines:
        say("tantivy")
        index = folder / "index"
        result["engines"]["tantivy"] = measure_engine(
            engine_of(None, index), store, catalogue, folder, options.questions, lambda: size_of(index)
        )
        shutil.rmtree(index)
    if "opensearch" in engines:
        say("opensearch")
        with server(folder) if options.server is None else _given(options.server) as url:
            result["engines"]["opensearch"] = measure_engine(
                engine_of(url, folder),
                store,
                catalogue,
                folder,
                options.questions,
                lambda: size_on_server(url),
            )
    if "fts5" in engines:
        say("fts5")
        result["engines"]["fts5"] = measure_peer(store, folder / "peer.db", options.questions)
    catalogue.close()
    return result


@contextmanager
def _given(url: str) -> Iterator[str]:
    yield url


def for_people(result: Mapping[str, Any]) -> str:
    """The figures as tables."""
    engines = result["engines"]
    sorts = dict.fromkeys(sort for one in engines.values() for sort in one["questions"])
    heads = ("p95 (p50) ms", *engines)
    rows: list[tuple[Any, ...]] = [
        (sort, *(_both(one["questions"].get(sort)) for one in engines.values())) for sort in sorts
    ]
    rows.append(("pages indexed a second", *(one["pages_per_second"] for one in engines.values())))
    shares = (round(one["bytes"] / result["text_bytes"], 2) for one in engines.values())
    rows.append(("index, share of the text", *shares))
    rows.append(
        ("a new page is found after s", *(one.get("seconds_until_found") for one in engines.values()))
    )
    goals = "; ".join(f"{name} {ms} ms, {rate} pages a second" for name, (ms, rate) in GOALS.items())
    return table(heads, rows) + (
        f"\n\n{result['pages']} made pages, {result['text_bytes'] / 1e6:.0f} MB of text in eight languages, "
        f"asked by one who may see {100 * result['scope_share']:.0f} %.\n"
        f"Goals: {goals}; type-ahead 30 ms; a new page in 3 s."
    )


def _both(figures: Mapping[str, float] | None) -> str:
    return "" if figures is None else f"{figures['ms_p95']:.1f} ({figures['ms_p50']:.1f})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code says whether it could be measured, not whether the goals were met."""
    parser = argparse.ArgumentParser(prog="script/bench search", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--pages", type=int, default=PAGES, metavar="N", help="made pages")
    parser.add_argument(
        "--questions", type=int, default=QUESTIONS, metavar="N", help="questions of each sort"
    )
    parser.add_argument("--engines", default="tantivy,opensearch,fts5", help="which, separated by commas")
    parser.add_argument("--server", metavar="URL", help="an OpenSearch that runs, instead of one of our own")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="work in this folder's file system")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tabellion-search-", dir=options.folder) as folder:
        result = run(options, Path(folder))
    publish(result, for_people(result), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
