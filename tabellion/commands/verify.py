"""`tabellion verify`."""

from pathlib import Path
from typing import Any

import click

from archive.verify import verify
from signing.verdict import Verdict
from tabellion.base.errors import BadRequest
from tabellion.base.ids import is_id
from tabellion.commands.output import json_option, print_json, progress_line, say, tell
from tabellion.doors import answer, remote_client
from tabellion.receipts import check_file
from tabellion.running.trust import verify_trust
from tabellion.settings import load_settings
from tabellion.wiring import opened


@click.command("verify")
@click.argument("items", nargs=-1, metavar="[DOCUMENT...|FILE]")
@click.option(
    "--all", "everything", is_flag=True, help="Everything that the archive holds, and the whole log."
)
@click.option(
    "--trust",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="For a receipt: what `keys export --public` wrote, got by a way that the archive does not control.",
)
@click.option(
    "--file",
    "original",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For a receipt: the file that it is about.",
)
@json_option
def command(
    items: tuple[str, ...], everything: bool, trust: Path | None, original: Path | None, as_json: bool
) -> int:
    """Read the bytes again and check them against manifests, log, checkpoint and time-stamp.

    Exit code 0: PASSED, 1: FAILED, 3: INDETERMINATE (such as a time proof that is still pending).
    """
    if everything == bool(items):
        raise BadRequest("name documents or a receipt, or say --all")
    report = _report(items, trust, original)
    progress_line("")
    if as_json:
        print_json(report)
    else:
        _print(report)
    return Verdict(report["overall"]).exit_code


def _report(items: tuple[str, ...], trust: Path | None, original: Path | None) -> dict[str, Any]:
    if len(items) == 1 and not is_id(items[0]):
        return check_file(Path(items[0]), trust, original)
    if not all(is_id(item) for item in items):
        raise BadRequest("a document is named by its id, as `search` and `ingest` print it")
    settings = load_settings()
    if settings.url is not None:
        body = {"documents": list(items)} if items else {}
        with remote_client(settings) as client:
            found: dict[str, Any] = answer(client.post("/api/v1/verify", json=body, timeout=None))
        return found

    def progress(done: int, total: int) -> None:
        progress_line(f"{done} of {total} checked")

    with opened(settings) as parts:
        return verify(parts.archive, verify_trust(parts), list(items) or None, progress).to_json()


def _print(report: dict[str, Any]) -> None:
    tell(report["headline"])
    for aspect in ("integrity", "time", "origin", "log", "witness", "completeness"):
        tell(f"  {aspect:14} {report[aspect]}")
    for finding in report["findings"]:
        where = f"  {finding['document']}" if "document" in finding else ""
        tell(f"  {finding['code']}{where}: {finding['detail']}")
    say("checked: " + ", ".join(f"{count} {name}" for name, count in report["checked"].items()))
