"""What the catalogue says of a document, as the JSON value of its record."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, select

from archive.catalogue.schema import (
    batch_items,
    claims,
    current,
    cuts,
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
from archive.histories import CUT_KEY, FIELD_KEY, LINK_KEY, RELATION_KEY, SCOPE_KEY
from tabellion.base.clock import rfc3339
from tabellion.base.errors import NotFound

# Asked of every document at each change of it: made once, they take half the time.
_SOME: BindParameter[str] = bindparam("some", expanding=True)
_DOCUMENTS = (
    select(documents, portfolios.c.name.label("portfolio_name"))
    .outerjoin(portfolios, portfolios.c.id == documents.c.portfolio_id)
    .where(documents.c.id.in_(_SOME))
)
_PAGES = (
    select(document_pages.c.document_id, document_pages.c.deposit_id, document_pages.c.page)
    .where(document_pages.c.document_id.in_(_SOME))
    .order_by(document_pages.c.document_id, document_pages.c.position)
)
_WHOLE = (
    select(document_deposits.c.document_id, document_deposits.c.deposit_id)
    .where(document_deposits.c.document_id.in_(_SOME))
    .order_by(document_deposits.c.document_id, document_deposits.c.position)
)
_DEPOSITS = (
    select(
        document_deposits.c.document_id,
        deposits.c.id.label("deposit"),
        deposits.c.name,
        deposits.c.batch_id,
        deposits.c.sequence,
        batch_items.c.id.label("item_id"),
        batch_items.c.source,
        batch_items.c.actor,
    )
    .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
    .outerjoin(batch_items, batch_items.c.deposit_id == deposits.c.id)
    .where(document_deposits.c.document_id.in_(_SOME))
    .order_by(document_deposits.c.document_id, document_deposits.c.position)
)
_READ_BEFORE = (
    select(fields)
    .where(fields.c.document_id.in_(_SOME), fields.c.actor.is_(None), fields.c.state == "machine")
    .order_by(fields.c.id)
)
_CUTS = (
    select(document_pages.c.document_id, cuts)
    .join(
        document_pages,
        (document_pages.c.deposit_id == cuts.c.deposit_id) & (document_pages.c.page == cuts.c.page),
    )
    .where(document_pages.c.document_id.in_(_SOME), current(cuts, *CUT_KEY), cuts.c.state != "withdrawn")
    .order_by(document_pages.c.document_id, document_pages.c.position)
)
_PARTIES = select(parties.c.id, parties.c.display_name, parties.c.external_id, parties.c.kind).where(
    parties.c.id.in_(_SOME)
)
_CLAIMS = select(claims.c.id, claims.c.number, claims.c.external_id).where(claims.c.id.in_(_SOME))


def present(**members: Any) -> dict[str, Any]:
    """A JSON object of the members that are not None; instants, dates and floats in their text form."""
    return {name: _plain(value) for name, value in members.items() if value is not None}


def document_state(connection: Connection, document_id: str) -> dict[str, Any]:
    """The present state; raises `NotFound`."""
    try:
        return document_states(connection, [document_id])[document_id]
    except KeyError:
        raise NotFound(f"there is no document {document_id}") from None


def document_states(connection: Connection, document_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The present states of up to some hundred documents, by identifier; those that are not there are left out."""
    rows = connection.execute(_DOCUMENTS, {"some": document_ids}).all()
    spans = _spans(connection, document_ids)
    held = _deposits(connection, document_ids)
    found = _current(connection, fields, document_ids, FIELD_KEY)
    decided = (field for some in found.values() for field in some if field.actor is not None)
    read = _read_before(connection, decided)
    linked = _current(connection, links, document_ids, LINK_KEY)
    names = _names(connection, [link for some in linked.values() for link in some])
    scoped = _current(connection, document_scopes, document_ids, SCOPE_KEY)
    related = _current(connection, relations, document_ids, RELATION_KEY)
    told = _cuts(connection, document_ids)
    return {
        row.id: present(
            **_of_itself(row),
            spans=spans[row.id],
            deposits=held[row.id],
            fields=[_field(field, read) for field in found[row.id]],
            links=[_link(link, names) for link in linked[row.id]],
            scopes=[
                present(first=s.first_page, last=s.last_page, scope=s.scope, actor=s.actor, at=s.at)
                for s in scoped[row.id]
                if s.granted
            ],
            relations=[
                present(
                    other=r.other_id,
                    relation=r.relation,
                    first=r.first_page,
                    last=r.last_page,
                    actor=r.actor,
                    at=r.at,
                )
                for r in related[row.id]
                if r.granted
            ],
            cuts=told[row.id] or None,
        )
        for row in rows
    }


def _of_itself(row: Row[Any]) -> dict[str, Any]:
    return {
        "batch": row.batch_id,
        "portfolio": row.portfolio_id and {"id": row.portfolio_id, "name": row.portfolio_name},
        # Whether the index has it already is no property of the document: `searchable` comes back with the index.
        "state": "read" if row.state == "searchable" else row.state,
        "reason_code": row.reason_code,
        "reason": row.reason,
        "kind": row.kind,
        "kind_confidence": row.kind_confidence,
        "kind_by": row.kind_by,
        "subkind": row.subkind,
        "language": row.language,
        "direction": row.direction,
        "document_date": row.document_date,
        "sent_date": row.sent_date,
        "received_date": row.received_date,
        # As text: a large amount is beyond the integers that canonical JSON has.
        "amount_minor": None if row.amount_minor is None else str(row.amount_minor),
        "currency": row.currency,
        "received_at": row.received_at,
    }


