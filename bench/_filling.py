"""Builds what the bench of search asks: made pages, the catalogue that opens them, the indexes, the peer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from archive.catalogue import Catalogue, upgrade
from archive.catalogue.schema import batches, document_scopes, documents
from bench._fts import Peer
from bench._made import Store
from bench._tables import say
from search import Analyser, Engine
from search.opensearch import Generations, connect, parse_address
from tests.services import opensearch
from tests.services.process import stop

_ROWS_AT_ONCE = 5_000
_TELL_EVERY = 50_000
_LOOKING = 2.0


def fill_store(path: Path, pages: int) -> dict[str, Any]:
    """Make so many pages; how many there are, and the bytes of their text."""
    say(f"making {pages} pages")
    made, text = Store(path).fill(pages)
    return {"pages": made, "text_bytes": text}


def fill_catalogue(path: Path, store: Store) -> dict[str, Any]:
    """A catalogue with a row for each document and for the scope that opens it."""
    say("filling the catalogue")
    catalogue = Catalogue(f"sqlite:///{path}")
    upgrade(catalogue)
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
            if len(rows) == _ROWS_AT_ONCE:
                flush()
        if rows:
            flush()
    catalogue.close()
    return {}


def fill_engine(engine: Engine, store: Store) -> dict[str, Any]:
    """A new generation of the index with all pages, and how fast it was made."""
    begin, cpu = time.perf_counter(), time.process_time()
    rebuild = engine.rebuild(Analyser())
    pages = 0
    for paper in store:
        rebuild.replace(paper[0].document, [page.record() for page in paper])
        pages += len(paper)
        if pages // _TELL_EVERY != (pages - len(paper)) // _TELL_EVERY:
            say(f"  {pages} pages in {time.perf_counter() - begin:.0f} s")
    rebuild.complete()
    return {
        "pages_per_second": round(pages / (time.perf_counter() - begin), 1),
        "own_cpu_seconds": round(time.process_time() - cpu, 1),
    }


def fill_peer(path: Path, store: Store) -> dict[str, Any]:
    """The pages in SQLite FTS5, and how fast that was."""
    peer = Peer(path)
    begin = time.perf_counter()
    pages = peer.fill(store)
    seconds = time.perf_counter() - begin
    peer.close()
    return {"pages_per_second": round(pages / seconds, 1), "bytes": path.stat().st_size}


@contextmanager
def server(data: Path) -> Iterator[str]:
    """An OpenSearch of our own with its data in that folder, and the URL of the bench's indexes."""
    running = opensearch.start(opensearch.CURRENT, data=data)
    try:
        yield running.settings["TABELLION_SEARCH_URL"] + "/bench"
    finally:
        stop(running)


def size_on_server(url: str) -> int:
    """Bytes of the indexes under the prefix."""
    address = parse_address(url)
    connection = connect(address)
    rows = connection.ask(
        "GET", f"/_cat/indices/{address.prefix}.*", format="json", bytes="b", h="store.size"
    )
    connection.close()
    return sum(int(row["store.size"]) for row in rows)


def merge_on_server(url: str) -> dict[str, Any]:
    """Wait until the server has merged what was built, which it does beside its answers; the seconds and the bytes."""
    address = parse_address(url)
    connection = connect(address)
    generations = Generations(connection, address.prefix)
    begin = time.perf_counter()
    generations.merge(generations.current() or 0)
    while connection.ask("GET", f"/{address.prefix}.*/_stats/merge")["_all"]["total"]["merges"]["current"]:
        time.sleep(_LOOKING)
    connection.ask("POST", f"/{address.prefix}.*/_refresh", writing=True)
    seconds = time.perf_counter() - begin
    connection.close()
    return {"seconds_to_merge": round(seconds, 1), "bytes": size_on_server(url)}


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
