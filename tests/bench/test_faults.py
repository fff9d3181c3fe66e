"""Short runs of the faults bench, seeded: kills at random moments lose nothing and double nothing."""

import random
from pathlib import Path

import pytest

from bench._blows import PARTS, schedule
from bench._disk import NoDisk, SmallDisk
from bench._fire import FirePlan, run_under_fire
from bench._service import PARTS as PROCESSES
from bench._service import Service
from bench._tiny import LARGE, tiny_papers
from bench.faults import Plan, run
from tests.services.process import free_port


@pytest.mark.slow
@pytest.mark.xdist_group("long")
@pytest.mark.timeout(900)
def test_what_was_acknowledged_is_there_once() -> None:
    (result,) = run(Plan(rounds=1, files=8, seed=12, seconds=4, every=2.5))
    assert result.wrong == []
    assert result.acknowledged == result.files == 8
    assert sum(result.blows.values()) > 0


@pytest.mark.slow
@pytest.mark.xdist_group("long")
@pytest.mark.services
@pytest.mark.timeout(600)
def test_what_was_acknowledged_on_servers_is_there_once() -> None:
    fire = run_under_fire(
        FirePlan(
            files=12,
            blows=3,
            seed=35,
            doors=("rest", "hot"),
            disk=0,
            parts=("database", "broker", "store"),
            haste=3,
            workers=1,
        )
    )
    assert fire.wrong == []
    assert (fire.acknowledged, len(fire.blows)) == (12, 3)
    assert all(blow["ready"] is not None for blow in fire.blows)


def test_every_part_is_killed_and_frozen() -> None:
    blows = schedule(random.Random(1), 2 * len(PARTS), disk=True)
    struck = [(blow.part, blow.how) for blow in blows]
    assert set(struck) == {(part, how) for part in PARTS for how in ("killed", "frozen")} | {("disk", "full")}
    assert len(struck) == len(set(struck))
    assert len(schedule(random.Random(1), 30)) == 30


def test_a_disk_is_filled_and_emptied(tmp_path: Path) -> None:
    disk = SmallDisk(tmp_path / "disk", 2)
    try:
        disk.mount()
    except NoDisk as error:
        pytest.skip(f"nothing can be mounted here: {error}")
    try:
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.place / "paper").write_bytes(b"x" * 10_000)
        disk.empty()
        assert (disk.place / "paper").write_bytes(b"x" * 10_000) == 10_000
    finally:
        disk.unmount()
    assert not disk.place.exists()


def test_large_papers_are_among_the_tiny_ones() -> None:
    papers = list(tiny_papers(random.Random(3), 4, large_every=3))
    assert [len(paper.content) > LARGE for paper in papers] == [True, False, False, True]
    assert papers == list(tiny_papers(random.Random(3), 4, large_every=3))


def test_tiny_papers_can_be_told_apart() -> None:
    papers = list(tiny_papers(random.Random(3), 50))
    assert len({paper.word for paper in papers}) == len({paper.content for paper in papers}) == 50
    assert [p.word for p in tiny_papers(random.Random(3), 5)] == [p.word for p in papers[:5]]
    assert papers[0].content.startswith(b"%PDF-")


def test_a_service_that_does_not_run_has_no_processes(tmp_path: Path) -> None:
    service = Service(tmp_path, free_port(), tmp_path / "log")
    assert all(service.processes(part) == [] for part in PROCESSES)
    service.stop()
