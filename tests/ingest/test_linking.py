"""Identifiers whose check digit holds link by themselves; doubt is proposed; a person's word stands."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import claim_work, finish
from archive.catalogue.schema import current, document_pages, documents, fields, index_outbox, links, work
from archive.catalogue.schema.registry import document_keys
from archive.document_keys import write_field_keys
from archive.erase import erase
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


def test_papers_of_a_debtor_or_claim_that_is_renamed_are_indexed_anew(archive: Archive, paper: str) -> None:
    def renamed(name: str, town: str, number: str) -> list[str]:
        with archive.catalogue.write() as connection:
            connection.execute(delete(index_outbox))
            put_party(
                archive,
                connection,
                NewParty(name, external_id="7", town=town, identifiers=(("pesel", PESEL),)),
            )
            contract = ("contract_number", "UM 12/34/2020")
            put_claim(archive, connection, NewClaim(number, external_id="8", numbers=(contract,)))
            return list(connection.execute(select(index_outbox.c.document_id)).scalars())

    assert renamed("Anna Nowak", "Łódź", "KW/1") == []
    found(archive, paper, "parties.debtor.pesel", PESEL, 1)
    found(archive, paper, "contract_number", "UM 12/34/2020", 3)
    link(archive, paper)
    assert renamed("Anna Nowak", "Poznań", "KW/1") == []
    assert renamed("Anna Zielińska", "Poznań", "KW/1") == [paper]
    assert renamed("Anna Zielińska", "Poznań", "KW/2") == [paper]


def test_a_description_follows_the_pages() -> None:
    box = Box(0, 0, 1, 1)
    date_field = FieldReading("document_date", "2024-05-06", "6.5.2024", 0.9, 3, box, "r")
    one = reading(
        ["invoice", "other", "court_order"],
        (
            Part(1, 2, "invoice", "pl", kind_confidence=0.9),
            Part(3, 3, "court_order", "pl", 0.8, ("letterhead",), 0.97),
        ),
        (date_field,),
    )
    whole = describe.describe(describe.whole("d", one), {"d": one})
    assert (whole.kind, whole.kind_confidence, whole.parts) == ("invoice", 0.9, ((1, 2), (3, 3)))
    last = describe.describe([DepositPage("d", 3)], {"d": one})
    assert (last.kind, last.kind_confidence, last.parts) == ("court_order", 0.97, ((1, 1),))
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


def say(archive: Archive, document: str, *texts: str) -> None:
    with archive.catalogue.write() as connection:
        link_document(archive, connection, document, PARTS, dict(enumerate(texts, 1)))


def put(archive: Archive, name: str, **values: Any) -> str:
    with archive.catalogue.write() as connection:
        return put_party(archive, connection, NewParty(name, **values))


def bases(archive: Archive, document: str) -> dict[str, tuple[str, str]]:
    with archive.catalogue.read() as connection:
        query = select(links).where(links.c.document_id == document, current(links, *LINK_KEY))
        return {row.target_id: (row.basis, row.state) for row in connection.execute(query)}


def test_a_name_alone_is_proposed_and_with_something_beside_it_linked(archive: Archive, paper: str) -> None:
    address = {"street": "Lipowa 4", "postcode": "25-317", "town": "Kielce"}
    anna = put(archive, "Anna Brzozowska", birth_date=date(1981, 5, 17), address=address)
    found(archive, paper, "parties.debtor.name", "Anna Brzozowska", 1)
    link(archive, paper)
    assert bases(archive, paper) == {anna: ("name", "proposed")}
    say(archive, paper, "Anna Brzozowska\nul. Lipowa 4, 25-317 Kielce")
    assert bases(archive, paper) == {anna: ("name_address", "automatic")}
    found(archive, paper, "parties.debtor.birth_date", "1981-05-17", 1)
    link(archive, paper)
    assert bases(archive, paper) == {anna: ("name_birth_date", "automatic")}
    found(archive, paper, "parties.debtor.birth_date", "1981-05-17", 1, state="withdrawn", actor=PERSON)
    found(archive, paper, "parties.debtor.birth_date", "1975-01-01", 1)
    link(archive, paper)
    assert bases(archive, paper)[anna][1] == "rejected"


def test_a_name_and_the_amount_owed(archive: Archive, paper: str) -> None:
    anna = put(archive, "Anna Brzozowska")
    with archive.catalogue.write() as connection:
        claim = NewClaim("W/1", principal_minor=292605, parties=((anna, "debtor"),))
        put_claim(archive, connection, claim)
    found(archive, paper, "parties.debtor.name", "Brzozowska Anna", 1)
    found(archive, paper, "amounts.principal", "2926.05", 1)
    link(archive, paper)
    assert bases(archive, paper) == {anna: ("name_amount", "automatic")}


def test_namesakes_with_the_same_grounds_are_left_to_a_person(archive: Archive, paper: str) -> None:
    both = {put(archive, "Jan Kowalski", birth_date=date(1980, 1, 1)) for _ in range(2)}
    found(archive, paper, "parties.debtor.name", "Jan Kowalski", 1)
    found(archive, paper, "parties.debtor.birth_date", "1980-01-01", 1)
    link(archive, paper)
    assert bases(archive, paper) == dict.fromkeys(both, ("name_birth_date", "proposed"))


def test_an_identifier_that_is_somebody_elses_speaks_against_a_name(archive: Archive, paper: str) -> None:
    put(archive, "Anna Brzozowska", identifiers=(("pesel", OTHER),))
    found(archive, paper, "parties.debtor.name", "Anna Brzozowska", 1)
    found(archive, paper, "parties.debtor.pesel", PESEL, 1)
    assert not link(archive, paper)


def test_a_misread_number_links_with_the_name_and_is_proposed_without(archive: Archive, paper: str) -> None:
    anna = put(archive, "Anna Brzozowska")
    with archive.catalogue.write() as connection:
        claim = put_claim(
            archive, connection, NewClaim("ABN/2023/004517", parties=((anna, "debtor"),), external_id="1")
        )
    found(archive, paper, "contract_number", "ABN/2O23/OO45I7", 1)
    link(archive, paper)
    assert bases(archive, paper) == {claim: ("number", "proposed"), anna: ("number", "proposed")}
    found(archive, paper, "parties.debtor.name", "Annie Brzozowskiej", 1)
    link(archive, paper)
    assert bases(archive, paper) == {claim: ("number", "automatic"), anna: ("number_name", "automatic")}


def test_an_identifier_beside_the_wrong_label_is_not_believed(archive: Archive, paper: str) -> None:
    firm = put(archive, "Kredytus Windykacja S.A.", kind="company", identifiers=(("nip", "9375121136"),))
    found(archive, paper, "parties.debtor.nip", "9375121136", 1)
    link(archive, paper)
    assert bases(archive, paper) == {firm: ("identifier", "proposed")}
    found(archive, paper, "parties.debtor.name", "Kredytus Windykacja SA", 1)
    link(archive, paper)
    assert bases(archive, paper) == {firm: ("identifier", "automatic")}


def test_a_name_is_found_in_the_text_where_no_field_has_it(archive: Archive, paper: str) -> None:
    anna = put(archive, "Anna Brzozowska", identifiers=(("pesel", PESEL),))
    say(archive, paper, "Szanowna Pani\nAnna Brzozowska", "", "PESEL 440514 01359")
    with archive.catalogue.read() as connection:
        query = select(links).where(links.c.document_id == paper, current(links, *LINK_KEY))
        told = {(row.target_id, row.basis, row.state, row.first_page) for row in connection.execute(query)}
    assert told == {(anna, "name", "proposed", 1), (anna, "identifier", "automatic", 3)}


def test_a_name_that_the_registry_learns_links_papers_that_were_read_before(
    archive: Archive, doors: Doors, worker: Worker
) -> None:
    answer = doors.receive(papers(["Payment reminder", "Dear Bartholomew Wisniowski,"]))
    worker.drain()
    put(archive, "Somebody Quite Different")
    assert worker.drain() == 0
    party = put(archive, "Bartholomew Wisniowski")
    assert worker.drain() == 1
    assert bases(archive, answer.document) == {party: ("name", "proposed")}


def test_linking_that_is_asked_for_while_it_runs_is_done_again(archive: Archive, paper: str) -> None:
    found(archive, paper, "parties.debtor.pesel", PESEL, 1)
    party(archive, "Anna Nowak", ("pesel", PESEL))
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        task = claim_work(connection, "worker-1", now, timedelta(seconds=30), ("link",))
    assert task is not None
    party(archive, "Ewa Nowak", ("pesel", PESEL))
    with archive.catalogue.write() as connection:
        assert claim_work(connection, "worker-2", now, timedelta(seconds=30), ("link",)) is None
        finish(connection, task, now)
        again = claim_work(connection, "worker-2", now, timedelta(seconds=30), ("link",))
        assert again is not None
        assert again.attempts == 1
        finish(connection, again, now)
        assert claim_work(connection, "worker-2", now, timedelta(seconds=30), ("link",)) is None


def test_nothing_reads_the_whole_registry(archive: Archive, paper: str) -> None:
    """Every statement of linking goes by an index: SQLite's plan scans no table of the registry."""
    put(archive, "Anna Brzozowska", identifiers=(("pesel", PESEL),))
    found(archive, paper, "parties.debtor.name", "Anna Brzozowska", 1)
    found(archive, paper, "contract_number", "ABN/2023/004517", 1)
    said: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, parameters))

    event.listen(archive.catalogue.engine, "before_cursor_execute", listen)
    say(archive, paper, "Anna Brzozowska 44051401359")
    event.remove(archive.catalogue.engine, "before_cursor_execute", listen)
    assert len(said) > 5
    with archive.catalogue.read() as connection:
        for statement, parameters in said:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            scans = [
                row.detail for row in plan if row.detail.startswith("SCAN") and "USING" not in row.detail
            ]
            assert [scan for scan in scans if "SUBQUERY" not in scan and "CONSTANT" not in scan] == [], (
                statement
            )


