"""What stands on a paper, as values: who writes to whom, what it is about, and the blocks of its body."""

from dataclasses import dataclass
from typing import Literal

from tabellion.demo.fonts import Face

Mark = Literal["wave", "drop", "sun", "tree", "gable", "beam", "court", "bank"]
Header = Literal["band", "mark", "centred"]


@dataclass(frozen=True, slots=True)
class House:
    """How a sender's papers look: colour (hex), face, letterhead, and the small print at the foot of each page."""

    name: str
    strap: str
    colour: str
    mark: Mark
    header: Header
    contact: tuple[str, ...]
    foot: tuple[str, ...]
    face: Face = "sans"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `<b>` and `<i>` are understood, an ampersand is an ampersand."""

    text: str
    style: Literal["body", "lead", "small", "centre", "title", "legal"] = "body"


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause of a contract or an order."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: heads, rows, and closing rows set in bold; `widths` are shares of the text width.

    Columns from `figures_from` on hold figures and are set flush right.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    figures_from: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values, plain or in a frame that stands out (what to pay, by when, to which account)."""

    rows: tuple[tuple[str, str], ...]
    framed: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to sign on: what stands under it, and the name whose hand is drawn on it (empty: nobody signed)."""

    name: str
    role: str
    hand: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """One or two signatures side by side."""

    places: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The next page."""


Block = Text | Clause | Grid | Facts | Signatures | Break


@dataclass(frozen=True, slots=True)
class Stamp:
    """A rubber stamp: page from 1, centre in millimetres from the lower left corner, angle in degrees."""

    lines: tuple[str, ...]
    page: int
    x: float
    y: float
    angle: float
    colour: str = "#2b3f8c"
    shape: Literal["box", "round"] = "box"


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole paper. `subject` is its title; `references` are labels and values beside the address."""

    house: House
    recipient: tuple[str, ...]
    place_and_date: str
    subject: str
    body: tuple[Block, ...]
    language: str
    page_word: str
    references: tuple[tuple[str, str], ...] = ()
    recipient_side: Literal["left", "right"] = "left"
    subject_centred: bool = False
    stamps: tuple[Stamp, ...] = ()
