"""One entry of the log: who did what to which object, in canonical bytes (EVIDENCE section 2)."""

from dataclasses import dataclass, fields
from typing import Any, Self

from signing import canonical
from signing import fields as check
from signing.errors import EntryInvalid, NotCanonical
from signing.registry import CHAINS, ENTRY_TYPES, OBJECT_TYPES, REASONS, REGISTRY_VERSION, EntryType, Reason

__all__ = [
    "ENTRY_TYPES",
    "LARGEST",
    "OBJECT_TYPES",
    "REASONS",
    "REGISTRY_VERSION",
    "Entry",
    "EntryType",
    "ObjectRef",
    "Reason",
]

LARGEST = 8192
"""Bytes of the largest entry."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """The one thing an entry is about: its type (deposit, document, batch, ...) and its identifier."""

    type: str
    id: str

    def __post_init__(self) -> None:
        check.text("object.type", self.type, "name")
        check.text("object.id", self.id, "token")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry; raises ValueError where a value breaks the format.

    `seq` is the index in the log; `ordinal` counts from 0 per object and chain, and `previous` is the leaf hash
    (hexadecimal) of the entry before on that chain, absent at ordinal 0. `subject` is a SHA-256 in hexadecimal,
    `actor` a pseudonym, `reason` a code of `REASONS`; unknown types and reasons are read, but never written.
    """

    type: str
    seq: int
    time: str
    actor: str
    object: ObjectRef
    chain: str
    ordinal: int
    subject: str | None = None
    previous: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        check.text("type", self.type, "name")
        check.integer("seq", self.seq)
        check.instant("time", self.time)
        check.text("actor", self.actor, "token")
        check.integer("ordinal", self.ordinal)
        if self.chain not in CHAINS:
            raise ValueError("chain is neither custody nor access")
        if (self.previous is None) != (self.ordinal == 0):
            raise ValueError("previous stands with every ordinal but 0")
        if self.subject is not None:
            check.text("subject", self.subject, "sha256")
        if self.previous is not None:
            check.text("previous", self.previous, "sha256")
        if self.reason is not None:
            check.text("reason", self.reason, "name")

    @property
    def understood(self) -> bool:
        """Whether this registry knows the type; if not, that is reported, and is no failure."""
        return self.type in ENTRY_TYPES

    def require_registered(self) -> Self:
        """This entry, where the registry allows it to be written; raises `EntryInvalid`. For writers only."""
        registered = ENTRY_TYPES.get(self.type)
        if registered is None:
            raise EntryInvalid(f"the registry has no entry type {self.type}")
        if self.chain != registered.chain:
            raise EntryInvalid(f"{self.type} belongs to the chain {registered.chain}")
        if self.object.type not in OBJECT_TYPES:
            raise EntryInvalid(f"the registry has no object type {self.object.type}")
        if self.reason is not None and self.type not in getattr(REASONS.get(self.reason), "types", ()):
            raise EntryInvalid(f"{self.reason} is no registered reason of {self.type}")
        return self

    def to_bytes(self) -> bytes:
        """The RFC 8785 bytes, at most `LARGEST`: what is hashed into the log."""
        value: dict[str, Any] = {
            "type": self.type,
            "seq": self.seq,
            "time": self.time,
            "actor": self.actor,
            "object": {"type": self.object.type, "id": self.object.id},
            "chain": self.chain,
            "ordinal": self.ordinal,
        }
        for name in _OPTIONAL:
            if (member := getattr(self, name)) is not None:
                value[name] = member
        return canonical.dumps(value)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The entry of exact bytes; raises `EntryInvalid` for any other spelling, key or value."""
        if len(data) > LARGEST:
            raise EntryInvalid(f"an entry has at most {LARGEST} bytes")
        try:
            value = dict(check.members("the entry", canonical.load_object(data), _REQUIRED, _OPTIONAL))
            about = check.members("object", value.pop("object"), frozenset({"type", "id"}))
            return cls(object=ObjectRef(**about), **value)
        except (NotCanonical, ValueError) as error:
            raise EntryInvalid(f"the log entry is not valid: {error}") from error


_OPTIONAL = frozenset({"subject", "previous", "reason"})
_REQUIRED = frozenset(field.name for field in fields(Entry)) - _OPTIONAL
