"""A paper that comes again: recognised by its pages, kept beside the first, never against a person's word."""

import io

import pikepdf
import pytest
from PIL import Image, ImageFilter
from pypdfium2 import PdfDocument
from sqlalchemy import delete, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import page_marks, relations, work
from archive.erase import erase
from archive.twins import Twin, twins_of
from ingest.composition import relate
from ingest.rescans import queue_rescan
from ingest.worker import Worker
from tabellion.base.clock import ManualClock
from tests.api.support import papers
from tests.ingest.support import Doors

LETTER = (
    "Nadir Finance S.A., ul. Prosta 14, 00-838 Warszawa, NIP 526-10-40-828",
    "Reminder of the overdue subscription of Jan Kowalski",
    "Contract 2024/0712/1981 of 12.03.2024, customer 55120 837",
    "Principal 2 926,05 PLN, interest 118,40 PLN, costs 80,00 PLN",
    "Total to be paid 3 124,45 PLN until 28.06.2024",
    "Account PL61 1090 1014 0000 0712 1981 2874",
)


def scanned(pdf: bytes, *, skew: float, dpi: int, blur: float = 0.0, scale: float = 1.0) -> bytes:
    """The pages as another scanner saw them: askew, scaled, blurred, as pictures."""
    out = pikepdf.new()
    for page in PdfDocument(pdf):
        picture = page.render(scale=dpi / 72).to_pil().convert("L")
        size = (round(picture.width * scale), round(picture.height * scale))
        canvas = Image.new("L", picture.size, 246)
        canvas.paste(picture.resize(size), (18, 12))
        turned = canvas.rotate(skew, Image.Resampling.BICUBIC, fillcolor=246).filter(
            ImageFilter.GaussianBlur(blur)
        )
        jpeg = io.BytesIO()
        turned.save(jpeg, "PDF", resolution=dpi, quality=60)
        out.pages.extend(pikepdf.open(jpeg).pages)
    data = io.BytesIO()
    out.save(data)
    return data.getvalue()


@pytest.fixture
def letter() -> bytes:
    return papers(LETTER)


def related(archive: Archive) -> list[tuple[str, str, str]]:
    with archive.catalogue.read() as connection:
        rows = connection.execute(select(relations).order_by(relations.c.id)).all()
    return [(row.document_id, row.relation, row.other_id) for row in rows]


def test_a_rescan_is_a_rescan_of_the_earlier_one(
    archive: Archive, clock: ManualClock, doors: Doors, worker: Worker, letter: bytes
) -> None:
    first = doors.receive(scanned(letter, skew=0.4, dpi=200)).document
    worker.drain()
    clock.advance(seconds=1)
    second = doors.receive(scanned(letter, skew=-1.3, dpi=150, blur=0.6, scale=0.97)).document
    worker.drain()
    assert related(archive) == [(second, "rescan_of", first)]
    with archive.catalogue.read() as connection:
        assert twins_of(connection, [first]) == {first: (Twin(second, "rescan"),)}
        states = connection.scalars(select(work.c.state).where(work.c.kind == "rescan")).all()
    assert set(states) == {"done"}


def test_a_letter_from_the_same_template_is_another_paper(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes
) -> None:
    other = tuple(line.replace("2 926,05", "2 926,06") for line in LETTER)
    somebody = tuple(line.replace("Jan Kowalski", "Marta Zielonka") for line in LETTER)
    for pdf in (letter, papers(other), papers(somebody)):
        doors.receive(pdf)
    worker.drain()
    assert related(archive) == []


def test_marks_that_too_many_pages_have_find_nothing(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.rescans.MOST_SHARED", 1)
    doors.receive(letter)
    doors.receive(scanned(letter, skew=0.4, dpi=200))
    worker.drain()
    assert related(archive) == []


def test_the_same_bytes_are_known_otherwise(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes
) -> None:
    first, second = (doors.receive(letter).document for _ in range(2))
    worker.drain()
    assert related(archive) == []
    with archive.catalogue.read() as connection:
        assert twins_of(connection, [first]) == {first: (Twin(second, "same-bytes"),)}


def test_what_a_person_took_back_stays_so_and_again_changes_nothing(
    archive: Archive, clock: ManualClock, doors: Doors, worker: Worker, letter: bytes
) -> None:
    first = doors.receive(letter).document
    clock.advance(seconds=1)
    second = doors.receive(scanned(letter, skew=0.5, dpi=200)).document
    worker.drain()
    relate(archive, second, first, "rescan_of", SYSTEM_ACTOR, granted=False)
    for _ in range(2):
        with archive.catalogue.write() as connection:
            queue_rescan(archive, connection, first)
            queue_rescan(archive, connection, second)
        worker.drain()
    with archive.catalogue.read() as connection:
        assert twins_of(connection, [first]) == {}
    assert len(related(archive)) == 2


def test_marks_are_made_anew(archive: Archive, doors: Doors, worker: Worker, letter: bytes) -> None:
    first = doors.receive(letter)
    worker.drain()
    with archive.catalogue.write() as connection:
        before = sorted(connection.scalars(select(page_marks.c.mark)).all())
        connection.execute(delete(page_marks))
        connection.execute(update(work).where(work.c.kind == "rescan").values(state="ready"))
    worker.drain()
    with archive.catalogue.read() as connection:
        assert sorted(connection.scalars(select(page_marks.c.mark)).all()) == before
    assert len(before) >= 8
    assert first.document


def test_pages_that_belong_together_are_compared_in_their_places(
    archive: Archive, clock: ManualClock, doors: Doors, worker: Worker
) -> None:
    terms = (
        "General terms of the subscription",
        "The customer keeps his address up to date and tells every change in writing",
        "The provider answers complaints within thirty days of their arrival",
        "Interest is counted daily from the end of the term of payment",
        "Either party may end the agreement at the close of a calendar quarter",
    )
    contract = papers(LETTER, terms)
    first = doors.receive(contract).document
    clock.advance(seconds=1)
    second = doors.receive(scanned(contract, skew=0.7, dpi=200)).document
    doors.receive(papers(LETTER, terms, ["another annex with words of its own"]))
    doors.receive(papers(terms, LETTER))
    worker.drain()
    assert (second, "rescan_of", first) in related(archive)
    assert len(related(archive)) == 1


def test_marks_of_what_was_erased_are_gone(
    archive: Archive, doors: Doors, worker: Worker, letter: bytes
) -> None:
    kept, gone = doors.receive(letter), doors.receive(scanned(letter, skew=0.5, dpi=200))
    worker.drain()
    erase(archive, gone.deposit, SYSTEM_ACTOR, "data-subject")
    with archive.catalogue.read() as connection:
        left = set(connection.scalars(select(page_marks.c.deposit_id)))
    assert left == {kept.deposit}
