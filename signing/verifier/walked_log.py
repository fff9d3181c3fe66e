"""The whole log of an archive, read entry by entry: that it is what is signed, and what it says was received."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.entry import Entry
from signing.errors import EntryInvalid, NoteInvalid, ProofInvalid
from signing.note import Note
from signing.tlog import LogTree, bundles_for, leaf_hash, parse_bundle
from signing.verdict import Aspect
from signing.verifier.findings import Findings
from signing.verifier.log_check import check_signer, check_witnesses
from signing.verifier.trust import Trust
from signing.verifier.whole_log import ReadLog, no_tile
from tabellion.base.clock import parse_rfc3339

LARGEST = 1 << 32
"""Entries of a log that are read."""

Progress = Callable[[int, int], None]
"""Called with how many are done, and how many there are."""

_RECEIVED = frozenset({"receive", "restore"})


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest of a deposit as it was received, and the entry that names it."""

    deposit: str
    manifest: str
    seq: int


@dataclass(slots=True)
class WalkedLog:
    """What the entries say: deposits that were received, which of them were erased, and the newest entry's time."""

    checkpoint: Checkpoint
    newest: datetime
    sealed: dict[str, list[Sealed]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    _chains: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)

    def add(self, seq: int, data: bytes, leaf: str, findings: Findings) -> None:
        """Take in the next entry."""
        try:
            entry = Entry.parse(data)
        except EntryInvalid as error:
            findings.add("LOG_PROOF", f"entry {seq} of the log: {error}")
            return
        if entry.seq != seq:
            findings.add("LOG_PROOF", f"entry {seq} of the log says that it is entry {entry.seq}")
        if not entry.understood:
            findings.add("ENTRY_UNKNOWN", f"entry {seq} of the log is of the type {entry.type}")
        thing = (entry.object.type, entry.object.id, entry.chain)
        ordinal, before = self._chains.get(thing, (-1, None))
        if (entry.ordinal, entry.previous) != (ordinal + 1, before):
            what = f"the {entry.chain} of {entry.object.type} {entry.object.id} has a gap before entry {seq} of the log"
            findings.add("CUSTODY_GAP", what)
        self._chains[thing] = entry.ordinal, leaf
        self.newest = max(self.newest, parse_rfc3339(entry.time))
        if entry.object.type != "deposit":
            return
        if entry.type in _RECEIVED and entry.subject is not None:
            sealed = Sealed(entry.object.id, entry.subject, seq)
            self.sealed.setdefault(entry.object.id, []).append(sealed)
        elif entry.type == "erase":
            self.erased.add(entry.object.id)


def walk_log(
    read: ReadLog,
    trust: Trust,
    at: datetime,
    findings: Findings,
    remembered: bytes | None = None,
    progress: Progress = lambda done, total: None,
) -> WalkedLog | None:
    """Read the log up to its newest checkpoint; None where that is not to be believed or cannot be read.

    Its checkpoint must be signed by a trusted key, extend the `remembered` one, and have the root of the entries.
    """
    findings.looked(Aspect.LOG)
    newest = _newest(read, trust, findings)
    if newest is None:
        return None
    note, checkpoint = newest
    known = _remembered(remembered, checkpoint, trust, findings)
    walked = WalkedLog(checkpoint, datetime.min.replace(tzinfo=at.tzinfo))
    try:
        whole = _walk(walked, known, read, findings, progress)
    except (OSError, EntryInvalid, ProofInvalid) as error:
        findings.add("LOG_UNREADABLE", f"the log's entries: {error}")
        findings.add("COMPLETENESS_UNCHECKED", "the whole log could not be read")
        if known is not None:
            _compare_tiles(read, checkpoint, known, findings)
        return None
    believed = check_signer(findings, trust, checkpoint.origin, note, walked.newest)
    check_witnesses(findings, trust, note, at)
    if not whole:
        findings.add(
            "LOG_PROOF",
            "the entries of the log do not give the root that its checkpoint signs",
        )
        return None
    findings.looked(Aspect.COMPLETENESS)
    findings.checked["log_entries"] += checkpoint.size
    return walked if believed else None


def _newest(read: ReadLog, trust: Trust, findings: Findings) -> tuple[Note, Checkpoint] | None:
    """The log's newest checkpoint, where it is one of a log of which a key is trusted."""
    try:
        note = Note.parse(read("checkpoint"))
        checkpoint = Checkpoint.parse_text(note.text)
    except OSError as error:
        findings.add("LOG_UNREADABLE", f"the log's checkpoint: {error}")
        return None
    except NoteInvalid as error:
        findings.add("CHECKPOINT_INVALID", str(error))
        return None
    if not any(key.name == checkpoint.origin for key in trust.log_keys):
        findings.add("LOG_UNTRUSTED", f"no key of the log {checkpoint.origin} is trusted")
        return None
    if not checkpoint.size < LARGEST:
        findings.add("CHECKPOINT_INVALID", f"the log says that it has {checkpoint.size} entries")
        return None
    return note, checkpoint


def _remembered(
    remembered: bytes | None, checkpoint: Checkpoint, trust: Trust, findings: Findings
) -> Checkpoint | None:
    """The checkpoint that was kept, where it is one of this log and not longer than the log is now."""
    if remembered is None:
        return None
    try:
        known = verify_checkpoint(remembered, checkpoint.origin, trust.log_keys)
    except NoteInvalid as error:
        findings.add("CONSISTENCY_UNCHECKED", f"the remembered checkpoint: {error}")
        return None
    if known.size > checkpoint.size:
        what = f"the log has {checkpoint.size} entries, and {known.size} were signed before"
        findings.add("LOG_ROLLED_BACK", what)
        return None
    return known


def _walk(
    walked: WalkedLog, known: Checkpoint | None, read: ReadLog, findings: Findings, progress: Progress
) -> bool:
    """Whether the entries give the root that is signed; on the way, that they give the remembered one."""
    tree, size = LogTree(0, no_tile), walked.checkpoint.size
    for bundle in bundles_for(0, size):
        entries = parse_bundle(read(bundle.path()))[: size - tree.size]
        leaves = [leaf_hash(data) for data in entries]
        for place, (data, leaf) in enumerate(zip(entries, leaves, strict=True)):
            walked.add(tree.size + place, data, leaf.hex(), findings)
        if known is not None and tree.size < known.size <= tree.size + len(leaves):
            kept = known.size - tree.size
            tree.append(leaves[:kept])
            if tree.root() != known.root:
                what = f"the log has another root at size {known.size} than was remembered"
                findings.add("LOG_REWRITTEN", what)
            leaves = leaves[kept:]
        tree.append(leaves)
        progress(tree.size, size)
    return tree.size == size and tree.root() == walked.checkpoint.root


def _compare_tiles(read: ReadLog, checkpoint: Checkpoint, known: Checkpoint, findings: Findings) -> None:
    """Where entries are not for the asker, the public tiles still show whether the remembered checkpoint is in them."""
    try:
        tree = LogTree(checkpoint.size, read)
        if tree.root() != checkpoint.root:
            findings.add("LOG_PROOF", "the tiles of the log do not give the root that its checkpoint signs")
        elif tree.root(known.size) != known.root:
            what = f"the log has another root at size {known.size} than was remembered"
            findings.add("LOG_REWRITTEN", what)
    except (OSError, ProofInvalid, IndexError) as error:
        findings.add("LOG_UNREADABLE", f"the log's tiles: {error}")
