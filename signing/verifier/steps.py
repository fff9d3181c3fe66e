"""The thirteen steps of a verification as they pass, for whoever looks on: what each looks at, and what it found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from signing.verdict import Finding, Report, Verdict, worst
from signing.verifier.findings import Findings

STEPS: tuple[str, ...] = (
    "the zip: names, sizes, nothing hidden",
    "what is trusted comes from outside",
    "manifests: every file is there, with both digests",
    "evidence records are for exactly these files",
    "hash trees lead to what was stamped",
    "time-stamp tokens, strictly",
    "renewals in time",
    "renewals leave nothing out",
    "the log: entries, proofs, checkpoint, witnesses",
    "the log extends a remembered checkpoint",
    "no custody entry is missing",
    "the seal: who issued the package",
    "the verdict under the policy",
)
"""What each step looks at, from the first."""

_BY_CODE = {
    "ERASED": 3,
    "ERASED_WITHOUT_ENTRY": 3,
    "RECORD_MANIFEST": 4,
    "ERS_GROUP": 4,
    "ERS_NOT_COVERED": 4,
    "ERS_LATE_RENEWAL": 7,
    "ERS_ORDER": 7,
    "ERS_EXPIRED": 7,
    "ERS_SUNSET": 7,
    "ERS_TIMESTAMP_NOT_COVERED": 8,
    "ERS_SEQUENCE_NOT_COVERED": 8,
    "TIME_PENDING": 6,
    "EXISTED": 6,
    "DESCENT_ATTESTED": 3,
    "FILE_NOT_COVERED": 12,
    "LOG_REWRITTEN": 10,
    "LOG_ROLLED_BACK": 10,
    "CONSISTENCY_UNCHECKED": 10,
    "LOG_FORKED": 11,
    "LOG_UNREADABLE": 11,
    "COMPLETENESS_UNCHECKED": 11,
}
_BY_BEGINNING = (
    ("ZIP_", 1),
    ("CONTAINER_", 1),
    ("PACKAGE_", 1),
    ("LIMITS_", 1),
    ("FILE_", 3),
    ("MANIFEST_", 3),
    ("ERS_", 5),
    ("TOKEN_", 6),
    ("CHAIN_", 6),
    ("LOG_", 9),
    ("CHECKPOINT_", 9),
    ("ENTRY_", 9),
    ("WITNESS_", 9),
    ("CUSTODY_", 11),
    ("SEAL", 12),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is done. `verdict` is None where there was nothing to look at, or it was not reached."""

    number: int
    verdict: Verdict | None
    findings: tuple[Finding, ...] = ()


OnStep = Callable[[Step], None]
"""Called as each step is done, in their order."""


def step_of(code: str) -> int | None:
    """The step that finds what the code names; None: it is about none of them."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    return next((number for start, number in _BY_BEGINNING if code.startswith(start)), None)


class Walk:
    """Tells of the steps one after another, each finding once.

    A step that is told is not taken back: what concerns it and is found later goes with the step that found it.
    """

    def __init__(self, findings: Findings, on_step: OnStep | None) -> None:
        self._findings = findings
        self._on_step = on_step
        self._told = 0
        self._seen: set[Finding] = set()

    def done(self, upto: int, *, skipped: Sequence[int] = ()) -> None:
        """Tell of all steps up to that one; `skipped` had nothing to look at."""
        for number in range(self._told + 1, upto + 1):
            self._tell(number, None if number in skipped else Verdict.PASSED)

    def broken_off(self) -> None:
        """Tell of the steps after a refusal: what has a finding was reached, the rest was not."""
        for number in range(self._told + 1, len(STEPS)):
            self._tell(number, None)

    def conclude(self, report: Report) -> None:
        """Tell of the last step: the verdict, and what of the report was told with no other."""
        if self._on_step is not None:
            rest = tuple(each for each in report.findings if each not in self._seen)
            self._on_step(Step(len(STEPS), report.overall, rest))

    def _tell(self, number: int, verdict: Verdict | None) -> None:
        found = tuple(
            each
            for each in self._findings.all
            if each not in self._seen and (step_of(each.code) or number) <= number
        )
        self._seen.update(found)
        self._told = number
        weights = [weight for each in found if (weight := self._findings.weight(each)) is not None]
        if weights:
            verdict = worst([Verdict.PASSED, *weights])
        if self._on_step is not None:
            self._on_step(Step(number, verdict, found))
