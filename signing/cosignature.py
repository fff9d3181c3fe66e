"""Cosignatures (C2SP tlog-cosignature, Ed25519): a witness says that a checkpoint extends all it saw, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from signing.checkpoint import Checkpoint
from signing.errors import NoteInvalid, SignatureInvalid
from signing.keys import Algorithm, Signer, verify_signature
from signing.note import Note, NoteKey, NoteSignature

_TIMESTAMP = 8
_SIGNATURE = 64


@dataclass(frozen=True, slots=True)
class WitnessKey(NoteKey):
    """A key that cosigns under a name; a witness must not use the same key under two names."""

    kind: ClassVar[int] = 0x04


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified cosignature: whose it is, and when it was made by that witness' clock."""

    key: WitnessKey
    at: datetime


def cosign(text: str, name: str, signer: Signer, at: datetime) -> NoteSignature:
    """The cosignature of a checkpoint's note text; raises `NoteInvalid` for a text that is no checkpoint."""
    Checkpoint.parse_text(text)
    if signer.algorithm is not Algorithm.ED25519:
        raise NoteInvalid("checkpoints are cosigned with Ed25519")
    seconds = int(at.timestamp())
    signature = signer.sign(_message(text, seconds))
    key = WitnessKey(name, signer.public_der)
    return NoteSignature(name, key.id, seconds.to_bytes(_TIMESTAMP, "big") + signature)


def verify_cosignatures(note: Note, keys: Sequence[WitnessKey], at: datetime) -> tuple[Cosignature, ...]:
    """The cosignatures by known witnesses, the newest of each; unknown ones are ignored, as the note format demands.

    Raises `NoteInvalid` where one of a known witness is false, or of a time that lies after `at`.
    """
    Checkpoint.parse_text(note.text)
    known = {(key.name, key.id): key for key in keys}
    found: dict[WitnessKey, Cosignature] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is None:
            continue
        made = _verify(note.text, signature, key)
        if made > at:
            raise NoteInvalid(f"the cosignature by {key.name} is of a time that has not come yet")
        if key not in found or found[key].at < made:
            found[key] = Cosignature(key, made)
    return tuple(found.values())


def _verify(text: str, signature: NoteSignature, key: WitnessKey) -> datetime:
    if len(signature.signature) != _TIMESTAMP + _SIGNATURE:
        raise NoteInvalid(f"the cosignature by {key.name} does not have its length")
    seconds = int.from_bytes(signature.signature[:_TIMESTAMP], "big")
    try:
        verify_signature(
            Algorithm.ED25519, key.public_der, _message(text, seconds), signature.signature[_TIMESTAMP:]
        )
        return datetime.fromtimestamp(seconds, UTC)
    except SignatureInvalid as error:
        raise NoteInvalid(f"the cosignature by {key.name} is false") from error
    except (ValueError, OverflowError, OSError) as error:
        raise NoteInvalid(f"the cosignature by {key.name} is of no time that there is") from error


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
