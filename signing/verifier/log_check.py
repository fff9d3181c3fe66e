"""Step 9: the checkpoint is the log's, every entry is in it, and the stamps' notes are earlier states of it."""

import hashlib
from datetime import datetime

from signing.checkpoint import Checkpoint
from signing.entry import Entry
from signing.errors import EntryInvalid, NoteInvalid, ProofInvalid, QuorumNotMet
from signing.note import Note
from signing.package import layout
from signing.package.index import DepositItem
from signing.tlog import leaf_hash, verify_consistency, verify_inclusion
from signing.tlog_proof import TlogProof
from signing.verdict import Aspect
from signing.verifier.findings import Findings
from signing.verifier.log_renewal import check_log_renewal
from signing.verifier.opened import LARGEST_NOTE, Logged, Opened
from signing.verifier.trust import Trust
from signing.witness import AddCheckpoint
from tabellion.base.clock import parse_rfc3339

SEALING = frozenset({"receive", "derive", "restore"})
"""Types whose subject is the manifest of a deposit."""


def check_log(package: Opened) -> None:
    """Checkpoint, entries, stamps and deposits; what is proven is left in `package`."""
    package.findings.looked(Aspect.LOG)
    note = _check_checkpoint(package)
    if note is None or package.checkpoint is None:
        return
    _check_entries(package, package.checkpoint, note)
    newest = max((parse_rfc3339(each.entry.time) for each in package.entries.values()), default=package.at)
    check_signer(package.findings, package.trust, package.index.origin, note, newest)
    check_witnesses(package.findings, package.trust, note, package.at)
    notes = {stamp: _stamp_size(package, package.checkpoint, note, stamp) for stamp in _stamps(package)}
    for item in package.index.deposits:
        _check_deposit(package, item, notes)
    check_log_renewal(package, note)


def _check_checkpoint(package: Opened) -> Note | None:
    add = package.findings.add
    if layout.CHECKPOINT not in package.container:
        add("FILE_MISSING", f"{layout.CHECKPOINT} is not there")
        add("CHECKPOINT_INVALID", "there is no checkpoint")
        return None
    try:
        note = Note.parse(package.container.read(layout.CHECKPOINT, LARGEST_NOTE))
        checkpoint = Checkpoint.parse_text(note.text)
    except NoteInvalid as error:
        add("CHECKPOINT_INVALID", str(error))
        return None
    if (checkpoint.origin, checkpoint.size) != (package.index.origin, package.index.checkpoint):
        add("CHECKPOINT_INVALID", "the checkpoint is of another log or size than the index says")
        return None
    package.checkpoint = checkpoint
    return note


def check_signer(findings: Findings, trust: Trust, origin: str, note: Note, newest: datetime) -> bool:
    """Whether a key of this log that is trusted from outside signed; `newest` is the time of the newest entry known."""
    keys = [key for key in trust.log_keys if key.name == origin]
    known = {(key.name, key.id) for key in keys}
    if not any((each.name, each.id) in known for each in note.signatures):
        findings.add("LOG_UNTRUSTED", f"no trusted key of the log {origin} signed the checkpoint")
        return False
    try:
        signers = note.verify(keys)
    except NoteInvalid as error:
        findings.add("CHECKPOINT_SIGNATURE", str(error))
        return False
    for signer in signers:
        ranges = [key for key in trust.keys if key.use == "log" and key.public_der == signer.public_der]
        # A checkpoint is younger than its entries: that it was signed with a later key than theirs is as it should be.
        if not ranges or any(not key.ended_at(newest) for key in ranges):
            return True
    findings.add("LOG_KEY_TIME", f"the log's key was not to be used at {newest:%Y-%m-%d}")
    return True


def check_witnesses(findings: Findings, trust: Trust, note: Note, at: datetime) -> None:
    """As many witnesses as the trust asks for have cosigned the checkpoint."""
    quorum = trust.quorum
    if quorum is None or not quorum.witnesses:
        findings.add("WITNESS_NONE", "no witness is trusted")
        return
    findings.looked(Aspect.WITNESS)
    try:
        findings.checked["cosignatures"] += len(quorum.require(note, at))
    except QuorumNotMet as error:
        findings.add("WITNESS_QUORUM", error.message)
    except NoteInvalid as error:
        findings.add("WITNESS_FALSE", error.message)


