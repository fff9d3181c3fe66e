"""A stamp as it lies in the vault, in clear: what it covers without naming it, its checkpoint, its token.

stamps/<id>/stamp.json       number, format, time of closing, sizes, root (canonical JSON)
stamps/<id>/nodes            the group nodes of its manifests, 32 bytes each, in order; no digest of a member
stamps/<id>/checkpoint       the note text that the log's leaf is the hash of
stamps/<id>/checkpoint.note  the same with its signatures
stamps/<id>/token.der        the token; stamps/<id>/chain-<n>.der the certificates in it
stamps/<id>/token-<n>.der    from 2: tokens of other operators over the same root
stamps/<id>/late-<d>.crl     revocation lists that came later than the tokens, by their digests
stamps/<id>/refused-<n>.der  answers that were not accepted, kept for a person to look at
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from archive.vault import Objects, Ref, VaultMissing
from signing import canonical
from signing.checkpoint import note_text
from signing.errors import StampInvalid
from signing.stamp import log_leaf, stamp_root

SCHEMA = "urn:tabellion:stamp:v1"
LOCK_FOR = timedelta(days=36525)
_HASH = 32


@dataclass(frozen=True, slots=True)
class Frozen:
    """A closed stamp: what its token is over. `signed` is the signed checkpoint; nodes exclude the log's leaf."""

    stamp: str
    number: int
    format: int
    opened_at: str
    closed_at: str
    reason: str
    nodes: tuple[bytes, ...]
    signed: bytes

    @property
    def checkpoint(self) -> bytes:
        """The note text of the checkpoint."""
        return note_text(self.signed)

    @property
    def root(self) -> bytes:
        """The root over the nodes and the log's leaf, computed."""
        return stamp_root([*self.nodes, log_leaf(self.checkpoint)])


def prefix(stamp: str) -> str:
    """Where a stamp's files lie."""
    return f"stamps/{stamp}/"


def write_frozen(objects: Objects, frozen: Frozen, now: datetime) -> None:
    """Keep a closed stamp durably and locked; a second time the same bytes are there already."""
    about = canonical.dumps(
        {
            "$schema": SCHEMA,
            "stamp": frozen.stamp,
            "number": frozen.number,
            "format": frozen.format,
            "opened_at": frozen.opened_at,
            "closed_at": frozen.closed_at,
            "reason": frozen.reason,
            "manifests": len(frozen.nodes),
            "root": frozen.root.hex(),
        }
    )
    base = prefix(frozen.stamp)
    files = [
        (f"{base}stamp.json", about),
        (f"{base}nodes", b"".join(frozen.nodes)),
        (f"{base}checkpoint", frozen.checkpoint),
        (f"{base}checkpoint.note", frozen.signed),
    ]
    objects.put_raw_many(files, now + LOCK_FOR)


def read_frozen(objects: Objects, stamp: str) -> Frozen:
    """The closed stamp as the vault has it. Raises `StampInvalid`, `VaultMissing`, `VaultAltered`, `NotCanonical`."""
    base = prefix(stamp)
    about = canonical.load_object(read(objects, f"{base}stamp.json"))
    nodes = read(objects, f"{base}nodes")
    if len(nodes) % _HASH:
        raise StampInvalid("the nodes of the stamp are not a list of SHA-256")
    try:
        frozen = Frozen(
            stamp=about["stamp"],
            number=about["number"],
            format=about["format"],
            opened_at=about["opened_at"],
            closed_at=about["closed_at"],
            reason=about["reason"],
            nodes=tuple(nodes[i : i + _HASH] for i in range(0, len(nodes), _HASH)),
            signed=read(objects, f"{base}checkpoint.note"),
        )
    except KeyError as error:
        raise StampInvalid(f"stamp.json lacks {error}") from error
    _require(frozen, about, read(objects, f"{base}checkpoint"))
    return frozen


