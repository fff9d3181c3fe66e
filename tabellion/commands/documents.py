"""`tabellion documents`."""

import click
from sqlalchemy import select

from archive.catalogue.schema import batches, document_deposits, documents
from ingest import composition
from ingest.cuts import open_cuts
from ingest.deciding import accept_cut, move_cut, refuse_cut
from ingest.retrying import retry_reading
from tabellion.base.errors import Conflict, NotFound
from tabellion.commands.batches import find_batch
from tabellion.commands.common import acting, local_archive
from tabellion.commands.output import json_option, print_json, print_table, say, when
from tabellion.paper_words import kind_word
from tabellion.wiring import nudger

STATES = ("received", "read", "searchable", "failed", "void", "erased")


@click.group("documents")
def command() -> None:
    """Papers as lists of pages. Files are never cut: what changes is which pages are one paper, each time an entry."""


@command.command("list")
@click.option("--batch", help="Only of this batch: id or name.")
@click.option("--state", type=click.Choice(STATES), help="Only in this state.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@click.option("--before", help="Only older than this document (an id), to read on.")
@json_option
def list_(batch: str | None, state: str | None, limit: int, before: str | None, as_json: bool) -> None:
    """Documents, newest first."""
    query = select(documents, batches.c.name.label("batch_name")).join(
        batches, batches.c.id == documents.c.batch_id
    )
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        if batch is not None:
            query = query.where(documents.c.batch_id == find_batch(connection, batch))
        if state is not None:
            query = query.where(documents.c.state == state)
        if before is not None:
            query = query.where(documents.c.id < before)
        rows = connection.execute(query.order_by(documents.c.id.desc()).limit(limit)).all()
    if as_json:
        print_json(
            [
                {
                    "document": row.id,
                    "batch": row.batch_id,
                    "state": row.state,
                    "reason_code": row.reason_code,
                    "reason": row.reason,
                    "kind": row.kind,
                    "language": row.language,
                    "date": row.document_date,
                    "pages": row.page_count,
                    "received_at": row.received_at,
                    "version": row.version,
                }
                for row in rows
            ]
        )
        return
    print_table(
        ("DOCUMENT", "STATE", "KIND", "LANGUAGE", "DATE", "PAGES", "BATCH", "RECEIVED", "REASON"),
        [
            (
                row.id,
                row.state,
                kind_word(row.kind),
                row.language,
                row.document_date,
                row.page_count,
                row.batch_name,
                when(row.received_at),
                row.reason_code,
            )
            for row in rows
        ],
    )


@command.command("split")
@click.argument("document")
@click.argument("before", nargs=-1, required=True, type=click.IntRange(2))
def split(document: str, before: tuple[int, ...]) -> None:
    """Cut DOCUMENT before each of the pages BEFORE; prints the ids of all parts, the first one keeping its own."""
    with local_archive() as parts:
        for part in composition.split(parts.archive, document, before, acting(parts)):
            click.echo(part)


@command.command("join")
@click.argument("documents_", metavar="DOCUMENT...", nargs=-1, required=True)
def join(documents_: tuple[str, ...]) -> None:
    """Put documents together, in this order, into the first of them; the others become void and point to it."""
    with local_archive() as parts:
        click.echo(composition.join(parts.archive, documents_, acting(parts)))


@command.command("cuts")
@click.option("--batch", help="Only of this batch: id or name.")
@json_option
def list_cuts(batch: str | None, as_json: bool) -> None:
    """Pages before which a new paper may begin, and what speaks for it; `cut` decides."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        conditions = [] if batch is None else [documents.c.batch_id == find_batch(connection, batch)]
        waiting = open_cuts(connection, *conditions)
    if as_json:
        print_json(
            [
                {
                    "document": cut.document,
                    "page": cut.position,
                    "confidence": cut.confidence,
                    "reasons": list(cut.reasons),
                    "version": cut.version,
                }
                for cut in waiting
            ]
        )
        return
    print_table(
        ("DOCUMENT", "PAGE", "SURE", "FOR IT"),
        [(cut.document, cut.position, f"{cut.confidence:.0%}", ", ".join(cut.reasons)) for cut in waiting],
    )


@command.command("cut")
@click.argument("document")
@click.argument("page", type=click.IntRange(2))
@click.option("--accept", "decision", flag_value="accept", help="A new paper begins there.")
@click.option("--refuse", "decision", flag_value="refuse", help="None does; it is not proposed again.")
@click.option("--to", type=click.IntRange(2), help="A new paper begins before this page instead.")
def cut(document: str, page: int, decision: str | None, to: int | None) -> None:
    """Decide what is proposed before PAGE of DOCUMENT; prints the ids of the papers that come of it."""
    if (decision is None) == (to is None):
        raise click.UsageError("say --accept, --refuse or --to PAGE")
    with local_archive() as parts:
        archive, actor = parts.archive, acting(parts)
        if to is not None:
            made = move_cut(archive, document, page, to, actor)
        elif decision == "accept":
            made = accept_cut(archive, document, page, actor)
        else:
            refuse_cut(archive, document, page, actor)
            made = [document]
        for part in made:
            click.echo(part)


@command.command("reorder")
@click.argument("document")
@click.argument("order", nargs=-1, required=True, type=click.IntRange(1))
def reorder(document: str, order: tuple[int, ...]) -> None:
    """Give the pages of DOCUMENT another order: ORDER names each of its present page numbers once."""
    with local_archive() as parts:
        composition.reorder(parts.archive, document, order, acting(parts))


@command.command("void")
@click.argument("document")
def void(document: str) -> None:
    """Declare DOCUMENT void: kept, counted and sealed, but not found any more."""
    with local_archive() as parts:
        composition.void(parts.archive, document, acting(parts))
    say("it is void")


@command.command("relate")
@click.argument("document")
@click.argument("relation", type=click.Choice(composition.RELATIONS))
@click.argument("other")
@click.option("--remove", is_flag=True, help="Take it back.")
def relate(document: str, relation: str, other: str, remove: bool) -> None:
    """Say what DOCUMENT is to OTHER, such as `relate A annex_of B`."""
    with local_archive() as parts:
        composition.relate(parts.archive, document, other, relation, acting(parts), granted=not remove)


@command.command("retry")
@click.argument("documents_", metavar="[DOCUMENT...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every document that failed.")
def retry(documents_: tuple[str, ...], everything: bool) -> None:
    """Have documents that could not be read tried again; workers do it as soon as one is alive."""
    if everything == bool(documents_):
        raise click.UsageError("name documents, or say --all")
    wanted = documents.c.state == "failed" if everything else documents.c.id.in_(documents_)
    with local_archive() as parts:
        with parts.archive.catalogue.write() as connection:
            known = connection.execute(select(documents.c.id, documents.c.state).where(wanted)).all()
            if missing := set(documents_) - {row.id for row in known}:
                raise NotFound(f"there is no document {', '.join(sorted(missing))}")
            if healthy := [row.id for row in known if row.state != "failed"]:
                raise Conflict(
                    f"did not fail: {', '.join(healthy)}", advice="Only what failed is tried again."
                )
            held = connection.scalars(
                select(document_deposits.c.deposit_id)
                .where(document_deposits.c.document_id.in_([row.id for row in known]))
                .distinct()
            ).all()
            count = retry_reading(parts.archive, connection, held)
        nudger(parts.settings)()
    say(f"{count} files are read again")
