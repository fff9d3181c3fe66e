"""Deposits, their manifests, objects, readings and pages out of the vault, as the log names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from archive.catalogue.schema import deposits, manifests, pages, readings
from archive.deposit_files import file_key
from archive.readings import read_stored
from archive.rebuilding.log_read import SEALING, LogFacts, Told
from archive.rebuilding.vault_read import VaultObjects
from archive.vault import Ref
from signing.errors import ManifestInvalid
from signing.manifest import EvidenceManifest, FileEntry
from signing.stamp import group_node
from tabellion.base.clock import parse_rfc3339
from tabellion.base.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a deposit belongs, as document and batch records say."""

    batch: str
    sequence: int
    name: str | None = None


@dataclass(slots=True)
class Rebuilt:
    """Deposits that are in the catalogue again, by identifier, with the time of their receipt."""

    received: dict[str, datetime] = field(default_factory=dict)
    restored: dict[str, str] = field(default_factory=dict)
    """Deposits that the log does not know, with the digests of their manifests."""
    erased: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Manifest:
    ref: Ref
    digest: str
    value: EvidenceManifest
    told: Told | None

    @property
    def original(self) -> FileEntry | None:
        """The entry of the file as it was received; derived manifests have none."""
        return next((entry for entry in self.value.files if entry.role == "original"), None)

    @property
    def role(self) -> str:
        return "derived" if self.value.derived_from else "received"


def write_deposits(
    vault: VaultObjects, facts: LogFacts, places: Mapping[str, Placed], fallback: str
) -> Rebuilt:
    """Write every deposit of the vault or the log; `fallback` is the batch of those whose place nobody tells."""
    done = Rebuilt()
    listed = dict(vault.groups("deposits/"))
    for deposit in dict.fromkeys([*facts.things("deposit"), *listed]):
        erased = facts.erased("deposit", deposit)
        if erased is not None:
            _write_erased(vault, facts, deposit, erased, places.get(deposit))
            if deposit in places:
                done.received[deposit] = facts.chain("deposit", deposit)[0].time
                done.erased.add(deposit)
            continue
        keys = listed.get(deposit, [])
        found = _manifests(vault, facts, deposit, keys)
        if found and found[0].original is not None:
            _write(vault, deposit, found, places.get(deposit) or Placed(fallback, 0), done)
            _write_others(vault, facts, deposit, keys)
        elif facts.chain("deposit", deposit):
            vault.problems.append(f"the first manifest of deposit {deposit} cannot be read")
            for key in keys:
                for ref in vault.archive.objects.vault.versions(key):
                    vault.keep(ref, f"deposits/{deposit}")
    return done


def _manifests(vault: VaultObjects, facts: LogFacts, deposit: str, keys: Sequence[str]) -> list[_Manifest]:
    """The manifests that the log names; of a deposit that it does not know, the first one."""
    owner = f"deposits/{deposit}"
    named = facts.named("deposit", deposit, *SEALING)
    found: list[_Manifest] = []
    for key in keys:
        if not key.startswith(f"{owner}/manifest-") or (not named and key != f"{owner}/manifest-1.json"):
            continue
        for digest, content in {each.digest: each for each in vault.contents(key, owner)}.items():
            if named and digest not in named:
                continue
            try:
                manifest = EvidenceManifest.parse(content.data)
            except ManifestInvalid as error:
                vault.problems.append(f"{key}: {error}")
                continue
            found.append(_Manifest(content.ref, digest, manifest, named.get(digest)))
            if not named:
                break
    return sorted(found, key=lambda each: each.value.version)


