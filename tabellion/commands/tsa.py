"""`tabellion tsa`."""

import os
import sys
from pathlib import Path

import click

from signing.authority import POLICY
from tabellion.base.clock import SystemClock
from tabellion.base.logs import configure_logs
from tabellion.commands.output import tell


@click.command("tsa")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tsa"),
    show_default=True,
    help="Folder of its keys and certificates; made where it is new.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=3180, show_default=True, help="0: any free one."
)
@click.option("--name", help="Of a new authority, for its certificates.")
@click.option(
    "--address", metavar="URL", help="Of a new authority: where clients reach it, for its revocation list."
)
def command(directory: Path, host: str, port: int, name: str | None, address: str | None) -> None:
    """Run a small time-stamp authority (RFC 3161) for tests, demos and closed networks. No legal value.

    It needs no archive. Clients send application/timestamp-query to its address; /ca.pem is its CA, /ca.crl its
    revocation list. Ctrl-C or SIGTERM ends it.
    """
    from tabellion.servers.http import address_of, listen, serve  # noqa: PLC0415
    from tabellion.servers.tsa import TsaServer  # noqa: PLC0415

    configure_logs("WARNING")
    server = TsaServer.open(directory, SystemClock(), os.urandom, name, address)
    with listen(host, port) as listening:
        tell(f"Time-stamp authority at {address_of(listening)}   (Ctrl-C stops it)")
        tell(f"CA: {directory.absolute() / 'ca.pem'}")
        tell(f"Policy: {POLICY} (test: no legal value)")
        sys.stdout.flush()
        serve(server.app(), listening)
