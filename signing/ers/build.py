"""Builds records from what is stored: trees, positions, members, tokens, in one frozen DER profile per format number.

Profile of format 1, frozen because renewals commit to these bytes, held by golden vectors:

- EvidenceRecord: version 1; digestAlgorithms names each chain's algorithm once, in the order of first use; no
  cryptoInfos, no encryptionInfo.
- AlgorithmIdentifier: parameters absent (RFC 5754 section 2).
- ArchiveTimeStamp: digestAlgorithm [0] and reducedHashtree [2] always there, attributes [1] never.
- reducedHashtree: the first list is the group's values in ascending order, equal ones kept; each list after it has one
  value, the sibling in that row; rows in which the node is promoted have no list.
- timeStamp: the token's ContentInfo, byte for byte as the authority made it.
"""

from collections.abc import Sequence

from asn1crypto import cms

from signing import der
from signing.errors import StampInvalid
from signing.ers import asn1
from signing.ers.parse import LIMITS
from signing.ers.record import ArchiveTimestamp, sequence_der
from signing.ers.tree import HashTree, hash_group
from signing.tst_info import Imprint, read_imprint

FORMAT = 1
"""The number of the profile above."""

_VERSION = bytes.fromhex("020101")


def archive_timestamp(
    tree: HashTree, position: int, members: Sequence[bytes], token: bytes
) -> ArchiveTimestamp:
    """The ArchiveTimeStamp of the group at a position of the tree that the token is over.

    `members` are the hashes of the group under the tree's algorithm. Raises `StampInvalid` where they are not what
    stands there, or where the token is not DER or over another root.
    """
    if (
        not members
        or not 0 <= position < len(tree.leaves)
        or hash_group(tree.algorithm, members) != tree.leaves[position]
    ):
        raise StampInvalid("the group is not what stands at this position of the tree")
    try:
        der.check(token, LIMITS)
        imprint = read_imprint(token)
    except ValueError as error:
        raise StampInvalid("the stamp has no token in DER") from error
    if imprint != Imprint(tree.algorithm, tree.root):
        raise StampInvalid("the token is over another root than this tree's")
    hashtree = (tuple(sorted(members)), *((sibling,) for sibling in tree.siblings(position)))
    value = asn1.ArchiveTimeStamp(
        {
            "digest_algorithm": {"algorithm": tree.algorithm},
            "reduced_hashtree": [list(values) for values in hashtree],
            "time_stamp": cms.ContentInfo.load(token),
        }
    )
    return ArchiveTimestamp(tree.algorithm, hashtree, token, imprint, bytes(value.dump()))


def evidence_record(chains: Sequence[Sequence[ArchiveTimestamp]]) -> bytes:
    """The DER EvidenceRecord of these chains, the oldest first; raises ValueError for none, or one that is empty."""
    if not chains or not all(chains):
        raise ValueError("a record has at least one chain, and a chain at least one time-stamp")
    names = dict.fromkeys(chain[0].algorithm for chain in chains)
    algorithms = asn1.AlgorithmIdentifiers([{"algorithm": name} for name in names])
    sequence = sequence_der(tuple(tuple(chain) for chain in chains))
    return der.sequence(_VERSION + algorithms.dump() + sequence)
