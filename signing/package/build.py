"""Builds a package: everything but the seal is a function of the parts, so that asking again gives the same bytes.

The order is: `mimetype`, then all names ascending. Contents are digested as they are copied, and must be what the
manifests say; the writer's file is to be thrown away where this raises.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.checkpoint import Checkpoint, note_text
from signing.digests import DigestingReader, digest_bytes, digest_stream
from signing.entry import Entry
from signing.errors import PackageInvalid
from signing.ers import parse_record
from signing.manifest import EvidenceManifest
from signing.package import layout
from signing.package.asic_manifest import AsicManifest, references
from signing.package.guide import Guide, GuideToken
from signing.package.index import DepositItem, DocumentItem, PackageIndex
from signing.package.parts import Opener, PackageParts, StampPart
from signing.package.seal import SealKey, TimeStamper
from signing.package.zip_writer import writing
from signing.tst_info import read_imprint
from signing.witness import AddCheckpoint
from tabellion.base.errors import EvidenceError

_JSON = "application/json"
_TEXT = "text/plain"
_XML = "application/xml"
_BINARY = "application/octet-stream"
_RECORD = "application/vnd.etsi.evidence-record"
_CMS = "application/pkcs7-signature"


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the package: what it will be, known before it is copied."""

    name: str
    media_type: str
    size: int
    sha256: bytes
    open: Opener


def build_package(
    parts: PackageParts, out: BinaryIO, seal: SealKey, at: datetime, time_stamp: TimeStamper | None = None
) -> None:
    """Write the container to an empty, seekable file; `at` is the seal's claimed time.

    Raises `PackageInvalid` where the parts do not fit together. It does not prove that they hold: verify what was
    written with `signing.verifier` before it is handed out.
    """
    try:
        files = sorted(_files(parts), key=lambda file: file.name)
    except (EvidenceError, ValueError) as error:
        raise PackageInvalid(f"the parts of the package do not fit together: {error}") from error
    listed = references((file.name, file.media_type, file.sha256) for file in files)
    covered = AsicManifest(layout.SEAL, listed, _CMS).to_bytes()
    files += [
        _bytes(layout.SEAL_MANIFEST, _XML, covered),
        _bytes(layout.SEAL, _CMS, seal.sign(covered, at, time_stamp)),
    ]
    with writing(out) as archive:
        archive.add(layout.MIMETYPE_FILE, len(layout.MIMETYPE), io.BytesIO(layout.MIMETYPE.encode("ascii")))
        for file in sorted(files, key=lambda each: each.name):
            try:
                with file.open() as stream:
                    reader = DigestingReader(stream)
                    archive.add(file.name, file.size, reader)
            except ValueError as error:
                raise PackageInvalid(str(error)) from error
            if bytes.fromhex(reader.digests.sha256) != file.sha256:
                raise PackageInvalid(f"{file.name} has other bytes than its manifest says")


def _files(parts: PackageParts) -> Iterator[_File]:
    """Every file but the seal, its manifest and `mimetype`."""
    checkpoint = Checkpoint.parse_text(note_text(parts.log.checkpoint).decode())
    items: list[DepositItem] = []
    for number, deposit in enumerate(parts.deposits, 1):
        manifest = EvidenceManifest.parse(deposit.manifest)
        if {entry.path for entry in manifest.files} != set(deposit.files):
            raise PackageInvalid(f"folder {number} does not have the files that its manifest lists")
        digest = hashlib.sha256(deposit.manifest).hexdigest()
        items.append(DepositItem(number, manifest.deposit, digest, deposit.stamp))
        group = [_bytes(f"{layout.folder(number)}/{layout.MANIFEST_NAME}", _JSON, deposit.manifest)]
        for entry in manifest.files:
            name = f"{layout.folder(number)}/{entry.path}"
            stream = deposit.files[entry.path]
            group.append(_File(name, entry.media_type, entry.size, bytes.fromhex(entry.sha256), stream))
        yield from group
        yield _bytes(f"{layout.folder(number)}/{layout.NOTE_NAME}", _JSON, deposit.transfer_note)
        if (deposit.record is None) != (deposit.stamp is None):
            raise PackageInvalid(f"folder {number} has a stamp without a record, or a record without a stamp")
        if deposit.record is not None:
            yield from _record(number, deposit.record, group)
    tokens: list[GuideToken] = []
    for number, stamp in enumerate(parts.stamps, len(parts.deposits) + 1):
        note = _bytes(layout.stamp_checkpoint(stamp.number), _TEXT, stamp.note)
        yield note
        yield from _record(number, stamp.record, [note])
        for file, token in _tokens(stamp):
            yield file
            tokens.append(token)
        yield from _stamp(stamp, parts.log.checkpoint)
    documents: list[DocumentItem] = []
    for number, document in enumerate(parts.documents, 1):
        folders = tuple(place + 1 for place in document.deposits)
        exhibit = None
        if document.exhibit is not None:
            exhibit = number
            yield _exhibit(layout.exhibit(number), document.exhibit)
        documents.append(DocumentItem(document.document, folders, document.erased, exhibit))
    index = PackageIndex(
        parts.archive, parts.origin, parts.language, checkpoint.size, tuple(items), tuple(documents)
    )
    yield _bytes(layout.INDEX, _JSON, index.to_bytes())
    yield from _log(parts)
    yield _bytes(layout.REPORT, "application/pdf", parts.report)
    yield _bytes(layout.KEYS, _JSON, parts.keys)
    guide = Guide(parts.origin, checkpoint.size, len(items), len(documents), tokens)
    for name, text in guide.files(parts.language):
        yield _bytes(name, "text/markdown", text)


