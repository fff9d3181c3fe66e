"""What is indexed of a document: one record a page, from the catalogue's rows and the stored readings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from archive.archive import Archive
from archive.catalogue.schema import (
    batches,
    claims,
    deposits,
    document_pages,
    document_scopes,
    documents,
    fields,
    links,
    parties,
    portfolios,
    stations,
)
from archive.histories import FIELD_KEY, LINK_KEY, SCOPE_KEY
from archive.present import present_rows
from archive.readings import load_page, load_reading
from ocr.values import PageReading
from search.port import Amount, Identifier, Named, PageClaim, PageParty, PageRecord

INDEXED = ("read", "searchable")
"""States of documents that are found."""

LINKED = ("automatic", "confirmed")
DOUBTFUL_BELOW = 0.7
FEW = 4
NUMBER_FIELDS = ("invoice_number", "contract_number", "case_number", "enforcement_number", "reference")


@dataclass(frozen=True, slots=True)
class _Rows:
    """All rows that the records of a document are made of."""

    document: Row[Any]
    pages: Sequence[Row[Any]]
    fields: Sequence[Row[Any]]
    scopes: Sequence[Row[Any]]
    parties: Sequence[tuple[Row[Any], PageParty]]
    claims: Sequence[tuple[Row[Any], PageClaim]]
    portfolio: Named | None
    batch: Named | None
    station: Named | None


def page_records(archive: Archive, document_id: str) -> list[PageRecord]:
    """The records of a document's pages; none where it is not to be found (not read, void, erased, unknown)."""
    with archive.catalogue.read() as connection:
        rows = _rows(connection, document_id)
        if rows is None:
            return []
        words: dict[tuple[str, int], PageReading] = {}
        for deposit in dict.fromkeys(page.deposit_id for page in rows.pages):
            words.update(_words(archive, connection, deposit, rows.pages))
    return [_record(rows, page, words[page.deposit_id, page.page]) for page in rows.pages]


def scopes_of_page(scopes: Iterable[Row[Any]], page: int) -> frozenset[str]:
    """The scopes that open a page: those of the spans that hold it, else those of the whole document."""
    granted = [row for row in scopes if row.granted]
    spans = frozenset(row.scope for row in granted if row.first_page <= page <= row.last_page)
    return spans or frozenset(row.scope for row in granted if row.first_page == 0)


def _words(
    archive: Archive, connection: Connection, deposit: str, wanted: Sequence[Row[Any]]
) -> Iterable[tuple[tuple[str, int], PageReading]]:
    """The readings of a document's pages in one deposit; a few out of many are fetched one by one."""
    numbers = sorted({row.page for row in wanted if row.deposit_id == deposit})
    count = connection.execute(select(deposits.c.page_count).where(deposits.c.id == deposit)).scalar() or 0
    if len(numbers) * FEW < count:
        for number in numbers:
            page = load_page(archive, connection, deposit, number)
            if page is not None:
                yield (deposit, number), page
        return
    for page in load_reading(archive, connection, deposit).pages:
        yield (deposit, page.number), page


def _record(rows: _Rows, page: Row[Any], reading: PageReading) -> PageRecord:
    document = rows.document
    here = [row for row in rows.fields if row.page == page.position]
    values = {row.name: row.value for row in rows.fields}
    return PageRecord(
        document=document.id,
        page=page.position,
        deposit=page.deposit_id,
        text=reading.text,
        language=reading.language,
        kind=document.kind,
        direction=document.direction,
        document_date=document.document_date,
        received_date=document.received_date,
        due_date=_date(values.get("due_date")),
        amounts=tuple(_amounts(here, document.currency)),
        identifiers=tuple(_identifiers(here)),
        parties=tuple(dict.fromkeys(party for row, party in rows.parties if _covers(row, page.position))),
        claims=tuple(dict.fromkeys(claim for row, claim in rows.claims if _covers(row, page.position))),
        portfolio=rows.portfolio,
        batch=rows.batch,
        station=rows.station,
        scopes=scopes_of_page(rows.scopes, page.position),
        quality=_quality(reading),
    )


