"""What a package is built from: values and streams that whoever exports hands in."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from cryptography import x509

from signing.digests import Readable
from signing.other_tokens import OtherToken
from signing.tlog_proof import TlogProof

Opener = Callable[[], AbstractContextManager[Readable]]
"""Opens the exact bytes of a file, from their beginning."""


@dataclass(frozen=True, slots=True)
class DepositPart:
    """A deposit, or an extract of one: its manifest, what the manifest lists, and what proves its time.

    `transfer_note` is canonical JSON for people (original file name, capture, quality, composition). `record` is the
    DER of the evidence record over manifest and files, `stamp` the number of the stamp that it begins with; both are
    absent where the time proof is pending.
    """

    manifest: bytes
    files: Mapping[str, Opener]
    transfer_note: bytes
    stamp: int | None = None
    record: bytes | None = None


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A document: the deposits it is made of (places in `PackageParts.deposits`, from 0), and its readable copy.

    `erased` are deposits of it that were erased; their `erase` entries must be among the proofs.
    """

    document: str
    deposits: tuple[int, ...]
    erased: tuple[str, ...] = ()
    exhibit: bytes | Opener | None = None


@dataclass(frozen=True, slots=True)
class StampPart:
    """A stamp: the note text in its tree, the consistency proof from there to the package's checkpoint, its record.

    `record` is the DER of the evidence record over the note text; `certificates` and `crls` are those of the paths of
    its tokens, each once. `others` are tokens of other operators over the root that its first token is over.
    """

    number: int
    note: bytes
    consistency: tuple[bytes, ...]
    record: bytes
    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    others: tuple[OtherToken, ...] = ()


@dataclass(frozen=True, slots=True)
class LogPart:
    """The signed checkpoint, and a proof (with the entry as `extra`) of every custody entry of the package's objects.

    `quorum` is the C2SP tlog-policy that the archive follows, for information: verifiers bring their own. Where the
    hash was renewed, `bundles` has the DER of the evidence records of the entry bundles (by their index) that the
    proofs' entries are in, and `record` that of the checkpoint's note text.
    """

    checkpoint: bytes
    proofs: tuple[TlogProof, ...]
    quorum: bytes | None = None
    bundles: Mapping[int, bytes] = field(default_factory=dict)
    record: bytes | None = None


@dataclass(frozen=True, slots=True)
class PackageParts:
    """Everything but the seal. `keys` is the archive's `keys.json` for information: verifiers bring their own."""

    archive: str
    origin: str
    language: str
    deposits: tuple[DepositPart, ...]
    documents: tuple[DocumentPart, ...]
    log: LogPart
    report: bytes
    keys: bytes
    stamps: tuple[StampPart, ...] = field(default=())
