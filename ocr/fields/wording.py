"""Whether folded text has a word, begins with one, or ends with one, inflected as languages do."""

import re
from collections.abc import Iterator, Sequence

from ocr.folding import Folded


def holds_word(folded: str, stem: str) -> bool:
    """Whether a word of the text begins with the stem; Hebrew prefixes and missing spaces in Thai allowed."""
    if "\u0e00" <= stem[0] <= "\u0e7f":
        return stem in folded
    return bool(re.search(rf"(?:^| )[ובהלמכש]?{re.escape(stem)}", folded)) and _is_whole(folded, stem)


def _is_whole(folded: str, stem: str) -> bool:
    """Short stems must be whole words: "a" is no beginning of everything."""
    return len(stem) > 4 or bool(re.search(rf"(?:^| )[ובהלמכש]?{re.escape(stem)}(?: |$)", folded))


def begins_with(folded: str, stem: str) -> int:
    """The end of the word or words with which the text begins, if they are the stem's; else 0."""
    if not folded.startswith(stem):
        return 0
    if "\u0e00" <= stem[0] <= "\u0e7f":
        return len(stem)
    end = len(stem)
    while end < len(folded) and folded[end] != " ":
        end += 1
    return end if end - len(stem) <= (4 if len(stem) > 4 else 0) else 0


def ends_with(folded: str, phrase: str, skipping: Sequence[str]) -> bool:
    for title in ("", *skipping):
        tail = folded.removesuffix(" " + title) if title else folded
        if title and tail == folded:
            continue
        if tail.endswith(phrase) and (
            len(tail) == len(phrase) or not tail[-len(phrase) - 1].isalpha() or phrase[0] >= "\u0e00"
        ):
            return True
    return False


def places(folded: Folded, phrase: str) -> Iterator[tuple[int, int]]:
    """Where the phrase stands in the original text, as whole words."""
    place = folded.text.find(phrase)
    while place >= 0:
        stop = place + len(phrase)
        thai = "\u0e00" <= phrase[0] <= "\u0e7f"
        before = place == 0 or not folded.text[place - 1].isalnum()
        after = stop == len(folded.text) or not folded.text[stop].isalnum() or len(phrase) > 8
        if thai or (before and after):
            yield folded.back(place, stop)
        place = folded.text.find(phrase, place + 1)
