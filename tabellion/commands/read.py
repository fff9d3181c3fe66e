"""`tabellion read`."""

from collections.abc import Sequence
from pathlib import Path

import click

from ocr.page_images import PageImages
from ocr.values import Box, FieldReading, PageReading, Part, Reading
from tabellion.commands.output import json_option, print_json, print_table, progress_line, tell
from tabellion.paper_words import kind_word, sides_words
from tabellion.settings import load_settings
from tabellion.wiring import make_reader

_WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)
"""The place of what stands in a file's own data only."""


@click.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--languages", help="Languages that it may be written in, such as pl,en; default: all configured."
)
@json_option
def command(file: Path, languages: str | None, as_json: bool) -> None:
    """Read FILE without keeping it: words, kind, language and fields, each with its place.

    For people a table of the fields of each paper in it, and the text; with --json all of it, words and boxes
    too, in one document.
    """
    settings = load_settings()
    hints = tuple(code.strip() for code in languages.split(",")) if languages else None

    def progress(number: int, count: int, images: PageImages | None) -> None:
        progress_line(f"page {number} of {count}" if number < count else "")

    with make_reader(settings) as reader, file.open("rb") as stream:
        reading = reader.read(stream, languages=hints, on_page=progress)
    if as_json:
        print_json(reading.promised(str(file)))
    else:
        _print(reading)


def _print(reading: Reading) -> None:
    papers = _papers(reading)
    for number, (part, pages) in enumerate(papers, start=1):
        if number > 1:
            tell()
        _print_paper(reading, part, pages, f"Paper {number} of {len(papers)}: " if len(papers) > 1 else "")
    for page in reading.pages:
        _section(f"Page {page.number}{': ' + page.error if page.error else ''}")
        for line in page.text.splitlines():
            tell(line)


def _print_paper(reading: Reading, part: Part, pages: Sequence[PageReading], which: str) -> None:
    sure = reading.kind_confidence if part.kind_confidence is None else part.kind_confidence
    first, last = pages[0].number, pages[-1].number
    at = f"page {first}" if first == last else f"pages {first}-{last}"
    sides = sides_words(len(pages), sum(page.blank for page in pages))
    tell(
        f"{which}{kind_word(part.kind)} ({sure:.0%} sure), {part.language}, {sides}"
        + (f" ({at} of the file)" if which else "")
    )
    numbers = {page.number for page in pages}
    if fields := [field for field in reading.fields if field.page in numbers]:
        _section("Fields, and where they stand: across from the left, down from the top of the upright page")
        print_table(
            ("FIELD", "VALUE", "SURE", "PAGE", "ACROSS", "DOWN", "AS PRINTED", "FOUND BY"),
            [_field(field) for field in fields],
            wrapped=True,
        )
    if lines := [(page.number, line) for page in pages for line in page.lines]:
        _section("Lines of the invoice")
        print_table(
            ("PAGE", "DESCRIPTION", "QUANTITY", "NET", "VAT %"),
            [(number, line.description, line.quantity, line.net, line.vat_rate) for number, line in lines],
            wrapped=True,
        )


def _papers(reading: Reading) -> list[tuple[Part, Sequence[PageReading]]]:
    """The papers, each with its pages as receiving cuts them: a blank side stays with the paper before it.

    A separator sheet is in no paper.
    """
    begins = [1, *(part.first for part in reading.parts[1:]), len(reading.pages) + 1]
    cut = [
        (part, [page for page in reading.pages if begin <= page.number < end and page.separator is None])
        for part, begin, end in zip(reading.parts, begins[:-1], begins[1:], strict=True)
    ]
    return [(part, pages) for part, pages in cut if pages]


def _field(field: FieldReading) -> tuple[object, ...]:
    box = field.box
    stands = ("", "") if box == _WHOLE_PAGE else (_share(box.x0, box.x1), _share(box.y0, box.y1))
    return field.name, field.value, f"{field.confidence:.0%}", field.page, *stands, field.raw, field.rule


def _share(start: float, end: float) -> str:
    return f"{start:.0%}-{end:.0%}".replace("%", "", 1)


def _section(title: str) -> None:
    tell()
    tell(f"{title}:")
