"""Identifiers whose check digit holds link by themselves; doubt is proposed; a person's word stands."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from archive.archive import Archive
from archive.catalogue.schema import current, document_pages, documents, fields, links, work
from archive.histories import LINK_KEY
from archive.registry import NewClaim, NewParty, put_claim, put_party
from ingest import describe, linking
from ingest.describe import DepositPage
from ingest.linking import link_document
from ingest.worker import Worker
from ocr.values import Box, FieldReading, PageReading, Part, Reading
from tests.ingest.support import Doors, papers, rows

PERSON = "11111111-1111-7111-8111-111111111111"
PESEL, OTHER = "44051401359", "02070803628"
IBAN = "PL61109010140000071219812874"


@pytest.fixture
def paper(archive: Archive, doors: Doors) -> str:
    """A document of four pages: two papers of two pages."""
    answer = doors.receive()
    with archive.catalogue.write() as connection:
        connection.execute(
            insert(document_pages),
            [
                {"document_id": answer.document, "position": n, "deposit_id": answer.deposit, "page": n}
                for n in range(1, 5)
            ],
        )
    return answer.document


PARTS = ((1, 2), (3, 4))


def found(archive: Archive, document: str, name: str, value: str, page: int, **values: Any) -> None:
    row = {"state": "machine", "actor": None, "confidence": 0.9, "raw": value} | values
    with archive.catalogue.write() as connection:
        connection.execute(
            insert(fields).values(
                document_id=document,
                name=name,
                value=value,
                page=page,
                box=[0, 0, 1, 1],
                rule="test",
                at=archive.clock.now(),
                **row,
            )
        )


def party(archive: Archive, name: str, *identifiers: tuple[str, str]) -> str:
    with archive.catalogue.write() as connection:
        return put_party(archive, connection, NewParty(name, identifiers=identifiers))


def link(archive: Archive, document: str) -> bool:
    with archive.catalogue.write() as connection:
        return link_document(archive, connection, document, PARTS)


def present(archive: Archive, document: str) -> set[tuple[str, str, int, int, str]]:
    with archive.catalogue.read() as connection:
        query = select(links).where(links.c.document_id == document, current(links, *LINK_KEY))
        return {
            (row.target_id, row.role, row.first_page, row.last_page, row.state)
            for row in connection.execute(query)
        }


def test_one_debtor_is_linked_to_the_whole_paper(archive: Archive, paper: str) -> None:
    anna = party(archive, "Anna Nowak", ("pesel", PESEL))
    found(archive, paper, "parties.debtor.pesel", PESEL, 1)
    assert link(archive, paper)
    assert present(archive, paper) == {(anna, "debtor", 1, 2, "automatic")}
    assert not link(archive, paper)


def test_one_of_several_debtors_is_linked_to_the_pages_that_name_him(archive: Archive, paper: str) -> None:
    anna = party(archive, "Anna Nowak", ("pesel", PESEL))
    jan = party(archive, "Jan Kowalski", ("pesel", OTHER))
    found(archive, paper, "parties.debtor.pesel", PESEL, 3)
    found(archive, paper, "parties.debtor.pesel", OTHER, 4)
    link(archive, paper)
    assert present(archive, paper) == {
        (anna, "debtor", 3, 3, "automatic"),
        (jan, "debtor", 4, 4, "automatic"),
    }


def test_a_check_digit_that_does_not_hold_links_nothing(archive: Archive, paper: str) -> None:
    party(archive, "Anna Nowak", ("pesel", "44051401358"))
    found(archive, paper, "parties.debtor.pesel", "44051401358", 1)
    assert not link(archive, paper)


def test_two_records_with_one_identifier_are_only_proposed(archive: Archive, paper: str) -> None:
    both = {party(archive, name, ("iban", IBAN)) for name in ("A", "B")}
    found(archive, paper, "iban.creditor", IBAN, 1)
    link(archive, paper)
    assert {(row[0], row[4]) for row in present(archive, paper)} == {(one, "proposed") for one in both}


def test_numbers_of_claims_link_however_they_are_written(archive: Archive, paper: str) -> None:
    with archive.catalogue.write() as connection:
        claim = put_claim(
            archive, connection, NewClaim("KR/2024/17-b", numbers=(("contract_number", "UM 12/34/2020"),))
        )
    found(archive, paper, "contract_number", "UM-12/34/2020", 3)
    link(archive, paper)
    assert present(archive, paper) == {(claim, linking.CLAIM_ROLE, 3, 4, "automatic")}


def test_a_persons_decision_is_never_overwritten(archive: Archive, paper: str) -> None:
    anna = party(archive, "Anna Nowak", ("pesel", PESEL))
    found(archive, paper, "parties.debtor.pesel", PESEL, 1)
    link(archive, paper)
    (row,) = rows(archive, links)
    values = {name: getattr(row, name) for name in row._mapping if name != "id"}
    with archive.catalogue.write() as connection:
        connection.execute(insert(links).values(**{**values, "state": "rejected", "actor": PERSON}))
    assert not link(archive, paper)
    assert present(archive, paper) == {(anna, "debtor", 1, 2, "rejected")}


def test_what_is_not_named_any_more_is_taken_back(archive: Archive, paper: str) -> None:
    anna = party(archive, "Anna Nowak", ("pesel", PESEL))
    found(archive, paper, "parties.debtor.pesel", PESEL, 1)
    link(archive, paper)
    found(archive, paper, "parties.debtor.pesel", PESEL, 1, state="withdrawn", actor=PERSON)
    assert link(archive, paper)
    assert present(archive, paper) == {(anna, "debtor", 1, 2, "rejected")}
    found(archive, paper, "parties.debtor.pesel", PESEL, 1, state="confirmed", actor=PERSON)
    assert link(archive, paper)
    assert present(archive, paper) == {(anna, "debtor", 1, 2, "automatic")}


def test_a_new_record_in_the_registry_links_papers_that_were_read_before(
    archive: Archive, doors: Doors, worker: Worker
) -> None:
    answer = doors.receive(papers(["Payment reminder", "of 5 May 2024"]))
    worker.drain()
    found(archive, answer.document, "parties.debtor.pesel", PESEL, 1)
    party(archive, "Jan Kowalski", ("pesel", OTHER))
    assert worker.drain() == 0
    anna = party(archive, "Anna Nowak", ("pesel", PESEL))
    assert worker.drain() == 1
    assert present(archive, answer.document) == {(anna, "debtor", 1, 1, "automatic")}
    with archive.catalogue.write() as connection:
        for identifiers in ((("pesel", "440514 01359"),), ()):
            again = NewParty("Ewa", external_id="7", identifiers=identifiers)
            assert put_party(archive, connection, again) == put_party(archive, connection, again)
    assert worker.drain() == 1
    assert present(archive, answer.document) == {(anna, "debtor", 1, 1, "automatic")}
    assert {row.state for row in rows(archive, work)} == {"done"}


def reading(kinds: list[str], parts: tuple[Part, ...], found: tuple[FieldReading, ...] = ()) -> Reading:
    pages = tuple(
        PageReading(n, 100, 100, 72, kind=kind, language="pl")  # type: ignore[arg-type]
        for n, kind in enumerate(kinds, 1)
    )
    return Reading("0" * 64, "image/tiff", "pl", pages[0].kind, 0.9, parts, pages, found, {})


def test_a_description_follows_the_pages() -> None:
    box = Box(0, 0, 1, 1)
    date_field = FieldReading("document_date", "2024-05-06", "6.5.2024", 0.9, 3, box, "r")
    one = reading(
        ["invoice", "other", "court_order"],
        (Part(1, 2, "invoice", "pl"), Part(3, 3, "court_order", "pl")),
        (date_field,),
    )
    whole = describe.describe(describe.whole("d", one), {"d": one})
    assert (whole.kind, whole.kind_confidence, whole.parts) == ("invoice", 0.9, ((1, 2), (3, 3)))
    last = describe.describe([DepositPage("d", 3)], {"d": one})
    assert (last.kind, last.parts) == ("court_order", ((1, 1),))
    assert [(item.page, item.value) for item in last.fields] == [(1, "2024-05-06")]
    assert describe.describe([], {}).kind == "other"


@pytest.mark.parametrize(
    ("values", "minor"),
    [
        ({"amounts.total": "1234.50", "amounts.principal": "1"}, 123450),
        ({"amounts.principal": "-0.01"}, -1),
        ({"amounts.total": "nonsense"}, None),
        ({"amounts.total": "1.005"}, None),
        ({"amounts.total": "NaN"}, None),
        ({"amounts.total": "1e99"}, None),
        ({}, None),
    ],
)
def test_amounts_in_minor_units(values: dict[str, str], minor: int | None) -> None:
    assert describe.amount_minor(values) == minor


def test_the_date_of_a_document() -> None:
    assert describe.document_date({"invoice_date": "2024-02-30", "payment_date": "2024-03-01"}) == date(
        2024, 3, 1
    )
    assert describe.document_date({}) is None


def test_a_persons_kind_stays(archive: Archive, doors: Doors, worker: Worker) -> None:
    answer = doors.receive(papers(["Invoice no. FV/2024/17", "Total due: 1,234.50 EUR"]))
    with archive.catalogue.write() as connection:
        connection.execute(
            update(documents).where(documents.c.id == answer.document).values(kind="contract", kind_by=PERSON)
        )
    worker.drain()
    assert rows(archive, documents)[0].kind == "contract"
