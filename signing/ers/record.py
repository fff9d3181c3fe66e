"""An evidence record in memory: chains of archive time-stamps, each with the exact bytes that it was read from."""

from dataclasses import dataclass

from signing import der
from signing.tst_info import Imprint


@dataclass(frozen=True, slots=True)
class ArchiveTimestamp:
    """One ArchiveTimeStamp: a reduced hash tree under `algorithm`, and the token (DER ContentInfo) over its root.

    `hashtree` is empty where the token is over the hash of the object itself. `imprint` is what the token says it is
    over, not yet verified; `der` are the bytes of the whole.
    """

    algorithm: str
    hashtree: tuple[tuple[bytes, ...], ...]
    token: bytes
    imprint: Imprint
    der: bytes


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A record: its chains from the oldest on; within a chain time-stamp renewals follow the first time-stamp."""

    algorithms: tuple[str, ...]
    chains: tuple[tuple[ArchiveTimestamp, ...], ...]
    der: bytes

    def sequence_der(self, chains: int | None = None) -> bytes:
        """The DER of the ArchiveTimeStampSequence of the first chains, of all without a number.

        It is what the hash-tree renewal that begins the next chain covers (section 5.2, step 3).
        """
        return sequence_der(self.chains if chains is None else self.chains[:chains])


def sequence_der(chains: tuple[tuple[ArchiveTimestamp, ...], ...]) -> bytes:
    """The DER of an ArchiveTimeStampSequence of these chains, each time-stamp in its own bytes."""
    return der.sequence(b"".join(der.sequence(b"".join(each.der for each in chain)) for chain in chains))
