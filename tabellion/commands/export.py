"""`tabellion export`."""

from dataclasses import asdict
from pathlib import Path
from typing import cast, get_args

import click

from archive.packages import LANGUAGES, Choice, Order, Recipient
from tabellion.base.errors import BadRequest
from tabellion.base.ids import is_id
from tabellion.commands.common import acting, local_archive
from tabellion.commands.output import json_option, print_json, say
from tabellion.doors import remote_client
from tabellion.exporting import export_local, export_remote
from tabellion.settings import load_settings


@click.command("export")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The package, *.asice."
)
@click.option(
    "--checkpoint",
    type=click.IntRange(1),
    help="Size of the log to prove against.  [default: the newest under a verified stamp, else the newest]",
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the report."
)
@click.option(
    "--recipient",
    type=click.Choice(get_args(Recipient)),
    default="court",
    show_default=True,
    help="For whom it is; the log says so.",
)
@json_option
def command(
    documents: tuple[str, ...],
    output: Path,
    checkpoint: int | None,
    language: str,
    recipient: str,
    as_json: bool,
) -> None:
    """Make a package of documents that a stranger verifies with his own tools, and write it to a file.

    One file, an ASiC-E container, for one document or many: originals, report, proofs, seal. It is made once and
    kept; asking again gives the same bytes. Exit code 0: written; `tabellion verify F.asice --trust DIR` checks it.
    """
    if not all(is_id(document) for document in documents):
        raise BadRequest("a document is named by its id, as `search` and `ingest` print it")
    order = Order(
        tuple(Choice(document) for document in documents), language, checkpoint, cast(Recipient, recipient)
    )
    settings = load_settings()
    if settings.url is not None:
        with remote_client(settings) as client:
            done = export_remote(client, order, output)
    else:
        with local_archive() as parts:
            done = export_local(parts, order, output, acting(parts))
    if as_json:
        print_json(asdict(done))
    else:
        pending = (
            "; TIME PROOF PENDING: export again once `tabellion stamp` has brought it" if done.pending else ""
        )
        say(f"{done.path}: {done.size} bytes, checkpoint of {done.checkpoint} entries{pending}")
