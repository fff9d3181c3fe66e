"""The mutator is seeded and does what it says; a few hostile files go the whole way, and the bench would see a loss."""

import random

import pytest

from bench import hostile
from bench._mutations import hostile_files, own_samples
from tests.shared import SHARED


@pytest.fixture(scope="module")
def samples() -> list[tuple[str, bytes]]:
    return own_samples()


def test_the_same_seed_makes_the_same_files(samples: list[tuple[str, bytes]]) -> None:
    first = list(hostile_files(3, 60, samples))
    assert first == list(hostile_files(3, 60, samples))
    assert first != list(hostile_files(4, 60, samples))
    assert len({file.content for file in first}) > 40


def test_samples_come_first_as_they_are_and_then_changed(samples: list[tuple[str, bytes]]) -> None:
    files = list(hostile_files(3, 3 * len(samples), samples))
    assert [(file.origin, file.content) for file in files[: len(samples)]] == samples
    assert all(file.changes for file in files[len(samples) :])
    kinds = {change for file in files for change in file.changes}
    assert kinds >= {"flip_bits", "truncate", "misdirect", "change_entry"}
    assert len({file.name for file in files}) > len(files) // 2


@pytest.mark.parametrize("seed", range(5))
def test_no_change_fails_on_what_another_has_left(seed: int) -> None:
    rng = random.Random(seed)
    scraps = [("scrap", rng.randbytes(rng.randrange(40))) for _ in range(10)]
    heads = [
        (name, head + rng.randbytes(rng.randrange(30)))
        for name, head in (
            ("pdf", b"%PDF-"),
            ("tif", b"II*\0"),
            ("png", b"\x89PNG\r\n\x1a\n"),
            ("jpg", b"\xff\xd8"),
        )
    ]
    assert len(list(hostile_files(seed, 100, scraps + heads))) == 100


@pytest.mark.slow
@pytest.mark.xdist_group("long")
@pytest.mark.timeout(600)
def test_twenty_files_by_the_ordinary_door() -> None:
    folder = SHARED / "samples" / "hostile"
    outcome = hostile.run(20, 5, folder if folder.is_dir() else None)
    assert outcome.wrong == []
    assert outcome.acknowledged + sum(outcome.refused_at_the_door.values()) == 20
    assert sum(outcome.ends.values()) >= outcome.acknowledged
    assert len(outcome.ends) > 1
    assert (outcome.workers_died, outcome.over_2_gib, outcome.lost_originals, outcome.hangs) == (0, 0, 0, 0)
    assert {"api", "worker", "keeper", "reader"} <= set(outcome.peak_mib)
