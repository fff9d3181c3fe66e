"""What a person decided holds for the same bytes received again, where readers of the copy may know."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import URGENT, ask_again
from archive.catalogue.schema import current, document_scopes, documents, field_doubts, fields, log_outbox
from archive.corrections import corrections
from archive.histories import FIELD_KEY
from ingest.composition import reorder, void
from ingest.decided_copies import carry_decisions, carry_on
from ingest.worker import Worker
from tabellion.base.clock import ManualClock
from tests.ingest.support import Doors, papers, rows

PERSON = "person-1"
OTHER = "person-2"
PAGES = (
    ["Letter", "A page without figures"],
    ["INVOICE", "Invoice number: INV-100482", "Net: 100.00 EUR", "VAT: 23.00 EUR", "Total due: 123.00 EUR"],
)


@pytest.fixture(scope="module")
def letter() -> bytes:
    return papers(*PAGES)


@pytest.fixture
def first(doors: Doors, worker: Worker, letter: bytes) -> str:
    """A paper that was read; its number stands on page 2."""
    document = doors.receive(letter).document
    worker.drain()
    return document


def again(doors: Doors, worker: Worker, letter: bytes) -> str:
    """The same bytes once more."""
    document = doors.receive(letter).document
    worker.drain()
    return document


def present(archive: Archive, document: str, name: str = "invoice_number") -> Any:
    found = [
        row
        for row in rows(archive, fields, fields.c.document_id == document, current(fields, *FIELD_KEY))
        if row.name == name and (row.actor is not None or row.state != "withdrawn")
    ]
    assert len(found) == 1
    return found[0]


def decide(
    archive: Archive, document: str, value: str, state: str = "corrected", actor: str = PERSON
) -> None:
    """A person's word about the number of the invoice, as the service writes it."""
    row = present(archive, document)
    values = {name: getattr(row, name) for name in ("name", "raw", "page", "box", "rule", "printed")}
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        connection.execute(
            insert(fields).values(
                **values, document_id=document, value=value, confidence=1.0, state=state, actor=actor, at=now
            )
        )
        for each in carry_on(archive, connection, document, row.page):
            ask_again(connection, archive.ids, "link", each, now, priority=URGENT)


def corrected(archive: Archive, document: str) -> list[tuple[str, str | None]]:
    """Who corrected the document, and why, as the log will say."""
    found = rows(archive, log_outbox, log_outbox.c.object_id == document, log_outbox.c.type == "correct")
    return [(row.actor, row.reason) for row in found]


def test_a_copy_that_comes_later_has_what_was_decided_and_is_not_asked_about(
    archive: Archive, clock: ManualClock, doors: Doors, worker: Worker, letter: bytes, first: str
) -> None:
    with archive.catalogue.write() as connection:
        connection.execute(update(fields).where(fields.c.name == "invoice_number").values(confidence=0.3))
    decide(archive, first, "INV-7")
    said = present(archive, first)
    clock.advance(days=1)
    copy = again(doors, worker, letter)
    # What was read of both is the same but for how surely, which does not matter.
    row = present(archive, copy)
    assert (row.value, row.state, row.actor, row.page) == ("INV-7", "corrected", PERSON, 2)
    assert (row.decided_on, row.decided_at) == (first, said.at)
    assert row.at > said.at
    assert corrected(archive, copy) == [(SYSTEM_ACTOR, "by-rule")]
    assert rows(archive, field_doubts, field_doubts.c.field_id == row.id) == []
    # The machine is measured by what persons looked at, once.
    with archive.catalogue.read() as connection:
        assert [(one.name, one.looked_at) for one in corrections(connection).by_name] == [
            ("invoice_number", 1)
        ]


def test_a_copy_that_is_there_follows_each_decision_until_it_has_one_of_its_own(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes, first: str
) -> None:
    copy, third = again(doors, worker, letter), again(doors, worker, letter)
    decide(archive, first, "INV-7")
    assert {present(archive, one).value for one in (copy, third)} == {"INV-7"}
    decide(archive, first, "INV-100482", "confirmed")
    assert (present(archive, copy).value, present(archive, copy).state) == ("INV-100482", "confirmed")
    # What passed to a copy is not passed on by it, and its own word is the last: there, and for the third.
    decide(archive, copy, "INV-8", actor=OTHER)
    assert (present(archive, copy).value, present(archive, copy).decided_on) == ("INV-8", None)
    assert (present(archive, third).value, present(archive, third).decided_on) == ("INV-8", copy)
    assert present(archive, first).value == "INV-100482"
    decide(archive, first, "INV-9")
    assert present(archive, copy).value == "INV-8"
    assert present(archive, third).decided_on == first
    withdrawn = len(rows(archive, fields))
    decide(archive, first, "INV-9", "withdrawn")
    assert present(archive, third).state == "withdrawn"
    assert len(rows(archive, fields)) == withdrawn + 2


