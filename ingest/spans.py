"""Runs of numbers: of pages, and of the numbers on papers."""

from collections.abc import Iterable, Sequence

Span = tuple[int, int]
"""The first and the last."""


def spans_of(numbers: Iterable[int]) -> list[Span]:
    """The runs that the numbers, each of them once, make in their order."""
    spans: list[Span] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def spans_in_words(spans: Sequence[Span]) -> str:
    """Numbers and runs of numbers, `3, 117-118`."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
