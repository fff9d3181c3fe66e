"""Checkpoints (C2SP tlog-checkpoint): the log's name, size and root in a signed note."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from signing import fields as check
from signing.errors import NoteInvalid
from signing.keys import Signer
from signing.note import Note, NoteKey, sign_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: its origin, how many entries it has, and their root hash."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text: three lines, no extensions."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse_text(cls, text: str) -> Self:
        """The checkpoint of a note text; others' extension lines are ignored; raises `NoteInvalid`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise NoteInvalid("a checkpoint has at least three lines and no empty one")
        origin, size, root = lines[:3]
        try:
            return cls(
                origin,
                check.decimal("the size in the checkpoint", size),
                check.base64_bytes("the root", root, 32),
            )
        except ValueError as error:
            raise NoteInvalid(str(error)) from error

    def sign(self, signer: Signer) -> bytes:
        """The signed checkpoint; the key's name is the origin."""
        return sign_note(self.text(), self.origin, signer).to_bytes()


def note_text(checkpoint: bytes) -> bytes:
    """The text of a signed checkpoint without its signature lines: what a stamp's log leaf is the hash of."""
    return Note.parse(checkpoint).text.encode()


def verify_checkpoint(data: bytes, origin: str, keys: Sequence[NoteKey]) -> Checkpoint:
    """The checkpoint of that origin, signed by one of the log's keys; raises `NoteInvalid`."""
    note = Note.parse(data)
    note.verify([key for key in keys if key.name == origin])
    checkpoint = Checkpoint.parse_text(note.text)
    if checkpoint.origin != origin:
        raise NoteInvalid("the checkpoint is of another log")
    return checkpoint
