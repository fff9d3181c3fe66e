"""The one writer of the embedded index."""

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import tantivy

from search.analysis import Analyser
from search.changes import Change, change_of
from search.embedded.generations import Generations
from search.embedded.schema import build_schema, prepared
from search.errors import IndexBusy, IndexOutdated
from search.port import PageRecord

MOST_PENDING: Final = 2_000
"""Pages that may wait for a commit: more are committed at once, so that memory stays bounded."""

BROKEN: Final = (ValueError, RuntimeError, OSError)
"""What tantivy raises when its writer has died; its Python classes are no finer."""


class _Generation:
    """A tantivy writer on one generation, with what was changed since the last commit kept for a replay."""

    def __init__(self, path: Path, analyser: Analyser, heap: int) -> None:
        self._path = path
        self._analyser = analyser
        self._heap = heap
        self._schema = build_schema()
        self._pending: list[Change] = []
        self._writer: tantivy.IndexWriter | None = self._open()

    def apply(self, change: Change) -> None:
        """Take a change; it is seen after the next commit."""
        pages = prepared(change, self._analyser)
        self._pending.append(change)
        self._do(lambda writer: _write(writer, change.document, pages))
        if sum(len(waiting.pages) for waiting in self._pending) >= MOST_PENDING:
            self.commit()

    def commit(self) -> None:
        """Make the changes durable and visible."""
        self._do(lambda writer: writer.commit())
        self._pending.clear()

    def close(self) -> None:
        """Commit, let merges end, release the lock."""
        self.commit()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def drop(self) -> list[Change]:
        """Let go of the writer without committing (the folder may be gone already); gives what was not committed."""
        self._writer = None
        pending, self._pending = self._pending, []
        return pending

    def _do(self, act: Callable[[tantivy.IndexWriter], object]) -> None:
        """Act on the writer; one that has died is reopened and given its changes again, once.

        Raises IndexBusy where that fails as well: the changes wait, and the next call tries again.
        """
        try:
            act(self._living())
        except BROKEN:
            self._writer = None  # releases the lock of the dead one
            try:
                act(self._living())
            except BROKEN as error:
                self._writer = None
                raise IndexBusy("the index cannot be written") from error

    def _living(self) -> tantivy.IndexWriter:
        if self._writer is None:
            writer = self._open()
            for change in self._pending:
                _write(writer, change.document, prepared(change, self._analyser))
            self._writer = writer
        return self._writer

    def _open(self) -> tantivy.IndexWriter:
        if not self._path.is_dir():
            raise IndexOutdated("the files of the index are missing")
        try:
            return tantivy.Index(self._schema, str(self._path)).writer(self._heap, 1)
        except BROKEN as error:
            raise IndexBusy("the index cannot be opened for writing") from error


def _write(writer: tantivy.IndexWriter, document: str, pages: Iterable[str]) -> None:
    """Put pages in the place of a document's; doing it twice is doing it once."""
    writer.delete_documents_by_term("document", document)
    for page in pages:
        writer.add_json(page)


class EmbeddedWriter:
    """The writer of the generation in force: the keeper's, one at a time (a second one meets IndexBusy)."""

    def __init__(self, folder: Path, analyser: Analyser, *, heap: int = 64_000_000) -> None:
        self._generations = Generations(folder)
        self._analyser = analyser
        self._heap = heap
        number = self._generations.current()
        fresh = number is None
        self.generation = self._generations.begin() if number is None else number
        self._core = _Generation(self._generations.path(self.generation), analyser, heap)
        if fresh:
            self._core.commit()
            self._generations.promote(self.generation)
            self._generations.remove_before(self.generation)

    def replace(self, document: str, pages: Iterable[PageRecord]) -> None:
        """Put these pages in the place of all that is indexed of the document.

        Raises ValueError where a page belongs to another document or the pages disagree on the dates.
        """
        self._core.apply(change_of(document, pages))

    def delete(self, document: str) -> None:
        """Take a document out."""
        self._core.apply(Change(document))

    def commit(self) -> None:
        """Make the changes durable and visible.

        Where a rebuild has put another generation in force meanwhile, the changes go to that one.
        """
        current = self._generations.current()
        if current is not None and current != self.generation:
            pending = self._core.drop()
            self.generation = current
            self._core = _Generation(self._generations.path(current), self._analyser, self._heap)
            for change in pending:
                self._core.apply(change)
        self._core.commit()

    def close(self) -> None:
        """Commit and release the lock."""
        self.commit()
        self._core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
