"""The server engine: the port's contract on real servers, and what only it promises."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from opensearchpy import OpenSearch

from search import Analyser, IndexOutdated, IndexRefused, IndexUnreachable
from search.changes import Change
from search.opensearch import (
    Address,
    Connection,
    Generations,
    OpenSearchIndex,
    OpenSearchRebuild,
    OpenSearchWriter,
    ServerEngine,
    parse_address,
)
from search.opensearch.bulk import Action, BulkSender
from search.opensearch.generations import WORDS
from search.opensearch.writer import ActionsOf
from tabellion.base.errors import Conflict, SettingsError
from tests.search.contract import ALL, EVERYTHING, Backend, SearchContract
from tests.search.pages import record
from tests.search.servers import Wire, server

__all__ = ["server"]

ANALYSER = Analyser()


def empty(connection: Connection, alias: str) -> None:
    """Delete all there is; new indexes would take a second for each test."""
    every = {"query": {"match_all": {}}, "size": 10_000, "_source": False}
    hits = connection.ask("POST", f"/{alias},{alias}{WORDS}/_search", every)["hits"]["hits"]
    lines = (json.dumps({"delete": {"_index": hit["_index"], "_id": hit["_id"]}}) + "\n" for hit in hits)
    if hits:
        connection.ask("POST", "/_bulk", "".join(lines), refresh=True)


@pytest.fixture
def prefix(server: tuple[Connection, Address]) -> str:
    """A prefix with an empty generation in force; what a former test put into it is taken out."""
    connection, address = server
    generations = Generations(connection, address.prefix)
    if generations.current() is None:
        generations.promote(generations.begin())
    else:
        empty(connection, generations.alias)
    return address.prefix


@pytest.fixture
def connection(server: tuple[Connection, Address]) -> Connection:
    return server[0]


@pytest.fixture
def backend(connection: Connection, prefix: str) -> Backend:
    return Backend(
        index=OpenSearchIndex(connection, prefix),
        writer=lambda: OpenSearchWriter(connection, prefix, ANALYSER),
        rebuild=lambda: OpenSearchRebuild(connection, prefix, ANALYSER),
    )


@pytest.mark.services
class TestOpenSearch(SearchContract):
    """The contract on OpenSearch."""


@pytest.fixture
def wire(server: tuple[Connection, Address]) -> Iterator[Wire]:
    wire = Wire(server[1].host, server[1].port)
    yield wire
    wire.cut()


def over(wire: Wire, *, reading: float = 5.0, writing: float = 5.0) -> Connection:
    """A connection that has its patience in seconds."""
    client = OpenSearch(hosts=[{"host": "127.0.0.1", "port": wire.port}], max_retries=0)
    return Connection(client, reading=reading, writing=writing)


@pytest.mark.services
def test_a_question_survives_a_connection_that_is_lost_for_a_while(
    wire: Wire, prefix: str, backend: Backend
) -> None:
    backend.put("a")
    index = OpenSearchIndex(over(wire), prefix)
    assert index.overview(EVERYTHING, ALL).total == 1
    wire.cut()
    threading.Timer(0.5, wire.mend).start()
    assert index.overview(EVERYTHING, ALL).total == 1


@pytest.mark.services
def test_a_server_that_stays_away_is_named_and_changes_are_kept_for_the_next_commit(
    wire: Wire, prefix: str, backend: Backend
) -> None:
    connection = over(wire, reading=0.3, writing=0.3)
    writer = OpenSearchWriter(connection, prefix, ANALYSER)
    writer.replace("a", [record("a", "umowa", page=1), record("a", "kredytu", page=2)])
    wire.cut()
    index = OpenSearchIndex(connection, prefix)
    for question in (
        lambda: index.documents(EVERYTHING, ALL, 5),
        lambda: index.variants("umowa", 1, 5),
        writer.commit,
        writer.commit,
    ):
        with pytest.raises(IndexUnreachable, match="does not answer"):
            question()
    wire.mend()
    writer.close()
    assert backend.found(EVERYTHING) == ["a"]


@pytest.mark.services
def test_a_rebuild_that_loses_its_server_leaves_what_answered_before(
    wire: Wire, prefix: str, backend: Backend
) -> None:
    backend.put("old")
    connection = over(wire)
    rebuild = OpenSearchRebuild(connection, prefix, ANALYSER)
    rebuild.replace("new", [record("new", "umowa")])
    wire.cut()
    connection._patience[True] = 0.3
    with pytest.raises(IndexUnreachable):
        rebuild.complete()
    assert backend.found(EVERYTHING) == ["old"]
    half_written = backend.index  # lies there still, and the next rebuild takes it away
    complete = backend.rebuild()
    complete.replace("newer", [record("newer", "umowa")])
    complete.complete()
    assert [hit.document for hit in half_written.documents(EVERYTHING, ALL, 5)] == ["newer"]


@pytest.mark.services
def test_old_and_unfinished_generations_are_removed(
    connection: Connection, prefix: str, backend: Backend
) -> None:
    OpenSearchRebuild(connection, prefix, ANALYSER).close()
    backend.rebuild().complete()
    generations = Generations(connection, prefix)
    assert generations.numbers() == [generations.current()]


def test_a_word_is_sent_once_and_numbers_are_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.opensearch.writer._MOST_KNOWN", 2)
    actions = ActionsOf(ANALYSER, "x")

    def sent(text: str) -> list[str]:
        lines = actions([Change("a", (record("a", text),))])
        return [json.loads(each.text.splitlines()[1])["form"] for each in lines if each.verb == "create"]

    assert sent("umowa kredytu umowa 12345") == ["umowa", "kredytu"]
    assert sent("umowa z bankiem 54321") == ["bankiem"]
    assert sent("umowa kredytu") == []  # of those that came first
    assert sent("aneks cesja ugoda") == ["aneks", "cesja", "ugoda"]
    assert sent("kredytu") == []
    assert sent("bankiem") == ["bankiem"]  # which did not come again for long


@pytest.mark.services
def test_a_word_that_two_helpers_met_is_sent_once(connection: Connection, prefix: str) -> None:
    rebuild = OpenSearchRebuild(connection, prefix, ANALYSER)
    name = Generations(connection, prefix).name(rebuild.generation)
    for document, text in (("a", "umowa kredytu"), ("b", "umowa hipoteki")):
        rebuild._send(ActionsOf(ANALYSER, name)([Change(document, (record(document, text),))]))
    rebuild.commit()
    asked = connection.ask("GET", f"/{name}{WORDS}/_stats/indexing")["_all"]["primaries"]["indexing"]
    assert (asked["index_total"], asked["index_failed"]) == (3, 0)
    assert connection.ask("GET", f"/{name}/_count")["count"] == 2
    rebuild.abandon()


@pytest.mark.services
def test_of_variants_as_near_the_commonest_come_first(backend: Backend) -> None:
    backend.put("a", text="faktuta faktuxa")
    backend.put("b", text="faktuxa")
    assert backend.index.variants("faktura", 1, 1) == ["faktuxa"]


@pytest.mark.services
def test_words_are_told_common_from_rare_by_the_first_pages_in_scope(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.put("a", text="umowa")
    backend.put("b", "c", text="umorzenie")
    assert backend.index.suggest("umo", ALL, 5) == ["umorzenie", "umowa"]
    monkeypatch.setattr("search.opensearch.vocabulary._MOST_LOOKED_AT", 1)
    assert len(backend.index.suggest("umo", ALL, 5)) == 1


@pytest.mark.services
def test_a_rebuild_leaves_one_segment(connection: Connection, prefix: str, backend: Backend) -> None:
    rebuild = OpenSearchRebuild(connection, prefix, ANALYSER)
    for document in ("a", "b", "c"):
        rebuild.replace(document, [record(document, "umowa")])
        rebuild.commit()
    rebuild.complete()
    pages = Generations(connection, prefix).name(rebuild.generation)
    for name in (pages, pages + WORDS):
        for _ in range(100):  # the server merges beside
            connection.ask("POST", f"/{name}/_refresh")
            segments = connection.ask("GET", f"/_cat/segments/{name}", format="json")
            if len(segments) == 1:
                break
            time.sleep(0.1)
        assert len(segments) == 1
    assert sorted(backend.found(EVERYTHING)) == ["a", "b", "c"]


@pytest.mark.services
@pytest.mark.parametrize("second_node", [True, False])
def test_what_came_in_is_kept_only_where_another_node_may_need_it(
    connection: Connection,
    prefix: str,
    backend: Backend,
    monkeypatch: pytest.MonkeyPatch,
    second_node: bool,
) -> None:
    monkeypatch.setattr(Generations, "_has_second_node", lambda self, number: second_node)
    backend.rebuild().complete()
    generations = Generations(connection, prefix)
    name = generations.name(generations.current() or 0)
    source = connection.ask("GET", f"/{name}/_mapping")[name]["mappings"]["_source"]
    assert source == {"enabled": False} | ({} if second_node else {"recovery_source_enabled": False})
    settings = connection.ask("GET", f"/{name}/_settings", flat_settings=True)[name]["settings"]
    assert settings.get("index.auto_expand_replicas") == ("0-1" if second_node else None)


@pytest.mark.services
def test_without_an_index_nothing_is_found_to_be_empty(server: tuple[Connection, Address]) -> None:
    connection, prefix = server[0], server[1].prefix + "-none"
    with pytest.raises(IndexOutdated):
        OpenSearchIndex(connection, prefix).documents(EVERYTHING, ALL, 5)
    with pytest.raises(IndexOutdated):
        OpenSearchWriter(connection, prefix, ANALYSER)
    engine = ServerEngine(connection, prefix)
    assert engine.generation() is None


@pytest.mark.services
def test_an_index_of_another_format_asks_for_a_rebuild(
    connection: Connection, prefix: str, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.put("a")
    monkeypatch.setattr("search.opensearch.generations.FORMAT", 99)
    index = OpenSearchIndex(connection, prefix)
    with pytest.raises(IndexOutdated, match="format"):
        index.documents(EVERYTHING, ALL, 5)
    with pytest.raises(IndexOutdated, match="format"):
        OpenSearchWriter(connection, prefix, ANALYSER)
    with OpenSearchRebuild(connection, prefix, ANALYSER) as rebuild:
        rebuild.replace("b", [record("b", "umowa")])
    assert [hit.document for hit in index.documents(EVERYTHING, ALL, 5)] == ["b"]
    monkeypatch.undo()
    backend_generations = Generations(connection, prefix)
    with pytest.raises(IndexOutdated, match="format 99"):
        backend_generations.current()
    backend.rebuild().complete()


@pytest.mark.services
def test_init_makes_the_first_generation_and_takes_no_other_archives(
    connection: Connection, prefix: str, backend: Backend
) -> None:
    engine = ServerEngine(connection, prefix)
    engine.prepare()  # there is one, and it is empty
    backend.put("a")
    with pytest.raises(Conflict, match="another archive"):
        engine.prepare()


@pytest.mark.services
def test_loads_that_are_put_off_are_sent_again(prefix: str, connection: Connection) -> None:
    """A server that is behind answers 429 for some changes of a load; here it does so for the first two requests."""
    answers = [True, True]

    class Busy(Connection):
        def ask(self, method: str, path: str, body: Any = None, **words: Any) -> Any:
            if path != "/_bulk" or not answers:
                return connection.ask(method, path, body, **words)
            answers.pop()
            lines = [line for line in body.splitlines() if line.startswith('{"index"')]
            return {"errors": True, "items": [{"index": {"status": 429}} for _ in lines]}

    pauses: list[float] = []
    sender = BulkSender(Busy(over_nothing()), require_alias=True, sleep=pauses.append)
    alias = Generations(connection, prefix).alias
    sender.add([Action("index", alias, "x", {"document": "x", "place": 1, "page": 1}).lines()])
    sender.drain()
    sender.close()
    assert pauses == [0.5, 1.0]
    connection.ask("POST", f"/{alias}/_refresh")
    assert connection.ask("GET", f"/{alias}/_count")["count"] == 1


@pytest.mark.services
def test_a_page_that_the_server_refuses_stops_the_load(connection: Connection, prefix: str) -> None:
    sender = BulkSender(connection, require_alias=True)
    sender.add([Action("index", Generations(connection, prefix).alias, "x", {"unknown": 1}).lines()])
    with pytest.raises(IndexRefused, match="strict_dynamic"):
        sender.drain()
    sender.close()


def over_nothing() -> OpenSearch:
    return OpenSearch(hosts=[{"host": "127.0.0.1", "port": 1}])


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("opensearch+http://127.0.0.1:9201", Address("127.0.0.1", 9201)),
        ("opensearch+https://search.example", Address("search.example", tls=True)),
        (
            "opensearch+https://us%40er:p%2Fw@h:1/a-b?ca=/ca.pem",
            Address("h", 1, tls=True, user="us@er", password="p/w", prefix="a-b", ca_file="/ca.pem"),
        ),
    ],
)
def test_addresses(url: str, address: Address) -> None:
    assert parse_address(url) == address
    assert "p/w" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "opensearch+http://",
        "opensearch+http://h:99999",
        "opensearch+http://user:secret@h/UPPER",
        "opensearch+http://user:secret@h/x?verify=no",
        "tantivy",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_address(url)
    assert "secret" not in str(caught.value)
