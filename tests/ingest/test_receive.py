import hashlib
import io
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import CatalogueUnavailable
from archive.catalogue.schema import (
    batch_items,
    deposits,
    document_scopes,
    documents,
    log_outbox,
    manifests,
    objects,
    work,
)
from archive.vault import FolderVault, Ref
from ingest import batches
from ingest.arrivals import Arrival
from ingest.errors import BatchClosed, DigestDiffers, NumberTaken, SourceReused
from ingest.receive import receive
from signing.manifest import Claimed, EvidenceManifest
from tabellion.base.errors import BadRequest, DiskFull, NotFound, TooLarge
from tests.ingest.support import PDF, Doors, count, rows


def test_everything_is_durable_before_the_acknowledgement(archive: Archive, doors: Doors) -> None:
    answer = doors.receive(name="letter.pdf")

    (deposit,) = rows(archive, deposits)
    assert (deposit.id, deposit.sha256, deposit.size) == (
        answer.deposit,
        hashlib.sha256(PDF).hexdigest(),
        len(PDF),
    )
    assert answer.sha512 == hashlib.sha512(PDF).hexdigest()
    assert answer.media_type == "application/pdf"
    original, manifest = rows(archive, objects)
    with archive.objects.open(_ref(original), original.owner) as stream:
        assert stream.read() == PDF
    parsed = EvidenceManifest.parse(archive.objects.read_bytes(_ref(manifest), manifest.owner, 1 << 16))
    assert parsed.deposit == answer.deposit
    assert parsed.files[0].sha256 == answer.sha256
    (sealed,) = rows(archive, manifests)
    assert sealed.digest == manifest.plain_digest
    entries = rows(archive, log_outbox)
    assert [(entry.type, entry.reason) for entry in entries if entry.object_type != "batch"] == [
        ("receive", "upload"),
        ("compose", "initial"),
    ]
    assert entries[-2].subject == sealed.digest
    assert [(task.kind, task.object_id, task.state) for task in rows(archive, work)] == [
        ("read", answer.deposit, "ready")
    ]
    assert doors.nudges == 1


def test_what_comes_without_a_portfolio_is_unassigned(archive: Archive, doors: Doors) -> None:
    doors.receive()
    assert [row.scope for row in rows(archive, document_scopes)] == ["unassigned"]


def test_an_empty_file_is_received(archive: Archive, doors: Doors) -> None:
    answer = doors.receive(b"", name="nothing.pdf")
    assert (answer.size, answer.media_type) == (0, "application/octet-stream")
    assert count(archive, documents, documents.c.state == "received") == 1


def test_the_same_act_again_is_counted_once(archive: Archive, doors: Doors) -> None:
    first = doors.receive(source="a")
    again = doors.receive(source="a")
    assert again.repeated
    assert (again.deposit, again.sequence, again.received_at) == (
        first.deposit,
        first.sequence,
        first.received_at,
    )
    assert count(archive, deposits) == 1
    assert rows(archive, batch_items)[0].repeats == 1
    assert doors.nudges == 1


def test_the_same_number_with_the_same_bytes_is_a_repeat(archive: Archive, doors: Doors) -> None:
    first = doors.receive(sequence=17)
    assert doors.receive(sequence=17).deposit == first.deposit
    assert count(archive, deposits) == 1


def test_the_same_number_with_other_bytes_is_a_conflict(archive: Archive, doors: Doors) -> None:
    doors.receive(sequence=17)
    with pytest.raises(NumberTaken):
        doors.receive(b"other", sequence=17)
    assert count(archive, deposits) == 1


def test_the_same_act_with_other_bytes_is_a_conflict(doors: Doors) -> None:
    doors.receive(source="a")
    with pytest.raises(SourceReused):
        doors.receive(b"other", source="a")
    with pytest.raises(SourceReused):
        doors.receive(source="a", sequence=99)


def test_identical_bytes_elsewhere_are_a_deposit_of_their_own(archive: Archive, doors: Doors) -> None:
    first = doors.receive()
    second = doors.receive()
    assert second.deposit != first.deposit
    assert second.sequence == first.sequence + 1
    assert second.same_bytes_as == (first.document,)


def test_bytes_that_were_not_announced_are_not_kept(archive: Archive, doors: Doors, tmp_path: Path) -> None:
    with pytest.raises(DigestDiffers):
        doors.receive(sha256=hashlib.sha256(b"other").hexdigest())
    with pytest.raises(DigestDiffers):
        doors.receive(sha512=hashlib.sha512(b"other").hexdigest())
    _nothing_is_kept(archive, tmp_path)
    assert doors.receive(sha256=hashlib.sha256(PDF).hexdigest().upper()).size == len(PDF)


