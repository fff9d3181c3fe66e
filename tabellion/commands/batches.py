"""`tabellion batches`."""

import json
import time
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, select

from archive.catalogue.schema import batch_items, batches
from archive.registry import find_portfolio
from ingest.arrivals import Arrival
from ingest.batches import Declaration, SidesMode, close, open_declared, open_supplement
from ingest.changes import void_number
from ingest.ledger import ledger_of
from ingest.reasons import CLOSE_REASONS, VOID_REASONS
from ingest.receive import receive
from ingest.spans import spans_in_words
from ingest.stations import find_station
from ingest.views import BatchLine, ItemLine, batch_lines, item_lines
from tabellion.base.errors import Conflict, NotFound, Unavailable
from tabellion.commands.common import acting, local_archive
from tabellion.commands.output import json_option, print_json, print_table, progress_line, say, tell, when
from tabellion.helpers import helping
from tabellion.wiring import Parts, nudger

RECEIPT_SECONDS = 60.0
SHEET = 500


@click.group("batches")
def command() -> None:
    """What was handed over, and whether it balances. A batch is named by its id or its name (the newest of it)."""


@command.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that still take papers.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@json_option
def list_(only_open: bool, limit: int, as_json: bool) -> None:
    """Batches, newest first, with their figures."""
    conditions = [batches.c.state == "open"] if only_open else []
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        found = batch_lines(connection, *conditions, limit=limit)
    if as_json:
        print_json([_value(line) for line in found])
        return
    print_table(
        ("ID", "NAME", "STATE", "PORTFOLIO", "STATION", "OPENED", "ITEMS", "MISSING", "FAILED", "WAITING"),
        [
            (
                line.id,
                line.name,
                line.state,
                line.portfolio,
                line.station,
                when(line.opened_at),
                line.ledger.items,
                line.ledger.missing,
                line.ledger.failed,
                line.ledger.waiting,
            )
            for line in found
        ],
    )


