"""What can fail to hold in evidence, each a leaf of `EvidenceError`.

EvidenceError
├── NotCanonical          NOT_CANONICAL        bytes that are not their own RFC 8785 form
├── ManifestInvalid       MANIFEST_INVALID     a manifest that is not one of ours
├── EntryInvalid          ENTRY_INVALID        a log entry that is not one of ours
├── ProofInvalid          LOG_PROOF_INVALID    an inclusion or consistency proof that does not hold
├── NoteInvalid           NOTE_INVALID         a signed note, checkpoint or proof text that is malformed
├── SignatureInvalid      SIGNATURE_INVALID    a signature that the given key did not make
├── KeyUnusable           KEY_UNUSABLE         a key file that cannot be opened, or may not be used
├── StampInvalid          STAMP_INVALID        a stamp tree that does not fold to its root
├── ReceiptInvalid        RECEIPT_INVALID      a receipt that does not prove what it says
├── QuorumPolicyInvalid   QUORUM_POLICY_INVALID  a list of logs and witnesses that breaks its format
├── QuorumNotMet          QUORUM_NOT_MET       a checkpoint that too few witnesses have cosigned
├── WitnessRefused        WITNESS_REFUSED      what a witness answers instead of a cosignature
├── AlgorithmPolicyInvalid  ALGORITHM_POLICY_INVALID  a list of algorithms that is not one of ours
├── PackageInvalid        PACKAGE_INVALID      parts of a package that do not fit together
├── PackageRefused        PACKAGE_REFUSED      a package that cannot be read; `reason` names the condition that failed
├── TrustInvalid          TRUST_INVALID        a folder of trust that cannot be read, or a policy that loosens
├── TokenRefused          TOKEN_REFUSED        a time-stamp token; `reason` names the condition that failed
└── RecordRefused         RECORD_REFUSED       an evidence record; `reason` names the condition that failed
"""

from enum import StrEnum

from tabellion.base.errors import EvidenceError


class NotCanonical(EvidenceError):
    """The bytes are not the one canonical form of a permitted JSON value."""

    code = "NOT_CANONICAL"
    advice = "Ask for the exact bytes that were signed; a re-formatted copy proves nothing."


class ManifestInvalid(EvidenceError):
    """An evidence manifest that breaks its format."""

    code = "MANIFEST_INVALID"
    advice = (
        "The manifest was altered or made by something else; take it from the vault or the package again."
    )


class EntryInvalid(EvidenceError):
    """A log entry that breaks its format."""

    code = "ENTRY_INVALID"
    advice = "The entry was altered or made by something else; compare it with the entry bundle of the log."


class ProofInvalid(EvidenceError):
    """A Merkle proof that does not lead to the root it was given."""

    code = "LOG_PROOF_INVALID"
    advice = "Fetch entry, proof and checkpoint anew; if they still disagree, the log was rewritten."


class NoteInvalid(EvidenceError):
    """A text of the C2SP formats (note, checkpoint, tlog-proof) that is malformed or not signed by a known key."""

    code = "NOTE_INVALID"
    advice = (
        "Check that the verifier key is this log's key, and fetch the text again without reformatting it."
    )


class SignatureInvalid(EvidenceError):
    """A signature that does not verify under the key that is named."""

    code = "SIGNATURE_INVALID"
    advice = "The signed bytes or the signature were altered, or it was made with another key."


class KeyUnusable(EvidenceError):
    """A key that cannot be read, or that may not be used for this."""

    code = "KEY_UNUSABLE"
    advice = "Check the key file, its mode (0600) and the passphrase file."


class StampInvalid(EvidenceError):
    """A reduced hash tree that does not lead to the stamped root."""

    code = "STAMP_INVALID"
    advice = "The leaf was altered, or the tree belongs to another stamp."


class ReceiptInvalid(EvidenceError):
    """A receipt that does not prove what it says."""

    code = "RECEIPT_INVALID"
    advice = "Fetch the receipt from the archive again; keep both copies if they differ."


class QuorumPolicyInvalid(EvidenceError):
    """A policy of logs and witnesses (C2SP tlog-policy) that breaks its format."""

    code = "QUORUM_POLICY_INVALID"
    advice = "Correct the line that the message names; c2sp.org/tlog-policy describes the format."


class QuorumNotMet(EvidenceError):
    """A checkpoint that fewer witnesses have cosigned than the policy demands."""

    code = "QUORUM_NOT_MET"
    advice = "Fetch the checkpoint anew: cosignatures may have come since; else ask the witnesses why not."


