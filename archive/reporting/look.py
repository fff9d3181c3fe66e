"""How the papers look: one face in four sizes, warm ink, rules instead of boxes, rust for what is not proved."""

from archive.reporting.pdf.flow import Margins
from archive.reporting.pdf.fonts import Face
from archive.reporting.pdf.text import Span, Style
from archive.reporting.texts import places

INK = (33, 30, 26)
QUIET = (104, 96, 86)
LINE = (214, 206, 194)
ACCENT = (15, 76, 92)
RUST = (146, 54, 26)

MARGINS = Margins(left=62, top=58, right=62, bottom=64)
LABEL = 112
"""The width of the column of labels."""

TITLE = Style(Face.BOLD, 20, 26, INK)
HEADING = Style(Face.BOLD, 13, 18, INK)
TEXT = Style(Face.REGULAR, 10, 14.5, INK)
STRONG = Style(Face.BOLD, 10, 14.5, INK)
WARNING = Style(Face.BOLD, 10, 14.5, RUST)
SMALL = Style(Face.REGULAR, 8, 11.5, QUIET)
SMALL_INK = Style(Face.REGULAR, 8, 11.5, INK)
SMALL_WARNING = Style(Face.BOLD, 8, 11.5, RUST)
FIGURES = Style(Face.MONO, 8, 12.5, INK)


def fill(message: str, style: Style, values_style: Style | None = None, **values: str) -> list[Span]:
    """The spans of a translated text, each `%(name)s` a span of its own, so that no name turns the words round it."""
    return [
        Span(values[part], values_style or style) if is_place else Span(part, style)
        for part, is_place in places(message)
    ]
