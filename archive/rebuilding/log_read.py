"""Reads the log out of the vault, believes it only as far as its checkpoint reaches, and fills the catalogue's copy."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from archive.archive import Archive
from archive.catalogue.schema import archive_state, log_entries, log_heads
from archive.log_files import LogFiles
from archive.log_memory import STATE
from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.entry import Entry
from signing.errors import ProofInvalid
from signing.note import NoteKey
from signing.tlog import bundles_for, leaf_hash, root_of
from tabellion.base.clock import parse_rfc3339

SEALING = ("receive", "derive", "restore")


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry tells, as far as a rebuild asks."""

    seq: int
    type: str
    subject: str
    time: datetime


@dataclass(slots=True)
class LogFacts:
    """The custody chains of all objects, by type and identifier, and the checkpoint that proves them."""

    signed: bytes
    checkpoint: Checkpoint
    chains: dict[tuple[str, str], list[Told]] = field(default_factory=lambda: defaultdict(list))

    def things(self, kind: str) -> list[str]:
        """The identifiers of all objects of that type, in the order in which the log met them."""
        return [thing for object_type, thing in self.chains if object_type == kind]

    def chain(self, kind: str, thing: str) -> list[Told]:
        """The chain of an object; empty where the log does not know it."""
        return self.chains.get((kind, thing), [])

    def named(self, kind: str, thing: str, *types: str) -> dict[str, Told]:
        """Entries of a chain by their subject, of these types or of all."""
        return {told.subject: told for told in self.chain(kind, thing) if not types or told.type in types}

    def erased(self, kind: str, thing: str) -> Told | None:
        """The newest erasure in a chain."""
        return next((told for told in reversed(self.chain(kind, thing)) if told.type == "erase"), None)


def read_log(
    archive: Archive,
    connection: Connection,
    keys: tuple[NoteKey, ...],
    progress: Callable[[int, int], None],
) -> LogFacts | None:
    """Copy the published log into an empty catalogue; None where none was published yet.

    Raises `NoteInvalid` for a checkpoint of another key, `ProofInvalid` where the entries do not lead to it, and
    `VaultMissing` and `VaultAltered`: nothing is rebuilt from a log that does not hold.
    """
    files = LogFiles(archive.objects)
    signed = files.read_checkpoint()
    if signed is None:
        return None
    checkpoint = verify_checkpoint(signed, archive.origin, keys)
    facts = LogFacts(signed, checkpoint)
    heads: dict[tuple[str, str, str], tuple[int, str]] = {}
    leaves: list[bytes] = []
    for bundle in bundles_for(0, checkpoint.size):
        rows: list[dict[str, Any]] = []
        for data in files.read_bundle(bundle):
            entry, leaf = Entry.parse(data), leaf_hash(data)
            thing = entry.object
            if entry.seq != len(leaves):
                raise ProofInvalid(f"entry {len(leaves)} of the log says that it is entry {entry.seq}")
            leaves.append(leaf)
            heads[thing.type, thing.id, entry.chain] = (entry.ordinal, leaf.hex())
            if entry.chain == "custody":
                told = Told(entry.seq, entry.type, entry.subject or "", parse_rfc3339(entry.time))
                facts.chains[thing.type, thing.id].append(told)
            rows.append(
                {
                    "seq": entry.seq,
                    "type": entry.type,
                    "object_type": thing.type,
                    "object_id": thing.id,
                    "chain": entry.chain,
                    "ordinal": entry.ordinal,
                    "subject": entry.subject,
                    "entry": data,
                    "leaf": leaf.hex(),
                }
            )
        connection.execute(insert(log_entries), rows)
        progress(len(leaves), checkpoint.size)
    if root_of(leaves) != checkpoint.root:
        raise ProofInvalid("the entries in the vault do not lead to the published checkpoint")
    if heads:
        connection.execute(
            insert(log_heads),
            [
                {"object_type": t, "object_id": i, "chain": c, "ordinal": ordinal, "leaf": leaf}
                for (t, i, c), (ordinal, leaf) in heads.items()
            ],
        )
    connection.execute(insert(archive_state).values(name=STATE, value=signed.decode()))
    return facts
