"""Small born-digital papers, each with a word of its own by which it can be found and no other."""

import hashlib
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Tiny:
    """A paper: its file name, its bytes, its word."""

    name: str
    content: bytes
    word: str

    @property
    def sha256(self) -> bytes:
        """The digest of its bytes."""
        return hashlib.sha256(self.content).digest()


def tiny_papers(rng: random.Random, count: int) -> Iterator[Tiny]:
    """So many papers of one page, about 1.5 kB each."""
    for number in range(1, count + 1):
        # Long and random, so that no two words are within what a search takes for a misreading of the other.
        word = "".join(rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") for _ in range(9))
        yield Tiny(f"paper-{number:04}.pdf", _page(number, word), word)


def _page(number: int, word: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 11)
    for row, line in enumerate(
        (
            f"Statement of account number {number}",
            f"Our reference for this letter is {word} and it is found by that word alone.",
            "The balance of the account is shown below and is due within thirty days of this letter.",
            f"Balance: {number}.00 EUR",
        )
    ):
        canvas.drawString(72, 760 - 20 * row, line)
    canvas.save()
    return buffer.getvalue()
