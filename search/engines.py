"""The engine that the settings choose: tantivy in a folder, or OpenSearch on a server; the same face for both."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from search.analysis import Analyser
from search.embedded import EmbeddedIndex, EmbeddedRebuild, EmbeddedWriter
from search.embedded.generations import NO_INDEX, Generations
from search.embedded.schema import make_index
from search.errors import IndexOutdated
from search.plan import Everything
from search.port import IndexRebuild, IndexWriter, Scopes, SearchIndex
from tabellion.base.errors import Conflict


class Engine(Protocol):
    """Opens the readers and writers of one index."""

    def reader(self) -> SearchIndex:
        """Answers questions; safe to share between threads."""
        ...

    def writer(self, analyser: Analyser) -> IndexWriter:
        """The keeper's."""
        ...

    def rebuild(self, analyser: Analyser) -> IndexRebuild:
        """A new generation."""
        ...

    def prepare(self) -> None:
        """Make the first generation, empty: `init` does. Raises Conflict where there is one with pages in it."""
        ...

    def generation(self) -> int | None:
        """The one in force. Raises IndexOutdated for one of another format, IndexUnreachable where nobody answers."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """Tantivy in a folder."""

    folder: Path

    def reader(self) -> SearchIndex:
        """Answers questions."""
        return EmbeddedIndex(self.folder)

    def writer(self, analyser: Analyser) -> IndexWriter:
        """The one writer of the folder. Raises IndexOutdated without a generation: a new one would lack papers."""
        if self.generation() is None:
            raise IndexOutdated(NO_INDEX)
        return EmbeddedWriter(self.folder, analyser)

    def rebuild(self, analyser: Analyser) -> IndexRebuild:
        """A new generation."""
        return EmbeddedRebuild(self.folder, analyser)

    def prepare(self) -> None:
        """Make the first generation, empty. Raises Conflict where there is one with pages in it."""
        generations = Generations(self.folder)
        if generations.current() is None:
            number = generations.begin()
            make_index(generations.path(number))
            generations.promote(number)
        elif self.reader().newest(Everything(), Scopes.all(), 1):
            raise Conflict(
                "the folder of the index holds that of another archive",
                advice="Remove the folder `index` of an archive that is no more.",
            )

    def generation(self) -> int | None:
        """The one in force; None before the first."""
        return EmbeddedIndex(self.folder).generation


def engine_of(url: str | None, folder: Path) -> Engine:
    """The engine at that URL (docs/operations.md has its shape); without one, tantivy in the folder.

    Nothing is asked of a server yet. Raises SettingsError for a URL that is none.
    """
    if url is None:
        return EmbeddedEngine(folder)
    # The client of OpenSearch takes a while to load, and most archives are embedded.
    from search.opensearch import ServerEngine, connect, parse_address  # noqa: PLC0415

    address = parse_address(url)
    return ServerEngine(connect(address), address.prefix)
