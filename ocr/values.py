"""What a page says, as values: words, pages, fields, and the reading of a whole file.

Boxes are fractions of the upright page (0..1, x from the left, y from the top), so that a re-reading at another
resolution stays valid; `Reading.promised` turns them into pixels, in the shape of `tabellion read --json`.
"""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, NamedTuple, Self

Kind = Literal[
    "contract",
    "invoice",
    "assignment_notice",
    "dunning_letter",
    "court_order",
    "payment_confirmation",
    "correspondence",
    "other",
]
Source = Literal["ocr", "text", "embedded"]
RegionKind = Literal["signature", "stamp", "handwriting"]


class Box(NamedTuple):
    """A rectangle in fractions of the upright page."""

    x0: float
    y0: float
    x1: float
    y1: float

    def pixels(self, width: int, height: int) -> list[int]:
        """The same rectangle in pixels of a picture of that size."""
        return [
            round(self.x0 * width),
            round(self.y0 * height),
            round(self.x1 * width),
            round(self.y1 * height),
        ]


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands; `line` and `block` number the lines and blocks of the page from 0."""

    text: str
    box: Box
    confidence: float
    line: int
    block: int


@dataclass(frozen=True, slots=True)
class Region:
    """Where a page was likely signed, stamped or written on by hand; what that says is not read."""

    kind: RegionKind
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an invoice; amounts, quantity and rate (in percent) as decimals with a point, empty where not told.

    `box` is where it is printed; None for a line that stands in the file's own data only.
    """

    description: str
    quantity: str
    net: str
    vat_rate: str
    box: Box | None
    rule: str


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page: upright size in pixels at `dpi`, what was turned, what it says, how well it could be read."""

    number: int
    width: int
    height: int
    dpi: int
    rotation: int = 0
    skew: float = 0.0
    blank: bool = False
    kind: Kind = "other"
    language: str = "und"
    source: Source = "ocr"
    text: str = ""
    words: tuple[Word, ...] = ()
    quality: dict[str, float] = field(default_factory=dict)
    error: str | None = None
    separator: str | None = None
    """What makes the page a sheet that only parts papers: `patch` or `barcode`, and what it says."""
    regions: tuple[Region, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()

    def stored(self) -> dict[str, Any]:
        """A JSON value that `from_stored` reads back without loss."""
        value = asdict(replace(self, words=()))
        # A page has hundreds of words, and `asdict` copies each box number by number.
        value["words"] = [
            {
                "text": word.text,
                "box": word.box,
                "confidence": word.confidence,
                "line": word.line,
                "block": word.block,
            }
            for word in self.words
        ]
        return value

    @classmethod
    def from_stored(cls, value: dict[str, Any]) -> Self:
        """The page that `stored` wrote."""
        words = tuple(Word(**{**word, "box": Box(*word["box"])}) for word in value["words"])
        regions = tuple(Region(**{**one, "box": Box(*one["box"])}) for one in value.get("regions", ()))
        lines = tuple(
            InvoiceLine(**{**one, "box": one["box"] and Box(*one["box"])}) for one in value.get("lines", ())
        )
        return cls(**{**value, "words": words, "regions": regions, "lines": lines})


@dataclass(frozen=True, slots=True)
class FieldReading:
    """A value found on a page, with its place and the rule that found it.

    `printed` is the value that the page says, where the file's own data says `value` instead.
    """

    name: str
    value: str
    raw: str
    confidence: float
    page: int
    box: Box
    rule: str
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A run of pages that is one paper, how sure it is that it begins there, and the codes of what speaks for it.

    `kind_confidence` says how sure the kind is; None in readings that were kept before it was noted of each paper.
    """

    first: int
    last: int
    kind: Kind
    language: str
    confidence: float = 1.0
    reasons: tuple[str, ...] = ()
    kind_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read of one file."""

    sha256: str
    media_type: str
    language: str
    kind: Kind
    kind_confidence: float
    parts: tuple[Part, ...]
    pages: tuple[PageReading, ...]
    fields: tuple[FieldReading, ...]
    engine: dict[str, Any]

    def stored(self) -> dict[str, Any]:
        """A JSON value that `from_stored` reads back without loss."""
        return asdict(replace(self, pages=())) | {"pages": [page.stored() for page in self.pages]}

    @classmethod
    def from_stored(cls, value: dict[str, Any]) -> Self:
        """The reading that `stored` wrote."""
        pages = tuple(PageReading.from_stored(page) for page in value["pages"])
        fields = tuple(FieldReading(**{**item, "box": Box(*item["box"])}) for item in value["fields"])
        parts = tuple(Part(**{**part, "reasons": tuple(part.get("reasons", ()))}) for part in value["parts"])
        return cls(**{**value, "pages": pages, "fields": fields, "parts": parts})

    def promised(self, file: str) -> dict[str, Any]:
        """The shape of `tabellion read --json`: boxes in pixels of the upright page."""
        sizes = {page.number: (page.width, page.height) for page in self.pages}
        return {
            "file": file,
            "sha256": self.sha256,
            "media_type": self.media_type,
            "language": self.language,
            "kind": self.kind,
            "kind_confidence": self.kind_confidence,
            "parts": [
                {
                    "pages": [part.first, part.last],
                    "kind": part.kind,
                    "kind_confidence": part.kind_confidence,
                    "language": part.language,
                    "confidence": part.confidence,
                    "reasons": list(part.reasons),
                }
                for part in self.parts
            ],
            "pages": [_promised_page(page) for page in self.pages],
            "invoice_lines": [
                {
                    **asdict(line),
                    "page": page.number,
                    "box": line.box and line.box.pixels(page.width, page.height),
                }
                for page in self.pages
                for line in page.lines
            ],
            "fields": [_promised_field(item, *sizes[item.page]) for item in self.fields],
            "engine": self.engine,
        }


def _promised_field(item: FieldReading, width: int, height: int) -> dict[str, Any]:
    value = {**asdict(item), "box": item.box.pixels(width, height)}
    if item.printed is None:
        del value["printed"]
    return value


def _promised_page(page: PageReading) -> dict[str, Any]:
    value: dict[str, Any] = {
        name: getattr(page, name)
        for name in (
            "number",
            "width",
            "height",
            "dpi",
            "rotation",
            "skew",
            "blank",
            "kind",
            "language",
            "source",
            "text",
            "quality",
        )
    }
    value["words"] = [
        {
            "text": word.text,
            "box": word.box.pixels(page.width, page.height),
            "confidence": word.confidence,
        }
        for word in page.words
    ]
    value["regions"] = [
        {"kind": one.kind, "box": one.box.pixels(page.width, page.height), "confidence": one.confidence}
        for one in page.regions
    ]
    if page.separator is not None:
        value["separator"] = page.separator
    if page.error is not None:
        value["error"] = page.error
    return value
