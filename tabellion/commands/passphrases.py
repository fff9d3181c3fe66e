"""The passphrase of a backup: from a file, or asked for at the terminal."""

import sys
from pathlib import Path

import click

from tabellion.base.errors import BadRequest

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose first line is the backup's passphrase; without it, the terminal is asked.",
)


def read_passphrase(file: Path | None, *, confirm: bool) -> bytes:
    """The passphrase; raises BadRequest where there is neither a file nor a terminal."""
    if file is not None:
        return file.read_bytes().split(b"\n", 1)[0]
    if not sys.stdin.isatty():
        raise BadRequest("there is no terminal to ask for the passphrase", advice="Name a --passphrase-file.")
    answer: str = click.prompt(
        "Passphrase of the backup", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return answer.encode()
