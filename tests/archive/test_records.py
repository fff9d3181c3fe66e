"""Records say what the catalogue says, in bytes that the log's outbox commits to."""

import hashlib

import pytest
from sqlalchemy import insert, select

from archive.archive import Archive
from archive.catalogue import schema as t
from archive.log import record
from archive.records import record_document
from signing import canonical
from signing.errors import EntryInvalid
from tabellion.base.errors import NotFound
from tests.archive.building import ACTOR, Intake


def outbox(archive: Archive) -> list[dict[str, object]]:
    with archive.catalogue.read() as connection:
        return [
            dict(row)
            for row in connection.execute(select(t.log_outbox).order_by(t.log_outbox.c.id)).mappings()
        ]


def test_a_deposit_leaves_its_entries_in_order(archive: Archive, intake: Intake) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper", name="Umowa Kowalska.pdf")
    rows = outbox(archive)
    assert [(row["type"], row["object_id"] == made.document) for row in rows] == [
        ("batch-open", False),
        ("receive", False),
        ("compose", True),
    ]
    body = rows[2]["record_body"]
    assert isinstance(body, bytes)
    assert hashlib.sha256(body).hexdigest() == rows[2]["subject"]
    assert rows[2]["record_key"] == rows[2]["record_owner"] == f"documents/{made.document}/record-1"
    value = canonical.load_object(body)
    assert value["spans"] == [{"deposit": made.deposit, "first": 1}]
    assert value["deposits"][0]["name"] == "Umowa Kowalska.pdf"
    assert value["scopes"][0]["scope"] == "unassigned"
    assert value["state"] == "received"


def test_a_record_tells_the_present_of_each_history(archive: Archive, intake: Intake) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    now = archive.clock.now()
    field = {
        "document_id": made.document,
        "name": "amount_due",
        "raw": "1.234,56",
        "page": 1,
        "box": [0.1, 0.25, 1 / 3, 0.5],
        "rule": "amount.v1",
        "at": now,
    }
    page = {"document_id": made.document, "deposit_id": made.deposit}
    with archive.catalogue.write() as connection:
        pages = [{**page, "position": i, "page": p} for i, p in enumerate((1, 2, 3, 7, 8), 1)]
        connection.execute(insert(t.document_pages), pages)
        rows = [
            {"value": "1234.00 EUR", "confidence": 0.625, "state": "machine", "actor": None},
            {"value": "1234.56 EUR", "confidence": 1.0, "state": "corrected", "actor": ACTOR},
        ]
        connection.execute(insert(t.fields), [field | row for row in rows])
        scope = {
            "document_id": made.document,
            "first_page": 0,
            "last_page": 0,
            "scope": "unassigned",
            "at": now,
        }
        connection.execute(insert(t.document_scopes).values(**scope, granted=0, actor=ACTOR))
        record_document(archive, connection, made.document, type="correct", actor=ACTOR, reason="by-hand")
        row = connection.execute(select(t.documents).where(t.documents.c.id == made.document)).one()
        assert (row.version, row.record_n) == (2, 2)
    body = outbox(archive)[-1]["record_body"]
    assert isinstance(body, bytes)
    value = canonical.load_object(body)
    assert value["spans"] == [
        {"deposit": made.deposit, "first": 1, "last": 3},
        {"deposit": made.deposit, "first": 7, "last": 8},
    ]
    assert [(f["value"], f["confidence"], f["actor"]) for f in value["fields"]] == [
        ("1234.56 EUR", "1.0", ACTOR)
    ]
    assert float(value["fields"][0]["box"][2]) == 1 / 3
    assert value["scopes"] == []


def test_equal_states_have_different_digests(archive: Archive, intake: Intake) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    with archive.catalogue.write() as connection:
        one, two = (
            record_document(archive, connection, made.document, type="correct", actor=ACTOR) for _ in range(2)
        )
    assert one != two


def test_a_document_that_is_not_there_is_not_recorded(archive: Archive) -> None:
    with pytest.raises(NotFound), archive.catalogue.write() as connection:
        record_document(archive, connection, archive.ids.new(), type="compose", actor=ACTOR)


@pytest.mark.parametrize("change", [{"type": "invented"}, {"chain": "access"}, {"reason": "court"}])
def test_what_the_registry_does_not_know_is_refused_at_once(archive: Archive, change: dict[str, str]) -> None:
    entry = {
        "type": "receive",
        "object_type": "deposit",
        "object_id": "x",
        "subject": "0" * 64,
        "actor": ACTOR,
    }
    with pytest.raises(EntryInvalid), archive.catalogue.write() as connection:
        record(connection, **(entry | change), time=archive.clock.now())  # type: ignore[arg-type]
    assert outbox(archive) == []
