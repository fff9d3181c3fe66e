"""What the catalogue says of a document, as the JSON value of its record."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, null, select

from archive.catalogue.schema import (
    batch_items,
    claims,
    current,
    deposits,
    document_deposits,
    document_pages,
    document_scopes,
    documents,
    fields,
    links,
    parties,
    portfolios,
    relations,
)
from archive.histories import FIELD_KEY, LINK_KEY, RELATION_KEY, SCOPE_KEY
from tabellion.base.clock import rfc3339
from tabellion.base.errors import NotFound


def present(**members: Any) -> dict[str, Any]:
    """A JSON object of the members that are not None; instants, dates and floats in their text form."""
    return {name: _plain(value) for name, value in members.items() if value is not None}


def document_state(connection: Connection, document_id: str) -> dict[str, Any]:
    """The present state; raises `NotFound`."""
    row = connection.execute(
        select(documents, portfolios.c.name.label("portfolio_name"))
        .outerjoin(portfolios, portfolios.c.id == documents.c.portfolio_id)
        .where(documents.c.id == document_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no document {document_id}")
    return present(
        batch=row.batch_id,
        portfolio=row.portfolio_id and {"id": row.portfolio_id, "name": row.portfolio_name},
        # Whether the index has it already is no property of the document: `searchable` comes back with the index.
        state="read" if row.state == "searchable" else row.state,
        reason_code=row.reason_code,
        reason=row.reason,
        kind=row.kind,
        kind_confidence=row.kind_confidence,
        kind_by=row.kind_by,
        subkind=row.subkind,
        language=row.language,
        direction=row.direction,
        document_date=row.document_date,
        sent_date=row.sent_date,
        received_date=row.received_date,
        # As text: a large amount is beyond the integers that canonical JSON has.
        amount_minor=None if row.amount_minor is None else str(row.amount_minor),
        currency=row.currency,
        received_at=row.received_at,
        spans=_spans(connection, document_id),
        deposits=_deposits(connection, document_id),
        fields=[
            present(
                name=f.name,
                value=f.value,
                raw=f.raw,
                confidence=f.confidence,
                page=f.page,
                box=[float(side) for side in f.box],
                rule=f.rule,
                state=f.state,
                actor=f.actor,
                at=f.at,
            )
            for f in _current(connection, fields, document_id, FIELD_KEY)
        ],
        links=[_link(connection, link) for link in _current(connection, links, document_id, LINK_KEY)],
        scopes=[
            present(first=s.first_page, last=s.last_page, scope=s.scope, actor=s.actor, at=s.at)
            for s in _current(connection, document_scopes, document_id, SCOPE_KEY)
            if s.granted
        ],
        relations=[
            present(other=r.other_id, relation=r.relation, actor=r.actor, at=r.at)
            for r in _current(connection, relations, document_id, RELATION_KEY)
            if r.granted
        ],
    )


def _current(
    connection: Connection, history: Any, document_id: str, key: tuple[str, ...]
) -> Sequence[Row[Any]]:
    newest = select(history).where(history.c.document_id == document_id, current(history, *key))
    return connection.execute(newest.order_by(history.c.id)).all()


def _spans(connection: Connection, document_id: str) -> list[dict[str, Any]]:
    """The document's pages as runs of deposit pages; before a reading, whole deposits without a last page."""
    pages = connection.execute(
        select(document_pages.c.deposit_id, document_pages.c.page)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    ).all()
    if pages:
        return [{"deposit": d, "first": first, "last": last} for d, first, last in _runs(pages)]
    whole = connection.execute(
        select(document_deposits.c.deposit_id)
        .where(document_deposits.c.document_id == document_id)
        .order_by(document_deposits.c.position)
    ).scalars()
    return [{"deposit": deposit, "first": 1} for deposit in whole]


def _runs(pages: Sequence[Any]) -> Iterator[tuple[str, int, int]]:
    deposit, first = pages[0]
    last = first - 1
    for next_deposit, page in pages:
        if next_deposit != deposit or page != last + 1:
            yield deposit, first, last
            deposit, first = next_deposit, page
        last = page
    yield deposit, first, last


def _deposits(connection: Connection, document_id: str) -> list[dict[str, Any]]:
    """What of the document's deposits stands in no manifest, because it can name persons: file name and source."""
    rows = connection.execute(
        select(deposits, batch_items.c.id.label("item_id"), batch_items.c.source, batch_items.c.actor)
        .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
        .outerjoin(batch_items, batch_items.c.deposit_id == deposits.c.id)
        .where(document_deposits.c.document_id == document_id)
        .order_by(document_deposits.c.position)
    ).all()
    return [
        present(
            deposit=row.id,
            name=row.name,
            batch=row.batch_id,
            sequence=row.sequence,
            item=row.item_id,
            source=row.source,
            actor=row.actor,
        )
        for row in rows
    ]


def _link(connection: Connection, link: Row[Any]) -> dict[str, Any]:
    """A link with the name of its target, so that it says something where the registry is lost."""
    if link.target_type == "party":
        named = select(parties.c.display_name, parties.c.external_id, parties.c.kind)
        named = named.where(parties.c.id == link.target_id)
    else:
        named = select(claims.c.number, claims.c.external_id, null()).where(claims.c.id == link.target_id)
    name, external_id, kind = connection.execute(named).one_or_none() or (None, None, None)
    return present(
        link=link.link_id,
        first=link.first_page,
        last=link.last_page,
        target_type=link.target_type,
        target=link.target_id,
        name=name,
        external_id=external_id,
        party_kind=kind,
        role=link.role,
        score=link.score,
        basis=link.basis,
        state=link.state,
        actor=link.actor,
        at=link.at,
    )


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case float():
            return repr(value)  # the shortest text that reads back as the same number
        case list():
            return [_plain(member) for member in value]
        case _:
            return value
