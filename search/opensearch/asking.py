"""Questions to the indexes in force: all of an answer or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from search.errors import IndexOutdated
from search.opensearch.connection import Connection
from search.opensearch.generations import WORDS, Generations

BARE: Final[Mapping[str, Any]] = {"_source": False, "stored_fields": "_none_"}
"""Hits without what is stored of them."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The generation in force, by its aliases: `pages`, and their vocabulary `words`."""

    connection: Connection
    generations: Generations

    @property
    def pages(self) -> str:
        return self.generations.alias

    @property
    def words(self) -> str:
        return self.generations.alias + WORDS

    def search(self, index: str, body: Mapping[str, Any], **params: str) -> dict[str, Any]:
        """An answer of all pages or none: what only part of the shards says is taken for no answer."""
        return self.ask(f"/{index}/_search", body, allow_partial_search_results=False, **params)

    def hits(self, index: str, body: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
        """The hits of a search, with what is at these paths alone: of a thousand, all else takes longer to read."""
        answer = self.search(index, body, filter_path=path)
        hits: list[dict[str, Any]] = answer["hits"]["hits"] if answer else []
        return hits

    def ask(self, path: str, body: Mapping[str, Any], **params: Any) -> dict[str, Any]:
        """Any other answer. Raises IndexOutdated where the index is not there, or of another format, and says which."""
        try:
            answer: dict[str, Any] = self.connection.ask("POST", path, body, **params)
        except IndexOutdated:
            self.generations.current()  # says it of another format, where there is one
            raise
        return answer
