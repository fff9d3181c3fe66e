"""The numbers by which the machine leads a paper to the debtor of others: which, where, and on whose paper too."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from api import access
from api.access import Actor
from api.review import Proposal
from archive.catalogue.schema import fields
from archive.document_keys import NUMBER_FIELDS, number_key
from archive.histories import FIELD_KEY
from archive.present import present_rows
from ingest.linking.said import said_of
from ingest.linking.sharing import by_shared_numbers
from ingest.linking.weighing import NUMBER, NUMBER_NAME

BASES = (NUMBER, NUMBER_NAME)
"""What a link rests on where such a number may speak for it."""


@dataclass(frozen=True, slots=True)
class CommonNumber:
    """A number as it was read here, its pages here, and another paper that carries it, if one is open to the asker."""

    value: str
    pages: tuple[int, ...]
    paper: str | None


def common_numbers(
    connection: Connection, actor: Actor, one: Proposal, texts: Mapping[int, str]
) -> list[CommonNumber]:
    """What the paper has in common with other papers of the debtor who is proposed; `texts` are its open pages."""
    if one.type != "party" or one.basis not in BASES:
        return []
    rows = [
        row
        for row in present_rows(connection, fields, FIELD_KEY, one.document)
        if row.state != "withdrawn" and row.page in texts
    ]
    said = said_of(rows, texts, one.first, one.last)
    shared = by_shared_numbers(connection, one.document, said).get(one.target)
    if shared is None:
        return []
    printed = {number_key(row.value): row.value for row in rows if row.name in NUMBER_FIELDS}
    return [
        CommonNumber(
            printed.get(number_key(common.number), common.number),
            tuple(sorted(common.pages)),
            _open(connection, actor, common.papers),
        )
        for common in shared.numbers
    ]


def _open(connection: Connection, actor: Actor, papers: Collection[str]) -> str | None:
    """The newest of these papers whose pages are all open."""
    opened = access.open_pages(connection, actor, papers)
    return max((paper for paper, scope in opened.items() if scope.complete), default=None)
