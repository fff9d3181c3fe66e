"""How answers look: JSON, tables and lines on standard output, messages and progress on standard error.

File names and the words of papers come from strangers: nothing of them reaches the terminal as a control character.
"""

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final

import click

from tabellion.base.clock import rfc3339

_GAP: Final = "  "
_NARROWEST: Final = 12
"""No column of a wrapped table is made narrower than this."""

json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


def print_json(value: Any) -> None:
    """One JSON document on one line; what could disturb a terminal stands in it as an escape, as JSON allows."""
    text = json.dumps(value, ensure_ascii=False, default=_as_text)
    click.echo("".join(character if character.isprintable() else _escaped(character) for character in text))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, wrapped: bool = False) -> None:
    """A table with columns as wide as they need to be; `wrapped`, what is too wide for the terminal goes on below."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[column]) for row in cells), 0) for column, head in enumerate(heads)]
    if wrapped:
        widths = _fitted(widths, shutil.get_terminal_size(fallback=(0, 0)).columns)
    for row in ([*heads], *cells):
        pieces = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
        for line in zip_longest(*pieces, fillvalue=""):
            click.echo(
                _GAP.join(piece.ljust(width) for piece, width in zip(line, widths, strict=True)).rstrip()
            )


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


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """The widths, the last ones narrowed first until a line fits; 0: no terminal, and room for everything."""
    fitted = list(widths)
    over = sum(fitted) + len(_GAP) * (len(fitted) - 1) - room if room else 0
    for column in reversed(range(len(fitted))):
        less = min(over, max(0, fitted[column] - _NARROWEST))
        if less > 0:
            fitted[column] -= less
            over -= less
    return fitted


def _wrapped(cell: str, width: int) -> list[str]:
    return [cell] if len(cell) <= width else textwrap.wrap(cell, width)


def _harmless(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def _as_text(value: Any) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
