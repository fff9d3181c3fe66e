"""`tabellion db`."""

import click

from archive.catalogue import check, upgrade
from tabellion.commands.common import local_archive


@click.group("db")
def command() -> None:
    """The catalogue's schema."""


@command.command("upgrade")
def upgrade_() -> None:
    """Run the migrations that are missing."""
    with local_archive(ready=False) as parts:
        upgrade(parts.archive.catalogue)


@command.command("check")
def check_() -> None:
    """Exit 0 where the schema is the one that this version needs, else 1."""
    with local_archive(ready=False) as parts:
        check(parts.archive.catalogue)
    click.echo("the schema is up to date")
