"""Small valid values that the tests of this room start from."""

from datetime import UTC, datetime

from signing.digests import digest_bytes
from signing.entry import Entry, ObjectRef
from signing.keys import Algorithm, KeySigner
from signing.manifest import Claimed, EvidenceManifest, FileEntry, Source

ARCHIVE = "0192f0c1-2b3c-7d4e-8f50-617283940a1b"
DEPOSIT = "0192f0c1-2b3c-7d4e-8f50-617283940a2c"
BATCH = "0192f0c1-2b3c-7d4e-8f50-617283940a3d"
ORIGIN = "example.com/archive"
WHEN = "2026-11-21T09:14:00.000000Z"
NOW = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
ORIGINAL = b"the bytes of a scan"

LOG_KEY = KeySigner.generate(Algorithm.ED25519)
RECEIPT_KEY = KeySigner.generate(Algorithm.ED25519)


def file_entry(path: str = "original.tif", data: bytes = ORIGINAL) -> FileEntry:
    digests = digest_bytes(data)
    return FileEntry(path, "original", "image/tiff", digests.size, digests.sha256, digests.sha512)


def manifest() -> EvidenceManifest:
    return EvidenceManifest(
        archive=ARCHIVE,
        deposit=DEPOSIT,
        version=1,
        salt=bytes(range(32)),
        files=(file_entry(),),
        protection_class="normal",
        retention_class="credit-file",
        received_at=WHEN,
    )


def full_manifest() -> EvidenceManifest:
    return EvidenceManifest(
        archive=ARCHIVE,
        deposit=DEPOSIT,
        version=2,
        salt=bytes(range(32)),
        files=(file_entry(), file_entry("derived/text.json", b"{}")),
        protection_class="very-high",
        retention_class="credit-file",
        received_at=WHEN,
        claimed=Claimed(
            station_key="0a1b2c3d",
            batch="2026-11-21.7",
            sequence=0,
            device="Canon DR-G2140",
            device_serial="GX 301 77",
            profile="300 dpi grey",
            dpi=300,
            sheets=1,
            sides=2,
            started_at=WHEN,
            ended_at=WHEN,
            sha256="ab" * 32,
        ),
        derived_from=(Source("cd" * 32, (3, 1)), Source("ce" * 32)),
        supersedes="ef" * 32,
    )


def entry(**changes: object) -> Entry:
    values: dict[str, object] = {
        "type": "receive",
        "seq": 7,
        "time": WHEN,
        "actor": "f00dfeedbeef",
        "object": ObjectRef("deposit", DEPOSIT),
        "chain": "custody",
        "ordinal": 0,
        "subject": "ab" * 32,
        "reason": "upload",
    }
    return Entry(**(values | changes))  # type: ignore[arg-type]
