"""Proposals where a new paper begins: cut at once where sure, else open until a person accepts, moves or refuses."""

import io

import numpy as np
import pikepdf
import pytest
from PIL import Image

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import batch_items, cuts, documents, log_outbox, objects
from archive.document_state import document_state
from archive.readings import load_reading
from ingest import composition
from ingest.cuts import OpenCut, note_cuts, open_cuts, papers_within
from ingest.deciding import accept_cut, move_cut, refuse_cut
from ingest.describing import pages_of
from ingest.errors import VersionMoved
from ingest.retrying import retry_reading
from ingest.worker import Worker
from ocr import Reader
from ocr.values import Part
from tabellion.base.errors import BadRequest, NotFound
from tests.ingest.support import Doors, papers, rows

PERSON = "11111111-1111-7111-8111-111111111111"
INVOICE = [
    "Northgate Pumps Ltd, Hull HU1 2AB",
    "INVOICE",
    "Invoice number: NP-5531",
    "Invoice date: 3 May 2024",
]
TERMS = [
    "goods remain the property of the seller until they are paid for",
    "and may be taken back after notice.",
]
JUDGMENT = [
    "IN THE COUNTY COURT AT LEEDS",
    "JUDGMENT FOR CLAIMANT",
    "Claim number: K04YX218",
    "Date: 12 August 2024",
]
THREE = papers(INVOICE, TERMS, JUDGMENT)


def received(doors: Doors, worker: Worker, data: bytes = THREE) -> str:
    document = doors.receive(data).document
    worker.drain()
    return document


@pytest.fixture
def careful(archive: Archive, reader: Reader) -> Worker:
    """A worker that cuts what is sure."""
    return Worker(archive, reader, "worker-1", split_above=0.8)


def numbers(archive: Archive, document: str) -> list[int]:
    with archive.catalogue.read() as connection:
        return [page.page for page in pages_of(connection, document)]


def others(archive: Archive, document: str) -> list[str]:
    return [row.id for row in rows(archive, documents, documents.c.id != document)]


def waiting(archive: Archive) -> list[OpenCut]:
    with archive.catalogue.read() as connection:
        return open_cuts(connection)


def states(archive: Archive) -> list[tuple[int, str, str | None]]:
    return [(row.page, row.state, row.actor) for row in rows(archive, cuts)]


def test_what_is_not_cut_at_once_waits(archive: Archive, doors: Doors, worker: Worker) -> None:
    document = received(doors, worker)
    (cut,) = waiting(archive)
    assert (cut.document, cut.position, cut.page.page) == (document, 3, 3)
    assert 0.8 < cut.confidence < 1
    assert "title" in cut.reasons
    assert numbers(archive, document) == [1, 2, 3]
    with archive.catalogue.read() as connection:
        (told,) = document_state(connection, document)["cuts"]
    assert (told["page"], told["state"]) == (3, "proposed")


def test_what_is_sure_is_cut_at_once_with_entries_and_without_touching_files(
    archive: Archive, doors: Doors, careful: Worker
) -> None:
    before = {row.key for row in rows(archive, objects) if row.key.endswith("/original")}
    document = received(doors, careful)
    made = [document, *others(archive, document)]
    assert [numbers(archive, one) for one in made] == [[1, 2], [3]]
    assert {row.kind for row in rows(archive, documents)} == {"invoice", "court_order"}
    assert not waiting(archive)
    assert states(archive) == [(3, "proposed", None), (3, "accepted", SYSTEM_ACTOR)]
    entries = [row.object_id for row in rows(archive, log_outbox, log_outbox.c.reason == "split")]
    assert entries == made
    originals = {row.key for row in rows(archive, objects) if row.key.endswith("/original")}
    assert len(originals - before) == 1
    assert len(rows(archive, batch_items)) == 1


def test_a_person_accepts(archive: Archive, doors: Doors, worker: Worker) -> None:
    document = received(doors, worker)
    first, second = accept_cut(archive, document, 3, PERSON)
    assert (numbers(archive, first), numbers(archive, second)) == ([1, 2], [3])
    assert states(archive)[-1] == (3, "accepted", PERSON)
    with pytest.raises(NotFound, match="nothing is proposed"):
        accept_cut(archive, document, 3, PERSON)