def _log(parts: PackageParts) -> Iterator[_File]:
    yield _bytes(layout.CHECKPOINT, _TEXT, parts.log.checkpoint)
    if parts.log.quorum is not None:
        yield _bytes(layout.QUORUM, _TEXT, parts.log.quorum)
    if parts.log.record is not None:
        yield _bytes(layout.CHECKPOINT_RECORD, _RECORD, parts.log.record)
    for index, record in parts.log.bundles.items():
        yield _bytes(layout.bundle_record(index), _RECORD, record)
    for proof in parts.log.proofs:
        if proof.extra is None or Entry.parse(proof.extra).seq != proof.index:
            raise PackageInvalid(f"the proof of entry {proof.index} does not carry that entry")
        yield _bytes(layout.proof(proof.index), _TEXT, proof.to_text().encode())


def _exhibit(name: str, exhibit: bytes | Opener) -> _File:
    """A readable copy, in memory or read twice: once for its digest, once to be copied."""
    if isinstance(exhibit, bytes):
        return _bytes(name, "application/pdf", exhibit)
    with exhibit() as stream:
        digests = digest_stream(stream)
    return _File(name, "application/pdf", digests.size, bytes.fromhex(digests.sha256), exhibit)


def _record(number: int, record: bytes, group: list[_File]) -> Iterator[_File]:
    listed = references((file.name, file.media_type, file.sha256) for file in group)
    manifest = AsicManifest(layout.record(number), listed, _RECORD)
    yield _bytes(layout.record(number), _RECORD, record)
    yield _bytes(layout.record_manifest(number), _XML, manifest.to_bytes())


def _tokens(stamp: StampPart) -> Iterator[tuple[_File, GuideToken]]:
    chains = parse_record(stamp.record).chains
    for number, each in enumerate((each for chain in chains for each in chain), 1):
        path = layout.token(stamp.number, number)
        token = GuideToken(path, each.imprint.digest.hex())
        yield _bytes(path, _BINARY, each.token), token
    first = chains[0][0].imprint
    for number, other in enumerate(stamp.others, 1):
        path = layout.other_token(stamp.number, number)
        if read_imprint(other.der) != first:
            raise PackageInvalid(f"{path} is not over the root of stamp {stamp.number}")
        yield _bytes(path, _BINARY, other.der), GuideToken(path, first.digest.hex())


def _stamp(stamp: StampPart, checkpoint: bytes) -> Iterator[_File]:
    for number, other in enumerate(stamp.others, 1):
        if other.record is not None:
            name = layout.record_of_other(layout.other_token(stamp.number, number))
            yield _bytes(name, _RECORD, other.record)
    size = Checkpoint.parse_text(stamp.note.decode()).size
    consistency = AddCheckpoint(size, stamp.consistency, checkpoint).to_bytes()
    yield _bytes(layout.stamp_consistency(stamp.number), _TEXT, consistency)
    for number, certificate in enumerate(stamp.certificates, 1):
        pem = certificate.public_bytes(Encoding.PEM)
        yield _bytes(layout.chain(stamp.number, number), "application/x-pem-file", pem)
    for number, crl in enumerate(stamp.crls, 1):
        yield _bytes(layout.revocation_list(stamp.number, number), "application/pkix-crl", _der(crl))


def _der(crl: x509.CertificateRevocationList) -> bytes:
    return crl.public_bytes(Encoding.DER)


def _bytes(name: str, media_type: str, data: bytes) -> _File:
    digests = digest_bytes(data)
    return _File(name, media_type, digests.size, bytes.fromhex(digests.sha256), lambda: io.BytesIO(data))
