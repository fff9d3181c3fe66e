"""A small archive in memory: deposits, a log, stamps by a real local authority, and the parts of a package of them."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from signing import canonical
from signing.authority import LocalAuthority
from signing.checkpoint import Checkpoint
from signing.digests import digest_bytes
from signing.entry import Entry, ObjectRef
from signing.ers import HashTree
from signing.keys import Algorithm, KeySigner, PublicKey, public_keys
from signing.manifest import EvidenceManifest, FileEntry, manifest_digest
from signing.note import NoteKey
from signing.package.build import build_package
from signing.package.parts import DepositPart, DocumentPart, LogPart, Opener, PackageParts, StampPart
from signing.package.seal import SealKey
from signing.renewal import History
from signing.stamp import group_node, log_leaf
from signing.timestamp import accept_response, build_request
from signing.tlog import consistency_proof, inclusion_proof, leaf_hash, node_reader, root_of
from signing.tlog_proof import TlogProof
from tabellion.base.clock import rfc3339
from tests.signing.values import ARCHIVE, ORIGIN

START = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
STAMPED = START + timedelta(minutes=17)
EXPORTED = START + timedelta(days=3)

LOG_KEY = KeySigner.generate(Algorithm.ED25519)
SEAL_SIGNER = KeySigner.generate(Algorithm.P256)
SEAL = SealKey.create("Example archive: seal (test)", SEAL_SIGNER, START - timedelta(days=1), os.urandom)
AUTHORITY = LocalAuthority.create(START - timedelta(days=1), os.urandom)


def identifier(kind: int, number: int) -> str:
    return f"0192f0c1-2b3c-7d4e-8f50-{kind:04x}{number:08x}"


def opener(data: bytes) -> Opener:
    return lambda: io.BytesIO(data)


def token(authority: LocalAuthority, imprint: bytes, at: datetime, algorithm: str = "sha256") -> bytes:
    answer = authority.respond(
        build_request(imprint, nonce=7, imprint_algorithm=algorithm), at, serial=int(at.timestamp())
    )
    return accept_response(
        answer, imprint=imprint, nonce=7, trust=authority.trust, now=at, imprint_algorithm=algorithm
    ).der


@dataclass
class Log:
    """Entries in order, chained per object."""

    key: KeySigner = LOG_KEY
    origin: str = ORIGIN
    entries: list[bytes] = field(default_factory=list)
    heads: dict[tuple[str, str], tuple[int, bytes]] = field(default_factory=dict)

    def add(self, kind: str, thing: str, name: str, subject: str, reason: str | None = None) -> Entry:
        ordinal, previous = self.heads.get((thing, name), (-1, b""))
        entry = Entry(
            type=kind,
            seq=len(self.entries),
            time=rfc3339(START + timedelta(seconds=len(self.entries))),
            actor="f00dfeedbeef",
            object=ObjectRef(thing, name),
            chain="custody",
            ordinal=ordinal + 1,
            subject=subject,
            previous=previous.hex() or None,
            reason=reason,
        )
        self.entries.append(entry.to_bytes())
        self.heads[thing, name] = (ordinal + 1, leaf_hash(entry.to_bytes()))
        return entry

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        count = len(self.entries) if size is None else size
        return Checkpoint(self.origin, count, root_of(self.leaves[:count]))

    def proof(self, seq: int, signed: bytes, size: int) -> TlogProof:
        hashes = inclusion_proof(seq, size, node_reader(self.leaves[:size]))
        return TlogProof(seq, tuple(hashes), signed, self.entries[seq])

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return tuple(consistency_proof(old, new, node_reader(self.leaves[:new]))) if old < new else ()


@dataclass(frozen=True)
class Sample:
    """What a small archive knows of its deposits, and the parts of a package of all of them."""

    parts: PackageParts
    log: Log
    histories: tuple[History, ...]
    tree: HashTree
    originals: tuple[bytes, ...]

    def but(self, **changes: object) -> PackageParts:
        return replace(self.parts, **changes)  # type: ignore[arg-type]


def manifest_of(number: int, files: dict[str, bytes]) -> EvidenceManifest:
    entries = []
    for path, data in files.items():
        digests = digest_bytes(data)
        role = "original" if path.startswith("original") else "text"
        entries.append(FileEntry(path, role, "image/tiff", digests.size, digests.sha256, digests.sha512))
    return EvidenceManifest(
        archive=ARCHIVE,
        deposit=identifier(1, number),
        version=1,
        salt=bytes([number]) * 32,
        files=tuple(entries),
        protection_class="normal",
        retention_class="credit-file",
        received_at=rfc3339(START),
    )


def sample(
    count: int = 1,
    *,
    log: Log | None = None,
    authority: LocalAuthority = AUTHORITY,
    stamped_at: datetime = STAMPED,
    pending: bool = False,
    change: Callable[[Log], None] = lambda log: None,
    stamper: Callable[[bytes], bytes] | None = None,
) -> Sample:
    """Deposits in one stamp, a document each.

    `change` adds entries before the export's checkpoint, `stamper` gives another token.
    """
    log = log or Log()
    originals = tuple(f"the bytes of scan {number}".encode() * 40 for number in range(count))
    manifests = [manifest_of(n, {"original.tif": data}).to_bytes() for n, data in enumerate(originals)]
    for number, manifest in enumerate(manifests):
        digest = manifest_digest(manifest).hex()
        log.add("receive", "deposit", identifier(1, number), digest, "upload")
        log.add("compose", "document", identifier(2, number), "cd" * 32, "initial")
        log.add("correct", "document", identifier(2, number), "ce" * 32, "by-hand")
    note = log.checkpoint().text().encode()
    stamped_size = len(log.entries)
    groups = [
        [manifest_digest(manifest), bytes.fromhex(digest_bytes(data).sha256)]
        for manifest, data in zip(manifests, originals, strict=True)
    ]
    tree = HashTree("sha256", [*(group_node(own, rest) for own, *rest in groups), log_leaf(note)])
    answer = stamper(tree.root) if stamper else token(authority, tree.root, stamped_at)
    histories = [History.initial(tree, place, group, answer) for place, group in enumerate(groups)]
    histories.append(History.initial(tree, count, [log_leaf(note)], answer))
    log.add("stamp", "stamp", identifier(3, 1), digest_bytes(answer).sha256, "on-demand")
    change(log)
    size = len(log.entries)
    signed = log.checkpoint().sign(log.key)
    deposits = tuple(
        DepositPart(
            manifest=manifests[number],
            files={"original.tif": opener(originals[number])},
            transfer_note=canonical.dumps(
                {"$schema": "urn:tabellion:transfer-note:v1", "name": f"Umowa nr {number} – żółć.tif"}
            ),
            stamp=None if pending else 1,
            record=None if pending else histories[number].to_bytes(),
        )
        for number in range(count)
    )
    seqs = [
        seq
        for seq, data in enumerate(log.entries)
        if Entry.parse(data).object.type in ("deposit", "document")
    ]
    stamps = StampPart(
        1,
        note,
        log.consistency(stamped_size, size),
        histories[-1].to_bytes(),
        (authority.tsa_certificate,),
        (authority.revocation_list(stamped_at),),
    )
    parts = PackageParts(
        archive=ARCHIVE,
        origin=log.origin,
        language="en",
        deposits=deposits,
        documents=tuple(
            DocumentPart(identifier(2, number), (number,), (), b"%PDF-1.7 exhibit") for number in range(count)
        ),
        log=LogPart(signed, tuple(log.proof(seq, signed, size) for seq in seqs)),
        report=b"%PDF-1.7 report",
        keys=trusted_keys(log.key),
        stamps=() if pending else (stamps,),
    )
    return Sample(parts, log, tuple(histories), tree, originals)


def trusted_keys(log_key: KeySigner = LOG_KEY, seal: KeySigner = SEAL_SIGNER) -> bytes:
    since = START - timedelta(days=1)
    return public_keys([PublicKey.of("log", log_key, since), PublicKey.of("seal", seal, since)])


@cache
def vkey() -> bytes:
    return (NoteKey(ORIGIN, LOG_KEY.public_der).vkey() + "\n").encode()


def package_of(
    parts: PackageParts, seal: SealKey = SEAL, at: datetime = EXPORTED, *, stamped: bool = True
) -> bytes:
    """The bytes of the package, its seal time-stamped."""
    out = io.BytesIO()
    stamper = (lambda imprint: token(AUTHORITY, imprint, at)) if stamped else None
    build_package(parts, out, seal, at, stamper)
    return out.getvalue()