def test_a_person_refuses_and_it_is_not_proposed_again(
    archive: Archive, doors: Doors, worker: Worker
) -> None:
    document = received(doors, worker)
    (cut,) = waiting(archive)
    with pytest.raises(VersionMoved):
        refuse_cut(archive, document, 3, PERSON, version=cut.version + 1)
    refuse_cut(archive, document, 3, PERSON, version=cut.version)
    assert not waiting(archive)
    assert rows(archive, log_outbox)[-1].reason == "by-hand"
    with archive.catalogue.write() as connection:
        retry_reading(archive, connection, [cut.page.deposit])
    worker.drain()
    assert not waiting(archive)
    assert numbers(archive, document) == [1, 2, 3]


def test_a_person_moves(archive: Archive, doors: Doors, worker: Worker) -> None:
    document = received(doors, worker)
    with pytest.raises(BadRequest):
        move_cut(archive, document, 3, 3, PERSON)
    with pytest.raises(BadRequest):
        move_cut(archive, document, 3, 9, PERSON)
    assert len(waiting(archive)) == 1
    first, second = move_cut(archive, document, 3, 2, PERSON)
    assert (numbers(archive, first), numbers(archive, second)) == ([1], [2, 3])
    assert not waiting(archive)


def test_papers_put_together_again_are_not_cut_by_a_later_reading(
    archive: Archive, doors: Doors, careful: Worker
) -> None:
    document = received(doors, careful)
    composition.join(archive, [document, *others(archive, document)], PERSON)
    assert states(archive)[-1] == (3, "refused", PERSON)
    (deposit,) = {row.deposit_id for row in rows(archive, cuts)}
    with archive.catalogue.write() as connection:
        retry_reading(archive, connection, [deposit])
    careful.drain()
    assert numbers(archive, document) == [1, 2, 3]


def test_what_a_later_reading_no_longer_proposes_is_withdrawn(
    archive: Archive, doors: Doors, worker: Worker
) -> None:
    received(doors, worker)
    (cut,) = waiting(archive)
    with archive.catalogue.write() as connection:
        note_cuts(connection, cut.page.deposit, [Part(1, 3, "invoice", "en")], archive.clock.now())
    assert not waiting(archive)
    with archive.catalogue.write() as connection:
        parts = [Part(1, 2, "invoice", "en"), Part(3, 3, "invoice", "en", 0.7, ("date",))]
        note_cuts(connection, cut.page.deposit, parts, archive.clock.now())
    assert [one.confidence for one in waiting(archive)] == [0.7]


def test_separator_sheets_are_no_paper(
    archive: Archive, doors: Doors, careful: Worker, reader: Reader
) -> None:
    document = received(doors, careful, with_patch(TERMS))
    living = [row for row in rows(archive, documents) if row.state != "void"]
    void = [row for row in rows(archive, documents) if row.state == "void"]
    assert sorted(numbers(archive, row.id) for row in living) == [[1], [3]]
    assert [numbers(archive, row.id) for row in void] == [[2]]
    assert document in {row.id for row in living}


def with_patch(lines: list[str]) -> bytes:
    """A page, a sheet with patch T, and the same page."""
    page = np.full((600, 440), 255, np.uint8)
    for top, bottom in ((100, 108), (116, 136), (144, 152), (160, 180)):
        page[top:bottom, 100:340] = 0
    sheet = io.BytesIO()
    Image.fromarray(page).save(sheet, "PDF", resolution=100)
    with pikepdf.open(io.BytesIO(papers(lines))) as bound, pikepdf.open(sheet) as patch:
        bound.pages.append(patch.pages[0])
        bound.pages.append(bound.pages[0])
        out = io.BytesIO()
        bound.save(out)
    return out.getvalue()


def test_the_papers_of_a_reading(doors: Doors, archive: Archive, worker: Worker) -> None:
    received(doors, worker)
    (cut,) = waiting(archive)
    with archive.catalogue.read() as connection:
        reading = load_reading(archive, connection, cut.page.deposit)
    assert papers_within(reading, 0.8) == [(1, 2), (3,)]
    assert papers_within(reading, 1.1) == [(1, 2, 3)]
    assert papers_within(reading, None) == [(1, 2, 3)]
