"""Checks the log: checkpoint and signature, tiles and bundles of the vault, the catalogue's copy, chains of objects."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, exists, select

from archive.archive import Archive
from archive.catalogue.schema import log_entries, log_heads, log_outbox
from archive.log_files import LogFiles
from archive.log_memory import known_checkpoint
from archive.verification.findings import Findings
from archive.verification.trust import VerifyTrust
from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.entry import Entry
from signing.errors import EntryInvalid, NoteInvalid
from signing.tlog import (
    Bundle,
    LogTree,
    bundles_for,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from signing.tlog.tiles import WIDTH
from signing.verdict import Aspect
from tabellion.base.errors import EvidenceError

_OF_PAPERS = ("document", "deposit")
Thing = tuple[str, str]
"""An object of the log: its type and identifier."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What an entry of a custody chain says."""

    seq: int
    type: str
    subject: str | None


class LogCheck:
    """The log under the published checkpoint. Make it before anything else is read, so that it is the oldest view.

    `checkpoint` is None where there is none that could be believed; then nothing about the log is decided.
    """

    def __init__(self, archive: Archive, trust: VerifyTrust, findings: Findings) -> None:
        self._archive = archive
        self._trust = trust
        self._findings = findings
        self._files = LogFiles(archive.objects)
        self._bundles: dict[int, Sequence[bytes]] = {}
        self._chains: dict[Thing, list[Logged]] | None = None
        # In this order: a checkpoint is published before the catalogue notes it.
        with archive.catalogue.read() as connection:
            known = known_checkpoint(connection)
        self._signed = self._files.read_checkpoint()
        self.checkpoint = self._published(known)
        self._tree: LogTree | None = None
        self.newest_of_papers = -1
        """The newest entry in the custody of the documents and deposits that were asked for."""
        if self.checkpoint is not None:
            self._tree = self._files.tree(self.checkpoint.size)
            self._check_root(self._tree, self.checkpoint)
            if known is not None:
                self.require_extends(known, "the checkpoint that the catalogue knows")

    def _published(self, known: bytes | None) -> Checkpoint | None:
        if self._signed is None:
            if known is not None:
                what = "the checkpoint of the log has vanished from the vault"
                self._findings.failed(Aspect.LOG, "CHECKPOINT_MISSING", what)
            return None
        try:
            checkpoint = self.verified(self._signed)
        except NoteInvalid as error:
            what = f"the published checkpoint is not signed by this log's key: {error}"
            self._findings.failed(Aspect.ORIGIN, "CHECKPOINT_SIGNATURE", what)
            return None
        self._findings.looked(Aspect.ORIGIN)
        self._findings.looked(Aspect.LOG)
        return checkpoint

    def verified(self, signed: bytes) -> Checkpoint:
        """A checkpoint of this log; raises `NoteInvalid`."""
        return verify_checkpoint(signed, self._archive.origin, self._trust.log_keys)

    def _check_root(self, tree: LogTree, checkpoint: Checkpoint) -> None:
        try:
            if tree.root() != checkpoint.root:
                what = "the hash tiles of the log do not lead to its checkpoint"
                self._findings.failed(Aspect.LOG, "LOG_ROOT_DIFFERS", what)
        except EvidenceError as error:
            self._findings.failed(Aspect.LOG, "LOG_FILE_ALTERED", f"the hash tiles of the log: {error}")

    def require_extends(self, signed: bytes, name: str) -> None:
        """Find fault unless the published checkpoint extends that other one, which was published earlier.

        A log that grew since it was first looked at is looked at again: then both must be in what is published now.
        """
        try:
            older = self.verified(signed)
        except NoteInvalid as error:
            self._findings.failed(Aspect.ORIGIN, "CHECKPOINT_SIGNATURE", f"{name} is not this log's: {error}")
            return
        if self.checkpoint is None or self._tree is None or not older.size:
            return
        published, tree = self.checkpoint, self._tree
        if older.size > published.size and (now := self._grown_to(older.size)) is not None:
            published, tree = now, self._files.tree(now.size)
        if older.size > published.size:
            what = (
                f"the published checkpoint ({published.size} entries) is older than {name} "
                f"({older.size} entries): it was put back, or the log was cut"
            )
            self._findings.failed(Aspect.LOG, "CHECKPOINT_OLDER", what)
            return
        try:
            for before in (older, self.checkpoint) if self.checkpoint.size else (older,):
                proof = tree.consistency_proof(before.size)
                verify_consistency(before.size, published.size, before.root, published.root, proof)
        except EvidenceError as error:
            what = f"the published checkpoint does not extend {name}: {error}"
            self._findings.failed(Aspect.LOG, "LOG_REWRITTEN", what)

    def _grown_to(self, size: int) -> Checkpoint | None:
        """What is published now, where that has so many entries."""
        signed = self._files.read_checkpoint()
        try:
            now = None if signed is None else self.verified(signed)
        except NoteInvalid:
            return None
        return now if now is not None and now.size >= size else None

    def scan(self, progress: Callable[[int], None]) -> None:
        """Read the whole log out of the vault and compare everything with it: tiles, root, chains, catalogue."""
        if self.checkpoint is None:
            return
        heads: dict[tuple[str, str, str], tuple[int, str]] = {}
        chains: dict[Thing, list[Logged]] = defaultdict(list)
        leaves: list[bytes] = []
        self._findings.looked(Aspect.COMPLETENESS)
        for bundle in bundles_for(0, self.checkpoint.size):
            rows = self._rows(bundle)
            for seq, data in self._entries(bundle, rows):
                leaf = leaf_hash(data)
                leaves.append(leaf)
                self._compare(seq, data, leaf, rows.get(seq))
                self._follow(seq, data, leaf, heads, chains)
            progress(len(leaves))
        self._findings.checked["entries"] += len(leaves)
        self._chains = chains
        if root_of(leaves) != self.checkpoint.root:
            what = "the entries of the log do not lead to its checkpoint: one was changed, added or removed"
            self._findings.failed(Aspect.LOG, "LOG_ROOT_DIFFERS", what)
        self._compare_tiles(leaves)
        self._compare_heads(heads)

    def custody(self, thing: Thing, document: str | None) -> list[Logged]:
        """The custody chain of an object under the checkpoint; without a `scan`, its entries are checked here."""
        chain = self._custody(thing, document)
        if thing[0] in _OF_PAPERS:
            self.newest_of_papers = max(self.newest_of_papers, *(each.seq for each in chain), -1)
        return chain

    def _custody(self, thing: Thing, document: str | None) -> list[Logged]:
        if self._chains is not None:
            return self._chains.get(thing, [])
        if self.checkpoint is None or self._tree is None:
            return []
        query = (
            select(log_entries)
            .where(
                log_entries.c.object_type == thing[0],
                log_entries.c.object_id == thing[1],
                log_entries.c.chain == "custody",
                log_entries.c.seq < self.checkpoint.size,
            )
            .order_by(log_entries.c.seq)
        )
        with self._archive.catalogue.read() as connection:
            rows = connection.execute(query).all()
        heads: dict[tuple[str, str, str], tuple[int, str]] = {}
        chains: dict[Thing, list[Logged]] = defaultdict(list)
        for row in rows:
            leaf = leaf_hash(row.entry)
            self._compare(row.seq, row.entry, leaf, row, document)
            self._follow(row.seq, row.entry, leaf, heads, chains, document)
            self._check_inclusion(row, leaf, document)
        self._findings.checked["entries"] += len(rows)
        return chains.get(thing, [])

    def named(self, kind: str) -> Iterator[str]:
        """After a `scan`: the identifiers of all objects of that type that have a custody chain."""
        return (thing for object_type, thing in self._chains or () if object_type == kind)

    def erased_since(self, thing: Thing) -> bool:
        """Whether an erasure of the object is on its way into the log, or came after the checkpoint."""
        size = 0 if self.checkpoint is None else self.checkpoint.size
        waits, later = (
            exists().where(
                table.c.type == "erase", table.c.object_type == thing[0], table.c.object_id == thing[1], *more
            )
            for table, more in ((log_outbox, ()), (log_entries, (log_entries.c.seq >= size,)))
        )
        with self._archive.catalogue.read() as connection:
            return bool(connection.scalar(select(waits | later)))

    def after_checkpoint(self, subject: str | None) -> bool:
        """Whether an entry with that subject was sequenced after the checkpoint that is verified here."""
        size = 0 if self.checkpoint is None else self.checkpoint.size
        later = exists().where(log_entries.c.subject == subject, log_entries.c.seq >= size)
        with self._archive.catalogue.read() as connection:
            return bool(connection.scalar(select(later)))

    def _check_inclusion(self, row: Row[Any], leaf: bytes, document: str | None) -> None:
        checkpoint, tree = self.checkpoint, self._tree
        assert checkpoint is not None and tree is not None  # noqa: S101  # for the type checker: `custody` looked
        index = row.seq // WIDTH
        try:
            proof = tree.inclusion_proof(row.seq)
            verify_inclusion(leaf, row.seq, checkpoint.size, proof, checkpoint.root)
            if index not in self._bundles:
                width = min(WIDTH, checkpoint.size - index * WIDTH)
                self._bundles[index] = self._files.read_bundle(Bundle(index, width))
            if self._bundles[index][row.seq % WIDTH] != row.entry:
                what = f"entry {row.seq} of the log is another in the vault than in the catalogue"
                self._findings.failed(Aspect.LOG, "LOG_ENTRY_ALTERED", what, document)
        except EvidenceError as error:
            what = f"entry {row.seq} is not in the log that the checkpoint commits to: {error}"
            self._findings.failed(Aspect.LOG, "LOG_ENTRY_ALTERED", what, document)

    def _rows(self, bundle: Bundle) -> dict[int, Row[Any]]:
        first = bundle.index * WIDTH
        query = select(log_entries).where(
            log_entries.c.seq >= first, log_entries.c.seq < first + bundle.width
        )
        with self._archive.catalogue.read() as connection:
            return {row.seq: row for row in connection.execute(query)}

    def _entries(self, bundle: Bundle, rows: dict[int, Row[Any]]) -> Iterator[tuple[int, bytes]]:
        """The entries of a bundle; out of the catalogue where the vault's cannot be read, so that the rest is seen."""
        first = bundle.index * WIDTH
        try:
            yield from enumerate(self._files.read_bundle(bundle), first)
        except EvidenceError as error:
            what = f"entries {first} to {first + bundle.width - 1} of the log cannot be read in the vault: {error}"
            self._findings.failed(Aspect.LOG, "LOG_FILE_ALTERED", what)
            for seq in sorted(rows):
                yield seq, rows[seq].entry

    def _compare(
        self, seq: int, data: bytes, leaf: bytes, row: Row[Any] | None, document: str | None = None
    ) -> None:
        """The catalogue's copy of an entry: bytes, leaf hash and every column drawn out of it."""
        if row is None:
            what = f"entry {seq} of the log is missing in the catalogue"
            self._findings.failed(Aspect.LOG, "LOG_ENTRY_MISSING", what)
            return
        kept = (
            row.entry, row.leaf, row.type, row.object_type, row.object_id, row.chain, row.ordinal, row.subject,
        )  # fmt: skip
        if kept != (data, leaf.hex(), *_columns(_parsed(data))):
            document = document or (row.object_id if row.object_type == "document" else None)
            about = f"{row.object_type} {row.object_id}"
            what = f"entry {seq} of the log (about {about}) was changed in the catalogue"
            self._findings.failed(Aspect.LOG, "LOG_ENTRY_ALTERED", what, document)

    def _follow(
        self,
        seq: int,
        data: bytes,
        leaf: bytes,
        heads: dict[tuple[str, str, str], tuple[int, str]],
        chains: dict[Thing, list[Logged]],
        document: str | None = None,
    ) -> None:
        """The chain of the entry's object: no ordinal left out, each naming the leaf hash of the one before."""
        entry = _parsed(data)
        if isinstance(entry, EntryInvalid):
            self._findings.failed(Aspect.LOG, "LOG_ENTRY_ALTERED", f"entry {seq}: {entry}", document)
            return
        key = (entry.object.type, entry.object.id, entry.chain)
        ordinal, previous = heads.get(key, (-1, None))
        if (entry.seq, entry.ordinal, entry.previous) != (seq, ordinal + 1, previous):
            what = f"the chain of {key[0]} {key[1]} has a gap before entry {seq} of the log"
            self._findings.failed(Aspect.LOG, "LOG_CHAIN_BROKEN", what, document)
        heads[key] = (entry.ordinal, leaf.hex())
        if entry.chain == "custody":
            chains[entry.object.type, entry.object.id].append(Logged(seq, entry.type, entry.subject))

    def _compare_tiles(self, leaves: list[bytes]) -> None:
        def unread(path: str) -> bytes:
            raise AssertionError(path)

        for path, hashes in LogTree(0, unread).append(leaves).tiles.items():
            try:
                same = self._files.read_tile(path) == hashes
                detail = "" if same else ": it holds other hashes"
            except EvidenceError as error:
                same, detail = False, f": {error}"
            if not same:
                what = f"the file {path} of the log is not what its entries make it{detail}"
                self._findings.failed(Aspect.LOG, "LOG_FILE_ALTERED", what)

    def _compare_heads(self, heads: dict[tuple[str, str, str], tuple[int, str]]) -> None:
        with self._archive.catalogue.read() as connection:
            rows = connection.execute(select(log_heads)).all()
        kept = {(row.object_type, row.object_id, row.chain): (row.ordinal, row.leaf) for row in rows}
        for key, (ordinal, leaf) in heads.items():
            # A head may have moved on since the checkpoint was read, but neither back nor aside.
            found = kept.get(key)
            if found is None or found[0] < ordinal or (found[0] == ordinal and found[1] != leaf):
                what = f"the catalogue has another end of the chain of {key[0]} {key[1]} than the log"
                self._findings.failed(Aspect.LOG, "LOG_CHAIN_BROKEN", what)


@lru_cache(maxsize=8)
def _parsed(data: bytes) -> Entry | EntryInvalid:
    """The entry of its bytes, or why there is none; comparing and following an entry both ask."""
    try:
        return Entry.parse(data)
    except EntryInvalid as error:
        return error


def _columns(entry: Entry | EntryInvalid) -> tuple[object, ...]:
    """What the catalogue's columns say of an entry; nothing for bytes that are none."""
    if isinstance(entry, EntryInvalid):
        return ()
    thing = entry.object
    return entry.type, thing.type, thing.id, entry.chain, entry.ordinal, entry.subject
