"""Receipts: that the archive accepted these bytes, in a form that a stranger can check (EVIDENCE section 3).

A receipt proves acceptance and a place in the log; it proves no time. Its log proof carries the `receive` entry, whose
subject is the manifest's digest, so whoever holds the receipt needs nothing else but the archive's public keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, get_args

from signing import fields as check
from signing.digests import Digests
from signing.entry import Entry
from signing.errors import (
    EntryInvalid,
    NotCanonical,
    NoteInvalid,
    ProofInvalid,
    ReceiptInvalid,
    SignatureInvalid,
)
from signing.keys import PublicKey, Signer
from signing.note import NoteKey
from signing.signed import open_object, sign_object
from signing.tlog_proof import TlogProof
from tabellion.base.clock import parse_rfc3339

DEPOSIT_SCHEMA = "urn:tabellion:receipt:v1"
BATCH_SCHEMA = "urn:tabellion:batch-receipt:v1"
NOTICE = "keep the paper until clearance"

ItemState = Literal["received", "void", "replaced", "duplicate", "supplement"]
"""What became of a numbered item of a batch."""


@dataclass(frozen=True, slots=True)
class ReceiptTrust:
    """What a verifier trusts: the archive's receipt keys, its log's name, and the log's keys."""

    keys: tuple[PublicKey, ...]
    origin: str
    log_keys: tuple[NoteKey, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is said of one accepted deposit: its bytes, its manifest's digest (hexadecimal), its place in the log.

    `proof` is the text of a C2SP tlog-proof with the `receive` entry as its extra data.
    """

    deposit: str
    size: int
    sha256: str
    sha512: str
    manifest: str
    received_at: str
    log_index: int
    proof: str

    def __post_init__(self) -> None:
        check.identifier("deposit", self.deposit)
        check.integer("size", self.size)
        check.text("sha256", self.sha256, "sha256")
        check.text("sha512", self.sha512, "sha512")
        check.text("manifest", self.manifest, "sha256")
        check.instant("received_at", self.received_at)
        check.integer("log_index", self.log_index)
        if not isinstance(self.proof, str):
            raise ValueError("proof is not a text")

    @property
    def digests(self) -> Digests:
        """What the original must digest to."""
        return Digests(self.sha256, self.sha512, self.size)

    def verify(self, trust: ReceiptTrust) -> None:
        """Raise `ReceiptInvalid` unless the log proof shows this very deposit and manifest at this place."""
        try:
            proof = TlogProof.parse(self.proof)
            data = proof.extra or b""
            entry = Entry.parse(data)
            proof.verify(data, trust.origin, trust.log_keys)
        except (NoteInvalid, ProofInvalid, EntryInvalid) as error:
            raise ReceiptInvalid(f"the log proof does not hold: {error}") from error
        if proof.index != self.log_index or entry.seq != self.log_index:
            raise ReceiptInvalid("the log proof is for another place in the log")
        if entry.type != "receive" or entry.object.type != "deposit" or entry.object.id != self.deposit:
            raise ReceiptInvalid("the log entry is not the receiving of this deposit")
        if entry.subject != self.manifest:
            raise ReceiptInvalid("the log entry is about another manifest")


@dataclass(frozen=True, slots=True)
class DepositReceipt:
    """The receipt of one deposit; `batch` and `sequence` where it came with a batch."""

    archive: str
    origin: str
    accepted: Acceptance
    batch: str | None = None
    sequence: int | None = None

    def __post_init__(self) -> None:
        _check_frame(self.archive, self.origin)
        if self.batch is not None:
            check.identifier("batch", self.batch)
        if self.sequence is not None:
            check.integer("sequence", self.sequence)

    def sign(self, signer: Signer) -> bytes:
        """The bytes of `*.receipt.json`."""
        value = _frame(DEPOSIT_SCHEMA, self.archive, self.origin) | _members(self.accepted)
        return sign_object(value | _present(batch=self.batch, sequence=self.sequence), signer)

    @classmethod
    def verify(cls, data: bytes, trust: ReceiptTrust, original: Digests | None = None) -> Self:
        """The receipt, where signature, log proof and, if handed in, the original agree; else `ReceiptInvalid`."""
        value = _open(data, DEPOSIT_SCHEMA, trust, _ACCEPTANCE, frozenset({"batch", "sequence"}))
        try:
            receipt = cls(
                archive=value["archive"],
                origin=value["origin"],
                accepted=Acceptance(**{name: value[name] for name in _ACCEPTANCE}),
                batch=value.get("batch"),
                sequence=value.get("sequence"),
            )
        except ValueError as error:
            raise ReceiptInvalid(f"the receipt is not valid: {error}") from error
        receipt.accepted.verify(trust)
        if original is not None and original != receipt.accepted.digests:
            raise ReceiptInvalid("the original is not the file that was received")
        return receipt


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A numbered item of a batch, what became of it, and its acceptance (absent for a void without a file).

    `other` is the number of the item that replaced it, or of which it is a duplicate.
    """

    sequence: int
    state: ItemState
    accepted: Acceptance | None = None
    other: int | None = None

    def __post_init__(self) -> None:
        check.integer("sequence", self.sequence)
        if self.state not in get_args(ItemState):
            raise ValueError("an item has an unknown state")
        if self.accepted is None and self.state != "void":
            raise ValueError("an item that is not void has no acceptance")
        if self.other is not None:
            check.integer("other", self.other)


@dataclass(frozen=True, slots=True)
class BatchReceipt:
    """The receipt of a closed batch: every item by number, and every number that is missing."""

    archive: str
    origin: str
    batch: str
    closed_at: str
    items: tuple[BatchItem, ...]
    gaps: tuple[int, ...] = ()
    station: str | None = None
    declared_sheets: int | None = None
    declared_sides: int | None = None

    def __post_init__(self) -> None:
        _check_frame(self.archive, self.origin)
        check.identifier("batch", self.batch)
        check.instant("closed_at", self.closed_at)
        for gap in self.gaps:
            check.integer("gaps", gap)
        if {item.sequence for item in self.items} & set(self.gaps):
            raise ValueError("a number is both an item and a gap")
        if self.station is not None:
            check.text("station", self.station, "token")
        for name in ("declared_sheets", "declared_sides"):
            if getattr(self, name) is not None:
                check.integer(name, getattr(self, name))

    def sign(self, signer: Signer) -> bytes:
        """The bytes of the batch's `*.receipt.json`."""
        value = _frame(BATCH_SCHEMA, self.archive, self.origin) | {
            "batch": self.batch,
            "closed_at": self.closed_at,
            "items": [
                {"sequence": item.sequence, "state": item.state}
                | _present(accepted=item.accepted and _members(item.accepted), other=item.other)
                for item in self.items
            ],
            "gaps": list(self.gaps),
        }
        declared = _present(
            station=self.station, declared_sheets=self.declared_sheets, declared_sides=self.declared_sides
        )
        return sign_object(value | declared, signer)

    @classmethod
    def verify(cls, data: bytes, trust: ReceiptTrust) -> Self:
        """The receipt, where the signature and the log proof of every item hold; else `ReceiptInvalid`."""
        optional = frozenset({"station", "declared_sheets", "declared_sides"})
        value = _open(data, BATCH_SCHEMA, trust, frozenset({"batch", "closed_at", "items", "gaps"}), optional)
        try:
            receipt = cls(
                **{
                    name: value[name]
                    for name in ("archive", "origin", "batch", "closed_at", *optional & value.keys())
                },
                items=tuple(_item(item) for item in _array("items", value["items"])),
                gaps=tuple(_array("gaps", value["gaps"])),
            )
        except ValueError as error:
            raise ReceiptInvalid(f"the receipt is not valid: {error}") from error
        for item in receipt.items:
            if item.accepted is not None:
                item.accepted.verify(trust)
        return receipt


_ACCEPTANCE = frozenset(field.name for field in fields(Acceptance))
_FRAME = frozenset({"$schema", "archive", "origin", "key_id", "notice"})


def _check_frame(archive: str, origin: str) -> None:
    check.identifier("archive", archive)
    if not isinstance(origin, str) or not origin:
        raise ValueError("origin is empty")


def _frame(schema: str, archive: str, origin: str) -> dict[str, Any]:
    return {"$schema": schema, "archive": archive, "origin": origin, "notice": NOTICE}


def _members(value: Acceptance) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _ACCEPTANCE}


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _open(
    data: bytes, schema: str, trust: ReceiptTrust, required: frozenset[str], optional: frozenset[str]
) -> dict[str, Any]:
    """The members of a receipt of that kind and log, signed by a receipt key in that key's time."""
    try:
        value, key = open_object(data, trust.keys, "receipt")
        check.members("the receipt", value, _FRAME | required, optional)
        signed_at = parse_rfc3339(check.instant("its time", value.get("received_at", value.get("closed_at"))))
    except SignatureInvalid as error:
        raise ReceiptInvalid(f"the signature of the receipt does not hold: {error}") from error
    except (NotCanonical, ValueError) as error:
        raise ReceiptInvalid(f"the receipt is not valid: {error}") from error
    if value["$schema"] != schema or value["notice"] != NOTICE:
        raise ReceiptInvalid(f"this is not a receipt of the kind {schema}")
    if value["origin"] != trust.origin:
        raise ReceiptInvalid("the receipt is from another log than the one that is trusted")
    # Signed later than received, perhaps with the key that followed: only the end of the key's time counts.
    if key.ended_at(signed_at):
        raise ReceiptInvalid("the receipt was signed with a key after the end of that key's time")
    return value


def _item(value: Any) -> BatchItem:
    members = check.members(
        "an item", value, frozenset({"sequence", "state"}), frozenset({"accepted", "other"})
    )
    accepted = None
    if "accepted" in members:
        accepted = Acceptance(**check.members("accepted", members["accepted"], _ACCEPTANCE))
    return BatchItem(members["sequence"], members["state"], accepted, members.get("other"))


def _array(where: str, value: object) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{where} is not an array")
    return value