def _write(
    vault: VaultObjects, deposit: str, found: Sequence[_Manifest], place: Placed, done: Rebuilt
) -> None:
    first = found[0]
    original = first.original
    if original is None:
        return
    owner, received_at = f"deposits/{deposit}", parse_rfc3339(first.value.received_at)
    ref = vault.version_with(file_key(deposit, original), owner, original.sha256)
    if ref is None and first.told is None:
        return  # An upload that was never finished, nor acknowledged.
    vault.connection.execute(
        insert(deposits).values(
            id=deposit,
            batch_id=place.batch,
            sequence=place.sequence,
            name=place.name,
            media_type=original.media_type,
            size=original.size,
            sha256=original.sha256,
            sha512=original.sha512,
            received_at=received_at,
            protection_class=first.value.protection_class,
            retention_class=first.value.retention_class,
            reading_n=0,
        )
    )
    done.received[deposit] = received_at
    if first.told is None:
        done.restored[deposit] = first.digest
    for manifest in found:
        at = manifest.told.time if manifest.told else received_at
        vault.note(manifest.ref, owner, manifest.digest, at)
        digests = (bytes.fromhex(manifest.digest), manifest.value.member_digests)
        vault.connection.execute(
            insert(manifests).values(
                deposit_id=deposit,
                version=manifest.value.version,
                role=manifest.role,
                digest=manifest.digest,
                group_node=group_node(*digests).hex(),
                seq=manifest.told and manifest.told.seq,
                at=at,
            )
        )
        for entry in manifest.value.files:
            key = file_key(deposit, entry)
            kept = vault.version_with(key, owner, entry.sha256)
            if kept is None:
                vault.problems.append(f"{key} is not in the vault")
            else:
                vault.note(kept, owner, entry.sha256, at)
    if not _write_readings(vault, deposit, found):
        done.unread.add(deposit)


def _write_readings(vault: VaultObjects, deposit: str, found: Sequence[_Manifest]) -> bool:
    """The rows of all readings, and the pages of the newest; False where the deposit was never read."""
    kept = [
        (int(entry.path.removeprefix("reading-")), manifest, entry)
        for manifest in found
        for entry in manifest.value.files
        if entry.path.startswith("reading-")
    ]
    newest: tuple[int, list[dict[str, Any]]] | None = None
    for n, manifest, entry in sorted(kept, key=lambda each: each[0]):
        ref = vault.version_with(file_key(deposit, entry), f"deposits/{deposit}", entry.sha256)
        if ref is None:
            continue
        try:
            with vault.archive.objects.open(ref, f"deposits/{deposit}") as stream:
                reading, stored = read_stored(stream)
        except EvidenceError as error:
            vault.problems.append(f"{ref.key}: {error}")
            continue
        vault.connection.execute(
            insert(readings).values(
                deposit_id=deposit,
                n=n,
                at=manifest.told.time if manifest.told else parse_rfc3339(manifest.value.received_at),
                engine=reading.engine,
                seconds=0.0,
                outcome="READ",
            )
        )
        newest = (n, [page.row(deposit) for page in stored])
    if newest is None:
        return False
    n, rows = newest
    if rows:
        vault.connection.execute(insert(pages), rows)
    changed = deposits.update().where(deposits.c.id == deposit)
    vault.connection.execute(changed.values(reading_n=n, page_count=len(rows)))
    return True


def _write_others(vault: VaultObjects, facts: LogFacts, deposit: str, keys: Sequence[str]) -> None:
    """Records of a deposit that the log names and no manifest lists, such as incidents."""
    owner = f"deposits/{deposit}"
    named = facts.named("deposit", deposit)
    for key in keys:
        if (
            key.startswith((f"{owner}/manifest-", f"{owner}/reading-", f"{owner}/derived/"))
            or key == f"{owner}/original"
        ):
            continue
        for content in vault.contents(key, owner):
            if content.digest in named:
                vault.note(content.ref, owner, content.digest, named[content.digest].time)
                break


def _write_erased(
    vault: VaultObjects, facts: LogFacts, deposit: str, erased: Told, place: Placed | None
) -> None:
    """What stays of an erased deposit: its place in its batch, and the digests that the log names."""
    if place is None:
        return
    told = [each for each in facts.chain("deposit", deposit) if each.type in SEALING]
    vault.connection.execute(
        insert(deposits).values(
            id=deposit,
            batch_id=place.batch,
            sequence=place.sequence,
            media_type="",
            size=0,
            sha256="",
            sha512="",
            received_at=told[0].time,
            protection_class="",
            retention_class="",
            reading_n=0,
            erased_at=erased.time,
        )
    )
    for version, each in enumerate(told, 1):
        vault.connection.execute(
            insert(manifests).values(
                deposit_id=deposit,
                version=version,
                role="received" if version == 1 else "derived",
                digest=each.subject,
                group_node="",  # `write_stamps` finds it among the nodes that nothing else accounts for
                seq=each.seq,
                at=each.time,
            )
        )
