"""What a verification trusts: handed in from outside, never taken from what is verified."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256

from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.note import NoteKey
from signing.quorum import QuorumPolicy
from signing.timestamp import TimestampTrust
from signing.verdict import TrustInput


@dataclass(frozen=True, slots=True)
class VerifyTrust:
    """The log's keys and the time-stamp authorities, each with where it came from, in words for the report.

    `algorithms` is the policy by which tokens are trusted; it can only tighten the built-in one. `quorum` says which
    witnesses are trusted, and how many must have cosigned; without it none is asked.
    """

    log_keys: tuple[NoteKey, ...]
    authorities: tuple[TimestampTrust, ...]
    source: str = "the keys of this installation"
    algorithms: AlgorithmPolicy = BUILT_IN
    quorum: QuorumPolicy | None = None

    def inputs(self) -> Iterator[TrustInput]:
        """What the report prints."""
        for key in self.log_keys:
            yield TrustInput("log", sha256(key.public_der).hexdigest(), self.source)
        for authority in self.authorities:
            for anchor in authority.anchors:
                use = f"time ({authority.authority})"
                yield TrustInput(use, anchor.fingerprint(SHA256()).hex(), self.source)
        for witness in () if self.quorum is None else self.quorum.witness_keys:
            yield TrustInput("witness", sha256(witness.public_der).hexdigest(), self.source)
