"""Offline proofs of an entry in a log (C2SP tlog-proof): index, inclusion proof and checkpoint in one text.

Ours carry the entry's bytes as `extra`, so that whoever holds the proof can hash the entry himself.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from signing import fields as check
from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.errors import NoteInvalid, ProofInvalid
from signing.note import NoteKey
from signing.tlog import leaf_hash, verify_inclusion

_MAGIC = "c2sp.org/tlog-proof@v1"
_LONGEST = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's index, the hashes from its sibling to the root's child, the signed checkpoint, and the entry."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def to_text(self) -> str:
        """The proof as `.tlog-proof` files hold it."""
        lines = [_MAGIC]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += (base64.b64encode(each).decode() for each in self.hashes)
        return "\n".join(lines) + "\n\n" + self.checkpoint.decode()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The proof of a text; raises `NoteInvalid` where it is malformed. Nothing is verified yet."""
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != _MAGIC or not lines:
            raise NoteInvalid(f"the proof is not a {_MAGIC}")
        try:
            extra = None
            if lines[0].startswith("extra "):
                extra = check.base64_bytes("extra", lines.pop(0).removeprefix("extra "))
            word, _, number = lines.pop(0).partition(" ") if lines else ("", "", "")
            if word != "index":
                raise ValueError("there is no index")
            index = check.decimal("the index", number)
            if len(lines) > _LONGEST:
                raise ValueError("there are too many hashes")
            hashes = tuple(check.base64_bytes("a hash", line, 32) for line in lines)
        except ValueError as error:
            raise NoteInvalid(f"the log proof is malformed: {error}") from error
        return cls(index, hashes, checkpoint.encode(), extra)

    def verify(self, entry: bytes, origin: str, keys: Sequence[NoteKey]) -> Checkpoint:
        """The checkpoint that proves the entry to be in the log; raises `NoteInvalid` or `ProofInvalid`."""
        checkpoint = verify_checkpoint(self.checkpoint, origin, keys)
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        if self.extra is not None and self.extra != entry:
            raise ProofInvalid("the proof carries another entry than the one it is for")
        return checkpoint
