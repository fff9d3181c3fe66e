"""What a verifier trusts, and under which policy: values that come from its own store, never from a package."""

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.keys import PublicKey
from signing.note import NoteKey
from signing.quorum import QuorumPolicy
from signing.timestamp import TimestampTrust
from signing.verdict import EMBEDDED, Policy, TrustInput


@dataclass(frozen=True, slots=True)
class Trust:
    """Keys of the archive with the time in which they were used, its log, seals, authorities, witnesses, and a policy.

    A seal is trusted by its certificate (`seals`) or by its public key (`keys` of use seal). Without `quorum` no
    witness is asked. `inputs` is what the report prints.
    """

    keys: tuple[PublicKey, ...] = ()
    log_keys: tuple[NoteKey, ...] = ()
    seals: tuple[x509.Certificate, ...] = ()
    authorities: tuple[TimestampTrust, ...] = ()
    quorum: QuorumPolicy | None = None
    algorithms: AlgorithmPolicy = BUILT_IN
    policy: Policy = EMBEDDED
    inputs: tuple[TrustInput, ...] = ()


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate's DER, hexadecimal."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
