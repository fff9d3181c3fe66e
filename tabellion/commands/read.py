"""`tabellion read`."""

from pathlib import Path

import click

from ocr.page_images import PageImages
from ocr.values import Box, FieldReading, Reading
from tabellion.commands.output import json_option, print_json, print_table, progress_line, tell
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

    For people a table of the fields and the text; with --json all of it, words and boxes too, in one document.
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
    count = len(reading.pages)
    tell(
        f"{_words(reading.kind)} ({reading.kind_confidence:.0%} sure), {reading.language}, "
        f"{count} {'page' if count == 1 else 'pages'}"
    )
    if len(reading.parts) > 1:
        _section("Papers in the file")
        print_table(
            ("PAGES", "KIND", "LANGUAGE", "SURE"),
            [
                (f"{part.first}-{part.last}", _words(part.kind), part.language, f"{part.confidence:.0%}")
                for part in reading.parts
            ],
        )
    if reading.fields:
        _section("Fields, and where they stand: across from the left, down from the top of the upright page")
        print_table(
            ("FIELD", "VALUE", "SURE", "PAGE", "ACROSS", "DOWN", "AS PRINTED", "FOUND BY"),
            [_field(field) for field in reading.fields],
        )
    if lines := [(page.number, line) for page in reading.pages for line in page.lines]:
        _section("Lines of the invoice")
        print_table(
            ("PAGE", "DESCRIPTION", "QUANTITY", "NET", "VAT %"),
            [(number, line.description, line.quantity, line.net, line.vat_rate) for number, line in lines],
        )
    for page in reading.pages:
        _section(f"Page {page.number}{': ' + page.error if page.error else ''}")
        for line in page.text.splitlines():
            tell(line)


def _field(field: FieldReading) -> tuple[object, ...]:
    box = field.box
    stands = ("", "") if box == _WHOLE_PAGE else (_share(box.x0, box.x1), _share(box.y0, box.y1))
    return field.name, field.value, f"{field.confidence:.0%}", field.page, *stands, field.raw, field.rule


def _share(start: float, end: float) -> str:
    return f"{start:.0%}-{end:.0%}".replace("%", "", 1)


def _section(title: str) -> None:
    tell()
    tell(f"{title}:")


def _words(code: str) -> str:
    return code.replace("_", " ")
