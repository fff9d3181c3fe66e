"""Two short rounds of the faults bench, seeded: kills at random moments lose nothing and double nothing."""

import random
from pathlib import Path

import pytest

from bench._service import PARTS, Service, free_port
from bench._tiny import tiny_papers
from bench.faults import Plan, run


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [11, 12])
def test_what_was_acknowledged_is_there_once(seed: int) -> None:
    (result,) = run(Plan(rounds=1, files=8, seed=seed, seconds=4, every=2.5))
    assert result.wrong == []
    assert result.acknowledged == result.files == 8
    assert sum(result.blows.values()) > 0


def test_tiny_papers_can_be_told_apart() -> None:
    papers = list(tiny_papers(random.Random(3), 50))
    assert len({paper.word for paper in papers}) == len({paper.content for paper in papers}) == 50
    assert [p.word for p in tiny_papers(random.Random(3), 5)] == [p.word for p in papers[:5]]
    assert papers[0].content.startswith(b"%PDF-")


def test_a_service_that_does_not_run_has_no_processes(tmp_path: Path) -> None:
    service = Service(tmp_path, free_port(), tmp_path / "log")
    assert all(service.processes(part) == [] for part in PARTS)
    service.stop()
