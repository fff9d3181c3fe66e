"""`tabellion fields`."""

import click
from sqlalchemy import func, select

from archive.catalogue.schema import documents, field_doubts, fields
from archive.corrections import Share, corrections
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, print_table, say


@click.group("fields")
def command() -> None:
    """What the machine read on papers, and what persons said of it."""


@command.command("waiting")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@json_option
def waiting(limit: int, as_json: bool) -> None:
    """Fields that wait for a person, the largest amounts at stake first; they are decided on the page Review."""
    there = documents.c.state.not_in(("void", "erased"))
    source = field_doubts.join(fields, fields.c.id == field_doubts.c.field_id).join(
        documents, documents.c.id == field_doubts.c.document_id
    )
    query = (
        select(fields, field_doubts.c.reasons, field_doubts.c.stake_minor, documents.c.currency)
        .select_from(source)
        .where(there)
        .order_by(
            field_doubts.c.stake_minor.desc(), field_doubts.c.document_id.desc(), fields.c.page, fields.c.id
        )
    )
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        count = connection.scalar(select(func.count()).select_from(source).where(there)) or 0
        rows = connection.execute(query.limit(limit)).all()
    if as_json:
        listed = [
            {
                "document": row.document_id,
                "page": row.page,
                "name": row.name,
                "value": row.value,
                "raw": row.raw,
                "printed": row.printed,
                "confidence": row.confidence,
                "reasons": row.reasons.split(),
                "stake_minor": row.stake_minor,
                "currency": row.currency,
            }
            for row in rows
        ]
        print_json({"waiting": count, "fields": listed})
        return
    say(f"{count} wait")
    print_table(
        ("DOCUMENT", "PAGE", "FIELD", "VALUE", "SURE", "STAKE", "WHY"),
        [
            (
                row.document_id,
                row.page,
                row.name,
                row.value,
                f"{row.confidence:.0%}",
                f"{row.stake_minor / 100:.2f}",
                row.reasons.replace(" ", ", "),
            )
            for row in rows
        ],
    )


@command.command("corrections")
@json_option
def corrections_(as_json: bool) -> None:
    """How often the machine was right at each confidence, where persons looked."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        found = corrections(connection)
    if as_json:
        print_json(found.shape())
        return
    for head, shares in (("CONFIDENCE", found.by_confidence), ("FIELD", found.by_name)):
        print_table((head, "LOOKED AT", "RIGHT", "SHARE"), [_row(one) for one in shares])
    say(f"{found.missed} added by persons")


def _row(one: Share) -> tuple[object, ...]:
    return one.name, one.looked_at, one.right, "" if one.share is None else f"{one.share:.0%}"
