"""The papers in scope that are linked to a debtor or a claim: each once, with the first of its pages that is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, select

from api import access
from api.access import Actor, DocumentAccess
from archive.catalogue.schema import current, documents, links
from archive.histories import LINK_KEY

MOST_PAPERS = 500
SURE = ("automatic", "confirmed")
PROPOSED = ("proposed",)


@dataclass(frozen=True, slots=True)
class Hint:
    """A page that may be signed or stamped, and how surely it is."""

    page: int
    kind: Literal["signature", "stamp"]
    confidence: float


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper of a dossier; `role` is what the debtor is on it, `link` the link that says so.

    Numbers and hints are those of open pages.
    """

    id: str
    kind: str
    date: date | None
    direction: str | None
    amount_minor: int | None
    currency: str | None
    state: str
    pages: int | None
    first: int
    role: str
    link: str
    number: str | None = None
    hints: tuple[Hint, ...] = ()


def linked_papers(
    connection: Connection,
    actor: Actor,
    target_type: Literal["party", "claim"],
    target_id: str,
    states: tuple[str, ...],
) -> tuple[list[PaperLine], Mapping[str, DocumentAccess]]:
    """The papers in scope linked so with an open page in the span, newest first; and which pages of each are open."""
    rows = connection.execute(
        select(documents, links.c.first_page, links.c.last_page, links.c.role, links.c.link_id)
        .join(links, links.c.document_id == documents.c.id)
        .where(
            links.c.target_type == target_type,
            links.c.target_id == target_id,
            links.c.state.in_(states),
            current(links, *LINK_KEY),
            documents.c.state.not_in(("void", "erased")),
            access.visible_documents(actor),
        )
        .order_by(
            documents.c.document_date.is_(None),
            documents.c.document_date.desc(),
            documents.c.id.desc(),
            links.c.first_page,
        )
        .limit(MOST_PAPERS)
    ).all()
    opened = access.open_pages(connection, actor, [row.id for row in rows])
    found: dict[str, PaperLine] = {}
    for row in rows:
        scope = opened.get(row.id)
        numbers = range(row.first_page, row.last_page + 1)
        first = next((number for number in numbers if scope is not None and scope.page(number)), None)
        if first is not None and row.id not in found:
            found[row.id] = PaperLine(
                id=row.id,
                kind=row.kind,
                # Both may stand on a page that is closed to the asker: told only with the whole paper.
                date=row.document_date if scope is not None and scope.complete else None,
                direction=row.direction,
                amount_minor=row.amount_minor if scope is not None and scope.complete else None,
                currency=row.currency,
                state=row.state,
                pages=row.page_count,
                first=first,
                role=row.role,
                link=row.link_id,
            )
    return list(found.values()), opened
