"""Watched folders take what is whole, once, and nothing else; what they cannot take says why."""

import fcntl
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import announced, batch_items, batches, deposits, manifests
from archive.registry import add_portfolio
from ingest import claims
from ingest.batches import close
from ingest.claims import CLAIMED
from ingest.done_lists import Listed, ListUnreadable, parse_done_list
from ingest.folders import Folders
from ingest.ledger import ledger_of
from ingest.settling import is_ignored
from ingest.stations import Device, create_station, disable_station, find_station
from tabellion.base.clock import ManualClock
from tabellion.base.errors import DiskFull
from tests.ingest.support import count, papers, rows

LETTER = papers(["A letter."])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "folders"


@pytest.fixture
def folders(archive: Archive, root: Path, clock: ManualClock) -> Folders:
    clock.instant = datetime.now(UTC)
    return Folders(archive, root, nudge=lambda: None)


@pytest.fixture
def settle(folders: Folders, clock: ManualClock) -> Callable[[], int]:
    """Two looks, far enough apart; says how many files were taken."""

    def run() -> int:
        taken = folders.run()
        clock.advance(seconds=3)
        return taken + folders.run()

    return run


@pytest.fixture
def hot(root: Path) -> Path:
    folder = root / "hot" / "unassigned"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def box(archive: Archive, root: Path) -> Path:
    create_station(archive, "station 3", device=Device("Canon", "DR-G2140", "X1", "300dpi", 300))
    folder = root / "stations" / "station 3" / "BOX 12"
    folder.mkdir(parents=True)
    return folder


def put(folder: Path, name: str, data: bytes) -> str:
    """Write a file that is a minute old; gives its line for a list."""
    path = folder / name
    path.write_bytes(data)
    past = path.stat().st_mtime - 60
    os.utime(path, (past, past))
    return f"{hashlib.sha256(data).hexdigest()}  {name}\n"


def test_a_settled_file_is_taken_and_removed(archive: Archive, hot: Path, settle: Callable[[], int]) -> None:
    put(hot, "brief ąę.pdf", LETTER)
    assert settle() == 1
    assert list(hot.iterdir()) == []
    (deposit,) = rows(archive, deposits)
    assert (deposit.name, deposit.sha256) == ("brief ąę.pdf", hashlib.sha256(LETTER).hexdigest())
    assert rows(archive, batches)[0].origin == "unassigned"


def test_one_look_is_not_enough(hot: Path, folders: Folders, clock: ManualClock) -> None:
    put(hot, "a.pdf", LETTER)
    assert folders.run() == 0
    assert folders.run() == 0
    clock.advance(seconds=1)
    assert folders.run() == 0
    clock.advance(seconds=2)
    assert folders.run() == 1


def test_a_file_that_grows_is_not_taken(hot: Path, folders: Folders, clock: ManualClock) -> None:
    path = hot / "a.pdf"
    for length in range(10, len(LETTER), len(LETTER) // 5):
        put(hot, "a.pdf", LETTER[:length])
        assert folders.run() == 0
        clock.advance(seconds=3)
    assert path.exists()


def test_a_copy_that_stalls_is_never_taken(
    archive: Archive, hot: Path, folders: Folders, clock: ManualClock
) -> None:
    put(hot, "a.pdf", LETTER[:-10])
    for _ in range(20):
        folders.run()
        clock.advance(minutes=2)
    assert count(archive, deposits) == 0
    assert (hot / "a.pdf").exists()
    clock.advance(hours=1)
    folders.run()
    assert "no end" in (hot / "refused" / "a.pdf.reason.txt").read_text()
    assert count(archive, deposits) == 0


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="leases on files are Linux's")
def test_a_file_that_is_still_open_for_writing_is_not_taken(
    archive: Archive, hot: Path, settle: Callable[[], int]
) -> None:
    put(hot, "a.pdf", LETTER)
    with (hot / "a.pdf").open("ab"):
        assert settle() == 0
    assert settle() == 1


@pytest.mark.parametrize("kind", ["TIFF", "PNG", "JPEG"])
def test_pictures_are_taken_with_their_end_only(
    archive: Archive, hot: Path, settle: Callable[[], int], tmp_path: Path, kind: str
) -> None:
    whole = tmp_path / "picture"
    Image.effect_noise((200, 200), 40).save(whole, format=kind)
    data = whole.read_bytes()
    put(hot, "half", data[: len(data) - 9])
    put(hot, "whole", data)
    assert settle() == 1
    assert [path.name for path in hot.iterdir()] == ["half"]


def test_what_systems_leave_is_ignored(archive: Archive, hot: Path, settle: Callable[[], int]) -> None:
    names = [".DS_Store", "Thumbs.db", "desktop.ini", "a.pdf.part", "b.tmp", ".hidden.pdf", "~$letter.pdf"]
    for name in names:
        put(hot, name, LETTER)
        assert is_ignored(name)
    assert settle() == 0
    assert {path.name for path in hot.iterdir()} == set(names)


