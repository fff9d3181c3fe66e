"""`tabellion read`."""

from pathlib import Path

import click

from ocr.page_images import PageImages
from ocr.values import Reading
from tabellion.commands.output import json_option, print_json, progress_line, tell
from tabellion.settings import load_settings
from tabellion.wiring import make_reader


@click.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--languages", help="Languages that it may be written in, such as pl,en; default: all configured."
)
@json_option
def command(file: Path, languages: str | None, as_json: bool) -> None:
    """Read FILE without keeping it: words, kind, language and fields, each with its place."""
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
    tell(f"{reading.kind} ({reading.kind_confidence:.0%}), {reading.language}, {len(reading.pages)} pages")
    for field in reading.fields:
        tell(f"  {field.name:28} {field.value:30} {field.confidence:4.0%}  page {field.page}, {field.rule}")
    for page in reading.pages:
        tell(f"--- page {page.number}{': ' + page.error if page.error else ''}")
        for line in page.text.splitlines():
            tell(line)
