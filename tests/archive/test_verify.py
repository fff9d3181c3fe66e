"""Verification passes for what is whole, and finds and names every way of tampering."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from archive.archive import Archive
from archive.catalogue import schema as t
from archive.log_files import LogFiles
from archive.verify import VerifyTrust, verify
from signing.note import NoteKey
from signing.verdict import COURT, Aspect, Report, Verdict
from tabellion.base.errors import NotFound
from tests.archive.building import ORIGIN, Deposited, Intake, make_objects, search, seeded
from tests.archive.keeping import TestKeeper, local_authority, log_signer

TRUST = VerifyTrust((NoteKey(ORIGIN, log_signer().public_der),), (local_authority().trust,))


def check(archive: Archive, *documents: str) -> Report:
    """Verify with a fresh look at the vault, as another process would."""
    return verify(reopened(archive), TRUST, documents or None)


def reopened(archive: Archive) -> Archive:
    home = Path(archive.objects.vault._root).parent  # type: ignore[attr-defined]  # the folder of the real adapter
    objects = make_objects(home, archive.clock, seeded(77))  # type: ignore[arg-type]
    return Archive(archive.id, archive.origin, archive.catalogue, objects, archive.clock, archive.ids)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@pytest.fixture
def made(archive: Archive, intake: Intake) -> list[Deposited]:
    """Three deposits, two under a first stamp, one under a second."""
    batch, keeper = intake.batch(), TestKeeper(archive)
    first = [intake.deposit(batch, n, b"paper %d " % n * 9000) for n in (1, 2)]
    keeper.stamp()
    third = intake.deposit(batch, 3, b"the third paper")
    keeper.stamp()
    return [*first, third]


def path_of(home: Path, key: str) -> Path:
    return home / "vault" / key


def overwrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a stored file in place, as somebody with access to the disk would."""
    data = path.read_bytes()
    changed = change(data)
    assert changed != data
    path.chmod(0o640)
    with path.open("r+b") as file:
        file.write(changed)
        file.truncate()


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def test_an_untouched_archive_passes(archive: Archive, made: list[Deposited]) -> None:
    seen: list[tuple[int, int]] = []
    report = verify(reopened(archive), TRUST, None, lambda done, total: seen.append((done, total)))
    assert report.to_json()["findings"] == []
    assert report.overall is Verdict.PASSED
    assert report.headline == "PASSED under policy embedded: test authority, no legal value"
    assert report.verdicts[Aspect.COMPLETENESS] is Verdict.PASSED
    assert (report.checked["deposits"], report.checked["originals"], report.checked["tokens"]) == (3, 3, 2)
    assert report.checked["bytes"] > 16_000
    assert seen[-1][0] == seen[-1][1] and seen == sorted(seen)
    assert verify(reopened(archive), TRUST, None, policy=COURT).overall is Verdict.INDETERMINATE


def test_single_documents_pass_without_the_whole_log(archive: Archive, made: list[Deposited]) -> None:
    report = check(archive, made[0].document, made[2].document)
    assert report.overall is Verdict.PASSED
    assert codes(report) == {"COMPLETENESS_UNCHECKED"}
    assert report.checked["documents"] == 2
    with pytest.raises(NotFound):
        check(archive, archive.ids.new())


def test_before_the_first_stamp_the_time_is_pending(archive: Archive, intake: Intake) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    TestKeeper(archive).run()
    for report in (check(archive), check(archive, made.document)):
        assert report.overall is Verdict.INDETERMINATE
        assert report.exit_code == 3
        assert "TIME_PENDING" in codes(report)
        assert report.verdicts[Aspect.INTEGRITY] is Verdict.PASSED


def test_before_the_keeper_came_the_log_is_pending(archive: Archive, intake: Intake) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    assert "LOG_PENDING" in codes(check(archive, made.document))
    assert check(archive).exit_code == 3
    TestKeeper(archive).stamp()
    late = intake.deposit(intake.batch("other"), 1, b"paper")
    report = check(archive)
    assert {"LOG_PENDING", "TIME_PENDING"} <= codes(report)
    assert report.exit_code == 3
    assert check(archive, made.document).exit_code == 0
    assert check(archive, late.document).exit_code == 3


def test_an_empty_archive_has_nothing_to_pass(archive: Archive) -> None:
    report = check(archive)
    assert report.overall is Verdict.INDETERMINATE


Tamper = Callable[[Archive, Path, list[Deposited]], None]
TAMPERINGS: dict[str, tuple[Tamper, set[str], bool]] = {}
"""By name: what is done, which codes are found, whether the first document alone shows it too."""


def tampering(*found: str, alone: bool = True) -> Callable[[Tamper], Tamper]:
    def register(function: Tamper) -> Tamper:
        TAMPERINGS[function.__name__] = (function, set(found), alone)
        return function

    return register


