"""The log's part of a package: the custody entries of its objects under the checkpoint, each with its proof."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from archive.archive import Archive
from archive.catalogue.schema import log_entries
from archive.log_files import LogFiles
from archive.pieces import in_pieces
from signing.checkpoint import Checkpoint, note_text
from signing.entry import Entry
from signing.tlog import LogTree
from signing.tlog_proof import TlogProof

Thing = tuple[str, str]
"""Type and identifier of an object of the log."""


@dataclass(frozen=True, slots=True)
class Custody:
    """The log under a checkpoint: what it says of the objects of a package, and the proofs.

    `entries` are the bytes of the entries by their index, `chains` the same by their objects.
    """

    signed: bytes
    checkpoint: Checkpoint
    tree: LogTree
    entries: Mapping[int, bytes]
    chains: Mapping[Thing, Sequence[Entry]]

    @classmethod
    def read(
        cls, archive: Archive, connection: Connection, signed: bytes, things: Iterable[Thing]
    ) -> "Custody":
        """The custody entries of these objects under the signed checkpoint."""
        checkpoint = Checkpoint.parse_text(note_text(signed).decode())
        wanted = set(things)
        found: dict[int, bytes] = {}
        for some in in_pieces(sorted({thing for _, thing in wanted})):
            rows = connection.execute(
                select(log_entries).where(
                    log_entries.c.object_id.in_(some),
                    log_entries.c.chain == "custody",
                    log_entries.c.seq < checkpoint.size,
                )
            )
            found |= {row.seq: row.entry for row in rows if (row.object_type, row.object_id) in wanted}
        entries = dict(sorted(found.items()))
        chains: dict[Thing, list[Entry]] = {thing: [] for thing in wanted}
        for entry in map(Entry.parse, entries.values()):
            chains[entry.object.type, entry.object.id].append(entry)
        return cls(signed, checkpoint, LogFiles(archive.objects).tree(checkpoint.size), entries, chains)

    def proofs(self) -> tuple[TlogProof, ...]:
        """The proof of every entry, with its bytes, in the order of the log."""
        return tuple(
            TlogProof(seq, tuple(self.tree.inclusion_proof(seq)), self.signed, data)
            for seq, data in self.entries.items()
        )

    def consistency(self, note: bytes) -> tuple[bytes, ...]:
        """The consistency proof from an earlier checkpoint (note text) to this one."""
        size = Checkpoint.parse_text(note.decode()).size
        return tuple(self.tree.consistency_proof(size)) if size < self.checkpoint.size else ()
