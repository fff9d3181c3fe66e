"""OpenSearch as an engine that the settings can choose."""

from dataclasses import dataclass

from search.analysis import Analyser
from search.opensearch.connection import Connection
from search.opensearch.generations import Generations
from search.opensearch.reader import OpenSearchIndex
from search.opensearch.rebuild import OpenSearchRebuild
from search.opensearch.writer import OpenSearchWriter
from search.port import IndexRebuild, IndexWriter, SearchIndex
from tabellion.base.errors import Conflict


@dataclass(frozen=True, slots=True)
class ServerEngine:
    """OpenSearch on a server."""

    connection: Connection
    prefix: str

    def reader(self) -> SearchIndex:
        """Answers questions; without an index, says so rather than finding nothing."""
        return OpenSearchIndex(self.connection, self.prefix)

    def writer(self, analyser: Analyser) -> IndexWriter:
        """Writes the generation in force; raises IndexOutdated where there is none."""
        return OpenSearchWriter(self.connection, self.prefix, analyser)

    def rebuild(self, analyser: Analyser) -> IndexRebuild:
        """A new generation."""
        return OpenSearchRebuild(self.connection, self.prefix, analyser)

    def prepare(self) -> None:
        """Make the first generation. Raises Conflict where there is one with pages in it: that of another archive."""
        generations = Generations(self.connection, self.prefix)
        if generations.current() is None:
            generations.promote(generations.begin())
        elif self.connection.ask("GET", f"/{generations.alias}/_count")["count"]:
            raise Conflict(
                f"the search server holds an index of another archive under the prefix {self.prefix}",
                advice="Give each archive a prefix of its own, after the host in TABELLION_SEARCH_URL; or remove the "
                "indexes of an archive that is no more.",
            )

    def generation(self) -> int | None:
        """The one in force; asked for briefly, since whoever asks how things are waits."""
        return Generations(self.connection, self.prefix).current(seconds=1.0)
