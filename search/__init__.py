"""How a page is found: the analyser, the query language, the index port with its engines, the answer."""

from search.analysis import Analyser
from search.answer import Answer, Finder, SearchRequest
from search.embedded import EmbeddedIndex, EmbeddedRebuild, EmbeddedWriter
from search.engines import Engine, engine_of
from search.errors import CursorError, IndexBusy, IndexOutdated, IndexRefused, IndexUnreachable, QueryError
from search.lists import CatalogueResultLists, FolderResultLists, ResultList, ResultLists
from search.port import (
    Amount,
    Identifier,
    IndexRebuild,
    IndexWriter,
    Named,
    Overview,
    PageClaim,
    PageParty,
    PageRecord,
    Scopes,
    SearchIndex,
)

__all__ = [
    "Amount",
    "Analyser",
    "Answer",
    "CatalogueResultLists",
    "CursorError",
    "EmbeddedIndex",
    "EmbeddedRebuild",
    "EmbeddedWriter",
    "Engine",
    "Finder",
    "FolderResultLists",
    "Identifier",
    "IndexBusy",
    "IndexOutdated",
    "IndexRebuild",
    "IndexRefused",
    "IndexUnreachable",
    "IndexWriter",
    "Named",
    "Overview",
    "PageClaim",
    "PageParty",
    "PageRecord",
    "QueryError",
    "ResultList",
    "ResultLists",
    "Scopes",
    "SearchIndex",
    "SearchRequest",
    "engine_of",
]