def test_done_again_it_changes_nothing(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes, first: str
) -> None:
    copy = again(doors, worker, letter)
    decide(archive, first, "INV-7")
    worker.drain()
    before = rows(archive, fields)
    with archive.catalogue.write() as connection:
        assert not carry_decisions(archive, connection, copy)
        assert not carry_decisions(archive, connection, first)
        for document in (first, copy):
            ask_again(connection, archive.ids, "link", document, archive.clock.now(), priority=URGENT)
    worker.drain()
    assert rows(archive, fields) == before
    assert corrected(archive, copy) == [(SYSTEM_ACTOR, "by-rule")]


def test_a_decision_that_a_transaction_lost_is_made_up_for(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes, first: str
) -> None:
    copy = again(doors, worker, letter)
    with pytest.raises(RuntimeError), archive.catalogue.write() as connection:
        row = present(archive, first)
        values = {name: getattr(row, name) for name in ("name", "raw", "page", "box", "rule", "printed")}
        connection.execute(
            insert(fields).values(
                **values,
                document_id=first,
                value="INV-6",
                confidence=1.0,
                state="corrected",
                actor=PERSON,
                at=archive.clock.now(),
            )
        )
        assert carry_decisions(archive, connection, copy)
        raise RuntimeError("the process ends here")
    assert present(archive, copy).actor is None and corrected(archive, copy) == []
    decide(archive, first, "INV-7")
    assert present(archive, copy).value == "INV-7"


def test_more_copies_than_pass_at_once_are_a_workers(
    archive: Archive,
    doors: Doors,
    worker: Worker,
    letter: bytes,
    first: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies = {again(doors, worker, letter) for _ in range(2)}
    monkeypatch.setattr("ingest.decided_copies.AT_ONCE", 1)
    decide(archive, first, "INV-7")
    assert sorted(present(archive, one).actor is None for one in copies) == [False, True]
    worker.drain()
    assert {present(archive, one).value for one in copies} == {"INV-7"}


def test_what_was_read_otherwise_is_asked_about(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes, first: str
) -> None:
    copy = again(doors, worker, letter)
    with archive.catalogue.write() as connection:
        here = (fields.c.document_id == copy) & (fields.c.name == "invoice_number")
        connection.execute(update(fields).where(here).values(value="INV-100432"))
    decide(archive, first, "INV-7")
    assert (present(archive, copy).value, present(archive, copy).actor) == ("INV-100432", None)


def test_readers_of_a_copy_who_may_not_see_the_first_are_asked(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes, first: str
) -> None:
    copy, closed = again(doors, worker, letter), again(doors, worker, letter)
    scope = {"document_id": copy, "granted": 1, "actor": SYSTEM_ACTOR, "at": archive.clock.now()}
    with archive.catalogue.write() as connection:
        connection.execute(
            insert(document_scopes).values(first_page=0, last_page=0, scope="matter:M1", **scope)
        )
        # One page of the third has readers of its own.
        scope["document_id"] = closed
        connection.execute(
            insert(document_scopes).values(first_page=2, last_page=2, scope="matter:M2", **scope)
        )
    decide(archive, first, "INV-7")
    assert present(archive, copy).actor is None and present(archive, closed).actor is None
    assert corrected(archive, copy) == []
    # As soon as all of them may see it, it holds.
    with archive.catalogue.write() as connection:
        scope["document_id"] = first
        connection.execute(
            insert(document_scopes).values(first_page=0, last_page=0, scope="matter:M1", **scope)
        )
        ask_again(connection, archive.ids, "link", copy, archive.clock.now(), priority=URGENT)
    worker.drain()
    assert present(archive, copy).value == "INV-7"
    assert present(archive, closed).actor is None


def test_a_decision_goes_with_its_page_and_holds_though_its_paper_is_void(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes, first: str
) -> None:
    reorder(archive, first, [2, 1], PERSON)
    decide(archive, first, "INV-7")
    assert present(archive, first).page == 1
    void(archive, first, PERSON)
    copy = again(doors, worker, letter)
    assert (present(archive, copy).value, present(archive, copy).page) == ("INV-7", 2)
    reorder(archive, copy, [2, 1], OTHER)
    row = rows(archive, fields, fields.c.document_id == copy, fields.c.actor.is_not(None))[-1]
    assert (row.page, row.actor, row.decided_on) == (1, PERSON, first)
    # A paper that is void itself stays as it is.
    third = again(doors, worker, letter)
    void(archive, third, PERSON)
    decide(archive, copy, "INV-8", actor=OTHER)
    assert present(archive, third).value == "INV-7"
    with archive.catalogue.read() as connection:
        assert connection.scalar(select(documents.c.state).where(documents.c.id == third)) == "void"
