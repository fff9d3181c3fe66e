"""What commands share: opening the archive, who acts, answers for people or as JSON, progress on a terminal."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Connection, select

from api.access import ALL, ROLES, Actor
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import accounts
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


def print_json(value: Any) -> None:
    """One JSON document on one line."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table with columns as wide as they need to be; control characters from outside cannot move the cursor."""
    cells = [[_clean(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[column]) for row in cells), 0) for column, head in enumerate(heads)]
    for row in ([*heads], *cells):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say(message: str) -> None:
    """A message for the person at the terminal, on standard error."""
    click.echo(_clean(message), err=True)


def progress_line(message: str) -> None:
    """Replace the last line on a terminal; elsewhere nothing."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{_clean(message)}", nl=False, err=True)


def _clean(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return "".join(character if character.isprintable() else "�" for character in text)
