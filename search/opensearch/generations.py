"""Generations on the server: indexes side by side, and aliases on the one that answers, moved at a stroke.

tabellion.2.g000003          pages, format 2, third generation
tabellion.2.g000003.words    its vocabulary: each word once, for variants and suggestions
tabellion.2, tabellion.2.words    the aliases that questions go to

The format is part of the names: a version that reads another one finds no alias of its own, and says so.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import regex

from search.errors import IndexOutdated, IndexRefused, IndexUnreachable
from search.opensearch.connection import Connection
from search.opensearch.schema import in_force, page_index, words_index
from search.terms import FORMAT

WORDS = ".words"
FLUSHING: Final = 120.0
"""Seconds that a server may take to put a large generation on disk."""

_TELLING: Final = 1.0
"""Seconds in which a server is told to merge, which it goes on with by itself."""

_LARGEST_SEGMENT: Final = 5_000_000_000
"""Bytes up to which a server merges by itself: what is deleted from larger ones would stay in them for long."""


@dataclass(frozen=True, slots=True)
class Generations:
    """The generations of one archive."""

    connection: Connection
    prefix: str

    @property
    def alias(self) -> str:
        """Leads to the pages that answer."""
        return f"{self.prefix}.{FORMAT}"

    def name(self, number: int) -> str:
        """The index of a generation's pages; that of its words has WORDS after it."""
        return f"{self.alias}.g{number:06}"

    def current(self, seconds: float | None = None) -> int | None:
        """The generation in force; None before the first. Raises IndexOutdated for one of another format."""
        held = self._held(seconds)
        numbers = [number for (form, number), aliased in held.items() if aliased and form == FORMAT]
        if numbers:
            return max(numbers)
        others = sorted(form for (form, _), aliased in held.items() if aliased)
        if others:
            raise IndexOutdated(f"the index has format {others[-1]}, this version writes {FORMAT}")
        return None

    def numbers(self) -> list[int]:
        """All generations that are there, finished or not, of any format."""
        return sorted(number for _, number in self._held())

    def begin(self) -> int:
        """New, empty indexes for the next generation; unfinished ones go."""
        held = self._held()
        for (form, number), aliased in held.items():
            if not aliased:
                self._remove(form, number)
        number = max((number for _, number in held), default=0) + 1
        self._create(self.name(number) + WORDS, words_index())
        modern = self.connection.version >= (3,)
        self._create(self.name(number), page_index(modern=modern, copied=self._has_second_node(number)))
        return number

    def merge(self, number: int) -> None:
        """Tell the server to merge the segments of a generation: each question looks every word up in each of them.

        It is not waited for: a large one takes minutes, and answers as well meanwhile, if slower. What was merged
        answers from the next commit on. A server that cannot be told merges what it merges by itself.
        """
        for name in (self.name(number), self.name(number) + WORDS):
            with suppress(IndexUnreachable):
                held = self.connection.ask("GET", f"/{name}/_stats/store", seconds=_TELLING)
                segments = 1 + held["_all"]["primaries"]["store"]["size_in_bytes"] // _LARGEST_SEGMENT
                merge = f"/{name}/_forcemerge"
                self.connection.ask("POST", merge, seconds=_TELLING, max_num_segments=str(segments))
                self.connection.ask("POST", f"/{name}/_refresh", writing=True)

    def promote(self, number: int) -> None:
        """Let a finished generation answer from now on, and remove all others, in one step; all of it is on disk."""
        pages, words = self.name(number), self.name(number) + WORDS
        for name, copied in ((pages, self._may_be_copied(pages)), (words, True)):
            self.connection.ask("PUT", f"/{name}/_settings", in_force(copied=copied), writing=True)
        self.connection.ask("POST", f"/{pages},{words}/_flush", writing=True, seconds=FLUSHING)
        names = {pages: self.alias, words: self.alias + WORDS}
        others = [name for name in self._indexes() if name not in names]
        actions: list[dict[str, Any]] = [
            *({"add": {"index": index, "alias": alias}} for index, alias in names.items()),
            *({"remove_index": {"index": name}} for name in others),
        ]
        self.connection.ask("POST", "/_aliases", {"actions": actions}, writing=True)

    def remove(self, number: int) -> None:
        """Remove a generation that was not put in force."""
        self._remove(FORMAT, number)

    def _has_second_node(self, number: int) -> bool:
        """Whether the server copies the words, which it does where it can: nodes are shown to administrators alone."""
        name = self.name(number) + WORDS
        held = self.connection.ask("GET", f"/{name}/_settings", flat_settings=True)
        return bool(held[name]["settings"]["index.number_of_replicas"] != "0")

    def _may_be_copied(self, name: str) -> bool:
        """Whether the index has what another node needs."""
        held = self.connection.ask("GET", f"/{name}/_mapping")
        return bool(held[name]["mappings"]["_source"].get("recovery_source_enabled", True))

    def _remove(self, form: int, number: int) -> None:
        name = f"{self.prefix}.{form}.g{number:06}"
        path = f"/{name},{name}{WORDS}"
        self.connection.ask("DELETE", path, writing=True, ignore_unavailable=True)

    def _create(self, name: str, body: dict[str, Any]) -> None:
        try:
            self.connection.ask("PUT", f"/{name}", body, writing=True)
        except IndexRefused as error:
            # The answer to a first try was lost.
            if "resource_already_exists" not in str(error):
                raise

    def _held(self, seconds: float | None = None) -> dict[tuple[int, int], bool]:
        """Format and number of each generation of pages, and whether an alias leads to it."""
        pattern = regex.compile(regex.escape(self.prefix) + r"\.([0-9]+)\.g([0-9]+)")
        return {
            (int(found[1]), int(found[2])): bool(aliases)
            for name, aliases in self._indexes(seconds).items()
            if (found := pattern.fullmatch(name))
        }

    def _indexes(self, seconds: float | None = None) -> dict[str, dict[str, Any]]:
        """Our indexes with their aliases."""
        answer = self.connection.ask("GET", f"/{self.prefix}.*/_alias", seconds=seconds)
        return {name: held["aliases"] for name, held in answer.items()}
