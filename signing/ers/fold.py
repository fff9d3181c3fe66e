"""Folds a record's trees: that each time-stamp covers the objects, the token before it, or all chains before it.

This is the part of RFC 4998 that needs no trust: section 4.3 for trees, 5.3 for renewals. What the tokens are worth is
for signing/ers/verify.py to say.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from signing.errors import RecordReason, RecordRefused
from signing.ers.record import ArchiveTimestamp, EvidenceRecord
from signing.ers.tree import fold_hashtree, hash_bytes

Digest: TypeAlias = Callable[[str], bytes]
"""A data object: gives its digest under a hash algorithm (`sha256`, ...); raises KeyError where it cannot."""

Kind = Literal["initial", "timestamp-renewal", "hashtree-renewal"]
Order = Literal["unsorted", "sorted"]
"""How a hash-tree renewal joined an object's hash with that of the sequence: as erratum 7411 says, or ascending."""


@dataclass(frozen=True, slots=True)
class Step:
    """A time-stamp whose tree holds: `token` is over `imprint`, and that is over all that it should cover.

    `others` counts the values of the first list that belong to none of the objects; under the group rule it is 0.
    """

    chain: int
    position: int
    kind: Kind
    algorithm: str
    imprint: bytes
    token: bytes
    order: Order | None
    others: int


def digest_of(data: bytes) -> Digest:
    """The data object that these bytes are."""
    return lambda algorithm: hash_bytes(algorithm, data)


def fold_record(record: EvidenceRecord, members: Sequence[Digest], *, exact: bool = True) -> tuple[Step, ...]:
    """Every time-stamp of the record in its order, where the record covers all members; else `RecordRefused`.

    `exact` is the group rule: the first list of each tree is exactly the members and nothing else. Records of others
    may put an object beside its neighbours there; for those it is switched off, and `Step.others` tells.
    """
    if not members:
        raise ValueError("a record is verified for at least one object")
    steps: list[Step] = []
    for number, chain in enumerate(record.chains):
        if any(each.algorithm != chain[0].algorithm for each in chain):
            raise RecordRefused(RecordReason.ALGORITHM, "a chain has more than one hash algorithm")
        for position, stamp in enumerate(chain):
            imprint = _require_imprint(stamp)
            kind: Kind = "timestamp-renewal" if position else "hashtree-renewal" if number else "initial"
            order: Order | None = None
            match kind:
                case "initial":
                    expected = _digests(stamp.algorithm, members)
                    _require_covered(stamp, expected, RecordReason.NOT_COVERED)
                case "timestamp-renewal":
                    expected = [hash_bytes(stamp.algorithm, chain[position - 1].token)]
                    _require_covered(stamp, expected, RecordReason.TIMESTAMP_NOT_COVERED)
                case "hashtree-renewal":
                    order, expected = _renewed(stamp, members, record.sequence_der(number))
            others = len(_covered(stamp)) - len(expected)
            if exact and others:
                raise RecordRefused(RecordReason.GROUP, "the record's group holds other objects too")
            steps.append(Step(number, position, kind, stamp.algorithm, imprint, stamp.token, order, others))
    return tuple(steps)


def renewed_digest(algorithm: str, member: bytes, sequence: bytes, order: Order = "unsorted") -> bytes:
    """What a hash-tree renewal covers of a member: H'(H'(d) || H'(sequence)), both hashes handed in."""
    pair = (member, sequence) if order == "unsorted" else sorted((member, sequence))
    return hash_bytes(algorithm, b"".join(pair))


def _renewed(
    stamp: ArchiveTimestamp, members: Sequence[Digest], sequence: bytes
) -> tuple[Order, list[bytes]]:
    """In which order the renewal joined, and its values for the members; the whole group in one order."""
    digests = _digests(stamp.algorithm, members)
    before = hash_bytes(stamp.algorithm, sequence)
    orders: tuple[Order, Order] = ("unsorted", "sorted")
    for order in orders:
        expected = [renewed_digest(stamp.algorithm, each, before, order) for each in digests]
        if _covers(stamp, expected):
            return order, expected
    raise RecordRefused(
        RecordReason.SEQUENCE_NOT_COVERED,
        "a hash-tree renewal does not cover every object together with all time-stamps before it",
    )


def _digests(algorithm: str, members: Sequence[Digest]) -> list[bytes]:
    try:
        return [member(algorithm) for member in members]
    except KeyError as error:
        raise RecordRefused(
            RecordReason.DIGEST_MISSING, f"the digest of an object under {algorithm} is not known"
        ) from error


def _require_covered(stamp: ArchiveTimestamp, expected: Sequence[bytes], reason: RecordReason) -> None:
    if not _covers(stamp, expected):
        what = "an object" if reason is RecordReason.NOT_COVERED else "the time-stamp before it"
        raise RecordRefused(reason, f"a time-stamp does not cover {what}")


def _covers(stamp: ArchiveTimestamp, expected: Sequence[bytes]) -> bool:
    """Whether every value is covered, equal ones as often."""
    return not Counter(expected) - Counter(_covered(stamp))


def _covered(stamp: ArchiveTimestamp) -> Sequence[bytes]:
    """What a time-stamp is over: its tree's first list; without a tree, the one value that its token is over."""
    return stamp.hashtree[0] if stamp.hashtree else (stamp.imprint.digest,)


def _require_imprint(stamp: ArchiveTimestamp) -> bytes:
    imprint = stamp.imprint
    if imprint.algorithm != stamp.algorithm:
        raise RecordRefused(
            RecordReason.IMPRINT,
            f"the token is under {imprint.algorithm[:40]}, its tree under {stamp.algorithm}",
        )
    if stamp.hashtree and fold_hashtree(stamp.algorithm, stamp.hashtree) != imprint.digest:
        raise RecordRefused(
            RecordReason.IMPRINT, "the hash tree leads to another value than the token is over"
        )
    return imprint.digest
