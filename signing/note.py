"""Signed notes (C2SP signed-note): a text, a blank line, and lines of signatures by named keys."""

import base64
import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from signing import fields as check
from signing.errors import NoteInvalid, SignatureInvalid
from signing.keys import Algorithm, Signer, verify_signature

_DASH = "— "
_MOST_SIGNATURES = 64
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key that may sign notes under a name; the log's own carries the log's origin as its name."""

    name: str
    public_der: bytes

    kind: ClassVar[int] = 0x01
    """The byte of its signature type; other types of Ed25519 keys are subclasses."""

    def __post_init__(self) -> None:
        if (
            not self.name
            or "+" in self.name
            or any(_is_space(c) or unicodedata.category(c) in ("Cc", "Cs") for c in self.name)
        ):
            raise NoteInvalid("a key name is empty, or has a space, a plus or a control character")
        _raw(self.public_der)

    @property
    def id(self) -> bytes:
        """The four bytes that stand before its signatures: SHA-256(name || 0x0A || kind || key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._material()).digest()[:4]

    def vkey(self) -> str:
        """The verifier key as one line of text: `name+id+base64(kind || key)`."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self._material()).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """The key of a `vkey` line of this type; raises `NoteInvalid`."""
        name, plus, rest = vkey.strip("\n").partition("+")
        identifier, _, material = rest.partition("+")
        try:
            data = check.base64_bytes("the key", material, 33)
            if not plus or data[0] != cls.kind:
                raise ValueError(f"not an Ed25519 verifier key of type {cls.kind}")
            public = ed25519.Ed25519PublicKey.from_public_bytes(data[1:])
        except ValueError as error:
            raise NoteInvalid(f"the verifier key cannot be read: {error}") from error
        key = cls(
            name,
            public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        )
        if key.id.hex() != identifier:
            raise NoteInvalid("the id in the verifier key does not belong to its name and key")
        return key

    def _material(self) -> bytes:
        return bytes([self.kind]) + _raw(self.public_der)


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: a key's name, its four-byte id, and what it signed with."""

    name: str
    id: bytes
    signature: bytes

    def line(self) -> str:
        """The line with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures; nothing about it is to be believed before `verify`."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def with_signatures(self, *signatures: NoteSignature) -> Self:
        """The note with further signatures; those that it has already are not repeated."""
        return type(self)(self.text, tuple(dict.fromkeys((*self.signatures, *signatures))))

    def to_bytes(self) -> bytes:
        """The note as it is published."""
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The note of its bytes; raises `NoteInvalid`. No signature is checked yet."""
        if len(data) > _LARGEST:
            raise NoteInvalid("the note is too large")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NoteInvalid("the note is not UTF-8") from error
        if any(c < " " and c != "\n" for c in whole):
            raise NoteInvalid("the note has a control character")
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise NoteInvalid("the note has no signatures, or its last line does not end")
        return cls(text + "\n", parse_signatures(lines))

    def verify(self, keys: Sequence[NoteKey]) -> tuple[NoteKey, ...]:
        """The known keys that signed, at least one; raises `NoteInvalid` where none did or one's signature is false.

        Signatures of unknown keys are ignored, as the specification demands.
        """
        known = {(key.name, key.id): key for key in keys}
        signers: list[NoteKey] = []
        for signature in self.signatures:
            key = known.get((signature.name, signature.id))
            if key is None:
                continue
            try:
                verify_signature(Algorithm.ED25519, key.public_der, self.text.encode(), signature.signature)
            except SignatureInvalid as error:
                raise NoteInvalid(f"the note's signature by {key.name} is false") from error
            signers.append(key)
        if not signers:
            raise NoteInvalid("no known key has signed the note")
        return tuple(signers)


def sign_note(text: str, name: str, signer: Signer) -> Note:
    """The text with one signature under that name; raises `NoteInvalid` for a text that a note cannot hold."""
    if not text.endswith("\n") or any(c < " " and c != "\n" for c in text):
        raise NoteInvalid("a note's text ends in a newline and has no other control characters")
    if signer.algorithm is not Algorithm.ED25519:
        raise NoteInvalid("notes are signed with Ed25519")
    key = NoteKey(name, signer.public_der)
    return Note(text, (NoteSignature(name, key.id, signer.sign(text.encode())),))


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """The signatures of lines that each end in a newline; raises `NoteInvalid`."""
    if not lines.endswith("\n") or lines.count("\n") > _MOST_SIGNATURES:
        raise NoteInvalid(f"signatures are lines, at most {_MOST_SIGNATURES}, and the last one ends as well")
    return tuple(_signature(line) for line in lines[:-1].split("\n"))


def _signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not name or "+" in name or any(map(_is_space, name)):
        raise NoteInvalid("a signature line of the note is malformed")
    try:
        data = check.base64_bytes("a signature", encoded)
    except ValueError as error:
        raise NoteInvalid("a signature of the note is not base64") from error
    if len(data) <= 4:
        raise NoteInvalid("a signature of the note is too short")
    return NoteSignature(name, data[:4], data[4:])


def _is_space(character: str) -> bool:
    return character.isspace()


def _raw(public_der: bytes) -> bytes:
    try:
        public = serialization.load_der_public_key(public_der)
    except ValueError as error:
        raise NoteInvalid("the key of a note cannot be read") from error
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise NoteInvalid("notes are signed with Ed25519")
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
