"""Collects what a verification finds; an aspect that was looked at and has no finding against it has passed."""

from collections import Counter

from signing.errors import RecordRefused, TokenRefused
from signing.verdict import Aspect, Finding, TimeClass, Verdict
from signing.verifier.reasons import REASONS

_MOST = 1000


class Findings:
    """Verdicts and findings up to now."""

    def __init__(self) -> None:
        self.verdicts: dict[Aspect, Verdict] = {}
        self.checked: Counter[str] = Counter()
        self.times: list[TimeClass] = []
        self.authorities: set[str] = set()
        self._findings: dict[Finding, Verdict | None] = {}

    @property
    def all(self) -> tuple[Finding, ...]:
        """In the order found, each once; of very many, the first."""
        return tuple(self._findings)

    def looked(self, aspect: Aspect) -> None:
        """Say that the aspect was decided."""
        self.verdicts.setdefault(aspect, Verdict.PASSED)

    def add(self, code: str, detail: str, document: str | None = None) -> None:
        """Something that `REASONS` names; its verdict counts."""
        reason = REASONS[code]
        if reason.aspect is not None and reason.verdict is not None:
            self._decide(reason.aspect, reason.verdict)
        self._note(Finding(code, detail, document), reason.verdict)

    def refused(
        self, aspect: Aspect, error: TokenRefused | RecordRefused, what: str, document: str | None = None
    ) -> None:
        """A token or record that was refused, under the code of its reason."""
        verdict = Verdict.INDETERMINATE if error.undecided else Verdict.FAILED
        self._decide(aspect, verdict)
        self._note(Finding(error.reason.value, f"{what}: {error.message}", document), verdict)

    def _decide(self, aspect: Aspect, verdict: Verdict) -> None:
        if self.verdicts.get(aspect) is not Verdict.FAILED:
            self.verdicts[aspect] = verdict

    def weight(self, finding: Finding) -> Verdict | None:
        """The verdict that the finding speaks for; None: it only tells."""
        return self._findings[finding]

    def _note(self, finding: Finding, verdict: Verdict | None) -> None:
        if len(self._findings) < _MOST:
            self._findings[finding] = verdict
