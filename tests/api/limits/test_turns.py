"""Turns: so many at once, of each fewer, in rotation; who gives up leaves nothing behind."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio import create_task_group

from api.limits import AtOnce, Busy, TooManyAtOnce, Turns


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


class Served:
    """Who was served in which order, each until `step` is called."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.order: list[str] = []
        self.refused: list[str] = []
        self._ends: list[anyio.Event] = []

    async def ask(self, key: str) -> None:
        try:
            async with self.turns.turn(key):
                self.order.append(key)
                end = anyio.Event()
                self._ends.append(end)
                await end.wait()
        except (TooManyAtOnce, Busy) as error:
            self.refused.append(f"{key} {error.code}")

    async def step(self, count: int = 1) -> None:
        """The oldest so many answers are complete."""
        for _ in range(count):
            self._ends.pop(0).set()
            await anyio.wait_all_tasks_blocked()

    async def finish(self) -> None:
        while self._ends:
            await self.step()


@asynccontextmanager
async def asked(
    at_once: AtOnce, keys: str, seconds: float = 60.0
) -> AsyncIterator[tuple[Served, Callable[[str], None]]]:
    served = Served(Turns(at_once, seconds))
    async with create_task_group() as group:

        def ask(key: str) -> None:
            group.start_soon(served.ask, key)

        for key in keys:
            ask(key)
            await anyio.wait_all_tasks_blocked()
        yield served, ask
        await served.finish()
    assert served.turns.under_way == 0


async def test_of_each_so_many_and_of_all_so_many() -> None:
    async with asked(AtOnce(each=2, all=3), "aaabbc") as (served, _):
        assert served.order == ["a", "a", "b"]
        await served.step()
        assert served.turns.under_way == 3


async def test_one_who_asks_a_hundred_times_does_not_hold_up_the_others() -> None:
    async with asked(AtOnce(each=2, all=2, waiting=200), "a" * 100) as (served, ask):
        for key in "bcb":
            ask(key)
            await anyio.wait_all_tasks_blocked()
        await served.step(6)
        assert "".join(served.order) == "aa" + "abc" + "aba"


async def test_who_has_too_many_waiting_is_refused_and_nobody_else() -> None:
    async with asked(AtOnce(each=1, all=2, waiting=2), "aaaaab") as (served, _):
        assert served.refused == ["a TOO_MANY_AT_ONCE"] * 2
        assert served.order == ["a", "b"]


async def test_who_waits_too_long_is_told_so() -> None:
    async with asked(AtOnce(each=1, all=1), "a", seconds=0.02) as (served, ask):
        ask("b")
        with anyio.fail_after(60):
            while not served.refused:
                await anyio.sleep(0.01)
        assert served.refused == ["b BUSY"]


async def test_who_goes_away_while_he_waits_takes_no_turn() -> None:
    turns = Turns(AtOnce(each=1, all=1), 60.0)
    served = Served(turns)
    async with create_task_group() as group:
        group.start_soon(served.ask, "a")
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.01):
            await served.ask("b")
        group.start_soon(served.ask, "c")
        await anyio.wait_all_tasks_blocked()
        await served.step()
        assert served.order == ["a", "c"]
        await served.finish()
    assert turns.under_way == 0


async def test_an_error_gives_the_turn_back() -> None:
    turns = Turns(AtOnce(each=1, all=1), 60.0)
    with pytest.raises(ValueError, match="broken"):
        async with turns.turn("a"):
            raise ValueError("broken")
    async with turns.turn("b") as waited:
        assert not waited
