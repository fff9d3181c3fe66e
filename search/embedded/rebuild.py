"""The writer of a new generation of the embedded index, beside the one that answers."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import tantivy

from search.analysis import Analyser
from search.changes import Change, change_of
from search.embedded.generations import Generations
from search.embedded.schema import ManyPages, build_schema
from search.embedded.writer import BROKEN
from search.errors import IndexBusy
from search.port import PageRecord
from search.preparing import Preparing
from search.rebuild import Rebuild

_MOST_THREADS: Final = 4
_CORES_A_THREAD: Final = 2
_LEAST_HEAP, _MOST_HEAP = 64_000_000, 1_000_000_000


def rebuild_heap() -> int:
    """Bytes for words that are not yet written: an eighth of the memory, since small segments are merged at a cost."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(max(memory // 8, _LEAST_HEAP), _MOST_HEAP)


def index_threads(cores: int) -> int:
    """Threads of tantivy's: each writes all words into segments of its own, so few that keep up with the helpers."""
    return min(max(cores // _CORES_A_THREAD, 1), _MOST_THREADS)


class EmbeddedRebuild(Rebuild):
    """A new generation of the index in a folder."""

    def __init__(
        self, folder: Path, analyser: Analyser, *, heap: int | None = None, helpers: int | None = None
    ) -> None:
        self._generations = Generations(folder)
        current = self._generations.current_of_any_format() or 0
        for unfinished in (number for number in self._generations.numbers() if number > current):
            self._generations.remove(unfinished)
        self.generation = self._generations.begin()
        self._preparing = Preparing[list[tuple[str, list[str]]]](ManyPages, analyser, helpers)
        self._last = ""
        threads = index_threads(len(os.sched_getaffinity(0))) if heap is None else 1
        index = tantivy.Index(build_schema(), str(self._generations.path(self.generation)))
        self._writer: tantivy.IndexWriter | None = index.writer(heap or rebuild_heap(), threads)

    def replace(self, document: str, pages: Iterable[PageRecord]) -> None:
        """Put these pages in the place of all that is indexed of the document.

        Raises ValueError where a page belongs to another document or the pages disagree on the dates, IndexBusy where
        the generation cannot be written any more.
        """
        self._take(change_of(document, pages))

    def delete(self, document: str) -> None:
        """Take a document out."""
        self._take(Change(document))

    def commit(self) -> None:
        """Make the changes durable; nobody sees them before `complete`."""
        for ready in self._preparing.drain():
            self._write(ready)
        self._do(lambda writer: writer.commit())

    def close(self) -> None:
        """Commit, let merges end, release the lock."""
        self.commit()
        self._preparing.close()
        self._do(lambda writer: writer.wait_merging_threads())
        self._writer = None

    def complete(self) -> None:
        """Put the new generation in force and remove the old ones."""
        self.close()
        self._generations.promote(self.generation)
        self._generations.remove_before(self.generation)

    def abandon(self) -> None:
        """Remove the unfinished generation."""
        self._preparing.close()
        self._writer = None
        self._generations.remove(self.generation)

    def _take(self, change: Change) -> None:
        for ready in self._preparing.put(change):
            self._write(ready)

    def _write(self, ready: Iterable[tuple[str, list[str]]]) -> None:
        def put(writer: tantivy.IndexWriter) -> None:
            for document, pages in ready:
                if document <= self._last:
                    writer.delete_documents_by_term("document", document)
                self._last = max(self._last, document)
                for page in pages:
                    writer.add_json(page)

        self._do(put)

    def _do(self, act: Callable[[tantivy.IndexWriter], object]) -> None:
        if self._writer is None:
            raise IndexBusy("the new index is closed")
        try:
            act(self._writer)
        except BROKEN as error:
            raise IndexBusy("the new index cannot be written") from error