def change(archive: Archive, statement: Any) -> None:
    with archive.catalogue.write() as connection:
        assert connection.execute(statement).rowcount > 0


@tampering("ORIGINAL_ALTERED")
def byte_changed_in_an_original(archive: Archive, home: Path, made: list[Deposited]) -> None:
    overwrite(path_of(home, made[0].original.key), flip)


@tampering("ORIGINAL_ALTERED")
def original_cut_short(archive: Archive, home: Path, made: list[Deposited]) -> None:
    overwrite(path_of(home, made[0].original.key), lambda data: data[:-70_000])


@tampering("ORIGINAL_MISSING")
def original_removed(archive: Archive, home: Path, made: list[Deposited]) -> None:
    path_of(home, made[0].original.key).unlink()


@tampering("ORIGINAL_ALTERED", "ORIGINAL_MISSING")
def original_swapped_with_another(archive: Archive, home: Path, made: list[Deposited]) -> None:
    one, two = (path_of(home, each.original.key) for each in made[:2])
    spare = one.with_name("spare")
    one.rename(spare)
    two.rename(one)
    spare.rename(two)


@tampering("ORIGINAL_ALTERED", "ORIGINAL_MISSING")
def original_swapped_by_its_bytes(archive: Archive, home: Path, made: list[Deposited]) -> None:
    other = path_of(home, made[1].original.key).read_bytes()
    overwrite(path_of(home, made[0].original.key), lambda _: other)


@tampering("ORIGINAL_ALTERED")
def original_replaced_by_one_that_decrypts(archive: Archive, home: Path, made: list[Deposited]) -> None:
    """Somebody with the archive key and the database puts other content in the place of the original."""
    owner = f"deposits/{made[0].deposit}"
    ref = archive.objects.put_bytes(made[0].original.key, b"another paper", owner)
    row = t.objects.c.key == made[0].original.key
    change(
        archive,
        update(t.objects).where(row).values(version=ref.version, digest=ref.digest, size=ref.size),
    )


@tampering("MANIFEST_ALTERED", "MANIFEST_MISSING")
def manifest_changed(archive: Archive, home: Path, made: list[Deposited]) -> None:
    overwrite(path_of(home, made[0].manifest.key), flip)


