"""Draws a letter as a born-digital PDF on A4: letterhead, address, references, body, small print, page numbers."""

import io
from dataclasses import dataclass

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageTemplate

from tabellion.demo.blocks import Styles, flowables
from tabellion.demo.fonts import Fonts
from tabellion.demo.letter import Letter
from tabellion.demo.marks import draw_mark, draw_stamp

WIDTH, HEIGHT = A4
LEFT, RIGHT = 24 * mm, 20 * mm
INK, GREY = HexColor("#1c1c1c"), HexColor("#6b6b6b")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Draws what stands outside the flowing text of one letter."""

    letter: Letter
    fonts: Fonts
    pages: int

    @property
    def face(self) -> str:
        name: str = getattr(self.fonts, self.letter.house.face)
        return name

    @property
    def head_foot(self) -> float:
        """Where the letterhead ends, from the lower edge."""
        return float(HEIGHT - (42 if self.letter.house.header == "centred" else 34) * mm)

    @property
    def body_top(self) -> float:
        """Where the text begins on the first page: below the address and the references, if there are any."""
        lines = max(len(self.letter.recipient), len(self.letter.references) + 1)
        return float(self.head_foot - (13 + lines * 4.8) * mm)

    def first(self, canvas: Canvas, _document: object) -> None:
        """The first page: everything."""
        house = self.letter.house
        {"band": self._band, "mark": self._mark, "centred": self._centred}[house.header](canvas)
        self._address(canvas)
        self._foot(canvas)
        self._stamps(canvas)

    def later(self, canvas: Canvas, _document: object) -> None:
        """A later page: sender and title small, then the text."""
        canvas.setFillColor(GREY)
        canvas.setFont(self.face, 8)
        canvas.drawString(LEFT, HEIGHT - 17 * mm, self.letter.house.name)
        canvas.drawRightString(WIDTH - RIGHT, HEIGHT - 17 * mm, self.letter.subject.replace("\n", " "))
        canvas.setStrokeColor(HexColor(self.letter.house.colour))
        canvas.setLineWidth(0.6)
        canvas.line(LEFT, HEIGHT - 19.5 * mm, WIDTH - RIGHT, HEIGHT - 19.5 * mm)
        self._foot(canvas)
        self._stamps(canvas)

    def _band(self, canvas: Canvas) -> None:
        house = self.letter.house
        canvas.setFillColor(HexColor(house.colour))
        canvas.rect(0, HEIGHT - 25 * mm, WIDTH, 25 * mm, stroke=0, fill=1)
        draw_mark(canvas, house.mark, LEFT, HEIGHT - 19.5 * mm, 14 * mm, "#ffffff")
        canvas.setFillColor(white)
        canvas.setFont(f"{self.face}-Bold", 17)
        canvas.drawString(LEFT + 19 * mm, HEIGHT - 12.5 * mm, house.name)
        canvas.setFont(self.face, 8.5)
        canvas.drawString(LEFT + 19 * mm, HEIGHT - 17.8 * mm, house.strap)
        for row, line in enumerate(house.contact):
            canvas.drawRightString(WIDTH - RIGHT, HEIGHT - 9.5 * mm - row * 3.9 * mm, line)

    def _mark(self, canvas: Canvas) -> None:
        house = self.letter.house
        draw_mark(canvas, house.mark, LEFT, HEIGHT - 27 * mm, 13 * mm, house.colour)
        canvas.setFillColor(HexColor(house.colour))
        canvas.setFont(f"{self.face}-Bold", 15)
        canvas.drawString(LEFT + 17 * mm, HEIGHT - 20 * mm, house.name)
        canvas.setFillColor(GREY)
        canvas.setFont(self.face, 8.5)
        canvas.drawString(LEFT + 17 * mm, HEIGHT - 25.2 * mm, house.strap)
        canvas.setFont(self.face, 8)
        for row, line in enumerate(house.contact):
            canvas.drawRightString(WIDTH - RIGHT, HEIGHT - 17 * mm - row * 3.8 * mm, line)
        canvas.setStrokeColor(HexColor(house.colour))
        canvas.setLineWidth(1.1)
        canvas.line(LEFT, HEIGHT - 31 * mm, WIDTH - RIGHT, HEIGHT - 31 * mm)

    def _centred(self, canvas: Canvas) -> None:
        house = self.letter.house
        middle = WIDTH / 2
        draw_mark(canvas, house.mark, middle - 7 * mm, HEIGHT - 28 * mm, 14 * mm, house.colour)
        canvas.setFillColor(INK)
        canvas.setFont(f"{self.face}-Bold", 14)
        canvas.drawCentredString(middle, HEIGHT - 34.5 * mm, house.name)
        canvas.setFont(self.face, 9.5)
        canvas.drawCentredString(middle, HEIGHT - 39.5 * mm, house.strap)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.5)
        canvas.line(LEFT, HEIGHT - 43 * mm, WIDTH - RIGHT, HEIGHT - 43 * mm)

    def _address(self, canvas: Canvas) -> None:
        letter = self.letter
        left, right = LEFT, WIDTH - RIGHT - 76 * mm
        address, facts = (left, right) if letter.recipient_side == "left" else (right, left)
        top = self.head_foot - 7 * mm
        canvas.setFillColor(INK)
        for row, line in enumerate(letter.recipient):
            canvas.setFont(f"{self.face}-Bold" if row == 0 else self.face, 10.5)
            canvas.drawString(address, top - row * 4.9 * mm, line)
        rows = [("", letter.place_and_date), *letter.references]
        for row, (label, value) in enumerate(rows):
            height = top - row * 4.6 * mm
            if not label:
                canvas.setFillColor(INK)
                canvas.setFont(self.face, 9.5)
                canvas.drawString(facts, height, value)
                continue
            canvas.setFillColor(GREY)
            canvas.setFont(self.face, 8.5)
            canvas.drawString(facts, height, label)
            canvas.setFillColor(INK)
            canvas.setFont(f"{self.face}-Bold", 9)
            canvas.drawString(facts + 31 * mm, height, value)

    def _foot(self, canvas: Canvas) -> None:
        house = self.letter.house
        canvas.setStrokeColor(HexColor(house.colour))
        canvas.setLineWidth(0.6)
        canvas.line(LEFT, 21 * mm, WIDTH - RIGHT, 21 * mm)
        canvas.setFillColor(GREY)
        canvas.setFont(self.face, 7)
        for row, line in enumerate(house.foot):
            canvas.drawString(LEFT, 17.6 * mm - row * 3.2 * mm, line)
        number = f"{self.letter.page_word} {canvas.getPageNumber()}/{self.pages}"
        canvas.drawRightString(WIDTH - RIGHT, 17.6 * mm, number)

    def _stamps(self, canvas: Canvas) -> None:
        for stamp in self.letter.stamps:
            if stamp.page == canvas.getPageNumber():
                draw_stamp(canvas, stamp, self.fonts.bold("sans"))


def draw(letter: Letter, fonts: Fonts, seed: int) -> bytes:
    """The letter as a PDF; the same letter, fonts and seed give the same bytes.

    It is laid out twice, because each page says how many there are.
    """
    _, pages = _layout(letter, fonts, seed, 1)
    pdf, _ = _layout(letter, fonts, seed, pages)
    return pdf


def _layout(letter: Letter, fonts: Fonts, seed: int, pages: int) -> tuple[bytes, int]:
    sheet = _Sheet(letter, fonts, pages)
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=letter.subject.replace("\n", " "),
        author=letter.house.name,
        lang=letter.language,
        invariant=1,
    )
    width = WIDTH - LEFT - RIGHT
    no_padding = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    first = Frame(LEFT, 25 * mm, width, sheet.body_top - 25 * mm, **no_padding)
    later = Frame(LEFT, 25 * mm, width, HEIGHT - 25 * mm - 25 * mm, **no_padding)
    document.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=sheet.first),
            PageTemplate("later", [later], onPage=sheet.later),
        ]
    )
    styles = Styles(letter.house, fonts)
    body: list[Flowable] = [NextPageTemplate("later")]
    body.extend(flowables(letter, styles, width, seed))
    document.build(body)
    return buffer.getvalue(), document.page
