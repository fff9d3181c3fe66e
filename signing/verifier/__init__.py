"""The verifier (EVIDENCE section 8): a package and what is trusted in, a report out; no network, clock or archive."""

from signing.verifier.policy import choose_policy, parse_policy
from signing.verifier.reasons import REASONS, Reason
from signing.verifier.receipts import verify_receipt
from signing.verifier.steps import STEPS, OnStep, Step
from signing.verifier.trust import Trust
from signing.verifier.trust_folder import read_folder, trust_files, trust_of
from signing.verifier.verify import verify_package
from signing.verifier.whole_log import ReadLog

__all__ = [
    "REASONS",
    "STEPS",
    "OnStep",
    "ReadLog",
    "Reason",
    "Step",
    "Trust",
    "choose_policy",
    "parse_policy",
    "read_folder",
    "trust_files",
    "trust_of",
    "verify_package",
    "verify_receipt",
]