def test_a_file_beyond_the_limit_is_not_kept(archive: Archive, doors: Doors, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        doors.receive(b"x" * 101, limit=100)
    _nothing_is_kept(archive, tmp_path)
    assert doors.receive(b"x" * 100, limit=100).size == 100


def test_a_connection_that_breaks_leaves_nothing(archive: Archive, doors: Doors, tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 1000:
                raise ConnectionResetError("gone")
            return super().read(500)

    with pytest.raises(ConnectionResetError):
        receive(
            archive,
            Breaking(b"x" * 5000),
            Arrival(doors.batch, "x", SYSTEM_ACTOR, "upload"),
            nudge=doors.nudge,
        )
    _nothing_is_kept(archive, tmp_path)


def test_a_closed_batch_takes_nothing_more(archive: Archive, doors: Doors, tmp_path: Path) -> None:
    doors.receive(source="a")
    batches.close(archive, doors.batch, SYSTEM_ACTOR)
    with pytest.raises(BatchClosed):
        doors.receive(b"late")
    assert doors.receive(source="a").repeated
    assert count(archive, deposits) == 1


def test_an_unknown_batch_is_refused(archive: Archive, doors: Doors, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        doors.receive(batch=archive.ids.new())
    _nothing_is_kept(archive, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\nb",
        "\u202efdp.exe",
        "x" * 255,
        "x" * 5000,
        "caf\udce9.pdf",
        "nul\x00",
        "",
        "נייר.pdf",
    ],
)
def test_any_name_is_kept(archive: Archive, doors: Doors, name: str) -> None:
    doors.receive(name=name)
    kept = rows(archive, deposits)[0].name
    assert kept.startswith(name[:3].replace("\x00", "\\x00"))
    assert len(kept) <= 1024
    if len(name) < 1000 and name.isprintable():
        assert kept == name


def test_a_claim_that_differs_is_kept_and_reported(archive: Archive, doors: Doors) -> None:
    answer = doors.receive(claimed=Claimed(sha256="0" * 64, sequence=4))
    manifest = rows(archive, objects)[1]
    parsed = EvidenceManifest.parse(archive.objects.read_bytes(_ref(manifest), manifest.owner, 1 << 16))
    assert parsed.claimed == Claimed(sha256="0" * 64, sequence=4)
    assert count(archive, log_outbox, log_outbox.c.reason == "claim-differs") == 1
    assert answer.sha256 != "0" * 64


def test_a_better_scan_takes_the_number(archive: Archive, doors: Doors) -> None:
    poor = doors.receive(b"poor", sequence=5, source="p")
    item = rows(archive, batch_items)[0]
    better = doors.receive(b"better", replaces=item.id, source="b")
    assert better.sequence == 5
    old, new = sorted(rows(archive, batch_items), key=lambda row: row.state, reverse=True)
    assert (old.state, old.replaced_by, new.state) == ("replaced", new.id, "held")
    states = {row.id: row.state for row in rows(archive, documents)}
    assert states == {poor.document: "void", better.document: "received"}
    assert doors.receive(b"better", replaces=item.id, source="b").repeated


def test_many_at_once_are_counted_once(archive: Archive, doors: Doors, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        same = list(pool.map(lambda _: doors.receive(source="a"), range(8)))
        other = list(pool.map(lambda n: doors.receive(b"%d" % n), range(8)))
    assert len({answer.deposit for answer in same}) == 1
    assert [answer.repeated for answer in same].count(False) == 1
    assert sorted(answer.sequence for answer in other) == list(range(2, 10))
    kept = {ref.key.split("/")[1] for ref in archive.objects.vault.list("deposits/")}
    assert kept == {row.id for row in rows(archive, deposits)}


def test_memory_does_not_depend_on_size(archive: Archive, doors: Doors) -> None:
    class Endless:
        left = 48 << 20

        def read(self, size: int = -1, /) -> bytes:
            piece = bytes(min(self.left, 1 << 20 if size < 0 else size))
            self.left -= len(piece)
            return piece

    arrival = Arrival(doors.batch, "large", SYSTEM_ACTOR, "upload")
    tracemalloc.start()
    answer = receive(archive, Endless(), arrival, nudge=doors.nudge)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.size == 48 << 20
    assert peak < 12 << 20


def test_a_full_disk_acknowledges_nothing(archive: Archive, doors: Doors, tmp_path: Path) -> None:
    vault = archive.objects.vault
    assert isinstance(vault, FolderVault)
    vault._reserve = 1 << 62
    with pytest.raises(DiskFull):
        doors.receive()
    vault._reserve = 0
    _nothing_is_kept(archive, tmp_path)
    assert doors.nudges == 0


def test_a_catalogue_that_fails_in_the_middle_keeps_nothing(
    archive: Archive, doors: Doors, tmp_path: Path
) -> None:
    with archive.catalogue.write() as connection:
        connection.execute(text("ALTER TABLE work RENAME TO elsewhere"))
    with pytest.raises(CatalogueUnavailable):
        doors.receive()
    _nothing_is_kept(archive, tmp_path)
    assert count(archive, documents) == 0
    assert doors.nudges == 0


@pytest.mark.parametrize("number", [0, -1, 1_000_001])
def test_what_is_no_number_is_refused(doors: Doors, number: int) -> None:
    with pytest.raises(BadRequest):
        doors.receive(sequence=number)


def _ref(row: object) -> Ref:
    return Ref(row.key, row.version, row.digest, row.size)  # type: ignore[attr-defined]


def _nothing_is_kept(archive: Archive, home: Path) -> None:
    assert count(archive, deposits) == 0
    assert not list(archive.objects.vault.list("deposits/"))
    assert not list(archive.objects.vault.list("keys/deposits/"))
    assert not list((home / "vault").rglob(".tmp-*"))
