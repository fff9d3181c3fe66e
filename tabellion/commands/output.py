"""How answers look: JSON, tables and lines on standard output, messages and progress on standard error.

File names and the words of papers come from strangers: nothing of them reaches the terminal as a control character.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from tabellion.base.clock import rfc3339

json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


def print_json(value: Any) -> None:
    """One JSON document on one line; what could disturb a terminal stands in it as an escape, as JSON allows."""
    text = json.dumps(value, ensure_ascii=False, default=_as_text)
    click.echo("".join(character if character.isprintable() else _escaped(character) for character in text))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table with columns as wide as they need to be."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[column]) for row in cells), 0) for column, head in enumerate(heads)]
    for row in ([*heads], *cells):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def tell(line: str = "") -> None:
    """A line of the answer, for people."""
    click.echo(plain(line))


def say(message: str) -> None:
    """A message for the person at the terminal, on standard error."""
    click.echo(plain(message), err=True)


def progress_line(message: str) -> None:
    """Replace the last line on a terminal; elsewhere nothing."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{plain(message)}", nl=False, err=True)


def when(instant: datetime | None) -> str:
    """An instant as people read it, to the second, in UTC."""
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def plain(cell: Any) -> str:
    """One line of text in which nothing moves the cursor or turns the direction of writing (UAX 9)."""
    text = "" if cell is None else str(cell)
    return "".join(map(_harmless, text))


def _harmless(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def _as_text(value: Any) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
