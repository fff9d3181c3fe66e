"""Curves that never fall, folds that never change, and groups that are never judged by themselves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench._calibrating import fitted, folds, held_out

JUDGED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


@given(JUDGED)
def test_more_confidence_is_never_less_right(judged: list[tuple[float, bool]]) -> None:
    curve = fitted(judged)
    assert all(one <= other for one, other in pairwise(curve.shares))
    assert all(one < other for one, other in pairwise(curve.starts))
    shares = sum(curve(confidence) for confidence, _ in judged)
    assert shares == pytest.approx(sum(right for _, right in judged))


def test_what_is_as_sure_is_as_right() -> None:
    curve = fitted([(0.5, True), (0.5, False), (0.9, True), (0.9, True)])
    assert (curve(0.2), curve(0.5), curve(0.8), curve(0.95)) == (0.5, 0.5, 0.5, 1.0)


def test_a_group_that_is_alone_wrong_is_found_out() -> None:
    good = [(0.95, True)] * 20 + [(0.3, False)] * 5
    bad = [(0.95, False)] * 10
    fair = held_out({"one": good, "two": good})
    assert (fair["sure_and_right"], fair["wrong_and_doubted"], fair["off_by"]) == (100.0, 100.0, 0.0)
    found = held_out({"one": good, "two": good, "three": bad})
    assert found["sure_and_right"] < 100
    assert held_out({"only": good})["sure"] == 0


def test_folds_are_the_same_each_time_and_part_no_paper() -> None:
    papers = {f"paper {number}": [(number / 20, True)] * 3 for number in range(20)}
    dealt = folds(papers, 4)
    assert dealt == folds(dict(reversed(papers.items())), 4)
    assert sorted(map(len, dealt.values())) == [15] * 4
    assert all(len(group) % 3 == 0 for group in dealt.values())
