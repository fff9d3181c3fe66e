"""`tabellion init`."""

import sys

import click

from tabellion.base.clock import SystemClock
from tabellion.settings import load_settings


@click.command("init")
@click.option(
    "--account", default="admin", show_default=True, help="Name of the first account, an administrator."
)
def command(account: str) -> None:
    """Make an archive at TABELLION_HOME: identity, keys, database, first account.

    On a terminal it asks for the first account's password; without one it makes a password and prints it once.
    The keys lie in TABELLION_HOME/keys: without them nothing in the archive can ever be read again, so back them
    up with `tabellion keys backup FILE` and keep that file apart from the machine.
    """
    from tabellion.initialise import initialise  # noqa: PLC0415

    settings = load_settings()
    password = None
    if sys.stdin.isatty():
        password = click.prompt(
            f"Password for {account}", hide_input=True, confirmation_prompt=True, err=True
        )
    made = initialise(settings, SystemClock(), account, password)
    click.echo(f"archive   {made.archive}")
    click.echo(f"origin    {made.origin}")
    click.echo(f"account   {made.account}")
    if made.password is not None:
        click.echo(f"password  {made.password}   (shown only this once)")
    click.echo(
        f"The keys lie in {settings.home / 'keys'}. Without them nothing can be read again: "
        "run `tabellion keys backup FILE` and keep FILE elsewhere.",
        err=True,
    )
