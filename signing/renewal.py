"""Renewal of evidence (RFC 4998 section 5): pure functions from what is stored to new trees, and to the new records.

A time-stamp renewal puts the newest token of every history into one tree; a hash-tree renewal puts every object into
one, each with all its time-stamps so far. The root of such a tree is what the next token is asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from signing.ers.build import archive_timestamp, evidence_record
from signing.ers.fold import renewed_digest
from signing.ers.record import ArchiveTimestamp, EvidenceRecord, sequence_der
from signing.ers.tree import HashTree, hash_bytes, hash_group

Chains = tuple[tuple[ArchiveTimestamp, ...], ...]


@dataclass(frozen=True, slots=True)
class History:
    """The time-stamps of one group of objects up to now, and how the next one joins them; the oldest chain first."""

    chains: Chains

    @classmethod
    def initial(cls, tree: HashTree, position: int, members: Sequence[bytes], token: bytes) -> Self:
        """The first time-stamp of a group: its members' hashes, their place in a tree, and the token over the root."""
        return cls(((archive_timestamp(tree, position, members, token),),))

    @classmethod
    def of(cls, record: EvidenceRecord) -> Self:
        """The history that a record tells; it goes on from that record's own bytes."""
        return cls(record.chains)

    @property
    def newest_token(self) -> bytes:
        """The token on which all of it rests today."""
        return self.chains[-1][-1].token

    @property
    def algorithm(self) -> str:
        """The hash algorithm of the newest chain, which a time-stamp renewal keeps."""
        return self.chains[-1][-1].algorithm

    def to_bytes(self) -> bytes:
        """The DER EvidenceRecord."""
        return evidence_record(self.chains)

    def sequence_der(self) -> bytes:
        """The DER of the ArchiveTimeStampSequence so far, whose digest a hash-tree renewal covers."""
        return sequence_der(self.chains)

    def renew_timestamp(self, tree: HashTree, position: int, token: bytes) -> Self:
        """This history with a renewed time-stamp, which stays in its chain; raises `StampInvalid` for another tree."""
        leaf = hash_bytes(self.algorithm, self.newest_token)
        renewed = archive_timestamp(tree, position, [leaf], token)
        return type(self)((*self.chains[:-1], (*self.chains[-1], renewed)))

    def renew_hashtree(self, tree: HashTree, position: int, digests: Sequence[bytes], token: bytes) -> Self:
        """This history with a new chain; `digests` are its members' under the new algorithm. Raises `StampInvalid`."""
        members = self.renewed_members(tree.algorithm, digests)
        return type(self)((*self.chains, (archive_timestamp(tree, position, members, token),)))

    def renewed_members(self, algorithm: str, digests: Sequence[bytes]) -> tuple[bytes, ...]:
        """Per member H'(H'(d) || H'(sequence so far)), unsorted (erratum 7411); `digests` are the H'(d)."""
        before = hash_bytes(algorithm, self.sequence_der())
        return tuple(renewed_digest(algorithm, digest, before) for digest in digests)

    def renewed_node(self, algorithm: str, digests: Sequence[bytes]) -> bytes:
        """The leaf of this group in the tree of a hash-tree renewal."""
        return hash_group(algorithm, self.renewed_members(algorithm, digests))


def timestamp_renewal(tokens: Iterable[bytes], algorithm: str) -> HashTree:
    """The tree of a time-stamp renewal: a leaf per token, in their order; the same token twice is one leaf.

    Histories of one stamp, and all that were renewed together, share a token and so a leaf. Histories whose chain is
    under another algorithm need a tree of their own (RFC 4998 section 5.2: one algorithm in a chain).
    """
    return HashTree(algorithm, [hash_bytes(algorithm, token) for token in dict.fromkeys(tokens)])


def hashtree_renewal(nodes: Iterable[bytes], log_files: Iterable[bytes], algorithm: str) -> HashTree:
    """The tree of a hash-tree renewal: the groups' nodes (`renewed_node`), then the log's checkpoints and bundles.

    `log_files` are the digests of the latter under the new algorithm: they have no history yet, so that each begins one
    with `History.initial` here.
    """
    return HashTree(algorithm, [*nodes, *log_files])
