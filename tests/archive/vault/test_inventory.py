"""The inventory: what it names, and that a check without keys finds what is no longer so."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from archive.vault import FolderVault, Objects, VaultAltered, VaultMissing, VaultTaken
from archive.vault import inventory as inventory_module
from archive.vault.inventory import Removed, append, check_inventory, read_segment, segments
from archive.vault.port import Put, Ref
from tabellion.base.clock import ManualClock
from tests.archive.vault.contract import put


@pytest.fixture
def refs(objects: Objects) -> list[Ref]:
    return [
        objects.put_bytes(f"deposits/{i}/original", b"%d" % i * 70_000, f"deposits/{i}") for i in range(4)
    ]


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o640)
    path.write_bytes(data)


def test_segments_are_appended_and_read_back(vault: FolderVault, refs: list[Ref], root: Path) -> None:
    assert segments(vault) == []
    assert append(vault, []) == []
    first = append(vault, refs[:3])
    second = append(vault, [refs[3], Removed(refs[0].key, refs[0].version)])
    assert [ref.key for ref in first + second] == ["inventory/1", "inventory/2"]
    assert segments(vault) == first + second
    assert read_segment(vault, first[0]) == refs[:3]
    assert read_segment(vault, second[0]) == [refs[3], Removed(refs[0].key, refs[0].version)]
    assert (root / "inventory/1").read_bytes().splitlines()[0] == (
        b'{"$schema":"urn:tabellion:inventory:v1","segment":1}'
    )


def test_long_inventories_are_several_segments(
    vault: FolderVault, refs: list[Ref], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_module, "SEGMENT_LINES", 1)
    written = append(vault, refs * 3)
    assert [ref.key for ref in written] == [f"inventory/{n}" for n in range(1, 13)]
    assert segments(vault) == written, "in the order of numbers, not of letters"


def test_all_is_well(vault: FolderVault, refs: list[Ref]) -> None:
    append(vault, refs)
    seen: list[tuple[int, int]] = []
    report = check_inventory(vault, segments(vault), lambda objects, size: seen.append((objects, size)))
    assert (report.objects, report.bytes, report.findings) == (4, sum(r.size for r in refs), ())
    assert [objects for objects, _ in seen] == [1, 2, 3, 4]


def test_what_was_removed_on_purpose_is_not_missed(vault: FolderVault, refs: list[Ref]) -> None:
    append(vault, refs)
    vault.delete(refs[1])
    append(vault, [Removed(refs[1].key, refs[1].version)])
    report = check_inventory(vault, segments(vault))
    assert (report.objects, report.findings) == (3, ())


def test_what_came_back_after_a_removal_is_checked_again(vault: FolderVault) -> None:
    ref = put(vault, "log/tile/0/000.p/1", b"tile")
    append(vault, [ref, Removed(ref.key, ref.version), ref])
    assert check_inventory(vault, segments(vault)).objects == 1
    vault.delete(ref)
    assert [f.code for f in check_inventory(vault, segments(vault)).findings] == ["VAULT_MISSING"]


def test_every_difference_is_found(vault: FolderVault, refs: list[Ref], root: Path) -> None:
    append(vault, refs)
    content = (root / refs[0].key).read_bytes()
    overwrite(root / refs[0].key, content[:-1] + bytes([content[-1] ^ 1]))
    overwrite(root / refs[1].key, (root / refs[1].key).read_bytes()[:-1])
    (root / refs[2].key).unlink()
    report = check_inventory(vault, segments(vault))
    assert report.objects == 4
    assert [(f.key, f.code) for f in report.findings] == [
        (refs[0].key, "VAULT_ALTERED"),
        (refs[1].key, "VAULT_ALTERED"),
        (refs[2].key, "VAULT_MISSING"),
    ]


def test_an_altered_segment_is_found_once(vault: FolderVault, refs: list[Ref], root: Path) -> None:
    written = append(vault, refs) + append(vault, refs[:1])
    content = (root / "inventory/1").read_bytes()
    overwrite(root / "inventory/1", content.replace(b"deposits/3", b"deposits/4"))
    report = check_inventory(vault, written)
    assert [(f.key, f.code) for f in report.findings] == [("inventory/1", "VAULT_ALTERED")]
    assert report.objects == 1


def test_a_segment_between_others_cannot_be_missing(vault: FolderVault, refs: list[Ref]) -> None:
    for ref in refs:
        append(vault, [ref])
    vault.delete(segments(vault)[1])
    with pytest.raises(VaultMissing, match="inventory/2"):
        segments(vault)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"$schema":"urn:tabellion:inventory:v1","segment":2}\n',
        b'{"$schema":"urn:tabellion:inventory:v1","segment":1}\n{"key":"a"}\n',
        b'{"$schema":"urn:tabellion:inventory:v1","segment":1}\n[]\n',
        b'{"segment":1, "$schema":"urn:tabellion:inventory:v1"}\n',
    ],
)
def test_what_is_not_a_segment(vault: FolderVault, content: bytes) -> None:
    with pytest.raises(VaultAltered):
        read_segment(vault, put(vault, "inventory/1", content))


def test_two_writers_do_not_write_one_segment(
    vault: FolderVault, refs: list[Ref], root: Path, clock: ManualClock
) -> None:
    class Late(FolderVault):
        """Another keeper is faster by a moment."""

        def put_many(self, puts: Sequence[Put]) -> list[Ref]:
            vault.put_many([Put("inventory/1", io.BytesIO(b"the other's"))])
            return super().put_many(puts)

    with pytest.raises(VaultTaken):
        append(Late(root, clock), refs)
