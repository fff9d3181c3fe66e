"""The evidence manifest: what was received, in bytes that can be hashed (EVIDENCE section 1).

Nothing that identifies a person stands in it: paths are generated, station, device and profile are technical names.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from signing import canonical
from signing import fields as check
from signing.digests import Digests
from signing.errors import ManifestInvalid, NotCanonical

SCHEMA = "urn:tabellion:evidence-manifest:v1"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a deposit; `path` is ASCII and generated (`original.tif`), never the sender's name for it."""

    path: str
    role: str
    media_type: str
    size: int
    sha256: str
    sha512: str

    def __post_init__(self) -> None:
        check.text("files.path", self.path, "path")
        check.text("files.role", self.role, "name")
        check.text("files.media_type", self.media_type, "media-type")
        check.integer("files.size", self.size)
        check.text("files.sha256", self.sha256, "sha256")
        check.text("files.sha512", self.sha512, "sha512")

    @property
    def digests(self) -> Digests:
        """What the bytes of this file must digest to."""
        return Digests(self.sha256, self.sha512, self.size)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the station says of its item, unverified; what it does not say is absent."""

    station_key: str | None = None
    batch: str | None = None
    sequence: int | None = None
    device: str | None = None
    device_serial: str | None = None
    profile: str | None = None
    dpi: int | None = None
    sheets: int | None = None
    sides: int | None = None
    started_at: str | None = None
    ended_at: str | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        for name, value in _present(self).items():
            match name:
                case "sequence" | "dpi" | "sheets" | "sides":
                    check.integer(f"claimed.{name}", value)
                case "started_at" | "ended_at":
                    check.instant(f"claimed.{name}", value)
                case "sha256":
                    check.text("claimed.sha256", value, "sha256")
                case "station_key" | "batch":
                    check.text(f"claimed.{name}", value, "token")
                case _:
                    check.text(f"claimed.{name}", value, "label")


@dataclass(frozen=True, slots=True)
class Source:
    """A manifest this one was derived from; `pages[i]` is the source's page that became page i + 1 of an extract."""

    manifest: str
    pages: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check.text("derived_from.manifest", self.manifest, "sha256")
        for page in self.pages:
            check.integer("derived_from.pages", page, 1)


@dataclass(frozen=True, slots=True)
class EvidenceManifest:
    """A manifest; raises ValueError where a value breaks the format. `received_at` is claimed time, no proof of time.

    `salt` is 32 random bytes that make the digest of the manifest hiding; `archive` and `deposit` are identifiers.
    """

    archive: str
    deposit: str
    version: int
    salt: bytes
    files: tuple[FileEntry, ...]
    protection_class: str
    retention_class: str
    received_at: str
    claimed: Claimed | None = None
    derived_from: tuple[Source, ...] = ()
    supersedes: str | None = None

    def __post_init__(self) -> None:
        check.identifier("archive", self.archive)
        check.identifier("deposit", self.deposit)
        check.integer("version", self.version, 1)
        if len(self.salt) != 32:
            raise ValueError("salt is not 32 bytes")
        if not self.files:
            raise ValueError("files is empty")
        if len({entry.path for entry in self.files}) != len(self.files):
            raise ValueError("two files have the same path")
        check.text("protection_class", self.protection_class, "name")
        check.text("retention_class", self.retention_class, "name")
        check.instant("received_at", self.received_at)
        if self.claimed is not None and not _present(self.claimed):
            raise ValueError("claimed says nothing; leave it out")
        if self.supersedes is not None:
            check.text("supersedes", self.supersedes, "sha256")

    def to_bytes(self) -> bytes:
        """The RFC 8785 bytes of `evidence-manifest.json`."""
        return canonical.dumps(self._members())

    def _members(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "$schema": SCHEMA,
            "archive": self.archive,
            "deposit": self.deposit,
            "version": self.version,
            "salt": base64.b64encode(self.salt).decode(),
            "files": [_present(entry) for entry in self.files],
            "protection_class": self.protection_class,
            "retention_class": self.retention_class,
            "received_at": self.received_at,
        }
        if self.claimed is not None:
            value["claimed"] = _present(self.claimed)
        if self.derived_from:
            value["derived_from"] = [
                {"manifest": source.manifest} | ({"pages": list(source.pages)} if source.pages else {})
                for source in self.derived_from
            ]
        if self.supersedes is not None:
            value["supersedes"] = self.supersedes
        return value

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The manifest of exact bytes; raises `ManifestInvalid` for any other spelling, key or value."""
        try:
            value = canonical.load_object(data)
            manifest = cls._read(value)
        except (NotCanonical, ValueError) as error:
            raise ManifestInvalid(f"the evidence manifest is not valid: {error}") from error
        # The bytes are the canonical ones of `value`: what is equal to it has the same.
        if manifest._members() != value:
            raise ManifestInvalid("the evidence manifest is not in the one form that its content has")
        return manifest

    @classmethod
    def _read(cls, data: dict[str, Any]) -> Self:
        value = check.members("the manifest", data, _REQUIRED, _OPTIONAL)
        if value["$schema"] != SCHEMA:
            raise ValueError(f"$schema is not {SCHEMA}")
        return cls(
            archive=value["archive"],
            deposit=value["deposit"],
            version=value["version"],
            salt=check.base64_bytes("salt", value["salt"], 32),
            files=tuple(_file(entry) for entry in _array("files", value["files"])),
            protection_class=value["protection_class"],
            retention_class=value["retention_class"],
            received_at=value["received_at"],
            claimed=_claimed(value["claimed"]) if "claimed" in value else None,
            derived_from=tuple(
                _source(source) for source in _array("derived_from", value.get("derived_from", []))
            ),
            supersedes=value.get("supersedes"),
        )

    @property
    def member_digests(self) -> tuple[bytes, ...]:
        """SHA-256 of every file: with the manifest's own digest, the group that a stamp covers."""
        return tuple(bytes.fromhex(entry.sha256) for entry in self.files)


_OPTIONAL = frozenset({"claimed", "derived_from", "supersedes"})
_REQUIRED = frozenset({field.name for field in fields(EvidenceManifest)} | {"$schema"}) - _OPTIONAL
_OF_A_FILE = frozenset(field.name for field in fields(FileEntry))
_OF_A_CLAIM = frozenset(field.name for field in fields(Claimed))


def manifest_digest(data: bytes) -> bytes:
    """SHA-256 of a manifest's bytes: the subject of its log entry and the first member of its stamp group."""
    return hashlib.sha256(data).digest()


def _present(value: FileEntry | Claimed) -> dict[str, Any]:
    names = _OF_A_FILE if isinstance(value, FileEntry) else _OF_A_CLAIM
    return {name: member for name in names if (member := getattr(value, name)) is not None}


def _array(where: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{where} is not an array")
    return value


def _file(value: object) -> FileEntry:
    return FileEntry(**check.members("files", value, _OF_A_FILE))


def _claimed(value: object) -> Claimed:
    return Claimed(**check.members("claimed", value, frozenset(), _OF_A_CLAIM))


def _source(value: object) -> Source:
    members: Mapping[str, Any] = check.members(
        "derived_from", value, frozenset({"manifest"}), frozenset({"pages"})
    )
    return Source(members["manifest"], tuple(_array("derived_from.pages", members.get("pages", []))))
