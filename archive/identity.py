"""`archive.json`: what was fixed when the archive was made; kept in the vault, in clear, and never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from archive.vault import Vault
from signing import canonical
from tabellion.base.clock import parse_rfc3339, rfc3339
from tabellion.base.errors import NotInitialised

KEY = "archive.json"
SCHEMA = "urn:tabellion:archive:v1"
FORMAT = 1
LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """Archive id, log origin, format of the vault, whether objects are encrypted, and when all that was fixed."""

    archive: str
    origin: str
    encrypted: bool
    created_at: datetime
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        """The bytes of `archive.json` (RFC 8785)."""
        return canonical.dumps(
            {
                "$schema": SCHEMA,
                "archive": self.archive,
                "origin": self.origin,
                "encrypted": self.encrypted,
                "created_at": rfc3339(self.created_at),
                "format": self.format,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The identity that `to_bytes` wrote; raises `NotInitialised` for a format that this version cannot read."""
        value = canonical.loads(data)
        if not isinstance(value, dict) or value.get("$schema") != SCHEMA or value.get("format") != FORMAT:
            raise NotInitialised(
                "archive.json has a format that this version does not know",
                advice="Use the version of Tabellion that made this archive, or a later one.",
            )
        return cls(value["archive"], value["origin"], value["encrypted"], parse_rfc3339(value["created_at"]))


def read_identity(vault: Vault) -> Identity | None:
    """The identity of the archive in this vault, or None where there is no archive."""
    versions = vault.versions(KEY)
    if not versions:
        return None
    with vault.get(versions[0]) as stream:
        return Identity.parse(stream.read(LARGEST))
