"""Reads evidence records from outside: bounded before they are parsed, refused with a reason where they are off."""

from asn1crypto import core

from signing import der
from signing.errors import RecordReason, RecordRefused
from signing.ers import asn1
from signing.ers.record import ArchiveTimestamp, EvidenceRecord
from signing.ers.tree import DIGEST_SIZES
from signing.tst_info import read_imprint

LIMITS = der.Limits(size=16 << 20, depth=40, count=400_000)
"""A token with long revocation lists has megabytes; a record has some tokens."""

_MOST_TIMESTAMPS = 256
_DEEPEST_TREE = 64
_WIDEST_LIST = 100_000


def parse_record(data: bytes) -> EvidenceRecord:
    """The record of its DER; raises `RecordRefused`. Nothing in it is to be believed before `verify_record`."""
    try:
        der.check(data, LIMITS)
        parsed = asn1.EvidenceRecord.load(data, strict=True)
        if parsed["version"].native != 1:
            raise RecordRefused(RecordReason.MALFORMED, "the record is not of version 1")
        if parsed["encryption_info"].native is not None:
            raise RecordRefused(RecordReason.ENCRYPTED, "the record is about objects in encrypted form")
        algorithms = tuple(_algorithm(each) for each in parsed["digest_algorithms"])
        sequence = parsed["archive_time_stamp_sequence"]
        if sum(len(chain) for chain in sequence) > _MOST_TIMESTAMPS:
            raise RecordRefused(RecordReason.LIMITS, f"more than {_MOST_TIMESTAMPS} time-stamps in a record")
        chains = tuple(tuple(_timestamp(each) for each in chain) for chain in sequence)
    except der.DerTooLarge as error:
        raise RecordRefused(RecordReason.LIMITS, f"the evidence record is too large: {error}") from error
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError, RecursionError) as error:
        raise RecordRefused(RecordReason.MALFORMED, "the evidence record is not well-formed DER") from error
    if not chains or not all(chains):
        raise RecordRefused(RecordReason.MALFORMED, "the record has no time-stamp, or a chain without one")
    record = EvidenceRecord(algorithms, chains, data)
    # Renewals commit to these bytes; what is rebuilt here must be what was read.
    if not data.endswith(record.sequence_der()):
        raise RecordRefused(RecordReason.MALFORMED, "the record's sequence is not in its DER form")
    return record


def _timestamp(parsed: asn1.ArchiveTimeStamp) -> ArchiveTimestamp:
    token = bytes(parsed["time_stamp"].dump())
    imprint = read_imprint(token)
    stated = parsed["digest_algorithm"]
    # Where none is stated, the algorithm is that of the token (RFC 4998 section 4.1).
    algorithm = imprint.algorithm if isinstance(stated, core.Void) else _algorithm(stated)
    lists = parsed["reduced_hashtree"]
    hashtree: tuple[tuple[bytes, ...], ...] = ()
    if not isinstance(lists, core.Void):
        if len(lists) > _DEEPEST_TREE or any(len(each) > _WIDEST_LIST for each in lists):
            raise RecordRefused(RecordReason.LIMITS, "a reduced hash tree is too deep or too wide")
        hashtree = tuple(tuple(value.native for value in each) for each in lists)
        if not hashtree or not all(hashtree):
            raise RecordRefused(RecordReason.MALFORMED, "a reduced hash tree has an empty list")
    _require_sizes(algorithm, hashtree)
    return ArchiveTimestamp(algorithm, hashtree, token, imprint, bytes(parsed.dump()))


def _require_sizes(algorithm: str, hashtree: tuple[tuple[bytes, ...], ...]) -> None:
    if algorithm not in DIGEST_SIZES:
        raise RecordRefused(RecordReason.ALGORITHM, f"the hash algorithm {algorithm[:40]} is not supported")
    if any(len(value) != DIGEST_SIZES[algorithm] for each in hashtree for value in each):
        raise RecordRefused(RecordReason.ALGORITHM, f"a value of the hash tree is no digest of {algorithm}")


def _algorithm(parsed: asn1.AlgorithmIdentifier) -> str:
    parameters = parsed["parameters"]
    if not isinstance(parameters, core.Void) and parameters.dump() != b"\x05\x00":
        raise RecordRefused(RecordReason.ALGORITHM, "a hash algorithm has parameters")
    return str(parsed["algorithm"].native)
