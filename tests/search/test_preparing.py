"""Pages made ready by processes beside: the same as made here, in order, and a clean end whatever happens."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest

from search import Analyser, EmbeddedIndex, EmbeddedRebuild, IndexBusy
from search import plan as p
from search.changes import Change
from search.embedded.generations import Generations
from search.embedded.schema import MOST_BEARERS, ManyPages
from search.preparing import BATCH, FEW, Preparing
from tests.search.contract import ALL, EVERYTHING
from tests.search.pages import record

ANALYSER = Analyser()


def names(analyser: Analyser) -> "Names":
    """What helpers are told to make in these tests."""
    return Names()


class Names:
    """The documents of changes and the process that made them ready."""

    def __call__(self, changes: Sequence[Change]) -> list[tuple[str, int]]:
        return [(change.document, os.getpid()) for change in changes]


@pytest.fixture
def preparing() -> Iterator[Preparing[list[tuple[str, int]]]]:
    made = Preparing[list[tuple[str, int]]](names, ANALYSER, helpers=2)
    yield made
    made.close()


def changes(count: int) -> Iterator[Change]:
    return (Change(f"d{number:06}") for number in range(count))


def test_many_changes_are_made_ready_by_others_and_come_back_in_order(
    preparing: Preparing[list[tuple[str, int]]],
) -> None:
    count = FEW + 20 * BATCH + 7
    ready = list(chain.from_iterable(chain.from_iterable(map(preparing.put, changes(count)))))
    assert len(ready) < count
    ready += chain.from_iterable(preparing.drain())
    assert [document for document, _ in ready] == [change.document for change in changes(count)]
    processes = {process for _, process in ready}
    assert os.getpid() in processes
    assert len(processes) > 1


def test_few_changes_start_nobody(preparing: Preparing[list[tuple[str, int]]]) -> None:
    for change in changes(FEW // 2):
        for _ in preparing.put(change):
            pass
    for _ in preparing.drain():
        pass
    assert preparing._helpers == []


def test_a_helper_that_is_killed_is_told_and_all_end(preparing: Preparing[list[tuple[str, int]]]) -> None:
    def work() -> None:
        for change in changes(FEW + 40 * BATCH):
            for _ in preparing.put(change):
                if preparing._helpers:
                    preparing._helpers[0].kill()
        for _ in preparing.drain():
            pass

    with pytest.raises(IndexBusy, match="died"):
        work()
    helpers = list(preparing._helpers)
    preparing.close()
    assert all(helper.returncode is not None for helper in helpers)


def test_helpers_end_with_the_process_that_started_them() -> None:
    script = """
import os, signal
from search import Analyser
from search.changes import Change
from search.preparing import FEW, Preparing
from tests.search.test_preparing import names
made = Preparing(names, Analyser(), helpers=1)
for number in range(FEW + 100):
    list(made.put(Change(str(number))))
list(made.drain())
print(made._helpers[0].pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    helper = Path("/proc") / killed.stdout.strip()
    deadline = time.monotonic() + 60
    while helper.exists() and "Z" not in (helper / "stat").read_text().rpartition(")")[2][:3]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_rebuild_with_helpers_finds_what_one_without_finds(tmp_path: Path) -> None:
    words = ["umowa", "faktura", "wezwanie", "zapłata", "odsetki", "cesja", "nakaz"]
    found = []
    for helpers in (0, 2):
        folder = tmp_path / str(helpers)
        with EmbeddedRebuild(folder, ANALYSER, heap=15_000_000, helpers=helpers) as rebuild:
            for number in range(FEW + 300):
                text = f"{words[number % 7]} {words[number % 5]} nr {number:07}"
                rebuild.replace(f"d{number:05}", [record(f"d{number:05}", text)])
            rebuild.replace("d00001", [record("d00001", "hipoteka")])
            rebuild.delete("d00002")
        index = EmbeddedIndex(folder)
        found.append(
            [
                index.overview(EVERYTHING, ALL),
                *({hit.document for hit in index.newest(p.Term("exact", word), ALL, 999)} for word in words),
                index.newest(p.Term("exact", "hipoteka"), ALL, 5),
                index.variants("wezwanle", 1, 5),
                index.variants("zapiata", 1, 5),
            ]
        )
    assert found[0] == found[1]
    assert EmbeddedIndex(tmp_path / "2").overview(EVERYTHING, ALL).total == FEW + 299


def test_a_rebuild_whose_helper_died_leaves_what_answered_before(tmp_path: Path) -> None:
    with EmbeddedRebuild(tmp_path, ANALYSER, heap=15_000_000) as rebuild:
        rebuild.replace("old", [record("old", "umowa")])

    def again() -> None:
        with EmbeddedRebuild(tmp_path, ANALYSER, heap=15_000_000, helpers=1) as rebuild:
            for number in range(FEW + 10 * BATCH):
                rebuild.replace(f"d{number:05}", [record(f"d{number:05}", "faktura")])
                for helper in rebuild._preparing._helpers:
                    helper.kill()

    with pytest.raises(IndexBusy):
        again()
    assert [hit.document for hit in EmbeddedIndex(tmp_path).newest(EVERYTHING, ALL, 5)] == ["old"]
    assert len(Generations(tmp_path).numbers()) == 1


def test_the_first_pages_that_have_a_word_make_it_known_backwards() -> None:
    make = ManyPages(ANALYSER)
    made = make([Change(str(number), (record(str(number), "umowa"),)) for number in range(MOST_BEARERS + 2)])
    bearers = [document for document, (page,) in made if json.loads(page).get("mirror") == ["awomu"]]
    assert bearers == [str(number) for number in range(MOST_BEARERS)]
