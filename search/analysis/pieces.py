"""A text by its pieces, which are what stands between its spaces."""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, count
from operator import add

# What str.split leaves: of `re` and not of `regex`, to which the separators U+001C to U+001F are no spaces.
PIECE = re.compile(r"\S+")


class Pieces:
    """The pieces of a text, and where they begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.all = text.split()

    @cached_property
    def starts(self) -> Sequence[int]:
        """Where each piece begins in the text, and maybe where one more would."""
        # With single spaces between them, as on most pages, their lengths say it.
        starts = list(map(add, accumulate(map(len, self.all), initial=0), count()))
        if starts[-1] == len(self.text) + 1:
            return starts
        return [found.start() for found in PIECE.finditer(self.text)]
