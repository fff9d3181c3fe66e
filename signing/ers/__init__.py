"""Evidence records (RFC 4998): parsed within limits, folded, verified against a token's check, and built on demand."""

from signing.ers.build import FORMAT, archive_timestamp, evidence_record
from signing.ers.fold import Digest, Kind, Order, Step, digest_of, fold_record
from signing.ers.parse import parse_record
from signing.ers.record import ArchiveTimestamp, EvidenceRecord
from signing.ers.tree import HashTree, fold_hashtree, hash_group
from signing.ers.verify import CheckToken, Proof, verify_record

__all__ = [
    "FORMAT",
    "ArchiveTimestamp",
    "CheckToken",
    "Digest",
    "EvidenceRecord",
    "HashTree",
    "Kind",
    "Order",
    "Proof",
    "Step",
    "archive_timestamp",
    "digest_of",
    "evidence_record",
    "fold_hashtree",
    "fold_record",
    "hash_group",
    "parse_record",
    "verify_record",
]