def _current(
    connection: Connection, history: Any, document_ids: Sequence[str], key: tuple[str, ...]
) -> Mapping[str, list[Row[Any]]]:
    """The newest rows of each key. Where the key names the document, they are picked here: histories are short, and a
    database may look for newer rows by an index that leads to those of every document.
    """
    rows = connection.execute(_history(history, key), {"some": document_ids})
    if "document_id" not in key:
        return _grouped(rows)
    newest: dict[tuple[Any, ...], Row[Any]] = {}
    for row in rows:
        named = tuple(getattr(row, name) for name in key)
        # As in SQL, what is not known is the same as nothing else.
        newest[(*named, row.id) if None in named else named] = row
    return _grouped(sorted(newest.values(), key=lambda row: row.id))


@cache
def _history(history: Any, key: tuple[str, ...]) -> Select[Any]:
    rows = select(history).where(history.c.document_id.in_(_SOME)).order_by(history.c.id)
    return rows if "document_id" in key else rows.where(current(history, *key))


def _grouped(rows: Iterable[Any]) -> Mapping[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(row)
    return found


def _spans(connection: Connection, document_ids: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """The documents' pages as runs of deposit pages; before a reading, whole deposits without a last page."""
    pages = _grouped(connection.execute(_PAGES, {"some": document_ids}))
    unread = [each for each in document_ids if each not in pages]
    whole = _grouped(connection.execute(_WHOLE, {"some": unread})) if unread else {}
    return {
        each: [
            {"deposit": d, "first": first, "last": last}
            for d, first, last in _runs([(row.deposit_id, row.page) for row in pages[each]])
        ]
        if each in pages
        else [{"deposit": row.deposit_id, "first": 1} for row in whole[each]]
        for each in document_ids
    }


def _runs(pages: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int, int]]:
    deposit, first = pages[0]
    last = first - 1
    for next_deposit, page in pages:
        if next_deposit != deposit or page != last + 1:
            yield deposit, first, last
            deposit, first = next_deposit, page
        last = page
    yield deposit, first, last


def _deposits(connection: Connection, document_ids: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """What of the documents' deposits stands in no manifest, because it can name persons: file name and source."""
    rows = connection.execute(_DEPOSITS, {"some": document_ids})
    found: dict[str, list[dict[str, Any]]] = {each: [] for each in document_ids}
    for row in rows:
        found[row.document_id].append(
            present(
                deposit=row.deposit,
                name=row.name,
                batch=row.batch_id,
                sequence=row.sequence,
                item=row.item_id,
                source=row.source,
                actor=row.actor,
            )
        )
    return found


def _read_before(connection: Connection, decided: Iterable[Row[Any]]) -> Mapping[tuple[Any, ...], Row[Any]]:
    """What the machine had read, by key, of documents about which a person has decided: the two are kept apart."""
    document_ids = sorted({row.document_id for row in decided})
    if not document_ids:
        return {}
    rows = connection.execute(_READ_BEFORE, {"some": document_ids})
    return {_key(row): row for row in rows}


def _key(field: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(field, name) for name in FIELD_KEY)


def _field(field: Row[Any], read: Mapping[tuple[Any, ...], Row[Any]]) -> dict[str, Any]:
    before = read.get(_key(field)) if field.actor is not None else None
    return present(
        name=field.name,
        value=field.value,
        raw=field.raw,
        confidence=field.confidence,
        page=field.page,
        box=[float(side) for side in field.box],
        rule=field.rule,
        printed=field.printed,
        machine=before and present(value=before.value, confidence=before.confidence, at=before.at),
        state=field.state,
        actor=field.actor,
        despite=field.despite,
        decided_on=field.decided_on and present(document=field.decided_on, at=field.decided_at),
        at=field.at,
    )


def _cuts(connection: Connection, document_ids: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """What was proposed and decided of the papers that may begin on the documents' pages."""
    rows = connection.execute(_CUTS, {"some": document_ids})
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(
            present(
                deposit=row.deposit_id,
                page=row.page,
                confidence=row.confidence,
                reasons=row.reasons,
                state=row.state,
                actor=row.actor,
                at=row.at,
            )
        )
    return found


def _names(connection: Connection, linked: Sequence[Row[Any]]) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """What the targets of links are called, so that a link says something where the registry is lost."""
    if not linked:
        return {}
    people = {link.target_id for link in linked if link.target_type == "party"}
    debts = {link.target_id for link in linked} - people
    named = connection.execute(_PARTIES, {"some": sorted(people)})
    numbered = connection.execute(_CLAIMS, {"some": sorted(debts)})
    return {
        ("party", row.id): {
            "name": row.display_name,
            "external_id": row.external_id,
            "party_kind": row.kind,
        }
        for row in named
    } | {("claim", row.id): {"name": row.number, "external_id": row.external_id} for row in numbered}


def _link(link: Row[Any], names: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Any]:
    return present(
        link=link.link_id,
        first=link.first_page,
        last=link.last_page,
        target_type=link.target_type,
        target=link.target_id,
        **names.get((link.target_type, link.target_id), {}),
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