@tampering("CATALOGUE_DIFFERS")
def digest_of_the_deposit_changed_in_the_database(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(archive, update(t.deposits).where(t.deposits.c.id == made[0].deposit).values(sha256="0" * 64))


@tampering("CATALOGUE_DIFFERS")
def second_digest_changed_in_the_database(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(archive, update(t.deposits).where(t.deposits.c.id == made[0].deposit).values(sha512="0" * 128))


@tampering("CATALOGUE_DIFFERS")
def digest_of_the_manifest_changed_in_the_database(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.manifests.c.deposit_id == made[0].deposit
    change(archive, update(t.manifests).where(row).values(digest="0" * 64))


@tampering("CATALOGUE_DIFFERS")
def stamp_leaf_changed_in_the_database(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.manifests.c.deposit_id == made[0].deposit
    change(archive, update(t.manifests).where(row).values(group_node="0" * 64))


@tampering("CATALOGUE_DIFFERS")
def digest_of_the_object_changed_in_the_database(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.objects.c.key == made[0].original.key
    change(archive, update(t.objects).where(row).values(plain_digest="0" * 64))


@tampering("CATALOGUE_DIFFERS", alone=False)
def digest_of_the_stored_object_changed_in_the_database(
    archive: Archive, _: Path, made: list[Deposited]
) -> None:
    row = t.objects.c.key == made[0].original.key
    change(archive, update(t.objects).where(row).values(digest="0" * 64))


@tampering("LOG_ENTRY_ALTERED")
def entry_changed_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.log_entries.c.subject == made[0].manifest_digest
    entry = text("CAST(replace(CAST(entry AS TEXT), 'command-line', 'station') AS BLOB)")
    change(archive, update(t.log_entries).where(row).values(entry=entry))


@tampering("LOG_ENTRY_ALTERED")
def subject_changed_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.log_entries.c.subject == made[0].manifest_digest
    change(archive, update(t.log_entries).where(row).values(subject="0" * 64))


@tampering("LOG_ENTRY_ALTERED")
def leaf_changed_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.log_entries.c.subject == made[0].manifest_digest
    change(archive, update(t.log_entries).where(row).values(leaf="0" * 64))


@tampering("LOG_ENTRY_MISSING")
def entry_cut_from_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(archive, delete(t.log_entries).where(t.log_entries.c.subject == made[0].manifest_digest))


@tampering("LOG_ENTRY_MISSING", alone=False)
def tail_cut_from_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(archive, delete(t.log_entries).where(t.log_entries.c.seq >= 9))


@tampering("LOG_CHAIN_BROKEN", alone=False)
def head_put_back_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.log_heads.c.object_id == made[0].document
    change(archive, update(t.log_heads).where(row).values(leaf="0" * 64))


@tampering("LOG_FILE_ALTERED", "LOG_ENTRY_ALTERED")
def entry_changed_in_the_vault(archive: Archive, home: Path, made: list[Deposited]) -> None:
    bundle = next((home / "vault/log/tile/entries").glob("000.p/*"))
    overwrite(bundle, lambda data: data.replace(b"command-line", b"commend-line"))


@tampering("LOG_FILE_ALTERED", "LOG_ENTRY_ALTERED")
def entries_cut_in_the_vault(archive: Archive, home: Path, made: list[Deposited]) -> None:
    shutil.rmtree(home / "vault/log/tile/entries")


@tampering("LOG_FILE_ALTERED", "LOG_ENTRY_ALTERED")
def hash_changed_in_the_vault(archive: Archive, home: Path, made: list[Deposited]) -> None:
    overwrite(next((home / "vault/log/tile/0").glob("000.p/*")), flip)


@tampering("CHECKPOINT_OLDER")
def checkpoint_put_back(archive: Archive, home: Path, made: list[Deposited]) -> None:
    with archive.catalogue.read() as connection:
        note = connection.scalar(select(t.stamps.c.note).where(t.stamps.c.number == 1))
    assert note is not None
    (home / "vault/log/checkpoint").chmod(0o640)
    (home / "vault/log/checkpoint").write_text(note)


@tampering("CHECKPOINT_MISSING")
def checkpoint_removed(archive: Archive, home: Path, made: list[Deposited]) -> None:
    (home / "vault/log/checkpoint").unlink()
    (home / "vault/log/checkpoint@pointer").unlink()


@tampering("CHECKPOINT_SIGNATURE")
def checkpoint_forged(archive: Archive, home: Path, made: list[Deposited]) -> None:
    overwrite(home / "vault/log/checkpoint", lambda data: data.replace(b"\n1", b"\n2", 1))


@tampering("STAMP_ALTERED")
def root_changed_in_the_database(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(archive, update(t.stamps).where(t.stamps.c.number == 1).values(root="0" * 64))


def stamp_ids(archive: Archive) -> list[str]:
    with archive.catalogue.read() as connection:
        return list(connection.execute(select(t.stamps.c.id).order_by(t.stamps.c.number)).scalars())


@tampering("TOKEN_IMPRINT")
def token_replaced_by_another_stamps(archive: Archive, home: Path, made: list[Deposited]) -> None:
    """In the vault, with all that belongs to the file, and in the database."""
    one, two = (home / f"vault/stamps/{stamp}/token.der" for stamp in stamp_ids(archive))
    one.chmod(0o640)
    one.unlink()
    shutil.copy2(two, one)
    other = select(t.stamps.c.token).where(t.stamps.c.number == 2).scalar_subquery()
    change(archive, update(t.stamps).where(t.stamps.c.number == 1).values(token=other))


@tampering("STAMP_ALTERED")
def token_replaced_in_the_database_alone(archive: Archive, home: Path, made: list[Deposited]) -> None:
    other = select(t.stamps.c.token).where(t.stamps.c.number == 2).scalar_subquery()
    change(archive, update(t.stamps).where(t.stamps.c.number == 1).values(token=other))


@tampering("STAMP_ALTERED")
def token_replaced_in_the_vault_alone(archive: Archive, home: Path, made: list[Deposited]) -> None:
    one, two = (home / f"vault/stamps/{stamp}/token.der" for stamp in stamp_ids(archive))
    data = two.read_bytes()
    overwrite(one, lambda _: data)


@tampering("STAMP_ALTERED")
def token_removed(archive: Archive, home: Path, made: list[Deposited]) -> None:
    (home / f"vault/stamps/{stamp_ids(archive)[0]}/token.der").unlink()


@tampering("STAMP_MISSING", alone=False)
def stamp_declared_open_again(archive: Archive, home: Path, made: list[Deposited]) -> None:
    change(archive, update(t.stamps).where(t.stamps.c.number == 1).values(state="open"))


@tampering("STAMP_ALTERED")
def deposit_moved_to_the_other_stamp(archive: Archive, home: Path, made: list[Deposited]) -> None:
    other = stamp_ids(archive)[1]
    row = t.manifests.c.deposit_id == made[0].deposit
    change(archive, update(t.manifests).where(row).values(stamp_id=other, stamp_position=0))


@tampering("KEY_MISSING")
def key_vanished_without_an_entry(archive: Archive, home: Path, made: list[Deposited]) -> None:
    assert archive.objects.destroy_key(f"deposits/{made[0].deposit}") == 1


@tampering("RECORD_ALTERED", "RECORD_MISSING")
def record_changed(archive: Archive, home: Path, made: list[Deposited]) -> None:
    overwrite(path_of(home, f"documents/{made[0].document}/record-1"), flip)


@tampering("RECORD_MISSING")
def record_removed_from_catalogue_and_vault(archive: Archive, home: Path, made: list[Deposited]) -> None:
    key = f"documents/{made[0].document}/record-1"
    path_of(home, key).unlink()
    change(archive, delete(t.objects).where(t.objects.c.key == key))


@tampering("CATALOGUE_DIFFERS")
def objects_forgotten_by_the_catalogue(archive: Archive, home: Path, made: list[Deposited]) -> None:
    change(archive, delete(t.objects).where(t.objects.c.owner == f"deposits/{made[0].deposit}"))


@tampering("DEPOSIT_MISSING", alone=False)
def deposit_removed_from_the_catalogue(archive: Archive, home: Path, made: list[Deposited]) -> None:
    with archive.catalogue.write() as connection:
        for table in (t.document_deposits, t.manifests, t.batch_items):
            connection.execute(delete(table).where(table.c.deposit_id == made[0].deposit))
        connection.execute(delete(t.deposits).where(t.deposits.c.id == made[0].deposit))


@tampering("DOCUMENT_MISSING", alone=False)
def document_removed_from_the_catalogue(archive: Archive, home: Path, made: list[Deposited]) -> None:
    with archive.catalogue.write() as connection:
        for table in (t.document_deposits, t.document_scopes):
            connection.execute(delete(table).where(table.c.document_id == made[0].document))
        connection.execute(delete(t.documents).where(t.documents.c.id == made[0].document))


@tampering("CATALOGUE_DIFFERS")
def kind_changed_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(
        archive, update(t.documents).where(t.documents.c.id == made[0].document).values(kind="court_order")
    )


@tampering("CATALOGUE_DIFFERS")
def file_name_changed_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(archive, update(t.deposits).where(t.deposits.c.id == made[0].deposit).values(name="other.pdf"))


@tampering("CATALOGUE_DIFFERS", alone=False)
def held_page_turned_void_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    row = t.batch_items.c.deposit_id == made[0].deposit
    change(archive, update(t.batch_items).where(row).values(state="void", reason="unreadable"))


@tampering("CATALOGUE_DIFFERS")
def number_of_records_changed_in_the_catalogue(archive: Archive, _: Path, made: list[Deposited]) -> None:
    change(archive, update(t.documents).where(t.documents.c.id == made[0].document).values(record_n=7))


@tampering("INVENTORY_ALTERED", alone=False)
def inventory_changed(archive: Archive, home: Path, made: list[Deposited]) -> None:
    overwrite(home / "vault/inventory/1", flip)


@tampering("INVENTORY_ALTERED", alone=False)
def inventory_cut(archive: Archive, home: Path, made: list[Deposited]) -> None:
    (home / "vault/inventory/2").unlink()


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_found_and_named(
    archive: Archive, home: Path, made: list[Deposited], name: str
) -> None:
    tamper, expected, alone = TAMPERINGS[name]
    tamper(archive, home, made)
    report = check(archive)
    assert report.overall is Verdict.FAILED
    assert report.exit_code == 1
    assert codes(report) & expected, report.to_json()["findings"]
    if alone:
        report = check(archive, made[0].document)
        assert report.overall is Verdict.FAILED
        assert codes(report) & expected, report.to_json()["findings"]


@pytest.mark.parametrize(
    "name", ["byte_changed_in_an_original", "original_removed", "key_vanished_without_an_entry"]
)
def test_findings_name_the_document_and_spare_the_others(
    archive: Archive, home: Path, made: list[Deposited], name: str
) -> None:
    TAMPERINGS[name][0](archive, home, made)
    named = {finding.document for finding in check(archive).findings}
    assert named == {made[0].document}
    assert check(archive, made[1].document, made[2].document).overall is Verdict.PASSED


def test_a_log_of_several_bundles_passes_and_a_cut_in_the_middle_does_not(
    archive: Archive, home: Path, made: list[Deposited]
) -> None:
    search(archive, 600)
    TestKeeper(archive).stamp()
    assert check(archive).overall is Verdict.PASSED
    files = LogFiles(archive.objects)
    assert files.read_checkpoint() is not None
    overwrite(home / "vault/log/tile/entries/001", flip)
    assert check(archive).overall is Verdict.FAILED
    assert check(archive, made[0].document).overall is Verdict.PASSED
