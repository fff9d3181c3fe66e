"""What the rebuilds of all engines have in common: as a context, they are completed, or abandoned on an error."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Rebuild(ABC):
    """A new generation, written beside the one that answers and put in its place when complete.

    Changes that are committed to the old generation meanwhile are not in the new one: whoever rebuilds holds the
    keeper's fence, and what arrives waits in the outbox. It is quickest where documents come in the order of their
    identifiers: what is less than the last one may have come before, and is looked for.
    """

    @abstractmethod
    def complete(self) -> None:
        """Put the new generation in force and remove the old ones."""

    @abstractmethod
    def abandon(self) -> None:
        """Remove the unfinished generation."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.complete()
        else:
            self.abandon()
