"""What commands share: opening the archive, who acts, answers for people or as JSON, progress on a terminal."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection, select

from api.access import ALL, ROLES, Actor
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import accounts
from tabellion.base.clock import rfc3339
from tabellion.settings import Settings, load_settings
from tabellion.wiring import Parts, opened

json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@contextmanager
def local_archive(*, ready: bool = True) -> Iterator[Parts]:
    """The archive at TABELLION_HOME."""
    with opened(load_settings(), ready=ready) as parts:
        yield parts


def remote(settings: Settings) -> bool:
    """Whether commands that can go over REST do."""
    return settings.url is not None


def local_actor(connection: Connection) -> Actor:
    """Who acts on the command line: whoever can read the keys may act; entries name the first account."""
    pseudonym = connection.scalar(select(accounts.c.pseudonym).order_by(accounts.c.created_at).limit(1))
    return Actor(
        account_id="",
        name="command line",
        pseudonym=pseudonym or SYSTEM_ACTOR,
        roles=frozenset(ROLES),
        scopes=frozenset({ALL}),
    )


def acting(parts: Parts) -> str:
    """The pseudonym under which the command line acts."""
    with parts.archive.catalogue.read() as connection:
        return local_actor(connection).pseudonym


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
    """One line of text in which nothing moves the cursor or turns the direction of writing (UAX 9).

    File names and the words of papers come from strangers.
    """
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
