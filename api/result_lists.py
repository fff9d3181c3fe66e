"""The answer to a search as a table: streamed, in scope page by page, with no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import RowMapping, select

from api import access
from api.access import Action, Actor, DocumentAccess
from api.events import record_access
from api.finding import find, look_up
from api.service import Service
from archive.catalogue.schema import documents
from ingest.importing.cells import plain_cell
from search import Answer
from search.answer import AnswerHit

COLUMNS: Final = (
    *("document", "kind", "date", "received", "direction", "language", "debtors", "amount", "currency"),
    *("pages", "snippet", "address"),
)
MOST: Final = 10_000
"""Documents of a list, the newest; who wants more narrows the query."""

_AT_ONCE: Final = 100
_BOM: Final = "\ufeff"
_DEBTORS: Final = frozenset(("debtor", "co_debtor", "guarantor"))


def result_list(service: Service, actor: Actor, query: str, origin: str) -> Iterator[bytes]:
    """The table in UTF-8 as CSV (RFC 4180), newest documents first, at most `MOST`; two entries of the log.

    `origin` begins the addresses of documents. Raises Forbidden and QueryError at once, before anything is sent. Every
    part of the list is asked for with the rights that the actor has at that moment.
    """
    access.require(actor, Action.SEARCH_EXPORT)
    first = find(service, actor, query, limit=_AT_ONCE, by_date=True)
    with service.archive.catalogue.write() as connection:
        record_access(service.archive, connection, actor, "download", "archive", service.archive.id)
    return _parts(service, actor, query, origin, first)


def _parts(service: Service, actor: Actor, query: str, origin: str, answer: Answer) -> Iterator[bytes]:
    # Spreadsheet programs take a CSV for one in UTF-8 where it begins with this mark.
    yield _BOM.encode() + _csv([COLUMNS])
    sent = 0
    while True:
        rows = _rows(service, actor, answer, origin)
        if rows:
            yield _csv([[plain_cell(row[column]) for column in COLUMNS] for row in rows])
        sent += len(answer.hits)
        if answer.next is None or sent >= MOST:
            return
        answer = look_up(service, actor, query, limit=_AT_ONCE, cursor=answer.next, by_date=True)


def _rows(service: Service, actor: Actor, answer: Answer, origin: str) -> list[dict[str, str]]:
    wanted = [hit.document for hit in answer.hits]
    with service.archive.catalogue.read() as connection:
        opened = access.open_pages(connection, actor, wanted)
        rows = connection.execute(select(documents).where(documents.c.id.in_(wanted))).all()
    by_id = {row.id: row for row in rows}
    return [
        _row(hit, by_id[hit.document]._mapping, opened[hit.document], origin)
        for hit in answer.hits
        if hit.document in by_id and hit.document in opened
    ]


def _row(hit: AnswerHit, row: RowMapping, opened: DocumentAccess, origin: str) -> dict[str, str]:
    # The amount may stand on a page that is closed to the asker: it is told only with the whole paper.
    minor = row["amount_minor"] if opened.complete else None
    received: date = row["received_at"].date()
    return {
        "document": hit.document,
        "kind": hit.kind,
        "date": hit.date or "",
        "received": received.isoformat(),
        "direction": row["direction"] or "",
        "language": row["language"],
        "debtors": "; ".join(dict.fromkeys(party.name for party in hit.parties if party.role in _DEBTORS)),
        "amount": "" if minor is None else str(Decimal(minor).scaleb(-2)),
        "currency": (row["currency"] or "") if minor is not None else "",
        "pages": " ".join(str(found.page) for found in hit.pages),
        "snippet": " ".join(hit.pages[0].marked.snippet.split()) if hit.pages else "",
        "address": f"{origin}/documents/{hit.document}",
    }


def _csv(rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
