"""Every reason code that the verification of a package gives, beside those of tokens and records; never reused.

docs/evidence.md prints this table for other implementers, and a test keeps the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from signing.verdict import Aspect, Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, the aspect whose verdict it decides (None: it only tells), that verdict, and what does not hold."""

    code: str
    aspect: Aspect | None
    verdict: Verdict | None
    meaning: str


def _reasons(*rows: tuple[str, Aspect | None, Verdict | None, str]) -> Mapping[str, Reason]:
    return MappingProxyType({row[0]: Reason(*row) for row in rows})


_F, _I = Verdict.FAILED, Verdict.INDETERMINATE
_INTEGRITY, _LOG, _ORIGIN, _TIME = Aspect.INTEGRITY, Aspect.LOG, Aspect.ORIGIN, Aspect.TIME
_WITNESS, _COMPLETENESS = Aspect.WITNESS, Aspect.COMPLETENESS

REASONS = _reasons(
    ("ZIP_MALFORMED", _INTEGRITY, _F, "not a zip, or its directory and its files disagree"),
    ("ZIP_HIDDEN", _INTEGRITY, _F, "bytes before, between or after the files that belong to none of them"),
    ("ZIP_NAME", _INTEGRITY, _F, "a name that leads out of a folder, or that not every system can hold"),
    ("ZIP_DUPLICATE", _INTEGRITY, _F, "two names are equal, or collide where case does not count"),
    ("ZIP_LINK", _INTEGRITY, _F, "an entry that is no regular file"),
    (
        "ZIP_UNSUPPORTED",
        _INTEGRITY,
        _F,
        "an entry that is encrypted, or compressed in another way than deflate",
    ),
    ("ZIP_LIMITS", _INTEGRITY, _F, "more files, bytes, or a higher ratio of compression than is read"),
    ("ZIP_ALTERED", _INTEGRITY, _F, "a content does not have the size or checksum that the zip says"),
    ("CONTAINER_TYPE", _INTEGRITY, _F, "`mimetype` is not the first file, stored, and that of ASiC-E"),
    ("PACKAGE_INDEX", _INTEGRITY, _F, "`package.json` is not one of ours, or there is nothing to verify"),
    ("PACKAGE_FOREIGN", _LOG, _I, "a container of another maker: its evidence records are all that is read"),
    ("FILE_MISSING", _INTEGRITY, _F, "a file that index, manifest or seal name is not there"),
    ("FILE_ALTERED", _INTEGRITY, _F, "a file has another size or digest than its manifest or the seal says"),
    ("FILE_NOT_COVERED", _INTEGRITY, _F, "a file that the seal does not list"),
    (
        "FILE_WITHHELD",
        _INTEGRITY,
        _I,
        "an archive did not hand out a file to an account that may not open all",
    ),
    ("FILE_UNREAD", _INTEGRITY, _I, "an archive did not answer, so that a file of it was not compared"),
    ("FILE_TOO_LARGE", _INTEGRITY, _F, "a file that must be parsed is larger than is read"),
    ("MANIFEST_INVALID", _INTEGRITY, _F, "an evidence manifest breaks its format"),
    ("MANIFEST_DIFFERS", _INTEGRITY, _F, "an evidence manifest is another than the index names"),
    (
        "RECORD_MANIFEST",
        _INTEGRITY,
        _F,
        "what an evidence record is for is said twice, not at all, or wrongly",
    ),
    ("CHAIN_MALFORMED", _TIME, _F, "a certificate or revocation list of the package cannot be read"),
    ("CHAIN_UNKNOWN", _TIME, _I, "a revocation list of the package was signed by nobody who is known"),
    ("ERASED", _INTEGRITY, _I, "a deposit of the document was erased, as the log says"),
    ("ERASED_WITHOUT_ENTRY", _INTEGRITY, _F, "a deposit is said to be erased, and the log has no such entry"),
    ("LOG_UNTRUSTED", _LOG, _I, "no trusted key of this log signed the checkpoint"),
    ("LOG_KEY_TIME", _LOG, _I, "the log's key was not to be used any more at the time of the newest entry"),
    ("LOG_SUNSET", _LOG, _I, "an algorithm of the log is no longer trusted at the time of verification"),
    (
        "LOG_RENEWED",
        None,
        None,
        "the log's hash has ended, and records under another prove what is needed of it",
    ),
    ("CHECKPOINT_INVALID", _LOG, _F, "the checkpoint is malformed, or not the one that the index names"),
    ("CHECKPOINT_SIGNATURE", _LOG, _F, "a signature by a trusted key of the log is false"),
    (
        "LOG_PROOF",
        _LOG,
        _F,
        "an entry is malformed or in another place, or its proof does not lead to the checkpoint",
    ),
    ("LOG_ENTRY_MISSING", _LOG, _F, "no entry of the log names a deposit, or its manifest"),
    ("LOG_STAMP", _LOG, _F, "a stamp's note is no earlier checkpoint of this log"),
    ("LOG_OTHER_STAMP", _LOG, _F, "a deposit and the log's note do not share the token of their stamp"),
    ("LOG_AFTER_STAMP", _LOG, _F, "a deposit's entry is not among those of the checkpoint in its stamp"),
    ("LOG_REWRITTEN", _LOG, _F, "the remembered checkpoint is not of the same history"),
    ("LOG_ROLLED_BACK", _LOG, _F, "the log that was handed in is shorter than a checkpoint that it signed"),
    ("LOG_FORKED", _LOG, _F, "the log that was handed in is not the one that the package is from"),
    ("LOG_UNREADABLE", _LOG, _I, "a file of the log that was handed in is missing or malformed"),
    ("LOG_PENDING", _LOG, _I, "an archive lists a deposit that it has not written into its log yet"),
    ("CONSISTENCY_UNCHECKED", _LOG, _I, "the remembered checkpoint cannot be compared without the log"),
    ("ENTRY_UNKNOWN", None, None, "an entry of a type that this verifier does not know"),
    ("WITNESS_NONE", _WITNESS, _I, "no witness is trusted, so none was asked"),
    ("WITNESS_QUORUM", _WITNESS, _I, "too few trusted witnesses cosigned the checkpoint"),
    ("WITNESS_FALSE", _WITNESS, _F, "a cosignature of a trusted witness is false, or of a later time"),
    (
        "CUSTODY_GAP",
        _COMPLETENESS,
        _F,
        "the custody entries of an object have a gap, or do not follow one another",
    ),
    (
        "CUSTODY_START",
        _COMPLETENESS,
        _F,
        "an object's custody does not begin with its receiving or composing",
    ),
    ("CUSTODY_LEFT_OUT", _COMPLETENESS, _F, "the whole log has custody entries that the package leaves out"),
    (
        "COMPLETENESS_UNCHECKED",
        _COMPLETENESS,
        _I,
        "whether later entries were left out: the whole log was not read",
    ),
    ("SEAL_MISSING", _ORIGIN, _I, "the package has no seal"),
    ("SEAL_MALFORMED", _ORIGIN, _F, "the seal or its manifest cannot be read, or has not exactly one signer"),
    ("SEAL_SIGNATURE", _ORIGIN, _F, "the seal's signature or digest is not that of its manifest"),
    ("SEAL_REFERENCE", _ORIGIN, _F, "the seal names another certificate than the signer's"),
    ("SEAL_ALGORITHM", _ORIGIN, _F, "an algorithm of the seal was not trusted when it was made"),
    ("SEAL_UNTRUSTED", _ORIGIN, _I, "the seal's certificate or key is not trusted"),
    ("SEAL_TIME", _ORIGIN, _I, "it is not proven that the seal was made while its key was valid"),
    ("SEAL_FUTURE", _ORIGIN, _F, "the seal is of a time that has not come yet"),
    ("SEALED", None, None, "who sealed the package, and when"),
    ("EXISTED", None, None, "since when something is proven to exist, and by whom"),
    ("DESCENT_ATTESTED", None, None, "an extract: that it comes from its source, the archive attests alone"),
    ("TIME_PENDING", _TIME, _I, "the time proof of a deposit is pending"),
    ("RECEIPT_INVALID", _INTEGRITY, _F, "a receipt does not prove what it says; origin and log fail with it"),
    ("ORIGINAL_NOT_COMPARED", None, None, "a receipt was verified without the file that it is about"),
    ("SAMPLED", None, None, "only some of the deposits were looked at, drawn at random"),
    ("LIMITS_REACHED", _INTEGRITY, _F, "a parser ran into its bounds in a way that no other code names"),
)
"""By code, in the order of the steps. `FAILED` decides, `INDETERMINATE` leaves open."""