class WitnessRefused(EvidenceError):
    """What a witness will not cosign; `http_status` and `body` are its answer by C2SP tlog-witness."""

    code = "WITNESS_REFUSED"
    advice = "On 409 send the proof from the size that the witness has; everything else is for a person to look at."

    def __init__(self, http_status: int, message: str, *, size: int | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.size = size

    @property
    def body(self) -> bytes:
        """On 409 the size that the witness has, with its newline; else the reason in words."""
        return f"{self if self.size is None else self.size}\n".encode()

    @property
    def content_type(self) -> str:
        """`text/x.tlog.size` where the body is a size."""
        return "text/plain; charset=utf-8" if self.size is None else "text/x.tlog.size"


class AlgorithmPolicyInvalid(EvidenceError):
    """A file of trusted algorithms that breaks its format."""

    code = "ALGORITHM_POLICY_INVALID"
    advice = "Start from signing/algorithms.json, and keep its canonical form (RFC 8785)."


class PackageInvalid(EvidenceError):
    """What should go into a package does not fit together; nothing was written that could be handed out."""

    code = "PACKAGE_INVALID"
    advice = "Verify the documents in the archive first; the package is built anew from what holds."


class PackageRefused(EvidenceError):
    """A package of which nothing can be believed; `reason` is a code of `signing.verifier.reasons`."""

    code = "PACKAGE_REFUSED"
    advice = "Get the file again from where it came from; what is malformed is not repaired."

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class TrustInvalid(EvidenceError):
    """What a verifier was told to trust cannot be read, or a policy demands less than the built-in minimum."""

    code = "TRUST_INVALID"
    advice = "Get the folder that `tabellion keys export --public` wrote once more; docs/evidence.md lists its files."


class TokenReason(StrEnum):
    """Why a time-stamp token was refused; docs/evidence.md explains each."""

    RESPONSE_MALFORMED = "TOKEN_RESPONSE_MALFORMED"
    NOT_GRANTED = "TOKEN_NOT_GRANTED"
    AUTHORITY_BUSY = "TOKEN_AUTHORITY_BUSY"
    NONCE = "TOKEN_NONCE"
    CLOCK = "TOKEN_CLOCK"
    MALFORMED = "TOKEN_MALFORMED"
    CONTENT_TYPE = "TOKEN_CONTENT_TYPE"
    SIGNER_COUNT = "TOKEN_SIGNER_COUNT"
    SIGNED_ATTRIBUTES = "TOKEN_SIGNED_ATTRIBUTES"
    MESSAGE_DIGEST = "TOKEN_MESSAGE_DIGEST"
    SIGNATURE = "TOKEN_SIGNATURE"
    SIGNER_UNKNOWN = "TOKEN_SIGNER_UNKNOWN"
    SIGNER_REFERENCE = "TOKEN_SIGNER_REFERENCE"
    IMPRINT_ALGORITHM = "TOKEN_IMPRINT_ALGORITHM"
    IMPRINT = "TOKEN_IMPRINT"
    POLICY = "TOKEN_POLICY"
    EXTENSION = "TOKEN_EXTENSION"
    FUTURE = "TOKEN_FUTURE"
    OUTSIDE_VALIDITY = "TOKEN_OUTSIDE_VALIDITY"
    ACCURACY = "TOKEN_ACCURACY"
    SIGNER_IS_CA = "TOKEN_SIGNER_IS_CA"
    KEY_USAGE = "TOKEN_KEY_USAGE"
    EXTENDED_KEY_USAGE = "TOKEN_EXTENDED_KEY_USAGE"
    WEAK_ALGORITHM = "TOKEN_WEAK_ALGORITHM"
    PATH = "TOKEN_PATH"
    FOREIGN_CERTIFICATE = "TOKEN_FOREIGN_CERTIFICATE"
    REVOCATION_DATA = "TOKEN_REVOCATION_DATA"
    REVOKED = "TOKEN_REVOKED"


STRANGER = frozenset({TokenReason.PATH, TokenReason.SIGNER_UNKNOWN, TokenReason.POLICY})
"""Reasons that say no more than that the token's authority, or its policy, is not among those that are trusted."""


class TokenRefused(EvidenceError):
    """A time-stamp token or response that fails one condition; `reason` says which."""

    code = "TOKEN_REFUSED"
    advice = (
        "Do not retry it into acceptance: have a person compare the token with the authority's certificates."
    )

    def __init__(self, reason: TokenReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def undecided(self) -> bool:
        """Whether the verdict is INDETERMINATE, not FAILED: another verifier may trust its authority."""
        return self.reason in STRANGER

    @property
    def transient(self) -> bool:
        """Whether the same request may be sent again later (the authority itself said so)."""
        return self.reason is TokenReason.AUTHORITY_BUSY

    def diagnostics(self) -> str:
        if self.transient:
            return "The authority asked to be left alone for now; the same root is sent again later."
        return self.advice


class RecordReason(StrEnum):
    """Why an evidence record does not prove its objects; docs/evidence.md explains each."""

    MALFORMED = "ERS_MALFORMED"
    LIMITS = "ERS_LIMITS"
    ENCRYPTED = "ERS_ENCRYPTED"
    ALGORITHM = "ERS_ALGORITHM"
    DIGEST_MISSING = "ERS_DIGEST_MISSING"
    NOT_COVERED = "ERS_NOT_COVERED"
    GROUP = "ERS_GROUP"
    IMPRINT = "ERS_IMPRINT"
    TIMESTAMP_NOT_COVERED = "ERS_TIMESTAMP_NOT_COVERED"
    SEQUENCE_NOT_COVERED = "ERS_SEQUENCE_NOT_COVERED"
    ORDER = "ERS_ORDER"
    LATE_RENEWAL = "ERS_LATE_RENEWAL"
    EXPIRED = "ERS_EXPIRED"
    SUNSET = "ERS_SUNSET"


UNDECIDED = frozenset(
    {
        RecordReason.DIGEST_MISSING,
        RecordReason.ENCRYPTED,
        RecordReason.LATE_RENEWAL,
        RecordReason.EXPIRED,
        RecordReason.SUNSET,
    }
)
"""Reasons after which nothing is shown to be false: what is there does not suffice, so the verdict is INDETERMINATE."""


class RecordRefused(EvidenceError):
    """An evidence record that fails one condition; `reason` says which."""

    code = "RECORD_REFUSED"
    advice = (
        "Compare the record with the files it is for; where it is late or expired, ask for a renewed one."
    )

    def __init__(self, reason: RecordReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def undecided(self) -> bool:
        """Whether the verdict is INDETERMINATE, not FAILED."""
        return self.reason in UNDECIDED
