"""Steps 10 and 11 with the log at hand: a remembered checkpoint, and custody entries that the package leaves out.

The log is handed in as a function that reads a file by its path in tlog-tiles (`checkpoint`, `tile/...`).
"""

from collections.abc import Callable

from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.entry import Entry
from signing.errors import EntryInvalid, NoteInvalid, ProofInvalid
from signing.tlog import LogTree, bundles_for, leaf_hash, parse_bundle
from signing.verifier.custody_check import Chains
from signing.verifier.opened import Opened

ReadLog = Callable[[str], bytes]
"""Gives a file of the log by its path; raises OSError where there is none."""

_MOST = 1 << 32


def check_remembered(package: Opened, remembered: bytes, read: ReadLog | None) -> None:
    """Step 10: the package's checkpoint and one that the verifier remembers are of one history."""
    add, own = package.findings.add, package.checkpoint
    if own is None:
        return
    try:
        keys = package.trust.log_keys
        known = verify_checkpoint(remembered, own.origin, keys)
    except NoteInvalid as error:
        add("CONSISTENCY_UNCHECKED", f"the remembered checkpoint: {error}")
        return
    if known.size == own.size:
        if known.root != own.root:
            add("LOG_REWRITTEN", f"two checkpoints of size {own.size} have different roots")
        return
    if read is None:
        add("CONSISTENCY_UNCHECKED", f"the remembered checkpoint has the size {known.size}")
        return
    log = _open(package, read)
    if log is None:
        return
    if known.size > log.size:
        add("LOG_ROLLED_BACK", f"the log has {log.size} entries, and {known.size} were signed before")
    elif known.size and not _has(package, log, read, known):
        add("LOG_REWRITTEN", f"the log has another root at size {known.size} than was remembered")


def check_whole_log(package: Opened, chains: Chains, read: ReadLog | None) -> None:
    """Step 11: reads every entry up to the package's checkpoint, whose root they must give."""
    add, own = package.findings.add, package.checkpoint
    if read is None or own is None:
        add("COMPLETENESS_UNCHECKED", "the whole log was not read; `--log` names its folder")
        return
    log = _open(package, read)
    if log is None:
        add("COMPLETENESS_UNCHECKED", "the whole log could not be read")
        return
    try:
        if not _scan(package, chains, own, log, read):
            add("LOG_FORKED", "the entries of the log do not give the root of the package's checkpoint")
    except (OSError, EntryInvalid) as error:
        add("LOG_UNREADABLE", f"the log's entries: {error}")
        add("COMPLETENESS_UNCHECKED", "the whole log could not be read")


def _open(package: Opened, read: ReadLog) -> Checkpoint | None:
    """The log's own newest checkpoint, which must hold the package's."""
    add, own = package.findings.add, package.checkpoint
    try:
        newest = verify_checkpoint(read("checkpoint"), package.index.origin, package.trust.log_keys)
    except (OSError, NoteInvalid) as error:
        add("LOG_UNREADABLE", f"the log's checkpoint: {error}")
        return None
    if own is not None and newest.size < own.size:
        add("LOG_ROLLED_BACK", f"the log has {newest.size} entries, and the package is of {own.size}")
        return None
    if own is not None and not _has(package, newest, read, own):
        add("LOG_FORKED", f"the log has another root at size {own.size} than the package")
        return None
    return newest


def _has(package: Opened, log: Checkpoint, read: ReadLog, known: Checkpoint) -> bool:
    """Whether the log's tiles give both its own root and the known one."""
    if not log.size < _MOST:
        return False
    try:
        tree = LogTree(log.size, read)
        return tree.root() == log.root and tree.root(known.size) == known.root
    except (OSError, ProofInvalid, IndexError) as error:
        package.findings.add("LOG_UNREADABLE", f"the log's tiles: {error}")
        return True


def _scan(package: Opened, chains: Chains, own: Checkpoint, log: Checkpoint, read: ReadLog) -> bool:
    """Whether the entries give the package's root; custody entries of its objects that it lacks are findings."""
    tree = LogTree(0, no_tile)
    seq = 0
    for bundle in bundles_for(0, log.size):
        if bundle.index * 256 >= own.size:
            break
        entries = parse_bundle(read(bundle.path()))[: own.size - seq]
        for data in entries:
            _compare(package, chains, seq, data)
            seq += 1
        tree.append([leaf_hash(data) for data in entries])
    package.findings.checked["log_entries"] += seq
    return seq == own.size and tree.root() == own.root


def _compare(package: Opened, chains: Chains, seq: int, data: bytes) -> None:
    try:
        entry = Entry.parse(data)
    except EntryInvalid:
        # Of another version, perhaps; it counts for the root, and its type is not ours to judge.
        package.findings.add("ENTRY_UNKNOWN", f"entry {seq} of the log cannot be read")
        return
    thing = (entry.object.type, entry.object.id)
    if (
        entry.chain == "custody"
        and thing in chains
        and _wanted(package, thing)
        and seq not in package.entries
    ):
        what = (
            f"entry {seq} of the log ({entry.type}) belongs to {' '.join(thing)}, and the package has it not"
        )
        package.findings.add("CUSTODY_LEFT_OUT", what)


def _wanted(package: Opened, thing: tuple[str, str]) -> bool:
    kind, name = thing
    if kind == "document":
        return any(each.document == name for each in package.index.documents)
    return kind == "deposit" and (
        any(each.deposit == name for each in package.index.deposits)
        or any(name in each.erased for each in package.index.documents)
    )


def no_tile(path: str) -> bytes:
    """For a tree that grows in memory."""
    raise OSError(f"{path} was not written")