def test_the_keys_of_a_paper_follow_its_fields_and_go_with_it(
    archive: Archive, doors: Doors, worker: Worker
) -> None:
    answer = doors.receive(papers(["Payment reminder", "Dear Bartholomew Wisniowski,", "No. HOR/2022/07719"]))
    worker.drain()

    def keys() -> set[str]:
        return {row.key for row in rows(archive, document_keys)}

    assert "n:bar|wls" in keys(), "words of the text, as long as nobody is known"
    found(archive, answer.document, "parties.debtor.name", "Anna Brzozowska", 1)
    found(archive, answer.document, "contract_number", "UM/12/2020", 1)
    with archive.catalogue.write() as connection:
        write_field_keys(connection, answer.document)
    assert {"n:ann|brz", "c:UM122020"} <= keys()
    assert "n:bar|wls" not in keys()
    erase(archive, answer.deposit, SYSTEM_ACTOR, "retention-ended")
    assert keys() == set()


def test_what_merely_stands_on_a_paper_gives_nobody_a_role(archive: Archive, paper: str) -> None:
    anna = put(archive, "Anna Brzozowska")
    put(archive, "Kredytus Windykacja S.A.", kind="company", identifiers=(("nip", "9375121136"),))
    found(archive, paper, "parties.debtor.name", "Anna Brzozowska", 1)
    say(archive, paper, "Kredytus Windykacja S.A. NIP 937-512-11-36\nAnna Brzozowska")
    assert bases(archive, paper) == {anna: ("name", "proposed")}


def test_who_is_known_as_a_creditor_is_no_debtor_by_a_label(archive: Archive, paper: str) -> None:
    firm = put(archive, "Kredytus Windykacja S.A.", kind="company", identifiers=(("nip", "9375121136"),))
    with archive.catalogue.write() as connection:
        put_claim(archive, connection, NewClaim("W/1", creditor=firm))
    found(archive, paper, "parties.debtor.name", "Kredytus Windykacja S.A.", 1)
    found(archive, paper, "parties.debtor.nip", "9375121136", 1)
    link(archive, paper)
    assert bases(archive, paper) == {firm: ("identifier", "proposed")}
