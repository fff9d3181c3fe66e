"""`tabellion backup`."""

from pathlib import Path

import click

from archive.backup import write_catalogue
from archive.backup.file import PASSING
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, progress_line, say, tell
from tabellion.commands.passphrases import passphrase_option, read_passphrase


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
@json_option
def command(file: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Write all of the catalogue into FILE, sealed with a passphrase: accounts, registry, papers, the log's entries.

    It is of one moment, also while the service runs, and the same from SQLite and PostgreSQL: either restores the
    other's. Not in it: the vault (copy it afterwards, or keep a second one), the keys (`tabellion keys backup`), the
    index (made anew), sessions. It holds names and debts: keep it no longer than what was erased may stay in it.
    """
    passphrase = read_passphrase(passphrase_file, confirm=True)
    with local_archive() as parts:
        counts = write_catalogue(parts.archive, file, passphrase, _progress)
    progress_line("")
    if as_json:
        print_json({"rows": sum(counts.values()), "tables": counts, "not_kept": sorted(PASSING)})
        return
    tell(f"{sum(counts.values())} rows of {len(counts)} tables in {file}")
    say("Not in it: the vault, the keys (`tabellion keys backup`), the index, sessions.")


def _progress(table: str, rows: int) -> None:
    progress_line(f"{table}: {rows}")
