"""Documents are lists of pages: cut, joined, ordered; people's words, links and scopes go with the pages."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import (
    current,
    document_scopes,
    documents,
    fields,
    index_outbox,
    links,
    log_outbox,
    relations,
)
from archive.histories import FIELD_KEY, LINK_KEY, SCOPE_KEY
from archive.records import record_document
from archive.scan_papers import papers_of_scans
from archive.whereabouts import Whereabouts, whereabouts
from ingest import composition
from ingest.describing import deposits_of, pages_of, present_fields
from ingest.errors import NotRead, VersionMoved
from ingest.page_records import scopes_of_page
from ingest.worker import Worker
from tabellion.base.errors import BadRequest, Conflict, NotFound
from tests.ingest.support import Doors, count, papers, rows

PERSON = "11111111-1111-7111-8111-111111111111"
FOUR = papers(
    ["Invoice no. FV/2024/17", "Invoice date: 12 March 2024", "Total due: 1,234.50 EUR"],
    ["Second page of the invoice."],
    ["Dunning letter", "Payment reminder of 5 May 2024", "Please pay the outstanding amount."],
    ["Last page."],
)


@pytest.fixture
def paper(archive: Archive, doors: Doors, worker: Worker) -> str:
    """A read document of four pages."""
    answer = doors.receive(FOUR)
    worker.drain()
    return answer.document


def page_numbers(archive: Archive, document: str) -> list[int]:
    with archive.catalogue.read() as connection:
        return [page.page for page in pages_of(connection, document)]


def present(archive: Archive, document: str) -> dict[str, str]:
    with archive.catalogue.read() as connection:
        return present_fields(connection, document)


def newest(archive: Archive, table: Any, document: str, *key: str) -> list[Any]:
    with archive.catalogue.read() as connection:
        query = select(table).where(table.c.document_id == document, current(table, *key))
        return list(connection.execute(query.order_by(table.c.id)).all())


def add(archive: Archive, table: Any, **row: Any) -> None:
    with archive.catalogue.write() as connection:
        connection.execute(insert(table).values(at=archive.clock.now(), **row))


def scopes(archive: Archive, document: str, page: int) -> frozenset[str]:
    return scopes_of_page(newest(archive, document_scopes, document, *SCOPE_KEY), page)


def test_a_split_makes_documents_and_entries(archive: Archive, paper: str) -> None:
    before = present(archive, paper)
    assert before
    first, second, third = composition.split(archive, paper, [3, 4], PERSON)
    assert first == paper
    assert [page_numbers(archive, one) for one in (first, second, third)] == [[1, 2], [3], [4]]
    assert "invoice_number" in present(archive, first)
    assert "invoice_number" not in present(archive, second)
    states = {row.id: (row.state, row.page_count) for row in rows(archive, documents)}
    assert states == {first: ("read", 2), second: ("read", 1), third: ("read", 1)}
    entries = [
        (row.object_id, row.actor) for row in rows(archive, log_outbox, log_outbox.c.reason == "split")
    ]
    assert entries == [(one, PERSON) for one in (first, second, third)]
    assert {row.document_id for row in rows(archive, index_outbox)} >= {first, second, third}


def test_joining_again_gives_the_paper_back(archive: Archive, paper: str) -> None:
    before = present(archive, paper)
    parts = composition.split(archive, paper, [2, 3], PERSON)
    assert composition.join(archive, parts, PERSON) == paper
    assert page_numbers(archive, paper) == [1, 2, 3, 4]
    assert present(archive, paper) == before
    states = {row.id: row.state for row in rows(archive, documents)}
    assert [states[one] for one in parts] == ["read", "void", "void"]
    told = ("document_id", "other_id", "relation", "first_page", "last_page")
    assert [tuple(getattr(row, name) for name in told) for row in rows(archive, relations)] == [
        (parts[1], paper, "cut_from", 2, 2),
        (parts[2], paper, "cut_from", 3, 4),
        (parts[1], paper, "joined_into", 2, 2),
        (parts[2], paper, "joined_into", 3, 4),
    ]


def told(archive: Archive, *documents: str) -> dict[str, Whereabouts]:
    with archive.catalogue.read() as connection:
        return whereabouts(connection, documents)


def test_a_void_paper_says_where_its_pages_are_now(archive: Archive, paper: str) -> None:
    first, second, third = composition.split(archive, paper, [2, 3], PERSON)
    assert told(archive, first, second, third) == {}
    composition.join(archive, [first, second, third], PERSON)
    assert told(archive, first, second, third) == {
        second: Whereabouts("joined", (first,)),
        third: Whereabouts("joined", (first,)),
    }
    # What is cut again has a new identifier: the old ones follow the pages there.
    _, again = composition.split(archive, first, [4], PERSON)
    assert told(archive, third)[third].documents == (first, again)
    assert told(archive, second)[second].documents == (first,)
    composition.void(archive, first, PERSON)
    assert told(archive, first)[first] == Whereabouts("declared")
    assert told(archive, second)[second] == Whereabouts("joined")


def test_a_replaced_scan_leads_to_the_last_better_one(
    archive: Archive, doors: Doors, worker: Worker, paper: str
) -> None:
    better, best = (doors.receive(papers([f"Scan {each}"])).document for each in "12")
    worker.drain()
    composition.replace(archive, paper, better, PERSON)
    composition.replace(archive, better, best, PERSON)
    assert told(archive, paper, best) == {paper: Whereabouts("replaced", (best,))}
    # Two that are said to replace each other lead nowhere, instead of round and round.
    composition.relate(archive, paper, best, "rescan_of", PERSON)
    composition.void(archive, best, PERSON)
    assert told(archive, paper)[paper] == Whereabouts("replaced")


def test_the_papers_of_a_scan_in_its_order(archive: Archive, paper: str) -> None:
    first, second, third = composition.split(archive, paper, [2, 4], PERSON)
    with archive.catalogue.read() as connection:
        ((deposit, scan),) = papers_of_scans(connection, deposits_of(connection, paper)).items()
    assert [(one.document, one.first, one.last, one.pages) for one in scan] == [
        (first, 1, 1, 1),
        (second, 2, 3, 2),
        (third, 4, 4, 1),
    ]
    assert {one.deposit for one in scan} == {deposit}


def test_documents_of_several_deposits(archive: Archive, doors: Doors, worker: Worker, paper: str) -> None:
    other = doors.receive(papers(["An annex."])).document
    worker.drain()
    composition.join(archive, [other, paper], PERSON)
    with archive.catalogue.read() as connection:
        pages = pages_of(connection, other)
    assert len({page.deposit for page in pages}) == 2
    assert [page.page for page in pages] == [1, 1, 2, 3, 4]
    composition.reorder(archive, other, [5, 1, 2, 3, 4], PERSON)
    assert page_numbers(archive, other) == [4, 1, 1, 2, 3]


def test_what_people_decided_goes_with_the_pages(archive: Archive, paper: str) -> None:
    box = [0.1, 0.1, 0.2, 0.2]
    common = {"document_id": paper, "raw": "x", "confidence": 1.0, "box": box, "rule": "person"}
    add(
        archive,
        fields,
        name="due_date",
        value="2024-05-05",
        page=3,
        state="corrected",
        actor=PERSON,
        **common,
    )
    for link, (first, last) in (("a" * 36, (2, 3)), ("b" * 36, (4, 4))):
        add(
            archive,
            links,
            link_id=link,
            document_id=paper,
            first_page=first,
            last_page=last,
            target_type="party",
            target_id="p" * 36,
            role="debtor",
            score=1.0,
            basis="person",
            state="confirmed",
            actor=PERSON,
        )
    _, second = composition.split(archive, paper, [3], PERSON)
    assert "due_date" not in present(archive, paper)
    assert present(archive, second)["due_date"] == "2024-05-05"
    (moved,) = [row for row in newest(archive, fields, second, *FIELD_KEY) if row.name == "due_date"]
    assert (moved.page, moved.state, moved.actor) == (1, "corrected", PERSON)

    def people(document: str) -> list[tuple[int, int, str]]:
        found = newest(archive, links, document, *LINK_KEY)
        return sorted((r.first_page, r.last_page, r.state) for r in found if r.actor == PERSON)

    assert people(paper) == [(2, 2, "confirmed")]
    assert people(second) == [(1, 1, "confirmed"), (2, 2, "confirmed")]


def test_a_page_never_becomes_visible_to_more_people(
    archive: Archive, doors: Doors, worker: Worker, paper: str
) -> None:
    # A narrower span: page 2 is for one creditor only.
    add(
        archive,
        document_scopes,
        document_id=paper,
        first_page=2,
        last_page=2,
        scope="creditor:c",
        granted=1,
        actor=PERSON,
    )
    _, second = composition.split(archive, paper, [2], PERSON)
    assert scopes(archive, paper, 1) == {"unassigned"}
    assert scopes(archive, second, 1) == {"creditor:c"}
    assert scopes(archive, second, 2) == {"unassigned"}
    other = doors.receive(papers(["Of another portfolio."])).document
    worker.drain()
    for scope, granted in (("unassigned", 0), ("portfolio:p", 1)):
        add(
            archive,
            document_scopes,
            document_id=other,
            first_page=0,
            last_page=0,
            scope=scope,
            granted=granted,
            actor=PERSON,
        )
    composition.join(archive, [other, second], PERSON)
    assert [scopes(archive, other, page) for page in (1, 2, 3, 4)] == [
        {"portfolio:p"},
        {"creditor:c"},
        {"unassigned"},
        {"unassigned"},
    ]
    composition.reorder(archive, other, [2, 1, 3, 4], PERSON)
    assert [scopes(archive, other, page) for page in (1, 2)] == [{"creditor:c"}, {"portfolio:p"}]


def test_void_and_replace_keep_and_count(archive: Archive, doors: Doors, paper: str) -> None:
    better = doors.receive(b"another scan").document
    composition.replace(archive, paper, better, PERSON)
    states = {row.id: row.state for row in rows(archive, documents)}
    assert states == {paper: "void", better: "received"}
    (relation,) = rows(archive, relations)
    assert (relation.document_id, relation.other_id, relation.relation) == (better, paper, "rescan_of")
    with pytest.raises(Conflict):
        composition.void(archive, paper, PERSON)
    composition.void(archive, better, PERSON)
    reasons = [row.reason for row in rows(archive, log_outbox, log_outbox.c.actor == PERSON)]
    assert reasons == ["replace", "relate", "void"]


def test_relations_come_and_go(archive: Archive, doors: Doors, paper: str) -> None:
    other = doors.receive(b"annex").document
    for granted in (True, True, False, False):
        composition.relate(archive, other, paper, "annex_of", PERSON, granted=granted)
    assert [row.granted for row in rows(archive, relations)] == [1, 0]
    assert count(archive, log_outbox, log_outbox.c.reason == "relate") == 2
    with pytest.raises(BadRequest):
        composition.relate(archive, other, paper, "married_to", PERSON)


def test_what_cannot_be_composed(archive: Archive, doors: Doors, paper: str) -> None:
    unread = doors.receive(b"unread").document
    with archive.catalogue.write() as connection:
        record_document(archive, connection, paper, type="link", actor=SYSTEM_ACTOR)
    for cut in ([], [1], [5], [0]):
        with pytest.raises(BadRequest):
            composition.split(archive, paper, cut, PERSON)
    for document_ids in ([paper], [paper, paper]):
        with pytest.raises(BadRequest):
            composition.join(archive, document_ids, PERSON)
    for order in ([1], [1, 2, 3, 3], [1, 2, 3, 5]):
        with pytest.raises(BadRequest):
            composition.reorder(archive, paper, order, PERSON)
    with pytest.raises(NotRead):
        composition.join(archive, [paper, unread], PERSON)
    with pytest.raises(NotFound):
        composition.void(archive, archive.ids.new(), PERSON)
    with pytest.raises(VersionMoved):
        composition.split(archive, paper, [2], PERSON, version=1)
    assert page_numbers(archive, paper) == [1, 2, 3, 4]
