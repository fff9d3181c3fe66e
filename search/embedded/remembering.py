"""What was asked of one commit, remembered until the next one: nothing that a reader sees changes before."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Commit = tuple[int, int, int]
"""What a reader sees: the generation, and which file tells of its newest commit, written when."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class UntilCommit(Generic[Key, Value]):
    """The last so many values by what they were asked for, all of one commit.

    What depends on who asks must have his scopes in its key, so that nobody is told what another may see.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._commit: Commit | None = None
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, commit: Commit, key: Key, make: Callable[[], Value]) -> Value:
        """The value for a key, made where it is not remembered."""
        known = self.get(commit, key)
        if known is None:
            known = make()
            self.put(commit, key, known)
        return known

    def get(self, commit: Commit, key: Key) -> Value | None:
        """What is remembered for a key; None where nothing is. What other commits had is forgotten."""
        with self._lock:
            if self._commit != commit:
                self._kept.clear()
                self._commit = commit
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
            return known

    def put(self, commit: Commit, key: Key, value: Value) -> None:
        """Remember a value, unless another commit is asked by now."""
        with self._lock:
            if self._commit == commit:
                self._kept[key] = value
                self._kept.move_to_end(key)
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
