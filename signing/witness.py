"""The decisions of a witness (C2SP tlog-witness), and what a log sends it; storing and HTTP are for the caller.

A server calls `Witness.open`, then, in one transaction on its record of that origin, `Witness.cosign`; it stores
`Cosigned.seen` durably before it answers. Both raise `WitnessRefused`, which says how to answer.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from signing import fields as check
from signing.checkpoint import Checkpoint
from signing.cosignature import WitnessKey, cosign, verify_cosignatures
from signing.errors import NoteInvalid, ProofInvalid, WitnessRefused
from signing.keys import Signer
from signing.note import Note, NoteKey, NoteSignature, parse_signatures
from signing.tlog import EMPTY_ROOT, verify_consistency

LARGEST = 1 << 20
"""Bytes of the largest request or answer."""

_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The body of an `add-checkpoint` request: the size that the witness has, the proof from there, the checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """The body as it is sent."""
        lines = [f"old {self.old_size}", *(base64.b64encode(each).decode() for each in self.proof)]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """The request of a body; raises `NoteInvalid`. The checkpoint in it is not looked into."""
        head, blank, checkpoint = body.partition(b"\n\n")
        if len(body) > LARGEST or not blank:
            raise NoteInvalid("the request is too large, or has no empty line")
        try:
            first, *lines = head.decode("ascii").split("\n")
            word, _, size = first.partition(" ")
            if word != "old" or len(lines) > _MOST_HASHES:
                raise ValueError(f"it does not begin with an old size and at most {_MOST_HASHES} hashes")
            proof = tuple(check.base64_bytes("a hash", line, 32) for line in lines)
            return cls(check.decimal("the old size", size), proof, checkpoint)
        except ValueError as error:
            raise NoteInvalid(f"the request is malformed: {error}") from error


@dataclass(frozen=True, slots=True)
class Seen:
    """What a witness must remember of a log: the size and root of the newest checkpoint that it cosigned."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """A request whose checkpoint is signed by a log that the witness knows."""

    request: AddCheckpoint
    note: Note
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What to store, durably and first, and then the body of the answer."""

    seen: Seen
    signature: NoteSignature

    @property
    def body(self) -> bytes:
        """One signature line."""
        return self.signature.line().encode()


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its name, its Ed25519 key, and the keys of the logs that it watches (a key's name is its origin)."""

    name: str
    signer: Signer
    logs: tuple[NoteKey, ...]

    @property
    def key(self) -> WitnessKey:
        """What others need to verify its cosignatures."""
        return WitnessKey(self.name, self.signer.public_der)

    def open(self, body: bytes) -> Submission:
        """The request, from a log that is known; the origin says which record `cosign` needs."""
        try:
            request = AddCheckpoint.parse(body)
            note = Note.parse(request.checkpoint)
            checkpoint = Checkpoint.parse_text(note.text)
        except NoteInvalid as error:
            raise WitnessRefused(400, str(error)) from error
        keys = [key for key in self.logs if key.name == checkpoint.origin]
        if not keys:
            raise WitnessRefused(404, "this witness does not watch a log of that origin")
        try:
            note.verify(keys)
        except NoteInvalid as error:
            raise WitnessRefused(403, str(error)) from error
        if request.old_size > checkpoint.size:
            raise WitnessRefused(400, "the old size is larger than the checkpoint's")
        return Submission(request, note, checkpoint)

    def cosign(self, submission: Submission, seen: Seen | None, now: datetime) -> Cosigned:
        """The cosignature, where the checkpoint extends what was seen of this origin (None: nothing yet)."""
        latest = seen or Seen(0, EMPTY_ROOT)
        request, new = submission.request, submission.checkpoint
        if request.old_size != latest.size:
            raise WitnessRefused(409, "the old size is not the newest that was cosigned", size=latest.size)
        if new.size == latest.size and new.root != latest.root:
            raise WitnessRefused(409, "another root of the same size was cosigned", size=latest.size)
        try:
            if latest.size:
                verify_consistency(latest.size, new.size, latest.root, new.root, request.proof)
            elif request.proof:
                raise ProofInvalid("a proof from the empty tree has no hashes")
        except ProofInvalid as error:
            raise WitnessRefused(422, str(error)) from error
        return Cosigned(Seen(new.size, new.root), cosign(submission.note.text, self.name, self.signer, now))


def accept_cosignatures(
    body: bytes, checkpoint: bytes, keys: Sequence[WitnessKey], at: datetime
) -> tuple[NoteSignature, ...]:
    """The cosignatures in a witness' answer that hold for our checkpoint; those of unknown keys are left out.

    Raises `NoteInvalid` where the answer is malformed, one is false, or none is by a known witness. What it gives is
    added to the checkpoint with `Note.with_signatures`.
    """
    if len(body) > LARGEST:
        raise NoteInvalid("the answer of the witness is too large")
    try:
        signatures = parse_signatures(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise NoteInvalid("the answer of the witness is not UTF-8") from error
    note = Note(Note.parse(checkpoint).text, signatures)
    if not verify_cosignatures(note, keys, at):
        raise NoteInvalid("no known witness has cosigned")
    known = {(key.name, key.id) for key in keys}
    return tuple(each for each in signatures if (each.name, each.id) in known)
