"""The writer of the index on a server, and what it has in common with that of a new generation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from search.analysis import Analyser
from search.changes import Change, change_of
from search.errors import IndexOutdated
from search.opensearch.bulk import Action, BulkSender, Lines
from search.opensearch.connection import Connection
from search.opensearch.generations import WORDS, Generations
from search.opensearch.schema import page_body, word_body
from search.port import PageRecord
from search.terms import page_terms
from search.variants import is_word

MOST_PENDING: Final = 2_000
"""Pages that may wait for a commit: more are committed at once, so that memory stays bounded."""

_MOST_KNOWN: Final = 250_000
_WINDOW: Final = 10_000


@dataclass(slots=True)
class KnownWords:
    """Words that were sent; of very many, those that did not come again for longest are forgotten."""

    _recent: set[str] = field(default_factory=set)
    _former: set[str] = field(default_factory=set)

    def new(self, forms: Iterable[str]) -> list[str]:
        """The words among these that were not sent, which they are from now on. Numbers are none: each is new."""
        again = [form for form in forms if form not in self._recent and is_word(form)]
        new = [form for form in again if form not in self._former]
        if len(self._recent) > _MOST_KNOWN:
            self._former, self._recent = self._recent, set()
        self._recent.update(again)
        return new

    def clear(self) -> None:
        """Forget all."""
        self._recent.clear()
        self._former.clear()


@dataclass(slots=True)
class ActionsOf:
    """Pages, and the words that were not sent before, as lines of bulk requests to an index or an alias."""

    analyser: Analyser
    target: str
    _known: KnownWords = field(default_factory=KnownWords)

    def __call__(self, changes: Sequence[Change]) -> list[Lines]:
        """All actions of these changes, in their order."""
        return [lines for change in changes for record in change.pages for lines in self._page(record)]

    def forget(self) -> None:
        """Forget what is known of words: they may not have arrived."""
        self._known.clear()

    def _page(self, record: PageRecord) -> Iterator[Lines]:
        terms = page_terms(record, self.analyser)
        yield Action(
            "index", self.target, _id(record.document, record.page), page_body(record, terms)
        ).lines()
        forms, folded = terms.texts["exact"].split(), terms.texts["folded"].split()
        words = dict(zip(forms, folded, strict=True))
        for form in self._known.new(words):
            action = Action("create", self.target + WORDS, form, word_body(form, words[form]))
            yield action.lines()._replace(word=form)


class Target:
    """An index or an alias that pages go to."""

    def __init__(self, connection: Connection, name: str, *, alias: bool, threads: int = 1) -> None:
        self._connection = connection
        self.name = name
        self.sender = BulkSender(connection, require_alias=alias, threads=threads)

    def take_out(self, changes: Sequence[Change]) -> None:
        """Delete the pages that documents have in the index and no longer have by these changes."""
        kept = {_id(change.document, record.page) for change in changes for record in change.pages}
        stale = [one for one in self._held([change.document for change in changes]) if one not in kept]
        self.sender.add(Action("delete", self.name, one).lines() for one in stale)

    def show(self) -> None:
        """Wait for all that was sent and let it be seen; words first, which nobody misses."""
        self.sender.drain()
        for name in (self.name + WORDS, self.name):
            self._connection.ask("POST", f"/{name}/_refresh", writing=True)

    def _held(self, documents: Sequence[str]) -> Iterator[str]:
        body = {
            "query": {"terms": {"document": list(documents)}},
            "_source": False,
            "size": _WINDOW,
            "sort": [{"document": "asc"}, {"page": "asc"}],
            "track_total_hits": False,
        }
        while True:
            answer = self._connection.ask("POST", f"/{self.name}/_search", body, writing=True)
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
        self._target = Target(connection, generations.alias, alias=True)
        self._actions = ActionsOf(analyser, generations.alias)
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
            self._target.take_out(changes)
            for change in changes:
                self._target.sender.add(self._actions([change]))
            self._target.show()
        except BaseException:
            self._target.sender.forget()
            self._actions.forget()
            raise
        self._pending.clear()

    def close(self) -> None:
        """Commit, and end the thread that sends."""
        try:
            self.commit()
        finally:
            self._target.sender.close()

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


def _id(document: str, page: int) -> str:
    return f"{document}.{page}"
