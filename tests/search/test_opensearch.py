"""The server engine: the port's contract on real servers, and what only it promises."""

import json
from collections.abc import Iterator

import pytest

from search import Analyser
from search.opensearch import (
    Address,
    Connection,
    Generations,
    OpenSearchIndex,
    OpenSearchRebuild,
    OpenSearchWriter,
    parse_address,
)
from search.opensearch.generations import WORDS
from tests.search.contract import Backend, SearchContract
from tests.services.fixtures import emptied, search_url

ANALYSER = Analyser()


@pytest.fixture(scope="module", params=["opensearch", "opensearch2"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Connection, Address]]:
    url = search_url(request.param)
    with emptied(url) as connection:
        yield connection, parse_address(url)


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
