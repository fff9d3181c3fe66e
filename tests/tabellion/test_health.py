"""Parts are asked together and within a time; one that hangs is named, and costs one thread."""

import threading
import time
from threading import Event

from tabellion.base.errors import Unavailable
from tabellion.running.health import Findings, Health, Standstill


def asking(part: str) -> int:
    """How many threads ask that part."""
    return [thread.name for thread in threading.enumerate()].count(f"health-{part}")


def test_how_long_each_check_took_is_kept() -> None:
    def slow() -> dict[str, str | None]:
        time.sleep(0.02)
        return {"vault": None}

    health = Health({"vault": slow, "index": lambda: {"index": None}})
    assert health.took == {}
    health()
    assert (health.took["vault"] >= 0.02, health.took["index"] >= 0) == (True, True)


def test_what_each_part_says_is_put_together() -> None:
    def broken() -> Findings:
        raise ValueError("not for strangers")

    def away() -> Findings:
        raise Unavailable("the search server does not answer")

    health = Health(
        {
            "catalogue": lambda: {"catalogue": None, "worker": "no worker is alive"},
            "vault": broken,
            "index": away,
        }
    )
    assert health() == {
        "catalogue": None,
        "worker": "no worker is alive",
        "vault": "ValueError",
        "index": "UNAVAILABLE: the search server does not answer",
    }


def test_a_part_that_hangs_is_named_and_asked_once() -> None:
    thawed, asked = Event(), []

    def frozen() -> Findings:
        asked.append(None)
        thawed.wait()
        return {"vault": None}

    health = Health({"vault": frozen, "index": lambda: {"index": None}}, seconds=0.5)
    began = time.monotonic()
    for _ in range(3):
        assert health() == {"vault": "does not answer within 0.5 s", "index": None}
    assert time.monotonic() - began < 60
    assert (len(asked), asking("vault")) == (1, 1)
    thawed.set()
    while asking("vault"):
        time.sleep(0.01)
    assert health() == {"vault": None, "index": None}
    assert len(asked) == 2


def test_a_queue_whose_first_stays_the_first_stands_still() -> None:
    now = [0.0]
    queue = Standstill(30, clock=lambda: now[0])
    said = []
    for at, first in (
        (0, None),
        (10, None),
        (50, 3),
        (80, 3),
        (81, 3),
        (90, 4),
        (121, 4),
        (122, None),
        (160, None),
    ):
        now[0] = at
        said.append(queue.seconds(first))
    assert said == [None, None, None, None, 31, None, 31, None, None]
