"""`tabellion ingest`."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ocr import sniff
from tabellion.base.errors import TabellionError
from tabellion.commands.common import local_actor, remote
from tabellion.commands.output import json_option, print_json, progress_line, say, tell
from tabellion.doors import Door, LocalDoor, RemoteDoor, Sent, remote_client
from tabellion.helpers import helping
from tabellion.made_papers import MadePaper
from tabellion.paper_words import kind_word, sides_words
from tabellion.running_address import address_of
from tabellion.settings import load_settings
from tabellion.wiring import opened

HEAD = 1024
RECEIPT_SECONDS = 60.0
FINAL = ("searchable", "failed", "void", "erased")


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--batch", help="Name of the open batch that they belong to; opened where there is none.")
@click.option("--portfolio", help="Portfolio of that batch: id, name or external id.")
@click.option("--station", help="Station that hands them over: id or name.")
@click.option("--wait", is_flag=True, help="Wait until each is searchable or has failed.")
@json_option
def command(
    paths: tuple[Path, ...],
    batch: str | None,
    portfolio: str | None,
    station: str | None,
    wait: bool,
    as_json: bool,
) -> int:
    """Take files and folders in: of a folder, what is recognised by content; the rest is skipped and listed.

    Every file is durable when its line is printed, and its receipt signed. Where no service runs on the archive,
    workers and keeper run for as long as this command. Run again, what was acknowledged is not taken twice.
    With --wait each line says which papers were made of the file: kind, state, and the address at which one opens.
    """
    settings = load_settings()
    with ExitStack() as stack:
        if remote(settings):
            door: Door = RemoteDoor(stack.enter_context(remote_client(settings)), batch, portfolio)
        else:
            parts = stack.enter_context(opened(settings))
            with parts.archive.catalogue.read() as connection:
                actor = local_actor(connection).pseudonym
            door = LocalDoor(parts, batch, portfolio, actor, station)
            stack.enter_context(helping(parts, workers=wait))
        lines = Lines(as_json, address_of(settings))
        sent = list(_send_all(door, paths, lines))
        _follow(door, sent, wait, lines)
    say(
        f"{lines.done} {'file' if lines.done == 1 else 'files'}: "
        + ", ".join(f"{count} {status}" for status, count in sorted(lines.counts.items()))
    )
    return 1 if lines.counts.get("failed") else 0


class Lines:
    """Prints a line per file as soon as its end is known, and counts."""

    def __init__(self, as_json: bool, address: str) -> None:
        self._as_json, self._address = as_json, address
        self.counts: dict[str, int] = {}

    @property
    def done(self) -> int:
        """Files whose line was printed."""
        return sum(self.counts.values())

    def print(self, line: dict[str, Any], papers: Sequence[MadePaper] = ()) -> None:
        """One file, and the papers that were made of it."""
        if papers:
            line["documents"] = [paper.shape(self._address) for paper in papers]
        self.counts[line["status"]] = self.counts.get(line["status"], 0) + 1
        if self._as_json:
            print_json(line)
            return
        progress_line("")
        tell(f"{line['status']:10}  {line['path']}" + (f"  {line['reason']}" if line.get("reason") else ""))
        for paper in line.get("documents", ()):
            pages = f", {sides_words(paper['pages'], paper['blank_sides'])}" if paper["pages"] else ""
            tell(f"{'':10}  {kind_word(paper['kind'])}{pages}, {paper['state']}  {paper['address']}")
        for document in line.get("same_bytes_as", ()):
            tell(f"{'':10}  the same bytes were received before  {self._address}/documents/{document}")


def _send_all(door: Door, paths: Sequence[Path], lines: Lines) -> Iterator[Sent]:
    for path, named in _files(paths):
        if not named and not _recognised(path):
            lines.print(_not_taken(path, "skipped", "UNKNOWN_TYPE: not a paper by its content"))
            continue
        try:
            yield door.send(path)
        except TabellionError as error:
            lines.print(_not_taken(path, "failed", f"{error.code}: {error.message}"))
        except OSError as error:
            lines.print(_not_taken(path, "failed", f"CANNOT_OPEN: {error.strerror}"))
        progress_line(f"{path.name} received")


def _follow(door: Door, sent: list[Sent], wait: bool, lines: Lines) -> None:
    """Wait for receipts, and with `wait` for the end of reading; print each line when both are there."""
    waiting = {item.deposit: item for item in sent}
    receipts: dict[str, dict[str, Any]] = {}
    states: dict[str, tuple[str, str | None]] = {}
    total, last_change = len(waiting), time.monotonic()
    while waiting:
        ask = [item for item in waiting.values() if item.deposit not in receipts]
        receipts.update(door.receipts(ask))
        if wait:
            states.update(door.states(list(waiting.values())))
        ended = [
            item
            for item in waiting.values()
            if item.deposit in receipts and (not wait or states.get(item.deposit, ("", None))[0] in FINAL)
        ]
        papers = door.papers(ended) if wait and ended else {}
        # A file of several papers has ended when the last of them has.
        ready = [
            item for item in ended if all(paper.state in FINAL for paper in papers.get(item.deposit, ()))
        ]
        for item in ready:
            state, reason = states.get(item.deposit, ("held", None))
            line = _line(item, state, reason, receipts[item.deposit])
            lines.print(line, papers.get(item.deposit, ()))
            del waiting[item.deposit]
        if ready:
            last_change = time.monotonic()
        elif not wait and time.monotonic() - last_change > RECEIPT_SECONDS:
            for item in waiting.values():
                lines.print(_line(item, "held", "RECEIPT_PENDING: the log does not move", None))
            return
        if waiting:
            progress_line(f"{total - len(waiting)} of {total} done")
            time.sleep(0.2)
    progress_line("")


def _line(item: Sent, state: str, reason: str | None, receipt: dict[str, Any] | None) -> dict[str, Any]:
    line: dict[str, Any] = {
        "path": str(item.path),
        "deposit": item.deposit,
        "document": item.document,
        "sha256": item.sha256,
        "size": item.size,
        "status": state if state in ("searchable", "failed") else "held",
        "receipt": receipt,
    }
    if reason is not None:
        line["reason"] = reason
    if item.same_bytes_as:
        line["same_bytes_as"] = list(item.same_bytes_as)
    return line


def _not_taken(path: Path, status: str, reason: str) -> dict[str, Any]:
    """The line of a file of which nothing is kept."""
    nothing = dict.fromkeys(("deposit", "document", "sha256", "size", "receipt"))
    return {"path": str(path), **nothing, "status": status, "reason": reason}


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Every file, and whether it was named itself; folders in the order of names, links not followed."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        for found in sorted(path.rglob("*")):
            if found.is_file() and not found.is_symlink():
                yield found, False


def _recognised(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return sniff(stream.read(HEAD)) is not None
    except OSError:
        return True  # what cannot be opened is said to have failed, not skipped
