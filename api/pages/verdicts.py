"""What a verification says, in words: steps, aspects, what was looked at and trusted, and findings by their codes."""

from collections.abc import Mapping

from api.pages.troubles import FINDINGS
from api.pages.words import N_

STEPS: Mapping[int, str] = {
    1: N_("The file is a sound zip: names, sizes, nothing hidden."),
    2: N_("What is trusted comes from outside the file."),
    3: N_("Every file that the manifests list is there, with its size and both digests."),
    4: N_("The evidence records are for exactly these files."),
    5: N_("Their hash trees lead to what was stamped."),
    6: N_("The time-stamps hold in every condition."),
    7: N_("Renewals came in time."),
    8: N_("Renewals left nothing out."),
    9: N_("The log has the entries; its checkpoint is signed, and is in the stamp."),
    10: N_("The log extends a checkpoint that was kept."),
    11: N_("No entry about these papers is missing between others."),
    12: N_("The seal says who issued the file."),
    13: N_("The verdict under the policy."),
}

ASPECTS: Mapping[str, str] = {
    "integrity": N_("Nothing was altered"),
    "time": N_("Since when it existed"),
    "origin": N_("Who issued it"),
    "log": N_("It is in the log"),
    "witness": N_("Others have seen the log"),
    "completeness": N_("No entry of the log was left out"),
}

VERDICT_WORDS: Mapping[str, str] = {
    "PASSED": N_("holds"),
    "FAILED": N_("does not hold"),
    "INDETERMINATE": N_("left open"),
}

CHECKED: Mapping[str, str] = {
    "documents": N_("papers"),
    "deposits": N_("files received"),
    "originals": N_("originals read"),
    "files": N_("files"),
    "bytes": N_("amount read"),
    "entries": N_("entries of the log"),
    "tokens": N_("time-stamps"),
    "records": N_("records"),
    "batches": N_("batches"),
    "matters": N_("matters"),
    "packages": N_("packages"),
    "manifests": N_("manifests"),
    "receipts": N_("receipts"),
    "cosignatures": N_("cosignatures"),
    "seals": N_("seals"),
    "sealed": N_("files under the seal"),
    "objects": N_("objects of the vault"),
    "stamps": N_("stamps"),
}

TRUST_USES: Mapping[str, str] = {
    "log": N_("key of the log"),
    "receipt": N_("key of receipts"),
    "seal": N_("seal of packages"),
    "time": N_("time-stamp authority"),
    "witness": N_("witness"),
    "algorithms": N_("policy on algorithms"),
}

SOURCES: Mapping[str, str] = {
    "this archive's own keys": N_("this archive's own keys"),
    "handed in with the file": N_("handed in with the file"),
    "the keys of this installation": N_("the keys of this installation"),
}
"""Where what was trusted came from."""

_PACKAGE: Mapping[str, str] = {
    "ZIP_MALFORMED": N_("It is no sound zip."),
    "ZIP_HIDDEN": N_("The zip holds bytes that belong to none of its files."),
    "ZIP_NAME": N_("A file name leads out of the folder."),
    "ZIP_DUPLICATE": N_("Two files have colliding names."),
    "ZIP_LINK": N_("Something in it is no ordinary file."),
    "ZIP_UNSUPPORTED": N_("A file is encrypted or packed in an unusual way."),
    "ZIP_LIMITS": N_("It is larger, or unpacks to more, than is read."),
    "ZIP_ALTERED": N_("A file does not have the checksum that the zip says."),
    "CONTAINER_TYPE": N_("It is no evidence package."),
    "PACKAGE_INDEX": N_("Its table of contents is not one of ours."),
    "PACKAGE_FOREIGN": N_("Another maker's container: only its evidence records are read."),
    "FILE_MISSING": N_("A file is missing."),
    "FILE_ALTERED": N_("A file was altered."),
    "FILE_NOT_COVERED": N_("A file was added that the seal does not list."),
    "FILE_TOO_LARGE": N_("A file is larger than is read."),
    "MANIFEST_INVALID": N_("A manifest breaks its format."),
    "MANIFEST_DIFFERS": N_("A manifest is not the one that is listed."),
    "RECORD_MANIFEST": N_("What an evidence record is for is not said clearly."),
    "ERASED": N_("A file of the paper was erased, as the log says."),
    "ERASED_WITHOUT_ENTRY": N_("A file is said to be erased, and the log has no such entry."),
    "LOG_UNTRUSTED": N_("No trusted key of this log signed the checkpoint."),
    "LOG_PROOF": N_("An entry's proof does not lead to the checkpoint."),
    "LOG_STAMP": N_("The stamp's checkpoint is no earlier state of this log."),
    "LOG_OTHER_STAMP": N_("A file and the log are not under the same time-stamp."),
    "LOG_AFTER_STAMP": N_("A file's entry came after the checkpoint in its stamp."),
    "CHECKPOINT_INVALID": N_("The checkpoint is malformed, or of another log."),
    "ENTRY_UNKNOWN": N_("An entry of a kind that this version does not know."),
    "WITNESS_NONE": N_("No witness is trusted, so nobody was asked."),
    "WITNESS_QUORUM": N_("Too few witnesses have signed."),
    "WITNESS_FALSE": N_("A witness's signature is false."),
    "CUSTODY_GAP": N_("Entries about a paper have a gap."),
    "CUSTODY_START": N_("The entries about a paper do not begin with its receiving."),
    "CUSTODY_LEFT_OUT": N_("The log has entries about it that the file leaves out."),
    "SEAL_MISSING": N_("It has no seal."),
    "SEAL_MALFORMED": N_("The seal cannot be read."),
    "SEAL_SIGNATURE": N_("The seal's signature is false."),
    "SEAL_REFERENCE": N_("The seal names another certificate."),
    "SEAL_ALGORITHM": N_("The seal uses an algorithm that was not trusted."),
    "SEAL_UNTRUSTED": N_("The seal is by nobody who is trusted here."),
    "SEAL_TIME": N_("It is not proved that the seal was made while its key was valid."),
    "SEALED": N_("Sealed."),
    "EXISTED": N_("Proved to exist."),
    "DESCENT_ATTESTED": N_("An extract: that it comes from its source, the archive attests alone."),
    "RECEIPT_INVALID": N_("The receipt does not prove what it says."),
    "ORIGINAL_NOT_COMPARED": N_("The file that the receipt is about was not handed in."),
    "LIMITS_REACHED": N_("The verification reached its limits of time or memory."),
    "NOTHING_CHECKED": N_("Nothing was checked, so nothing is known."),
    "TIME_NONE": N_("There is no time proof."),
    "TIME_UNKNOWN_AUTHORITY": N_("The time is proved by an authority of unknown standing."),
    "TOKEN_PATH": N_("The time-stamp is by an authority that is not trusted here."),
    "TOKEN_SIGNER_UNKNOWN": N_("The time-stamp is by an authority that is not trusted here."),
    "TRUST_INVALID": N_("The folder of trust cannot be used."),
}

FOUND: Mapping[str, str] = {**_PACKAGE, **FINDINGS}
"""Findings of both kinds of verification; of an archive's own, its words count."""
