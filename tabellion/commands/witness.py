"""`tabellion witness`."""

import os
import sys
from pathlib import Path

import click

from signing.errors import NoteInvalid
from signing.note import NoteKey
from tabellion.base.clock import SystemClock
from tabellion.base.errors import BadRequest
from tabellion.base.logs import configure_logs
from tabellion.commands.output import tell


@click.command("witness")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("witness"),
    show_default=True,
    help="Folder of its key and of what it saw; made where it is new. Never put it back to an older state.",
)
@click.option("--name", required=True, help="Its name, which goes into its key: witness.example/w1.")
@click.option(
    "--log",
    "logs",
    multiple=True,
    required=True,
    metavar="VKEY|FILE",
    help="A log to watch: its verifier key, or a file with one a line (log.vkey of `keys export`). Repeatable.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=3181, show_default=True, help="0: any free one."
)
def command(directory: Path, name: str, logs: tuple[str, ...], host: str, port: int) -> None:
    """Run a witness (C2SP tlog-witness): it cosigns a log's checkpoint only if that extends all it saw before.

    It needs no archive; run it where the archive's administrator has no access. Ctrl-C or SIGTERM ends it.
    """
    from tabellion.servers.http import address_of, listen, serve  # noqa: PLC0415
    from tabellion.servers.witness import WitnessServer  # noqa: PLC0415

    configure_logs("WARNING")
    keys = [key for each in logs for key in _keys(each)]
    server = WitnessServer.open(directory, SystemClock(), os.urandom, name, keys)
    with listen(host, port) as listening:
        tell(f"Witness at {address_of(listening)}   (Ctrl-C stops it)")
        tell(server.witness.key.vkey())
        for key in keys:
            tell(f"watches {key.name}")
        sys.stdout.flush()
        serve(server.app(), listening)


def _keys(value: str) -> list[NoteKey]:
    """The key, or those of the file: a key has two plus signs, and no file is so named by chance."""
    try:
        if value.count("+") >= 2:
            return [NoteKey.parse(value)]
        lines = Path(value).read_text("utf-8").split("\n")
        found = [NoteKey.parse(line) for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError, NoteInvalid) as error:
        raise BadRequest(f"--log {value!r} is no verifier key, and no file with some: {error}") from error
    if not found:
        raise BadRequest(f"--log {value!r} has no verifier key")
    return found
