"""`tabellion read`."""

import json
import sys
from pathlib import Path

import click

from ocr.page_images import PageImages
from ocr.values import Reading
from tabellion.settings import load_settings
from tabellion.wiring import make_reader


@click.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--languages", help="Languages that it may be written in, such as pl,en; default: all configured."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(file: Path, languages: str | None, as_json: bool) -> None:
    """Read FILE without keeping it: words, kind, language and fields, each with its place."""
    settings = load_settings()
    hints = tuple(code.strip() for code in languages.split(",")) if languages else None

    def progress(number: int, count: int, images: PageImages | None) -> None:
        if sys.stderr.isatty():
            click.echo(f"\rpage {number} of {count}", nl=number == count, err=True)

    with make_reader(settings) as reader, file.open("rb") as stream:
        reading = reader.read(stream, languages=hints, on_page=progress)
    if as_json:
        click.echo(json.dumps(reading.promised(str(file)), ensure_ascii=False))
    else:
        _print(reading)


def _print(reading: Reading) -> None:
    click.echo(
        f"{reading.kind} ({reading.kind_confidence:.0%}), {reading.language}, {len(reading.pages)} pages"
    )
    for field in reading.fields:
        click.echo(
            f"  {field.name:28} {field.value:30} {field.confidence:4.0%}  page {field.page}, {field.rule}"
        )
    for page in reading.pages:
        click.echo(f"--- page {page.number}{': ' + page.error if page.error else ''}")
        click.echo(page.text)
