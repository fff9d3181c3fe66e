"""The order in which the letters of a line stand (Unicode Standard Annex #9), without explicit embeddings.

Whoever calls has made control characters visible before: a name that carries such marks is shown with them, never
turned round by them.
"""

import unicodedata
from collections.abc import Sequence, Set
from itertools import groupby

_STRONG = {"L": 0, "R": 1, "AL": 1}
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN"})
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {close: opening for opening, close in _BRACKETS.items()}


def base_level(text: str) -> int:
    """1 where the first strong letter runs right to left, else 0 (P2, P3)."""
    return next((_STRONG[kind] for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), 0)


def levels(text: str, base: int) -> list[int]:
    """The level of each letter: odd ones run right to left."""
    if base == 0 and text.isascii():
        return [0] * len(text)
    kinds = [unicodedata.bidirectional(letter) or "L" for letter in text]
    _weak(kinds, base)
    _brackets(kinds, text, base)
    _neutral(kinds, base)
    found = []
    for kind in kinds:  # I1, I2
        if base == 0:
            found.append({"L": 0, "R": 1}.get(kind, 2))
        else:
            found.append(1 if kind == "R" else 2)
    for place in range(len(text) - 1, -1, -1):  # L1: spaces at the end stand at the end
        if not text[place].isspace():
            break
        found[place] = base
    return found


def visual_order(found: Sequence[int]) -> list[int]:
    """The places of the letters (or runs) from left to right (L2)."""
    order = list(range(len(found)))
    for level in range(max(found, default=0), 0, -1):
        start = 0
        while start < len(order):
            if found[order[start]] < level:
                start += 1
                continue
            stop = start
            while stop < len(order) and found[order[stop]] >= level:
                stop += 1
            order[start:stop] = order[start:stop][::-1]
            start = stop
    return order


def _weak(kinds: list[str], base: int) -> None:
    """W1 to W7: marks, digits and what separates them; "AL" ends as "R"."""
    edge = "R" if base else "L"
    _marks_and_digits(kinds, edge)
    for place in range(1, len(kinds) - 1):  # W4
        before, after = kinds[place - 1], kinds[place + 1]
        if before == after and (
            (kinds[place] == "ES" and before == "EN") or (kinds[place] == "CS" and before in {"EN", "AN"})
        ):
            kinds[place] = before
    for start, stop in _stretches(kinds, {"ET"}):  # W5
        beside = {kinds[start - 1] if start else "", kinds[stop] if stop < len(kinds) else ""}
        if "EN" in beside:
            kinds[start:stop] = ["EN"] * (stop - start)
    kinds[:] = ["ON" if kind in {"ET", "ES", "CS"} else kind for kind in kinds]  # W6
    strong = edge
    for place, kind in enumerate(kinds):  # W7
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"


def _marks_and_digits(kinds: list[str], edge: str) -> None:
    previous, strong = edge, edge
    for place, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[place] = previous  # W1
        if kinds[place] in _STRONG:
            strong = kinds[place]
        elif kinds[place] == "EN" and strong == "AL":
            kinds[place] = "AN"  # W2
        previous = kinds[place]
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3


def _stretches(kinds: list[str], wanted: Set[str]) -> list[tuple[int, int]]:
    """Where each unbroken row of such letters starts and stops."""
    found = []
    for is_wanted, group in groupby(enumerate(kinds), key=lambda pair: pair[1] in wanted):
        places = [place for place, _ in group]
        if is_wanted:
            found.append((places[0], places[-1] + 1))
    return found


def _brackets(kinds: list[str], text: str, base: int) -> None:
    """N0: a pair of brackets takes the direction of what it holds."""
    edge = "R" if base else "L"
    for opened, closed in _pairs(kinds, text):
        inside = {_direction(kind) for kind in kinds[opened + 1 : closed]} - {None}
        if edge in inside:
            direction = edge
        elif inside:
            before = next((d for k in reversed(kinds[:opened]) if (d := _direction(k))), edge)
            direction = before if before in inside else edge
        else:
            continue
        kinds[opened] = kinds[closed] = direction


def _pairs(kinds: list[str], text: str) -> list[tuple[int, int]]:
    """The places of brackets that belong together (BD16), in the order of the opening ones."""
    found, stack = [], []
    for place, letter in enumerate(text):
        if kinds[place] != "ON":
            continue
        if letter in _BRACKETS:
            stack.append((letter, place))
        elif letter in _CLOSING:
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][0] == _CLOSING[letter]:
                    found.append((stack[depth][1], place))
                    del stack[depth:]
                    break
    return sorted(found)


def _neutral(kinds: list[str], base: int) -> None:
    """N1, N2: what has no direction takes that of both its sides, else that of the line."""
    edge = "R" if base else "L"
    for start, stop in _stretches(kinds, _NEUTRAL):
        before = _direction(kinds[start - 1]) if start else edge
        after = _direction(kinds[stop]) if stop < len(kinds) else edge
        kinds[start:stop] = [before if before and before == after else edge] * (stop - start)


def _direction(kind: str) -> str | None:
    """The direction that a letter lends to what is beside it; digits count as right to left."""
    if kind == "L":
        return "L"
    return "R" if kind in {"R", "EN", "AN"} else None