def _require(frozen: Frozen, about: dict[str, Any], checkpoint: bytes) -> None:
    if about.get("$schema") != SCHEMA or about.get("manifests") != len(frozen.nodes):
        raise StampInvalid("stamp.json and the list of nodes do not agree")
    if checkpoint != frozen.checkpoint:
        raise StampInvalid("the two copies of the stamp's checkpoint differ")
    if about.get("root") != frozen.root.hex():
        raise StampInvalid("the nodes and the checkpoint of the stamp do not lead to its root")


def write_token(objects: Objects, stamp: str, token: bytes, chain: Sequence[bytes], now: datetime) -> None:
    """Keep the token and the certificates that came with it, locked."""
    base = prefix(stamp)
    chained = [(f"{base}chain-{number}.der", each) for number, each in enumerate(chain, 1)]
    objects.put_raw_many([(f"{base}token.der", token), *chained], now + LOCK_FOR)


def read_token(objects: Objects, stamp: str) -> bytes:
    """The token. Raises `VaultMissing` where the stamp has none, `VaultAltered`."""
    return read(objects, f"{prefix(stamp)}token.der")


def write_further(objects: Objects, stamp: str, place: int, token: bytes, now: datetime) -> Ref:
    """Keep a further token over the same root, locked; `place` counts from 2."""
    return objects.put_raw(_further(stamp, place), token, now + LOCK_FOR)


def read_further(objects: Objects, stamp: str, place: int) -> bytes:
    """A further token. Raises `VaultMissing` and `VaultAltered`."""
    return read(objects, _further(stamp, place))


def further_name(stamp: str, place: int) -> str:
    """What renewals call a further token: a stamp's own name is that of its first."""
    return f"{stamp}/{place}"


def split_further(name: str) -> tuple[str, int] | None:
    """Stamp and place of a further token; None for the name of a stamp or renewal."""
    stamp, slash, place = name.partition("/")
    return (stamp, int(place)) if slash else None


def owner_of(name: str) -> str:
    """The stamp or renewal that the token of that name belongs to."""
    return name.partition("/")[0]


def read_named(objects: Objects, name: str) -> bytes:
    """The token of that name: of a stamp or renewal, or a further one. Raises as `read_token`."""
    further = split_further(name)
    return read_token(objects, name) if further is None else read_further(objects, *further)


def _further(stamp: str, place: int) -> str:
    return f"{prefix(stamp)}token-{place}.der"


def write_late_lists(objects: Objects, stamp: str, crls: Sequence[bytes], now: datetime) -> None:
    """Keep revocation lists (DER) beside the tokens of a stamp or renewal, locked; the same again is there already."""
    named = {f"{prefix(stamp)}late-{sha256(each).hexdigest()}.crl": each for each in crls}
    objects.put_raw_many(list(named.items()), now + LOCK_FOR)


def late_lists(objects: Objects, stamp: str) -> list[Ref]:
    """Where they lie."""
    return list(objects.vault.list(f"{prefix(stamp)}late-"))


def read_late_lists(objects: Objects, stamp: str) -> list[bytes]:
    """The revocation lists (DER) that came later. Raises `VaultAltered`."""
    return [objects.read_raw(ref) for ref in late_lists(objects, stamp)]


def write_refused(objects: Objects, stamp: str, number: int | str, answer: bytes, now: datetime) -> None:
    """Keep an answer that was not accepted, for a person; locked, since it may be what a dispute is about."""
    objects.put_raw(f"{prefix(stamp)}refused-{number}.der", answer, now + LOCK_FOR)


def read(objects: Objects, key: str) -> bytes:
    """The bytes of an object that is stored in clear and has one version."""
    refs = objects.vault.versions(key)
    if not refs:
        raise VaultMissing(f"{key} is not in the vault")
    if len(refs) > 1:
        raise StampInvalid(f"{key} has {len(refs)} versions, where only one was ever written")
    return objects.read_raw(refs[0])
