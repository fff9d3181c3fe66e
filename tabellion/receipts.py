"""Checks a receipt with the keys of a folder that the verifier trusts; needs no archive."""

from pathlib import Path
from typing import Any

from signing import canonical
from signing.digests import digest_stream
from signing.errors import NotCanonical, ReceiptInvalid
from signing.keys import parse_public_keys
from signing.note import NoteKey
from signing.receipt import DEPOSIT_SCHEMA, BatchReceipt, DepositReceipt, ReceiptTrust
from signing.verdict import Aspect, Finding, Policy, TrustInput, Verdict, conclude
from tabellion.base.errors import BadRequest

LARGEST = 256 << 20
# A receipt says that the archive took these bytes and logged them; it proves no time (EVIDENCE section 3).
RECEIPT = Policy("receipt", frozenset({Aspect.INTEGRITY, Aspect.ORIGIN, Aspect.LOG}), frozenset())


def check_file(path: Path, trust: Path | None, original: Path | None) -> dict[str, Any]:
    """The report on a receipt; raises BadRequest where it is no receipt, or nothing is trusted."""
    if trust is None:
        raise BadRequest(
            "whom do you trust?",
            advice="Name the folder that `tabellion keys export --public DIR` wrote as --trust DIR.",
        )
    data = _read(path)
    keys = parse_public_keys((trust / "keys.json").read_bytes())
    name = (trust / "log.vkey").read_text().strip()
    log_key = NoteKey.parse(name)
    receipt_keys = tuple(key for key in keys if key.use == "receipt")
    trusted = ReceiptTrust(receipt_keys, log_key.name, (log_key,))
    inputs = [TrustInput(key.use, key.fingerprint, str(trust / "keys.json")) for key in keys]
    try:
        digests = None
        if original is not None:
            with original.open("rb") as stream:
                digests = digest_stream(stream)
        if _schema(data) == DEPOSIT_SCHEMA:
            DepositReceipt.verify(data, trusted, digests)
            count = 1
        else:
            count = len(BatchReceipt.verify(data, trusted).items)
    except ReceiptInvalid as error:
        verdicts = dict.fromkeys(RECEIPT.requires, Verdict.FAILED)
        findings = [Finding(error.code, error.message)]
        count = 0
    else:
        verdicts = dict.fromkeys(RECEIPT.requires, Verdict.PASSED)
        findings = []
        if original is None:
            findings.append(
                Finding("ORIGINAL_NOT_COMPARED", "name the file that it is about as --file ORIGINAL")
            )
    report = conclude(
        RECEIPT,
        verdicts,
        time_class="none",
        authorities=(),
        findings=findings,
        checked={"receipts": count},
        trust=inputs,
    )
    return report.to_json()


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise BadRequest(
            f"there is no file {path}", advice="Name a document by its id, or a receipt by its file."
        )
    if path.stat().st_size > LARGEST:
        raise BadRequest(f"{path.name} is too large to be a receipt")
    return path.read_bytes()


def _schema(data: bytes) -> object:
    try:
        value = canonical.loads(data)
    except NotCanonical as error:
        raise BadRequest("this is not a receipt: not canonical JSON (RFC 8785)") from error
    return value.get("$schema") if isinstance(value, dict) else None
