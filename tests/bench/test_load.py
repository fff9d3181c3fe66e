"""The load run: what counts as flat, what its figures are, and how they are shown."""

import json

import pytest

from bench import load
from bench._loading import Heard
from bench._weighing import FLAT_BYTES, is_flat, slope

MIB = 1 << 20


def weighed(start: int, a_minute: int, minutes: int = 5) -> list[tuple[float, int]]:
    return [(second, start + a_minute * second // 60) for second in range(0, 60 * minutes, 5)]


def test_growth_after_the_beginning_is_seen_and_that_before_is_not() -> None:
    assert slope(weighed(100 * MIB, 12 * MIB), 120) == pytest.approx(12 * MIB, rel=0.01)
    assert not is_flat(weighed(100 * MIB, 12 * MIB), 120)
    settled = [(second, min(weight, 130 * MIB)) for second, weight in weighed(100 * MIB, 30 * MIB)]
    assert is_flat(settled, 120)
    assert is_flat(weighed(100 * MIB, FLAT_BYTES - MIB), 120)
    assert slope(weighed(100 * MIB, MIB)[:4], 0) is None


def test_percentiles_are_times_that_were_taken() -> None:
    heard = Heard(times=[float(number) for number in range(100, 0, -1)])
    assert (heard.percentile(0.5), heard.percentile(0.95)) == (51.0, 96.0)
    assert Heard().percentile(0.95) is None


@pytest.mark.parametrize("wrong", [{}, {"500 INTERNAL": 2}])
def test_what_people_are_shown(wrong: dict[str, int]) -> None:
    told = {
        "answers": 10,
        "a_second": 1.0,
        "ms_median": 2.0,
        "ms_p95": 3.0,
        "ms_max": 4.0,
        "limited": 5,
        "wrong": wrong,
    }
    result = {
        "search": told,
        "upload": told | {"wrong": {}},
        "probe": told | {"wrong": {}},
        "memory": {
            "api": {
                "at_minutes": [100 * MIB, 120 * MIB],
                "a_minute": 1.5 * MIB,
                "cpu_seconds": 9.0,
                "flat": True,
            }
        },
        "acknowledged": 10,
        "lost": [],
        "passed": not wrong,
    }
    json.dumps(result)
    text = load.for_people(result)
    assert "100 120" in text and "1.50" in text and "flat" in text
    assert ("passed" in text, "search: 2 x 500 INTERNAL" in text) == (not wrong, bool(wrong))