def _check_entries(package: Opened, checkpoint: Checkpoint, note: Note) -> None:
    add = package.findings.add
    for name in package.container.entries:
        place = layout.PROOF_FILE.fullmatch(name)
        if place is None:
            continue
        try:
            proof = TlogProof.parse(package.container.read(name, LARGEST_NOTE).decode())
            entry = Entry.parse(proof.extra or b"")
            leaf = leaf_hash(proof.extra or b"")
            if Note.parse(proof.checkpoint).text != note.text:
                raise ProofInvalid("it leads to another checkpoint than the package's")
            if not entry.seq == proof.index == int(place[1]):
                raise ProofInvalid("it is for another place in the log")
            verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
        except (NoteInvalid, ProofInvalid, EntryInvalid, UnicodeDecodeError) as error:
            add("LOG_PROOF", f"{name}: {error}")
            continue
        if not entry.understood:
            add("ENTRY_UNKNOWN", f"{name} is an entry of the type {entry.type}")
        package.entries[entry.seq] = Logged(entry, leaf.hex())
        package.findings.checked["entries"] += 1


def _stamps(package: Opened) -> list[int]:
    return sorted({item.stamp for item in package.index.deposits if item.stamp is not None})


def _stamp_size(package: Opened, checkpoint: Checkpoint, note: Note, stamp: int) -> int | None:
    """How many entries the log had when the stamp was closed, where its note is an earlier state of this log."""
    add, container = package.findings.add, package.container
    names = (layout.stamp_checkpoint(stamp), layout.stamp_consistency(stamp))
    if missing := [name for name in names if name not in container]:
        add("FILE_MISSING", f"{missing[0]} is not there")
        add("LOG_STAMP", f"stamp {stamp} cannot be compared with the log")
        return None
    try:
        stamped = Checkpoint.parse_text(container.read(names[0], LARGEST_NOTE).decode())
        request = AddCheckpoint.parse(container.read(names[1], LARGEST_NOTE))
        if stamped.origin != checkpoint.origin or stamped.size != request.old_size:
            raise ProofInvalid("it is of another log, or its proof is from another size")
        if Note.parse(request.checkpoint).text != note.text:
            raise ProofInvalid("its proof leads to another checkpoint than the package's")
        verify_consistency(stamped.size, checkpoint.size, stamped.root, checkpoint.root, request.proof)
    except (NoteInvalid, ProofInvalid, UnicodeDecodeError) as error:
        add("LOG_STAMP", f"stamp {stamp}: {error}")
        return None
    return stamped.size


def _check_deposit(package: Opened, item: DepositItem, notes: dict[int, int | None]) -> None:
    """An entry names its manifest; both are under the token of the deposit's stamp."""
    add, document = package.findings.add, package.document_of(item)
    found = [
        each.entry.seq
        for each in package.entries.values()
        if each.entry.type in SEALING
        and (each.entry.object.type, each.entry.object.id) == ("deposit", item.deposit)
        and each.entry.subject == item.manifest
    ]
    if not found:
        add("LOG_ENTRY_MISSING", f"no entry of the log names the manifest of {item.folder}", document)
        return
    if item.stamp is None:
        return
    size = notes.get(item.stamp)
    if size is not None and min(found) >= size:
        add("LOG_AFTER_STAMP", f"the entry of {item.folder} came after the checkpoint in its stamp", document)
    stamps = _stamps(package)
    own = package.first_tokens.get(layout.record(item.number))
    log = package.first_tokens.get(layout.record(len(package.index.deposits) + 1 + stamps.index(item.stamp)))
    if own is not None and log is not None and hashlib.sha256(own).digest() != hashlib.sha256(log).digest():
        add("LOG_OTHER_STAMP", f"{item.folder} and the log's note are under different tokens", document)
