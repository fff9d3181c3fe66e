"""Copies to read and search: kept once per reading and pages, sealed, made when asked for or at once."""

import io

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import documents, log_outbox, manifests, work
from archive.copies.finding import KeptCopy, find_copy, open_file, subject_of
from ingest import composition
from ingest.copying import order_copy
from ingest.worker import Worker
from ocr import Limits, Reader
from signing.manifest import Source
from tests.ingest.support import Doors, papers, rows
from tests.ocr.papers import drawn

LETTER = papers(["Invoice no. FV/2024/17", "Total due: 1,234.50 EUR"], ["Second page, about nothing much"])


def _kept(archive: Archive, document: str) -> KeptCopy | None:
    with archive.catalogue.read() as connection:
        subject = subject_of(archive, connection, document)
        return None if subject is None else find_copy(archive, connection, subject)


def _file(archive: Archive, document: str, role: str) -> bytes:
    kept = _kept(archive, document)
    assert kept is not None
    with archive.catalogue.read() as connection, open_file(archive, connection, kept, role) as stream:
        return stream.read()


def _order(archive: Archive, document: str) -> None:
    with archive.catalogue.write() as connection:
        order_copy(archive, connection, document)


@pytest.fixture
def eager(archive: Archive, reader: Reader) -> Worker:
    return Worker(archive, reader, "worker-1", copies=True)


def test_a_copy_is_made_when_it_is_asked_for(archive: Archive, doors: Doors, worker: Worker) -> None:
    answer = doors.receive(LETTER)
    worker.drain()
    assert _kept(archive, answer.document) is None
    _order(archive, answer.document)
    assert worker.drain() == 1

    kept = _kept(archive, answer.document)
    assert kept is not None
    assert {entry.role: entry.path for entry in kept.manifest.files} == {
        "pdfa": "copy-3.pdf",
        "text": "copy-3.txt",
        "hocr": "copy-3.hocr",
    }
    held = rows(archive, manifests)
    assert [(row.version, row.role) for row in held] == [(1, "received"), (2, "derived"), (3, "derived")]
    assert kept.manifest.derived_from == (Source(held[0].digest), Source(held[1].digest))
    entry = rows(archive, log_outbox)[-1]
    assert (entry.type, entry.reason, entry.subject) == ("derive", "searchable-copy", held[2].digest)

    with pikepdf.open(io.BytesIO(_file(archive, answer.document, "pdfa"))) as pdf:
        assert len(pdf.pages) == 2
        assert pdf.Root.Lang == "en"
    text = _file(archive, answer.document, "text").decode()
    assert [page.split("\n")[0] for page in text.split("\f")] == [
        "Invoice no. FV/2024/17",
        "Second page, about nothing much",
    ]
    hocr = _file(archive, answer.document, "hocr")
    assert hocr.count(b'class="ocr_page"') == 2
    assert b">FV/2024/17</span>" in hocr


def test_asked_again_the_kept_copy_stays(archive: Archive, doors: Doors, worker: Worker) -> None:
    answer = doors.receive(LETTER)
    worker.drain()
    for _ in range(2):
        _order(archive, answer.document)
        worker.drain()
    assert len(rows(archive, manifests)) == 3


def test_everything_is_copied_at_once_where_that_is_wished(
    archive: Archive, doors: Doors, eager: Worker
) -> None:
    answer = doors.receive(LETTER)
    assert eager.run_once()
    kept = _kept(archive, answer.document)
    assert kept is not None and kept.manifest.version == 3
    reasons = [row.reason for row in rows(archive, log_outbox) if row.type == "derive"]
    assert reasons == ["searchable-copy", "searchable-copy"]


def test_a_scan_is_carried_over_byte_for_byte(archive: Archive, doors: Doors, eager: Worker) -> None:
    out = io.BytesIO()
    drawn(["Invoice no. FV/2024/17"]).save(out, "JPEG", dpi=(200, 200))
    answer = doors.receive(out.getvalue(), "scan.jpg")
    eager.drain()
    with pikepdf.open(io.BytesIO(_file(archive, answer.document, "pdfa"))) as pdf:
        (image,) = pdf.pages[0].Resources.XObject.values()
        assert image.read_raw_bytes() == out.getvalue()


def test_what_was_read_again_is_copied_anew(archive: Archive, doors: Doors, eager: Worker) -> None:
    answer = doors.receive(LETTER)
    eager.drain()
    first = _kept(archive, answer.document)
    with archive.catalogue.write() as connection:
        connection.execute(work.update().values(state="ready"))
    eager.drain()
    second = _kept(archive, answer.document)
    assert first is not None and second is not None
    assert (first.manifest.version, second.manifest.version) == (3, 5)


def test_a_part_of_a_file_has_a_copy_of_its_own(archive: Archive, doors: Doors, eager: Worker) -> None:
    answer = doors.receive(LETTER)
    eager.drain()
    composition.split(archive, answer.document, [2], SYSTEM_ACTOR)
    with archive.catalogue.read() as connection:
        parts = connection.scalars(
            select(documents.c.id).where(documents.c.state != "void").order_by(documents.c.id)
        ).all()
    assert len(parts) == 2
    for part in parts:
        assert _kept(archive, part) is None
        _order(archive, part)
    eager.drain()
    second = next(part for part in parts if b"Second" in _file(archive, part, "text"))
    kept = _kept(archive, second)
    assert kept is not None and kept.manifest.derived_from[0].pages == (2,)
    with pikepdf.open(io.BytesIO(_file(archive, second, "pdfa"))) as pdf:
        assert len(pdf.pages) == 1


def test_a_copy_has_no_gaps(archive: Archive, doors: Doors) -> None:
    two, large = io.BytesIO(), Image.new("1", (2000, 2000))
    drawn(["A page that can be read"]).convert("1").resize((800, 900)).save(
        two, "TIFF", save_all=True, append_images=[large], compression="group4"
    )
    answer = doors.receive(two.getvalue(), "two.tif")
    with Reader(Limits(max_pixels=1_000_000), ("en",)) as small:
        worker = Worker(archive, small, "worker-2", copies=True)
        worker.drain()
        _order(archive, answer.document)
        worker.drain()
    assert _kept(archive, answer.document) is None
    failed = [row for row in rows(archive, work) if row.kind == "copy"]
    assert [(row.state, row.reason_code) for row in failed] == [("failed", "COPY_REFUSED")]
