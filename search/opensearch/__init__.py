"""The server engine: OpenSearch 2.19 or 3, fed with the tokens of our analyser; it does no language work of its own."""

from search.opensearch.address import Address, parse_address
from search.opensearch.connection import Connection, connect
from search.opensearch.engine import ServerEngine
from search.opensearch.generations import Generations
from search.opensearch.reader import OpenSearchIndex
from search.opensearch.rebuild import OpenSearchRebuild
from search.opensearch.writer import OpenSearchWriter

__all__ = [
    "Address",
    "Connection",
    "Generations",
    "OpenSearchIndex",
    "OpenSearchRebuild",
    "OpenSearchWriter",
    "ServerEngine",
    "connect",
    "parse_address",
]
