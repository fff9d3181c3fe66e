"""Turns the blocks of a letter into what reportlab can set: paragraphs, tables, signature lines."""

import random
import zlib
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, Spacer, Table, TableStyle

from tabellion.demo.fonts import Fonts
from tabellion.demo.letter import (
    Block,
    Break,
    Clause,
    Facts,
    Grid,
    House,
    Letter,
    Signature,
    Signatures,
    Text,
)
from tabellion.demo.marks import draw_hand

INK, GREY, RULE = HexColor("#1c1c1c"), HexColor("#6b6b6b"), HexColor("#c9c5bd")


@dataclass(frozen=True, slots=True)
class Styles:
    """Paragraph styles in a house's face and colour."""

    house: House
    fonts: Fonts

    def make(
        self, size: float, *, bold: bool = False, align: int = TA_LEFT, before: float = 0, after: float = 6
    ) -> ParagraphStyle:
        """A style in the house's face; sizes and spaces in points."""
        face = getattr(self.fonts, self.house.face)
        return ParagraphStyle(
            "style",
            fontName=f"{face}-Bold" if bold else face,
            fontSize=size,
            leading=size * 1.36,
            textColor=INK,
            alignment=align,
            spaceBefore=before,
            spaceAfter=after,
        )

    def named(self, name: str) -> ParagraphStyle:
        """The style of a `Text`."""
        return {
            "body": self.make(10),
            "lead": self.make(11, after=8),
            "small": self.make(8.2, before=2, after=4),
            "centre": self.make(10.5, align=TA_CENTER),
            "title": self.make(11.5, bold=True, align=TA_CENTER, before=7, after=5),
            "legal": self.make(10, align=TA_JUSTIFY),
        }[name]


class _Line(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A line to sign on, with the hand that signed and the printed name below."""

    def __init__(self, place: Signature, face: str, width: float, seed: int) -> None:
        super().__init__()
        self.place = place
        self.face = face
        self.width = width
        self.height = 24 * mm
        # One name, one hand: whoever signs twice signs alike.
        self.rng = random.Random(seed ^ zlib.crc32(place.hand.encode()))  # noqa: S311  # a drawing

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.setStrokeColor(GREY)
        canvas.setLineWidth(0.6)
        canvas.line(0, 9 * mm, self.width, 9 * mm)
        if self.place.hand:
            draw_hand(canvas, self.width * 0.16, 10.5 * mm, self.width * 0.6, self.rng)
        canvas.setFillColor(INK)
        canvas.setFont(self.face, 9)
        canvas.drawCentredString(self.width / 2, 5 * mm, self.place.name)
        canvas.setFillColor(GREY)
        canvas.setFont(self.face, 8)
        canvas.drawCentredString(self.width / 2, 1.2 * mm, self.place.role)


def flowables(letter: Letter, styles: Styles, width: float, seed: int) -> list[Flowable]:
    """Title and body, in order; `width` is that of the text, in points; `seed` gives every name its hand."""
    title = styles.make(
        14.5, bold=True, align=TA_CENTER if letter.subject_centred else TA_LEFT, before=0, after=9
    )
    if styles.house.header != "centred":
        title.textColor = HexColor(styles.house.colour)
    result: list[Flowable] = [
        Paragraph(_markup(letter.subject).replace("\n", "<br/>"), title),
        Spacer(0, 2 * mm),
    ]
    for block in letter.body:
        result.extend(_block(block, styles, width, seed))
    return result


def _markup(text: str) -> str:
    return text.replace("&", "&amp;")


def _block(block: Block, styles: Styles, width: float, seed: int) -> list[Flowable]:
    match block:
        case Text():
            return [Paragraph(_markup(block.text), styles.named(block.style))]
        case Clause():
            heading = styles.make(10.5, bold=True, align=TA_CENTER, before=7, after=4)
            paragraphs = [Paragraph(_markup(text), styles.named("legal")) for text in block.paragraphs]
            head = KeepTogether([Paragraph(_markup(block.heading), heading), *paragraphs[:1]])
            return [head, *paragraphs[1:]]
        case Grid():
            return [Spacer(0, 1.5 * mm), _grid(block, styles, width), Spacer(0, 4 * mm)]
        case Facts():
            return [Spacer(0, 1 * mm), _facts(block, styles, width), Spacer(0, 4 * mm)]
        case Signatures():
            return [_signatures(block, styles, width, seed)]
        case Break():
            return [PageBreak()]


def _grid(grid: Grid, styles: Styles, width: float) -> Table:
    def cell(text: str, column: int, *, bold: bool = False, head: bool = False) -> Paragraph:
        align = TA_RIGHT if column >= grid.figures_from else TA_LEFT
        style = styles.make(8.6 if head else 9.3, bold=bold or head, align=align, after=0)
        return Paragraph(_markup(text), style)

    rows = [[cell(text, column, head=True) for column, text in enumerate(grid.heads)]]
    rows += [[cell(text, column) for column, text in enumerate(row)] for row in grid.rows]
    rows += [[cell(text, column, bold=True) for column, text in enumerate(row)] for row in grid.totals]
    first_total = len(rows) - len(grid.totals)
    colour = HexColor(styles.house.colour)
    table = Table(rows, colWidths=[share * width for share in grid.widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3.2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4.2),
                ("LEFTPADDING", (0, 0), (-1, -1), 4),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("BACKGROUND", (0, 0), (-1, 0), HexColor("#f0eee9")),
                ("LINEABOVE", (0, 0), (-1, 0), 1, colour),
                ("LINEBELOW", (0, 0), (-1, first_total - 1), 0.4, RULE),
                ("LINEABOVE", (0, first_total), (-1, first_total), 0.9, colour),
                ("LINEBELOW", (0, -1), (-1, -1), 0.9, colour),
            ]
        )
    )
    return table


def _facts(facts: Facts, styles: Styles, width: float) -> Table:
    label = styles.make(9, after=0)
    label.textColor = GREY
    value = styles.make(10.5 if facts.framed else 9.6, bold=facts.framed, after=0)
    rows = [[Paragraph(_markup(name), label), Paragraph(_markup(text), value)] for name, text in facts.rows]
    table = Table(rows, colWidths=[0.34 * width, 0.66 * width])
    commands: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.4),
        ("LEFTPADDING", (0, 0), (0, -1), 8 if facts.framed else 0),
        ("LINEBELOW", (0, 0), (-1, -2), 0.3, RULE),
    ]
    if facts.framed:
        commands += [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor("#f7f5f1")),
            ("BOX", (0, 0), (-1, -1), 0.8, HexColor(styles.house.colour)),
        ]
    table.setStyle(TableStyle(commands))
    return table


def _signatures(block: Signatures, styles: Styles, width: float, seed: int) -> KeepTogether:
    face = getattr(styles.fonts, styles.house.face)
    line = width * 0.42
    cells: list[object] = [_Line(place, face, line, seed) for place in block.places]
    row = [cells[0], "", cells[1]] if len(cells) == 2 else ["", "", cells[0]]
    table = Table([row], colWidths=[line, width - 2 * line, line])
    table.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]))
    return KeepTogether([Spacer(0, 2 * mm), table])
