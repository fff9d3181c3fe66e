"""The writer of a new generation on a server, beside the one that answers."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from search.analysis import Analyser
from search.changes import Change, change_of
from search.opensearch.bulk import Lines
from search.opensearch.connection import Connection
from search.opensearch.generations import Generations
from search.opensearch.writer import ActionsOf, KnownWords, Target
from search.port import PageRecord
from search.preparing import Preparing
from search.rebuild import Rebuild

_SENDING: Final = 2
"""Requests at once: while the server parses one it indexes another."""


class OpenSearchRebuild(Rebuild):
    """A new generation of the index on a server."""

    def __init__(
        self, connection: Connection, prefix: str, analyser: Analyser, *, helpers: int | None = None
    ) -> None:
        self._generations = Generations(connection, prefix)
        self.generation = self._generations.begin()
        name = self._generations.name(self.generation)
        self._target = Target(connection, name, alias=False, threads=_SENDING)
        self._preparing = Preparing[list[Lines]](partial(ActionsOf, target=name), analyser, helpers)
        self._sent = KnownWords()
        self._last = ""

    def replace(self, document: str, pages: Iterable[PageRecord]) -> None:
        """Put these pages into the new generation, in the place of what was put there of the document before.

        Raises ValueError where a page belongs to another document or the pages disagree on the dates, IndexBusy where
        a process that makes pages ready has died, and what the server says.
        """
        change = change_of(document, pages)
        self._forget_former(change)
        for actions in self._preparing.put(change):
            self._send(actions)

    def delete(self, document: str) -> None:
        """Take a document out of the new generation."""
        self._forget_former(Change(document))

    def commit(self) -> None:
        """Make the changes durable; nobody sees them before `complete`."""
        for actions in self._preparing.drain():
            self._send(actions)
        self._target.show()

    def close(self) -> None:
        """Commit, and end the threads that send."""
        try:
            self.commit()
        finally:
            self._preparing.close()
            self._target.sender.close()

    def complete(self) -> None:
        """Put the new generation in force and remove the old ones."""
        self.close()
        self._generations.promote(self.generation)
        self._generations.merge(self.generation)

    def abandon(self) -> None:
        """Remove the unfinished generation."""
        self._preparing.close()
        self._target.sender.forget()
        self._target.sender.close()
        self._generations.remove(self.generation)

    def _send(self, actions: Sequence[Lines]) -> None:
        """Send them, without words that another helper met: to refuse one costs the server more than to take it."""
        new = set(self._sent.new([lines.word for lines in actions if lines.word]))
        self._target.sender.add(lines for lines in actions if not lines.word or lines.word in new)

    def _forget_former(self, change: Change) -> None:
        if change.document <= self._last:
            self.commit()
            self._target.take_out([change])
        self._last = max(self._last, change.document)
