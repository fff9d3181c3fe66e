"""Small born-digital papers, each with a word of its own by which it can be found and no other."""

import hashlib
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

LARGE = 9_000_000
"""Bytes of an attachment: more than an object store is sent in one piece (archive.vault.s3.vault.PART)."""


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


def tiny_papers(rng: random.Random, count: int, large_every: int | None = None) -> Iterator[Tiny]:
    """So many papers of one page, about 1.5 kB each; every so many, one has an attachment and is of 9 MB."""
    for number in range(1, count + 1):
        # Long and random, so that no two words are within what a search takes for a misreading of the other.
        word = "".join(rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") for _ in range(9))
        content = _page(number, word)
        if large_every and number % large_every == 1:
            content = _attached(content, rng.randbytes(LARGE))
        yield Tiny(f"paper-{number:04}.pdf", content, word)


def _attached(content: bytes, attachment: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        when = "D:20260101000000Z"
        pdf.attachments["scan.bin"] = pikepdf.AttachedFileSpec(
            pdf,
            attachment,
            description="",
            filename="scan.bin",
            mime_type="application/octet-stream",
            creation_date=when,
            mod_date=when,
        )
        pdf.save(buffer, deterministic_id=True, compress_streams=False)
    return buffer.getvalue()


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
