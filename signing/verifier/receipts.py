"""Verifies a receipt with the same trust and the same kind of report as a package; it proves acceptance, never time."""

from signing import canonical
from signing.digests import Digests
from signing.errors import NotCanonical, ReceiptInvalid
from signing.receipt import BATCH_SCHEMA, DEPOSIT_SCHEMA, BatchReceipt, DepositReceipt, ReceiptTrust
from signing.verdict import Aspect, Policy, Report, Verdict, conclude
from signing.verifier.findings import Findings
from signing.verifier.trust import Trust

RECEIPT = Policy("receipt", frozenset({Aspect.INTEGRITY, Aspect.ORIGIN, Aspect.LOG}), frozenset())


def is_receipt(data: bytes) -> bool:
    """Whether the bytes say that they are a receipt."""
    try:
        value = canonical.loads(data)
    except NotCanonical:
        return False
    return isinstance(value, dict) and value.get("$schema") in (DEPOSIT_SCHEMA, BATCH_SCHEMA)


def verify_receipt(data: bytes, trust: Trust, original: Digests | None = None) -> Report:
    """The report on a receipt of a deposit or batch; `original` are the digests of the file that it is about."""
    findings = Findings()
    try:
        count = _verify(data, trust, original)
    except ReceiptInvalid as error:
        findings.add("RECEIPT_INVALID", error.message)
        findings.verdicts.update(dict.fromkeys(RECEIPT.requires, Verdict.FAILED))
    else:
        findings.checked["receipts"] += count
        findings.verdicts.update(dict.fromkeys(RECEIPT.requires, Verdict.PASSED))
        if original is None:
            findings.add("ORIGINAL_NOT_COMPARED", "the file that the receipt is about was not handed in")
    return conclude(
        RECEIPT,
        findings.verdicts,
        time_class="none",
        findings=findings.all,
        checked=findings.checked,
        trust=trust.inputs,
    )


def _verify(data: bytes, trust: Trust, original: Digests | None) -> int:
    """How many acceptances the receipt proves."""
    origins = dict.fromkeys(key.name for key in trust.log_keys)
    refused = ReceiptInvalid("no key of a log is trusted")
    for origin in origins:
        log_keys = tuple(key for key in trust.log_keys if key.name == origin)
        trusted = ReceiptTrust(tuple(key for key in trust.keys if key.use == "receipt"), origin, log_keys)
        try:
            if canonical.load_object(data).get("$schema") == DEPOSIT_SCHEMA:
                DepositReceipt.verify(data, trusted, original)
                return 1
            return len(BatchReceipt.verify(data, trusted).items)
        except ReceiptInvalid as error:
            refused = error
        except NotCanonical as error:
            raise ReceiptInvalid(f"the receipt is not valid: {error}") from error
    raise refused
