"""A renewal as it lies in the vault, beside the stamps and in clear: what its token is over, and the token.

stamps/<id>/renewal.json          number, kind, algorithm, what it covers, sizes, root (canonical JSON); written last
stamps/<id>/leaves                the leaves of its tree, in order
stamps/<id>/source-<n>            of a hash-tree renewal: what became of the n-th source's groups, in order
stamps/<id>/checkpoint.note       of a hash-tree renewal: the newest signed checkpoint of the log, which it covers
stamps/<id>/revocation-<d>.crl    revocation lists for the authorities of the tokens that it covers, by their digests
stamps/<id>/token.der             the token; stamps/<id>/chain-<n>.der the certificates in it

A source is what has groups: a stamp (its manifests, then its checkpoint), an earlier hash-tree renewal (the
checkpoint and the entry bundles that its records begin with), or a further token that was renewed before (itself).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from archive.stamp_files import LOCK_FOR, prefix, read, split_further
from archive.vault import Objects, VaultMissing
from signing import canonical
from signing.errors import StampInvalid
from signing.ers.tree import DIGEST_SIZES, HashTree
from signing.renewal_due import RenewalKind

SCHEMA = "urn:tabellion:renewal:v1"
SOURCE_SCHEMA = "urn:tabellion:renewal-source:v1"
_END_OF_HEAD = b"\n"


@dataclass(frozen=True, slots=True)
class Source:
    """What a hash-tree renewal made of one source: a node per group, but for those that were left out.

    `places` are the positions in the source that have a node, in order; `sequences` are H'(sequence so far) of each.
    """

    source: str
    groups: int
    left_out: tuple[int, ...]
    nodes: tuple[bytes, ...]
    sequences: tuple[bytes, ...]

    @property
    def places(self) -> list[int]:
        """The positions in the source that have a node, in order."""
        out = frozenset(self.left_out)
        return [place for place in range(self.groups) if place not in out]


@dataclass(frozen=True)
class Renewal:
    """A prepared renewal: what its token is over.

    `covers` are the stamps, renewals and further tokens (`stamp_files.further_name`) whose tokens it renews; in a
    time-stamp renewal a leaf each, in this order. In a hash-tree renewal the leaves are those of the sources, then one
    of the checkpoint, then one of each entry bundle from number `first_bundle` on, up to the `log_size` of that
    checkpoint, then one of each further token that it covers.
    """

    renewal: str
    number: int
    kind: RenewalKind
    algorithm: str
    reason: str
    begun_at: str
    covers: tuple[str, ...]
    leaves: tuple[bytes, ...]
    sources: tuple[tuple[str, int, tuple[int, ...]], ...] = ()
    """Of each source: its identifier, how many groups it has, which of them were left out."""
    signed: bytes = b""
    log_size: int = 0
    first_bundle: int = 0

    @cached_property
    def tree(self) -> HashTree:
        """The tree; its root is what the token is over."""
        return HashTree(self.algorithm, self.leaves)

    def leaf_of(self, covered: str) -> int:
        """The leaf of a covered token: in a time-stamp renewal of each, in a hash-tree renewal of further ones.

        Raises `StampInvalid` without one.
        """
        if covered not in self._leaves_of:
            raise StampInvalid(f"the renewal {self.number} does not cover the token of {covered}")
        return self._leaves_of[covered]

    @cached_property
    def _leaves_of(self) -> Mapping[str, int]:
        own = self.covers if self.kind == "timestamp-renewal" else self.further
        return {covered: leaf for leaf, covered in enumerate(own, len(self.leaves) - len(own))}

    @property
    def further(self) -> tuple[str, ...]:
        """The further tokens among what it covers: their records begin here."""
        return tuple(each for each in self.covers if split_further(each) is not None)

    @cached_property
    def _offsets(self) -> Mapping[str, tuple[int, frozenset[int], int]]:
        offsets, start = {}, 0
        for source, groups, left_out in self.sources:
            offsets[source] = (start, frozenset(left_out), groups)
            start += groups - len(left_out)
        return offsets

    def place(self, source: str, position: int) -> int:
        """The leaf of a group of a source; raises `StampInvalid` where the renewal left it out."""
        found = self._offsets.get(source)
        if found is None or position in found[1] or not 0 <= position < found[2]:
            raise StampInvalid(f"the renewal {self.number} does not cover group {position} of {source}")
        start, left_out, _ = found
        return start + position - sum(1 for out in left_out if out < position)

    @property
    def log_start(self) -> int:
        """The leaf of the checkpoint; those of the bundles follow it."""
        return sum(groups - len(left_out) for _, groups, left_out in self.sources)

    @property
    def log_groups(self) -> int:
        """How many records begin here: one of the checkpoint, and one of each bundle."""
        if self.kind != "hashtree-renewal":
            return 0
        return len(self.leaves) - self.log_start - len(self.further)


def write_source(objects: Objects, renewal: str, number: int, source: Source, now: datetime) -> None:
    """Keep what became of a source, in one object, so that it is there as a whole or not at all."""
    head = canonical.dumps(
        {
            "$schema": SOURCE_SCHEMA,
            "source": source.source,
            "groups": source.groups,
            "left_out": list(source.left_out),
        }
    )
    body = head + _END_OF_HEAD + b"".join((*source.nodes, *source.sequences))
    objects.put_raw(f"{prefix(renewal)}source-{number}", body, now + LOCK_FOR)


def read_source(objects: Objects, renewal: str, number: int, algorithm: str) -> Source | None:
    """What was kept of a source; None where it was not reached yet. Raises `StampInvalid`, `VaultAltered`."""
    try:
        data = read(objects, f"{prefix(renewal)}source-{number}")
    except VaultMissing:
        return None
    head, _, body = data.partition(_END_OF_HEAD)
    about = canonical.load_object(head)
    values = _split(body, algorithm)
    left_out = tuple(about["left_out"])
    count = about["groups"] - len(left_out)
    if about["$schema"] != SOURCE_SCHEMA or len(values) != 2 * count:
        raise StampInvalid(f"source {number} of the renewal is not what was written")
    return Source(about["source"], about["groups"], left_out, values[:count], values[count:])


def write_lists(objects: Objects, renewal: str, crls: Sequence[bytes], now: datetime) -> None:
    """Keep revocation lists (DER), which are collected before anything else; the same one again is there already."""
    base = prefix(renewal)
    named = {f"{base}revocation-{sha256(each).hexdigest()}.crl": each for each in crls}
    if named:
        objects.put_raw_many(list(named.items()), now + LOCK_FOR)


def write_renewal(objects: Objects, renewal: Renewal, now: datetime) -> None:
    """Keep a prepared renewal durably and locked; `renewal.json` comes last and makes it whole."""
    base = prefix(renewal.renewal)
    files = [(f"{base}leaves", b"".join(renewal.leaves))]
    if renewal.kind == "hashtree-renewal":
        files.append((f"{base}checkpoint.note", renewal.signed))
    objects.put_raw_many(files, now + LOCK_FOR)
    objects.put_raw(f"{base}renewal.json", canonical.dumps(_about(renewal)), now + LOCK_FOR)


def read_renewal(objects: Objects, renewal: str) -> Renewal:
    """The renewal as the vault has it. Raises `StampInvalid`, `VaultMissing`, `VaultAltered`, `NotCanonical`."""
    base = prefix(renewal)
    about = canonical.load_object(read(objects, f"{base}renewal.json"))
    try:
        if about["$schema"] != SCHEMA or about["renewal"] != renewal:
            raise StampInvalid("renewal.json is of something else")
        rehashed = about["kind"] == "hashtree-renewal"
        found = Renewal(
            renewal=renewal,
            number=about["number"],
            kind=about["kind"],
            algorithm=about["algorithm"],
            reason=about["reason"],
            begun_at=about["begun_at"],
            covers=tuple(about["covers"]),
            leaves=_split(read(objects, f"{base}leaves"), about["algorithm"]),
            sources=tuple(
                (each["source"], each["groups"], tuple(each["left_out"])) for each in about["sources"]
            ),
            signed=read(objects, f"{base}checkpoint.note") if rehashed else b"",
            log_size=about["log_size"],
            first_bundle=about["first_bundle"],
        )
    except (KeyError, TypeError) as error:
        raise StampInvalid(f"renewal.json is not what was written: {error}") from error
    if found.tree.root.hex() != about["root"]:
        raise StampInvalid("the leaves of the renewal do not lead to its root")
    return found


def read_lists(objects: Objects, renewal: str) -> list[bytes]:
    """The revocation lists (DER) that were collected before the renewal."""
    base = prefix(renewal)
    refs = objects.vault.list(f"{base}revocation-")
    return [objects.read_raw(ref) for ref in refs]


def _about(renewal: Renewal) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "renewal": renewal.renewal,
        "number": renewal.number,
        "kind": renewal.kind,
        "algorithm": renewal.algorithm,
        "reason": renewal.reason,
        "begun_at": renewal.begun_at,
        "covers": list(renewal.covers),
        "sources": [
            {"source": source, "groups": groups, "left_out": list(left_out)}
            for source, groups, left_out in renewal.sources
        ],
        "log_size": renewal.log_size,
        "first_bundle": renewal.first_bundle,
        "root": renewal.tree.root.hex(),
    }


def _split(data: bytes, algorithm: str) -> tuple[bytes, ...]:
    size = DIGEST_SIZES.get(algorithm)
    if size is None or len(data) % size:
        raise StampInvalid(f"the values of the renewal are no list of {algorithm}")
    return tuple(data[start : start + size] for start in range(0, len(data), size))