@command.command("show")
@click.argument("batch")
@click.option("--items", is_flag=True, help="Each item too.")
@json_option
def show(batch: str, items: bool, as_json: bool) -> None:
    """The ledger of a batch: its sentence, its equation, its gaps by number."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        batch_id = find_batch(connection, batch)
        (line,) = batch_lines(connection, batches.c.id == batch_id)
        ledger = ledger_of(connection, batch_id)
        sheet = list(_items(connection, batch_id)) if items else []
    sentence = (
        "The batch balances." if ledger.balanced else f"The batch does not balance: {ledger.imbalance}."
    )
    if as_json:
        value = _value(line) | {"sentence": sentence, "gaps": [list(span) for span in ledger.gaps]}
        print_json(value | {"items": [_item(item) for item in sheet]} if items else value)
        return
    tell(f"{line.name}  {line.state}  {line.id}")
    tell(f"{sentence} Keep the paper until the batch has been cleared.")
    tell(f"{ledger.equation} (sides)")
    for text, figure in (
        ("sheets declared", ledger.sheets),
        ("no paper under", spans_in_words(ledger.gaps)),
        ("replaced", ledger.replaced),
        ("handed over again", ledger.repeats),
        ("same bytes twice", ledger.duplicates),
        ("could not be read", ledger.failed),
        ("still waiting", ledger.waiting),
        ("supplement of", line.supplement_of),
        ("closed", when(line.closed_at)),
        ("receipt", "signed" if line.receipt else None),
    ):
        if figure:
            tell(f"  {text:18}{figure}")
    if sheet:
        tell()
        print_table(
            ("NUMBER", "STATE", "SEEN", "PAGES", "NAME", "DOCUMENT", "REASON"),
            [
                (i.sequence, i.state, i.seen, i.pages, i.name, i.document, i.reason_code or i.void_reason)
                for i in sheet
            ],
        )


@command.command("open")
@click.argument("name")
@click.option("--portfolio", help="Portfolio: id, name or external id.")
@click.option("--station", help="Station that hands it over: id or name.")
@click.option("--sheets", type=click.IntRange(1), help="Declared sheets.")
@click.option("--sides", type=click.IntRange(1), help="Declared sides, where they are counted apart.")
@click.option("--duplex", is_flag=True, help="Both sides of each sheet are scanned.")
def open_(
    name: str,
    portfolio: str | None,
    station: str | None,
    sheets: int | None,
    sides: int | None,
    duplex: bool,
) -> None:
    """Open a batch with declared counts; prints its id."""
    with local_archive() as parts:
        with parts.archive.catalogue.read() as connection:
            portfolio_id = None if portfolio is None else find_portfolio(connection, portfolio)
            station_id = None if station is None else find_station(connection, station).id
        mode: SidesMode = "duplex" if duplex else "simplex"
        declaration = Declaration(name, portfolio_id, station_id, mode, sheets, sides)
        click.echo(open_declared(parts.archive, declaration, acting(parts)))


@command.command("void")
@click.argument("batch")
@click.argument("sequence", type=click.IntRange(1))
@click.option(
    "--reason", type=click.Choice(sorted(VOID_REASONS)), required=True, help="Why it holds no paper."
)
def void(batch: str, sequence: int, reason: str) -> None:
    """Declare a number void: it is kept and counted; what was scanned under it stays sealed."""
    with local_archive() as parts:
        void_number(parts.archive, _found(parts, batch), sequence, acting(parts), reason)
    say(f"number {sequence} is void: {VOID_REASONS[reason]}")


@command.command("replace")
@click.argument("batch")
@click.argument("sequence", type=click.IntRange(1))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replace(batch: str, sequence: int, file: Path) -> None:
    """Put a better scan in the place of what has the number; the earlier one stays, replaced. Prints the document."""
    with local_archive() as parts:
        batch_id, actor = _found(parts, batch), acting(parts)
        with parts.archive.catalogue.read() as connection:
            item = connection.scalar(
                select(batch_items.c.id).where(
                    batch_items.c.batch_id == batch_id,
                    batch_items.c.sequence == sequence,
                    batch_items.c.state != "replaced",
                )
            )
        if item is None:
            raise NotFound(f"nothing has number {sequence} in this batch")
        arrival = Arrival(
            batch=batch_id,
            name=file.name,
            actor=actor,
            door="command-line",
            sequence=sequence,
            replaces=item,
            retention=parts.retention,
        )
        with file.open("rb") as stream:
            done = receive(
                parts.archive,
                stream,
                arrival,
                nudge=nudger(parts.settings),
                limit=parts.settings.max_upload_bytes,
            )
    if done.repeated:
        raise Conflict(f"number {sequence} has exactly these bytes already")
    click.echo(done.document)


@command.command("close")
@click.argument("batch")
@click.option(
    "--reason", type=click.Choice(sorted(CLOSE_REASONS)), help="Needed where the batch does not balance."
)
def close_(batch: str, reason: str | None) -> None:
    """Close a batch for good. What comes late goes into a supplement; the signed receipt follows."""
    with local_archive() as parts:
        batch_id = _found(parts, batch)
        close(parts.archive, batch_id, acting(parts), reason=reason)
    say(f"closed; `tabellion batches receipt {batch_id}` gives the signed receipt")


@command.command("supplement")
@click.argument("batch")
def supplement(batch: str) -> None:
    """Open the supplement of a closed batch, or find the open one; prints its id."""
    with local_archive() as parts:
        click.echo(open_supplement(parts.archive, _found(parts, batch), acting(parts)))


@command.command("receipt")
@click.argument("batch")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File for it; default: standard output."
)
def receipt(batch: str, output: Path | None) -> None:
    """The signed receipt of a closed batch: every item with number, digest, size and place in the log."""
    with local_archive() as parts:
        batch_id = _found(parts, batch)
        with helping(parts, workers=False):
            signed = _wait_for_receipt(parts, batch_id)
    if output is None:
        click.echo(signed, nl=False)
    else:
        output.write_bytes(signed)
        say(f"{output}: check it with `tabellion verify {output} --trust DIR`")


def find_batch(connection: Connection, wanted: str) -> str:
    """The id of a batch by its id or its name; of several of that name the newest. Raises NotFound."""
    query = select(batches.c.id).where((batches.c.id == wanted) | (batches.c.name == wanted))
    found: str | None = connection.scalar(query.order_by(batches.c.id.desc()).limit(1))
    if found is None:
        raise NotFound(f"there is no batch {wanted!r}", advice="`tabellion batches list` shows them.")
    return found


def _found(parts: Parts, wanted: str) -> str:
    with parts.archive.catalogue.read() as connection:
        return find_batch(connection, wanted)


def _items(connection: Connection, batch_id: str) -> list[ItemLine]:
    found: list[ItemLine] = []
    after = (0, "")
    while page := item_lines(connection, batch_id, after=after, limit=SHEET):
        found += page
        after = (page[-1].sequence, page[-1].id)
    return found


def _wait_for_receipt(parts: Parts, batch_id: str) -> bytes:
    deadline = time.monotonic() + RECEIPT_SECONDS
    while True:
        with parts.archive.catalogue.read() as connection:
            row = connection.execute(
                select(batches.c.state, batches.c.receipt).where(batches.c.id == batch_id)
            ).one()
        if row.state == "open":
            raise Conflict("the batch is still open", advice="`tabellion batches close` closes it.")
        if row.receipt is not None:
            json.loads(row.receipt)
            return str(row.receipt).encode()
        if time.monotonic() > deadline:
            raise Unavailable("the receipt is not signed yet: the log does not move")
        progress_line("waiting for the log")
        time.sleep(0.1)


def _value(line: BatchLine) -> dict[str, Any]:
    ledger = line.ledger
    return {
        "id": line.id,
        "name": line.name,
        "origin": line.origin,
        "state": line.state,
        "portfolio": line.portfolio_id and {"id": line.portfolio_id, "name": line.portfolio},
        "station": line.station,
        "operator": line.operator,
        "opened_at": line.opened_at,
        "closed_at": line.closed_at,
        "supplement_of": line.supplement_of,
        "receipt": line.receipt,
        "version": line.version,
        "ledger": {
            "sheets": ledger.sheets,
            "expected": ledger.expected,
            "items": ledger.items,
            "paper": ledger.paper,
            "blank": ledger.blank,
            "separators": ledger.separators,
            "void": ledger.void,
            "missing": ledger.missing,
            "extra": ledger.extra,
            "replaced": ledger.replaced,
            "repeats": ledger.repeats,
            "duplicates": ledger.duplicates,
            "failed": ledger.failed,
            "waiting": ledger.waiting,
            "equation": ledger.equation,
        },
    }


def _item(item: ItemLine) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ItemLine.__slots__}
