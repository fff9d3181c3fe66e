"""What is made of a deposit and kept: in the vault with a manifest of its own, then rows and an entry of the log."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from archive.archive import Archive
from archive.catalogue.schema import manifests
from archive.log import record
from archive.stored import note_objects
from archive.vault import Ref
from signing.manifest import EvidenceManifest
from signing.stamp import group_node


@dataclass(frozen=True, slots=True)
class Derived:
    """What is in the vault with its manifest, and not yet in the catalogue."""

    manifest: EvidenceManifest
    sha256: str
    """Of the manifest, hexadecimal."""
    objects: tuple[tuple[Ref, str], ...]
    """What was put, and the SHA-256 of its plain bytes, hexadecimal."""


def next_version(connection: Connection, deposit_id: str) -> int:
    """The version that the next manifest of a deposit has."""
    highest = select(func.max(manifests.c.version)).where(manifests.c.deposit_id == deposit_id)
    return (connection.scalar(highest) or 0) + 1


def put_derived(archive: Archive, manifest: EvidenceManifest, kept: Iterable[tuple[Ref, str]]) -> Derived:
    """Put the manifest into the vault, after the files that it names: `kept`, with their plain SHA-256.

    What was put is swept where no row comes to name it. Raises what the vault raises.
    """
    owner = _owner(manifest)
    data = manifest.to_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    ref = archive.objects.put_bytes(f"{owner}/manifest-{manifest.version}.json", data, owner)
    return Derived(manifest, sha256, (*kept, (ref, sha256)))


def commit_derived(connection: Connection, derived: Derived, actor: str, now: datetime, reason: str) -> None:
    """The rows of what was derived, and its entry: it is evidence of its own from the next stamp on.

    Raises `IntegrityError` where another manifest of the deposit took the version.
    """
    manifest = derived.manifest
    connection.execute(
        insert(manifests),
        {
            "deposit_id": manifest.deposit,
            "version": manifest.version,
            "role": "derived",
            "digest": derived.sha256,
            "group_node": group_node(bytes.fromhex(derived.sha256), manifest.member_digests).hex(),
            "at": now,
        },
    )
    note_objects(connection, derived.objects, _owner(manifest), now)
    record(
        connection,
        type="derive",
        object_type="deposit",
        object_id=manifest.deposit,
        subject=derived.sha256,
        actor=actor,
        time=now,
        reason=reason,
    )


def _owner(manifest: EvidenceManifest) -> str:
    return f"deposits/{manifest.deposit}"