def _rows(connection: Connection, document_id: str) -> _Rows | None:
    document = connection.execute(
        select(documents).where(documents.c.id == document_id, documents.c.state.in_(INDEXED))
    ).one_or_none()
    if document is None:
        return None

    present = [row for row in present_rows(connection, links, LINK_KEY, document_id) if row.state in LINKED]
    pages = connection.execute(
        select(document_pages)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    ).all()
    batch = connection.execute(select(batches).where(batches.c.id == document.batch_id)).one()
    return _Rows(
        document=document,
        pages=pages,
        fields=[
            row
            for row in present_rows(connection, fields, FIELD_KEY, document_id)
            if row.state != "withdrawn"
        ],
        scopes=present_rows(connection, document_scopes, SCOPE_KEY, document_id),
        parties=list(_parties(connection, present)),
        claims=list(_claims(connection, present)),
        portfolio=_named(connection, portfolios, document.portfolio_id),
        batch=Named(batch.id, batch.name),
        station=_named(connection, stations, batch.station_id),
    )


def _parties(connection: Connection, rows: Sequence[Row[Any]]) -> Iterable[tuple[Row[Any], PageParty]]:
    names = _names(connection, parties.c.id, parties.c.display_name, rows, "party")
    for row in rows:
        if row.target_type == "party":
            yield row, PageParty(row.target_id, row.role, names.get(row.target_id, ""))


def _claims(connection: Connection, rows: Sequence[Row[Any]]) -> Iterable[tuple[Row[Any], PageClaim]]:
    numbers = _names(connection, claims.c.id, claims.c.number, rows, "claim")
    for row in rows:
        if row.target_type == "claim":
            yield row, PageClaim(row.target_id, numbers.get(row.target_id, ""))


def _names(
    connection: Connection, key: Any, name: Any, rows: Sequence[Row[Any]], target_type: str
) -> Mapping[str, str]:
    wanted = {row.target_id for row in rows if row.target_type == target_type}
    if not wanted:
        return {}
    found = connection.execute(select(key, name).where(key.in_(sorted(wanted))))
    return {row[0]: row[1] for row in found}


def _named(connection: Connection, table: Any, identifier: str | None) -> Named | None:
    if identifier is None:
        return None
    name = connection.execute(select(table.c.name).where(table.c.id == identifier)).scalar()
    return None if name is None else Named(identifier, name)


def _covers(row: Row[Any], page: int) -> bool:
    return bool(row.first_page <= page <= row.last_page)


def _amounts(rows: Iterable[Row[Any]], currency: str | None) -> Iterable[Amount]:
    for row in rows:
        whole, _, cents = row.value.partition(".")
        if row.name.startswith("amounts.") and currency and whole.lstrip("-").isdecimal():
            yield Amount(int(whole + f"{cents:0<2}"[:2]), currency)


def _identifiers(rows: Iterable[Row[Any]]) -> Iterable[Identifier]:
    found = []
    for row in rows:
        match row.name.split("."):
            case ["parties", _, kind] if kind not in ("name", "birth_date"):
                found.append(Identifier(kind, row.value))
            case [("iban" | "account" | "bik") as kind, _]:
                found.append(Identifier(kind, row.value))
            case [name] if name in NUMBER_FIELDS:
                found.append(Identifier(name, row.value))
    return dict.fromkeys(found)


def _quality(reading: PageReading) -> frozenset[str]:
    if reading.blank:
        return frozenset({"blank"})
    words = reading.words
    mean = sum(word.confidence for word in words) / len(words) if words else 0.0
    return frozenset({"doubtful"}) if reading.error is not None or mean < DOUBTFUL_BELOW else frozenset()


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None