def test_links_are_never_followed(
    archive: Archive, hot: Path, root: Path, settle: Callable[[], int], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(LETTER)
    (hot / "link.pdf").symlink_to(secret)
    (root / "hot" / "elsewhere").symlink_to(tmp_path)
    os.mkfifo(hot / "pipe.pdf")
    assert settle() == 0
    assert secret.exists()
    with pytest.raises(OSError, match=r"symbolic links"):
        claims.open_plain(hot / "link.pdf")


def test_two_keepers_of_a_machine_are_not_at_it_together(
    archive: Archive, root: Path, hot: Path, settle: Callable[[], int]
) -> None:
    (hot / "letter.pdf").write_bytes(LETTER)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert settle() == 0
    assert settle() == 1
    assert count(archive, deposits) == 1


def test_an_unknown_type_is_put_aside_and_stops_nothing(
    archive: Archive, hot: Path, settle: Callable[[], int], clock: ManualClock
) -> None:
    put(hot, "a.docx", b"PK\x03\x04 something")
    put(hot, "b.pdf", LETTER)
    assert settle() == 1
    clock.advance(minutes=2)
    settle()
    assert "NOT_TAKEN" in (hot / "refused" / "a.docx.reason.txt").read_text()
    assert (hot / "refused" / "a.docx").read_bytes() == b"PK\x03\x04 something"
    assert count(archive, deposits) == 1


def test_a_folder_of_a_portfolio(archive: Archive, root: Path, settle: Callable[[], int]) -> None:
    with archive.catalogue.write() as connection:
        portfolio = add_portfolio(archive, connection, "Alfa 2024")
    for name in ("Alfa 2024", "nobody knows"):
        (root / "hot" / name).mkdir(parents=True)
        put(root / "hot" / name, "a.pdf", LETTER)
    assert settle() == 1
    assert rows(archive, batches)[0].portfolio_id == portfolio
    assert (root / "hot" / "nobody knows" / "a.pdf").exists()


def test_a_killed_keeper_is_continued(
    archive: Archive, hot: Path, folders: Folders, clock: ManualClock
) -> None:
    put(hot, "claimed.pdf", LETTER)
    put(hot, "received.pdf", LETTER + b"\n")
    assert claims.take(hot / "claimed.pdf", archive.ids) is not None
    claim = claims.take(hot / "received.pdf", archive.ids)
    assert claim is not None
    (hot / CLAIMED / archive.ids.new()).mkdir()
    data = claim.path.read_bytes()
    assert folders.run() == 2
    # As after a kill between the acknowledgement and the removal.
    claim.path.parent.mkdir(parents=True)
    claim.path.write_bytes(data)
    assert folders.run() == 1
    assert count(archive, deposits) == 2
    assert list(hot.iterdir()) == []
    assert sorted(row.repeats for row in rows(archive, batch_items)) == [0, 1]


def test_a_station_hands_over_what_its_list_names(
    archive: Archive, box: Path, settle: Callable[[], int]
) -> None:
    lines = [put(box, f"page_{number:04}.tif", b"scan %d" % number) for number in (1, 2, 4)]
    put(box, "stray.tif", b"not listed")
    assert settle() == 0
    put(box, "BOX.done", "".join(lines).encode())
    assert settle() == 3
    assert settle() == 0
    assert {path.name for path in box.iterdir()} == {"stray.tif", "BOX.done.received"}
    (batch,) = rows(archive, batches)
    assert (batch.name, batch.origin) == ("BOX 12", "station")
    assert sorted(row.sequence for row in rows(archive, batch_items)) == [1, 2, 4]
    with archive.catalogue.read() as connection:
        assert ledger_of(connection, batch.id).gaps == ((3, 3),)
    assert count(archive, manifests) == 3
    assert settle() == 0
    assert count(archive, batches) == 1


def test_a_list_without_numbers_numbers_by_its_order(
    archive: Archive, box: Path, settle: Callable[[], int]
) -> None:
    blank = b"the same blank side"
    lines = [put(box, name, data) for name, data in (("b", b"front"), ("a", blank), ("c", blank))]
    put(box, "x.done", "".join(lines).encode())
    assert settle() == 3
    digests = {row.sequence: row.sha256 for row in rows(archive, deposits)}
    assert digests[1] == hashlib.sha256(b"front").hexdigest()
    assert digests[2] == digests[3] == hashlib.sha256(blank).hexdigest()
    # The same list once more is a repeat of each, not three new items.
    for name, data in (("b", b"front"), ("a", blank), ("c", blank)):
        put(box, name, data)
    put(box, "again.done", "".join(lines).encode())
    settle()
    assert count(archive, deposits) == 3


def test_a_file_with_another_digest_is_put_aside(
    archive: Archive, box: Path, settle: Callable[[], int]
) -> None:
    good = put(box, "p1.tif", b"good")
    line = put(box, "p2.tif", b"as announced")
    put(box, "p2.tif", b"damaged on the way")
    put(box, "x.done", (line + good).encode())
    assert settle() == 1
    assert "DIGEST_DIFFERS" in (box / "refused" / "p2.tif.reason.txt").read_text()
    assert (box / "x.done").exists()
    put(box, "p2.tif", b"as announced")
    assert settle() == 1
    settle()
    assert (box / "x.done.received").exists()
    assert count(archive, announced) == 2


def test_a_list_that_cannot_be_read_is_put_aside(
    archive: Archive, box: Path, settle: Callable[[], int]
) -> None:
    put(box, "a.tif", b"a")
    put(box, "bad.done", b"nonsense\n")
    settle()
    assert "LIST_UNREADABLE" in (box / "refused" / "bad.done.reason.txt").read_text()
    assert count(archive, deposits) == 0
    assert (box / "a.tif").exists()


def test_what_comes_after_the_close_goes_into_a_supplement(
    archive: Archive, box: Path, settle: Callable[[], int]
) -> None:
    put(box, "x.done", put(box, "1.tif", b"one").encode())
    assert settle() == 1
    (batch,) = rows(archive, batches)
    close(archive, batch.id, SYSTEM_ACTOR)
    put(box, "y.done", put(box, "2.tif", b"two").encode())
    assert settle() == 1
    supplement = rows(archive, batches)[1]
    assert (supplement.supplement_of, supplement.name) == (batch.id, "BOX 12, supplement 1")


def test_a_disabled_or_unknown_station_hands_over_nothing(
    archive: Archive, box: Path, root: Path, settle: Callable[[], int]
) -> None:
    with archive.catalogue.read() as connection:
        disable_station(archive, find_station(connection, "station 3").id)
    strange = root / "stations" / "stranger" / "box"
    strange.mkdir(parents=True)
    for folder in (box, strange):
        put(folder, "x.done", put(folder, "1.tif", b"one").encode())
    assert settle() == 0
    assert (box / "1.tif").exists() and (strange / "1.tif").exists()


def test_a_full_disk_leaves_the_claim(
    archive: Archive, hot: Path, folders: Folders, clock: ManualClock
) -> None:
    vault = archive.objects.vault
    put(hot, "a.pdf", LETTER)
    folders.run()
    clock.advance(seconds=3)
    vault._reserve = 1 << 62  # type: ignore[attr-defined]
    with pytest.raises(DiskFull):
        folders.run()
    assert list((hot / CLAIMED).rglob("a.pdf"))
    vault._reserve = 0  # type: ignore[attr-defined]
    assert folders.run() == 1
    assert list(hot.iterdir()) == []


def test_many_files_come_in_rounds(archive: Archive, hot: Path, folders: Folders, clock: ManualClock) -> None:
    for number in range(55):
        put(hot, f"{number}.pdf", LETTER + b"\n%d" % number)
    folders.run()
    clock.advance(seconds=3)
    assert folders.run() == 50
    assert folders.run() == 5


SHA = "0" * 63 + "a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SHA}  a.tif\n", [Listed("a.tif", SHA)]),
        (f"{SHA.upper()} *./a 7.tif\r\n", [Listed("a 7.tif", SHA, 7)]),
        (f"\\{SHA}  a\\nb\\\\c.tif\n", [Listed("a\nb\\c.tif", SHA)]),
        (f"{SHA}  p1\n\n{SHA}  p02.x\n", [Listed("p1", SHA, 1), Listed("p02.x", SHA, 2)]),
        (f"{SHA}  p1\n{SHA}  q1\n", [Listed("p1", SHA), Listed("q1", SHA)]),
        (f"{SHA}  20241121\n", [Listed("20241121", SHA)]),
    ],
)
def test_lists_in_the_form_of_sha256sum(text: str, expected: list[Listed]) -> None:
    assert parse_done_list(text.encode()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "abc  a",
        f"{SHA} a",
        f"{SHA}  ../a",
        f"{SHA}  /etc/passwd",
        f"{SHA}  a\n{SHA}  a\n",
        f"{SHA}  ..",
    ],
)
def test_lists_that_are_refused(text: str) -> None:
    with pytest.raises(ListUnreadable):
        parse_done_list(text.encode())


def test_names_that_are_taken_get_a_number(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        place = claims.free_place(tmp_path, "ä" * 120 + ".tiff")
        place.touch()
        names.append(place.name)
    assert len(set(names)) == 3
    assert all(len(os.fsencode(name)) <= 255 for name in names)
