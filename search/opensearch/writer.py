"""The writers of the index on a server: of the generation in force, and of a new one beside it."""

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Final, Self

from search.analysis import Analyser
from search.changes import Change, change_of
from search.errors import IndexOutdated
from search.opensearch.bulk import Action, BulkSender
from search.opensearch.connection import Connection
from search.opensearch.generations import WORDS, Generations
from search.opensearch.schema import page_body, word_body
from search.port import PageRecord
from search.terms import page_terms
from search.variants import is_word

MOST_PENDING: Final = 2_000
"""Pages that may wait for a commit: more are committed at once, so that memory stays bounded."""

_MOST_KNOWN: Final = 300_000
_WINDOW: Final = 10_000


class _Loads:
    """Pages and their new words as bulk actions, to an index or an alias."""

    def __init__(self, connection: Connection, target: str, analyser: Analyser, *, alias: bool) -> None:
        self._connection = connection
        self._analyser = analyser
        self._known: set[str] = set()
        self.target = target
        self.sender = BulkSender(connection, require_alias=alias)

    def put(self, change: Change) -> None:
        """Send the pages and the words that were not sent before."""
        for record in change.pages:
            terms = page_terms(record, self._analyser)
            words: dict[str, Action] = {}
            for form, folded in zip(terms.texts["exact"].split(), terms.texts["folded"].split(), strict=True):
                if form not in self._known and is_word(form):
                    words[form] = Action("create", self.target + WORDS, form, word_body(form, folded))
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known |= words.keys()
            page = Action("index", self.target, _id(record.document, record.page), page_body(record, terms))
            self.sender.add([page, *words.values()])

    def take_out(self, changes: Sequence[Change]) -> None:
        """Delete the pages that documents have in the index and no longer have by these changes."""
        kept = {_id(change.document, record.page) for change in changes for record in change.pages}
        stale = [one for one in self._held([change.document for change in changes]) if one not in kept]
        self.sender.add(Action("delete", self.target, one) for one in stale)

    def show(self) -> None:
        """Wait for all that was sent and let it be seen; words first, which nobody misses."""
        self.sender.drain()
        for name in (self.target + WORDS, self.target):
            self._connection.ask("POST", f"/{name}/_refresh", writing=True)

    def forget(self) -> None:
        """Drop what was not sent, and what is known of words: they may not have arrived."""
        self.sender.forget()
        self._known.clear()

    def _held(self, documents: Sequence[str]) -> Iterator[str]:
        body = {
            "query": {"terms": {"document": list(documents)}},
            "_source": False,
            "size": _WINDOW,
            "sort": [{"document": "asc"}, {"page": "asc"}],
            "track_total_hits": False,
        }
        while True:
            answer = self._connection.ask("POST", f"/{self.target}/_search", body, writing=True)
            hits = answer["hits"]["hits"]
            yield from (hit["_id"] for hit in hits)
            if len(hits) < _WINDOW:
                return
            body["search_after"] = hits[-1]["sort"]


class OpenSearchWriter:
    """The writer of the generation in force, whichever that is at a commit: the keeper's, one at a time."""

    def __init__(self, connection: Connection, prefix: str, analyser: Analyser) -> None:
        generations = Generations(connection, prefix)
        if generations.current() is None:
            raise IndexOutdated("the search server has no index of this archive")
        self._loads = _Loads(connection, generations.alias, analyser, alias=True)
        self._pending: dict[str, Change] = {}

    def replace(self, document: str, pages: Iterable[PageRecord]) -> None:
        """Put these pages in the place of all that is indexed of the document.

        Raises ValueError where a page belongs to another document or the pages disagree on the dates.
        """
        self._take(change_of(document, pages))

    def delete(self, document: str) -> None:
        """Take a document out."""
        self._take(Change(document))

    def commit(self) -> None:
        """Make the changes durable and visible; they are kept, and sent again by the next call, where that fails."""
        if not self._pending:
            return
        changes = list(self._pending.values())
        try:
            self._loads.take_out(changes)
            for change in changes:
                self._loads.put(change)
            self._loads.show()
        except BaseException:
            self._loads.forget()
            raise
        self._pending.clear()

    def close(self) -> None:
        """Commit, and end the thread that sends."""
        try:
            self.commit()
        finally:
            self._loads.sender.close()

    def _take(self, change: Change) -> None:
        self._pending[change.document] = change
        if sum(len(waiting.pages) for waiting in self._pending.values()) >= MOST_PENDING:
            self.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class OpenSearchRebuild:
    """A new generation, written beside the one that answers and put in its place when complete.

    Changes that are committed to the old generation meanwhile are not in the new one: whoever rebuilds holds the
    keeper's fence, and what arrives waits in the outbox.
    """

    def __init__(self, connection: Connection, prefix: str, analyser: Analyser) -> None:
        self._generations = Generations(connection, prefix)
        self.generation = self._generations.begin()
        self._loads = _Loads(connection, self._generations.name(self.generation), analyser, alias=False)
        self._seen: set[str] = set()

    def replace(self, document: str, pages: Iterable[PageRecord]) -> None:
        """Put these pages into the new generation, in the place of what was put there of the document before."""
        change = change_of(document, pages)
        self._forget_former(change)
        self._loads.put(change)
        self._seen.add(document)

    def delete(self, document: str) -> None:
        """Take a document out of the new generation."""
        self._forget_former(Change(document))

    def commit(self) -> None:
        """Make the changes durable; nobody sees them before `complete`."""
        self._loads.show()

    def close(self) -> None:
        """Commit, and end the thread that sends."""
        try:
            self.commit()
        finally:
            self._loads.sender.close()

    def complete(self) -> None:
        """Put the new generation in force and remove the old ones."""
        self.close()
        self._generations.promote(self.generation)

    def abandon(self) -> None:
        """Remove the unfinished generation."""
        self._loads.forget()
        self._loads.sender.close()
        self._generations.remove(self.generation)

    def _forget_former(self, change: Change) -> None:
        if change.document in self._seen:
            self._loads.show()
            self._loads.take_out([change])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.complete()
        else:
            self.abandon()


def _id(document: str, page: int) -> str:
    return f"{document}.{page}"
