"""What an archive hands out to an auditor who believes nothing of what it says (docs/evidence.md, Audit)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509

from signing.other_tokens import Others


class NotHanded(Exception):
    """The archive answered, and did not hand out what was asked for; `hidden`: as it answers who may not have it."""

    def __init__(self, why: str, *, hidden: bool) -> None:
        super().__init__(why)
        self.hidden = hidden


class BrokenOff(NotHanded):
    """What was handed out ended before its end."""


@dataclass(frozen=True, slots=True)
class TimeProof:
    """An evidence record (DER), and the stamp with which it begins."""

    stamp: str
    record: bytes


@dataclass(frozen=True, slots=True)
class StampHelp:
    """Certificates and revocation lists on the way to trusted CAs, and tokens of other operators."""

    certificates: Sequence[x509.Certificate]
    crls: Sequence[x509.CertificateRevocationList]
    others: Others


class Archive(Protocol):
    """What an archive hands out to an auditor. Each raises `NotHanded`, and OSError where nobody answers."""

    @property
    def opens_all(self) -> bool:
        """Whether the account may open every paper, so that nothing may be kept from it."""
        ...

    def listed(self) -> Mapping[str, str]:
        """The deposits of all papers that the archive lists, each with its paper."""
        ...

    def is_logged(self, deposit: str) -> bool:
        """Whether the archive says that a deposit is in its log."""
        ...

    def manifest(self, digest: str) -> bytes:
        """A manifest by its SHA-256."""
        ...

    def time_proof(self, digest: str) -> TimeProof | None:
        """The record of a manifest and its files; None while it is pending."""
        ...

    def stamp_help(self, stamp: str) -> StampHelp:
        """What helps to verify the tokens of a stamp."""
        ...

    def receipt(self, deposit: str) -> bytes:
        """The signed receipt."""
        ...

    def original(self, deposit: str) -> Iterable[bytes]:
        """The bytes as they were received, in pieces."""
        ...
