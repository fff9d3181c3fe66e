"""The ASN.1 of evidence records (RFC 4998 appendix A, 1988 syntax; implicit tags)."""

from asn1crypto import algos, cms, core

# asn1crypto describes a structure in class attributes of its own.
# ruff: noqa: RUF012


class AlgorithmIdentifier(core.Sequence):  # type: ignore[misc]
    """A hash algorithm; unlike asn1crypto's own, it writes no NULL where parameters are absent (RFC 5754 section 2)."""

    _fields = [("algorithm", algos.DigestAlgorithmId), ("parameters", core.Any, {"optional": True})]


class AlgorithmIdentifiers(core.SequenceOf):  # type: ignore[misc]
    _child_spec = AlgorithmIdentifier


class CryptoInfos(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.Any


class Attributes(core.SetOf):  # type: ignore[misc]
    _child_spec = core.Any


class PartialHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class ReducedHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = PartialHashtree


class ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("digest_algorithm", AlgorithmIdentifier, {"implicit": 0, "optional": True}),
        ("attributes", Attributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", ReducedHashtree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class ArchiveTimeStampChain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):  # type: ignore[misc]
    _child_spec = ArchiveTimeStampChain


class EncryptionInfo(core.Sequence):  # type: ignore[misc]
    _fields = [("type", core.ObjectIdentifier), ("value", core.Any)]


class EvidenceRecord(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", AlgorithmIdentifiers),
        ("crypto_infos", CryptoInfos, {"implicit": 0, "optional": True}),
        ("encryption_info", EncryptionInfo, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", ArchiveTimeStampSequence),
    ]
