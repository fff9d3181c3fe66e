"""From the order in which letters stand on the paper to the order in which they are read (the inverse of UAX #9).

Only as far as papers need it: right-to-left lines with numbers, Latin words and brackets in them.
"""

import re
import unicodedata

_STRONG_RIGHT = frozenset({"R", "AL"})
_MIRROR = str.maketrans("()[]{}<>«»", ")(][}{><»«")
# Latin letters and what follows, numbers parted by spaces included, run left to right as one; so does a lone number.
_LEFT_RUN = re.compile(
    r"[^\W\d_](?:[\w\s.,:/&@%+\-–—'’]*\w)?|\d(?:[\d.,:/\-–—]*\d)?%?",
)


def is_right_to_left(text: str) -> bool:
    """Whether most strong letters of a line run right to left."""
    right = left = 0
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        right += direction in _STRONG_RIGHT
        left += direction == "L"
    return right > left


def has_right_to_left(text: str) -> bool:
    """Whether the text has any letter that runs right to left."""
    return any(unicodedata.bidirectional(letter) in _STRONG_RIGHT for letter in text)


def logical_order(visual: str) -> list[int]:
    """For a right-to-left line given as it stands, left to right: the indices of its letters in reading order."""
    order: list[int] = []
    end = len(visual)
    position = 0
    runs: list[tuple[int, int]] = []
    while position < end:
        match = _left_run_at(visual, position)
        if match:
            runs.append(match)
            position = match[1]
        else:
            runs.append((position, position + 1))
            position += 1
    for start, stop in reversed(runs):
        order.extend(range(start, stop))
    return order


def _left_run_at(visual: str, position: int) -> tuple[int, int] | None:
    if has_right_to_left(visual[position]):
        return None
    stop = position
    while stop < len(visual) and not has_right_to_left(visual[stop]):
        stop += 1
    match = _LEFT_RUN.match(visual, position, stop)
    return (match.start(), match.end()) if match else None


def mirrored(letter: str) -> str:
    """The bracket that stands for this one in the other direction."""
    return letter.translate(_MIRROR)
