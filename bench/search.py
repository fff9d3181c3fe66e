"""Finding in a large archive: made pages on tantivy, OpenSearch and SQLite FTS5, asked by one who may see 5 %.

Every question goes the whole way: parsing, compiling with variants, the index within the user's scopes, grouping by
document, facets, the gate over a catalogue of all documents, the words of each page found, marked, with boxes and
snippet. In the place of the vault stands a file with the pages compressed, whose time is told apart.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from api import access
from archive.catalogue import Catalogue
from bench._filling import (
    fill_catalogue,
    fill_engine,
    fill_peer,
    fill_store,
    merge_on_server,
    server,
    size_of,
    size_on_server,
)
from bench._fts import Peer
from bench._kept import Kept, Part
from bench._made import PORTFOLIOS, Store
from bench._questions import ASKER, DEEP, MINE, Asked, Asking, measure_questions, spread, timed
from bench._tables import publish, say, table
from search import Analyser, Engine, Finder, FolderResultLists, engine_of
from search.plan import Term
from search.terms import FORMAT
from tabellion.base.clock import SystemClock
from tabellion.running.serving import COUNTING_THREADS

PAGES, QUESTIONS = 1_000_000, 100
ENGINES = ("tantivy", "opensearch", "fts5")
GOALS = {"tantivy": (20, 2_000), "opensearch": (60, 1_000)}


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"pages": options.pages}
    papers, rows = folder / "papers.db", folder / "catalogue.db"
    made = Kept(folder).part(
        "papers", pages, partial(fill_store, papers, options.pages), partial(papers.unlink, missing_ok=True)
    )
    store = Store(papers)
    Kept(folder).part(
        "catalogue", pages, partial(fill_catalogue, rows, store), partial(rows.unlink, missing_ok=True)
    )
    bench = _Bench(folder, Kept(folder, options.rebuild), store, options)
    catalogue = Catalogue(f"sqlite:///{rows}")
    measured = {}
    for name in options.engines.split(","):
        say(name)
        measured[name] = bench.measure(name, catalogue)
    catalogue.close()
    return {**made.figures, "scope_share": 1 / PORTFOLIOS, "engines": measured}


class _Bench:
    """One run: what is built in a folder, and asked."""

    def __init__(self, folder: Path, kept: Kept, store: Store, options: argparse.Namespace) -> None:
        self._folder = folder
        self._kept = kept
        self._store = store
        self._count: int = options.questions
        self._holds = {"pages": options.pages}
        self._asked = None if options.build_only else Asked.of(store)

    def measure(self, name: str, catalogue: Catalogue) -> dict[str, Any]:
        """What one of ENGINES needs to build and to answer."""
        if name == "fts5":
            return self._peer()
        holds = {**self._holds, "format": FORMAT}
        if name == "tantivy":
            index = self._folder / "tantivy"
            engine = engine_of(None, index)
            part = self._kept.part(
                name,
                holds,
                lambda: {**fill_engine(engine, self._store), "bytes": size_of(index)},
                partial(shutil.rmtree, index, ignore_errors=True),
            )
            return _told(part) | self._answers(engine, catalogue)
        data = self._folder / "opensearch"
        with server(data) as url:
            engine = engine_of(url, self._folder)
            part = self._kept.part(
                name,
                holds,
                lambda: {**fill_engine(engine, self._store), "bytes": size_on_server(url)},
                lambda: None,  # a rebuild removes the generations before it
            )
            return _told(part) | merge_on_server(url) | self._answers(engine, catalogue)

    def _answers(self, engine: Engine, catalogue: Catalogue) -> dict[str, Any]:
        """Questions, and how soon a new page is found."""
        if self._asked is None:
            return {"questions": {}}
        analyser = Analyser()
        lists = FolderResultLists(self._folder / "lists", SystemClock())
        with ThreadPoolExecutor(COUNTING_THREADS) as beside:
            finder = Finder(engine.reader(), analyser, lambda document, page: None, lists, beside=beside)
            asking = Asking(finder, catalogue, ASKER, self._store)
            result: dict[str, Any] = {"questions": measure_questions(asking, self._asked, self._count)}
        new = replace(next(iter(self._store))[0].record(), document="doc-new", text="quillwort")
        writer = engine.writer(analyser)
        begin = time.perf_counter()
        writer.replace("doc-new", [new])
        writer.commit()
        scopes = access.search_scopes(replace(ASKER, scopes=new.scopes))
        found = finder.index.documents(Term("exact", "quillwort"), scopes, 5)
        result["seconds_until_found"] = round(time.perf_counter() - begin, 3)
        if [hit.document for hit in found] != ["doc-new"]:
            raise AssertionError("a new page is not found")
        writer.delete("doc-new")
        writer.close()
        return result

    def _peer(self) -> dict[str, Any]:
        """The same questions of SQLite FTS5, as far as it has them."""
        path = self._folder / "fts5.db"
        part = self._kept.part(
            "fts5",
            self._holds,
            partial(fill_peer, path, self._store),
            partial(path.unlink, missing_ok=True),
        )
        if self._asked is None:
            return _told(part) | {"questions": {}}
        peer = Peer(path)
        for question in self._asked.questions(max(self._count // 4, 8), seed=1):
            peer.ask(portfolio=MINE, **question.peer)
        times: dict[str, list[float]] = {}
        for question in self._asked.questions(self._count, seed=2):
            if question.sort != "filters alone":
                taken = timed(partial(peer.ask, portfolio=MINE, **question.peer))
                times.setdefault(question.sort, []).append(taken)
        times["deep pages"] = [timed(partial(peer.ask, "eur", MINE, skip=20 * at)) for at in range(10, DEEP)]
        peer.close()
        return _told(part) | {"questions": {sort: spread(each) for sort, each in times.items()}}


def _told(part: Part) -> dict[str, Any]:
    return dict(part.figures) | ({"built_earlier": part.earlier} if part.earlier else {})


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
    if any("seconds_to_merge" in one for one in engines.values()):
        rows.append(
            ("merged on the server after s", *(one.get("seconds_to_merge") for one in engines.values()))
        )
    rows.append(
        ("a new page is found after s", *(one.get("seconds_until_found") for one in engines.values()))
    )
    goals = "; ".join(f"{name} {ms} ms, {rate} pages a second" for name, (ms, rate) in GOALS.items())
    lines = [
        f"{result['pages']} made pages, {result['text_bytes'] / 1e6:.0f} MB of text in eight languages, "
        f"asked by one who may see {100 * result['scope_share']:.0f} %.",
        f"Goals: {goals}; type-ahead 30 ms; a new page in 3 s.",
        *(
            f"Indexing on {name} was timed by an earlier run, {one['built_earlier']}."
            for name, one in engines.items()
            if "built_earlier" in one
        ),
    ]
    return table(heads, rows) + "\n\n" + "\n".join(lines)


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
    parser.add_argument("--engines", default=",".join(ENGINES), help="which, separated by commas")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="work in this folder's file system")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="leave pages and indexes in DIR itself, and use those of an earlier run with as many pages",
    )
    parser.add_argument("--rebuild", action="store_true", help="build the indexes again, to time that")
    parser.add_argument("--build-only", action="store_true", help="build what is missing, ask nothing")
    options = parser.parse_args(arguments)
    unknown = set(options.engines.split(",")) - set(ENGINES)
    if unknown or (options.keep and options.folder is None):
        parser.error(
            "--keep needs --folder" if not unknown else f"no such engine: {', '.join(sorted(unknown))}"
        )
    # A run that is told to end stops its server.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with ExitStack() as stack:
        if options.keep:
            folder = Path(options.folder)
        else:
            scratch = tempfile.TemporaryDirectory(prefix="tabellion-search-", dir=options.folder)
            folder = Path(stack.enter_context(scratch))
            folder.chmod(0o711)  # a server runs as a user of its own, below it
        result = run(options, folder)
    publish(result, for_people(result), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
