"""Reads the published log: the checkpoint in force and proofs under it, for receipts, pages and exports."""

from sqlalchemy import Connection, select

from archive.archive import Archive
from archive.catalogue.schema import log_entries
from archive.log_files import LogFiles
from signing.checkpoint import Checkpoint, note_text
from signing.tlog_proof import TlogProof


class LogView:
    """The log under one checkpoint; make a new one for a newer checkpoint."""

    def __init__(self, files: LogFiles, signed: bytes) -> None:
        self.files = files
        self.signed = signed
        self.checkpoint = Checkpoint.parse_text(note_text(signed).decode())
        self._tree = files.tree(self.checkpoint.size)

    @classmethod
    def newest(cls, archive: Archive) -> "LogView | None":
        """The log under the published checkpoint; None before the first. Signatures are not checked here."""
        files = LogFiles(archive.objects)
        signed = files.read_checkpoint()
        return None if signed is None else cls(files, signed)

    def proof(self, connection: Connection, seq: int) -> TlogProof:
        """The proof of an entry, with its bytes; raises ValueError where the checkpoint does not cover it."""
        entry = connection.execute(select(log_entries.c.entry).where(log_entries.c.seq == seq)).scalar_one()
        return TlogProof(seq, tuple(self._tree.inclusion_proof(seq)), self.signed, entry)
