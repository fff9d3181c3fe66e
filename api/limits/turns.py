"""Turns at something costly: so many at once, of each account fewer, and accounts that wait are served in rotation."""

from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import Event, move_on_after

from api.limits.errors import Busy, TooManyAtOnce
from api.limits.values import AtOnce

AGAIN_SECONDS = 2.0


class _Place:
    """Somebody's place in the queue; `granted` is set by who hands the turn on."""

    __slots__ = ("come", "granted")

    def __init__(self) -> None:
        self.come = Event()
        self.granted = False


class Turns:
    """Turns at one sort of request. For one event loop; who waits takes no thread."""

    def __init__(self, at_once: AtOnce, seconds: float) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._under_way: Counter[str] = Counter()
        # Who waits, in the order in which their next turn comes.
        self._waiting: OrderedDict[str, deque[_Place]] = OrderedDict()

    @property
    def under_way(self) -> int:
        """How many are served just now."""
        return self._under_way.total()

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[bool]:
        """Hold a turn; says whether it had to be waited for. Raises TooManyAtOnce and Busy."""
        waited = not self._may_begin(key) or key in self._waiting
        if waited:
            await self._wait(key)
        else:
            self._under_way[key] += 1
        try:
            yield waited
        finally:
            self._leave(key)

    def _may_begin(self, key: str) -> bool:
        return self.under_way < self._at_once.all and self._under_way[key] < self._at_once.each

    async def _wait(self, key: str) -> None:
        queue = self._waiting.setdefault(key, deque())
        if len(queue) >= self._at_once.waiting:
            raise TooManyAtOnce(
                f"{self._at_once.each} requests of this kind are answered at once, and {len(queue)} more wait",
                seconds=AGAIN_SECONDS,
            )
        place = _Place()
        queue.append(place)
        try:
            with move_on_after(self._seconds):
                await place.come.wait()
        finally:
            if not place.granted:
                self._give_up(key, place)
        if not place.granted:
            raise Busy(f"no turn came within {self._seconds:.0f} seconds")

    def _give_up(self, key: str, place: _Place) -> None:
        queue = self._waiting[key]
        queue.remove(place)
        if not queue:
            del self._waiting[key]

    def _leave(self, key: str) -> None:
        self._under_way[key] -= 1
        if not self._under_way[key]:
            del self._under_way[key]
        self._hand_on()

    def _hand_on(self) -> None:
        """Give free turns to those who wait; who gets one goes to the end of the rotation."""
        for key in list(self._waiting):
            if self.under_way >= self._at_once.all:
                return
            if not self._may_begin(key):
                continue
            queue = self._waiting[key]
            place = queue.popleft()
            if queue:
                self._waiting.move_to_end(key)
            else:
                del self._waiting[key]
            self._under_way[key] += 1
            place.granted = True
            place.come.set()
