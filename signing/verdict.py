"""What a verification found, in three values (ETSI EN 319 102-1), and how a policy turns it into one answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

TimeClass = Literal["none", "pending", "test", "ordinary", "qualified", "unknown"]
"""What proves the time: nothing, nothing yet, a test authority, an ordinary, a qualified or an unknown one."""


class Verdict(StrEnum):
    """The answer to one question; `INDETERMINATE` says that what was there does not suffice to decide."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INDETERMINATE = "INDETERMINATE"

    @property
    def exit_code(self) -> int:
        """0, 1 or 3, as INTERFACES promises."""
        return {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.INDETERMINATE: 3}[self]


class Aspect(StrEnum):
    """The questions that a verification answers, one verdict each."""

    INTEGRITY = "integrity"
    TIME = "time"
    ORIGIN = "origin"
    LOG = "log"
    WITNESS = "witness"
    COMPLETENESS = "completeness"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reader of the report must know: a stable code, words, and the document where it is about one."""

    code: str
    detail: str
    document: str | None = None

    def to_json(self) -> dict[str, str]:
        """`{code, detail, document?}`."""
        value = {"code": self.code, "detail": self.detail}
        return value if self.document is None else value | {"document": self.document}


@dataclass(frozen=True, slots=True)
class TrustInput:
    """Something that was trusted: for what, its SHA-256 fingerprint, and where it came from."""

    use: str
    fingerprint: str
    source: str

    def to_json(self) -> dict[str, str]:
        """`{use, fingerprint, source}`."""
        return {"use": self.use, "fingerprint": self.fingerprint, "source": self.source}


@dataclass(frozen=True, slots=True)
class Policy:
    """Which aspects must have passed, and which classes of time count."""

    name: str
    requires: frozenset[Aspect]
    times: frozenset[TimeClass]


_REQUIRED = frozenset({Aspect.INTEGRITY, Aspect.TIME, Aspect.ORIGIN, Aspect.LOG})
EMBEDDED = Policy("embedded", _REQUIRED, frozenset({"test", "ordinary", "qualified"}))
COURT = Policy("court", _REQUIRED, frozenset({"ordinary", "qualified"}))
POLICIES: Mapping[str, Policy] = {policy.name: policy for policy in (EMBEDDED, COURT)}
"""The policies that are built in, by name."""

_TIME_WORDS: Mapping[TimeClass, str] = {
    "none": "no time proof",
    "pending": "time proof pending",
    "test": "test authority, no legal value",
    "ordinary": "ordinary time-stamp authority",
    "qualified": "qualified time-stamp authority",
    "unknown": "time-stamp authority of unknown standing",
}
_TIME_CODES: Mapping[TimeClass, str] = {
    "none": "TIME_NONE",
    "pending": "TIME_PENDING",
    "test": "TIME_TEST_AUTHORITY",
    "unknown": "TIME_UNKNOWN_AUTHORITY",
}


_WEAKEST_FIRST: tuple[TimeClass, ...] = ("none", "pending", "unknown", "test", "ordinary", "qualified")


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification; made by `conclude`, never by hand.

    `checked` counts what was looked at (`documents`, `originals`, `bytes`, `entries`, `tokens`, ...).
    """

    overall: Verdict
    policy: Policy
    verdicts: Mapping[Aspect, Verdict]
    time_class: TimeClass
    authorities: tuple[str, ...]
    findings: tuple[Finding, ...]
    checked: Mapping[str, int] = field(default_factory=dict)
    trust: tuple[TrustInput, ...] = ()

    @property
    def headline(self) -> str:
        """One line that names the policy and the class of time, so that no reader takes it for more than it is."""
        return f"{self.overall} under policy {self.policy.name}: {_TIME_WORDS[self.time_class]}"

    @property
    def exit_code(self) -> int:
        """Of the overall verdict."""
        return self.overall.exit_code

    def to_json(self) -> dict[str, Any]:
        """The shape of `tabellion verify --json`."""
        return {
            "overall": self.overall.value,
            "policy": self.policy.name,
            "headline": self.headline,
            **{aspect.value: self.verdicts[aspect].value for aspect in Aspect},
            "time_class": self.time_class,
            "time_authorities": list(self.authorities),
            "findings": [finding.to_json() for finding in self.findings],
            "checked": dict(self.checked),
            "trust": [each.to_json() for each in self.trust],
        }


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """FAILED before INDETERMINATE before PASSED; INDETERMINATE for none, because nothing was checked."""
    seen = set(verdicts)
    if Verdict.FAILED in seen:
        return Verdict.FAILED
    return Verdict.PASSED if seen == {Verdict.PASSED} else Verdict.INDETERMINATE


def weakest(classes: Iterable[TimeClass]) -> TimeClass:
    """The class of time that holds for all of several objects; `none` for no object."""
    return min(classes, key=_WEAKEST_FIRST.index, default="none")


def strongest(classes: Iterable[TimeClass]) -> TimeClass:
    """The class of time that an object has by several proofs of which each stands alone; `none` for no proof."""
    return max(classes, key=_WEAKEST_FIRST.index, default="none")


def conclude(
    policy: Policy,
    verdicts: Mapping[Aspect, Verdict],
    *,
    time_class: TimeClass,
    authorities: Iterable[str] = (),
    findings: Iterable[Finding] = (),
    checked: Mapping[str, int] | None = None,
    trust: Iterable[TrustInput] = (),
) -> Report:
    """The report under a policy; an aspect that is not named was not decided.

    Overall is FAILED where any aspect failed, required or not: what was found to be false is never outweighed. It is
    PASSED only where all that the policy requires has passed, with a class of time that counts, and something was
    checked.
    """
    decided = {aspect: verdicts.get(aspect, Verdict.INDETERMINATE) for aspect in Aspect}
    noted = list(findings)
    if decided[Aspect.TIME] is not Verdict.FAILED and time_class not in policy.times:
        decided[Aspect.TIME] = Verdict.INDETERMINATE
        code = _TIME_CODES[time_class]
        wants = "wants more than" if Aspect.TIME in policy.requires else "does not ask for time"
        if all(finding.code != code for finding in noted):
            noted.append(Finding(code, f"the policy {policy.name} {wants}: {_TIME_WORDS[time_class]}"))
    counts = dict(checked or {})
    if not any(counts.values()):
        decided = {a: v if v is Verdict.FAILED else Verdict.INDETERMINATE for a, v in decided.items()}
        noted.append(Finding("NOTHING_CHECKED", "nothing was checked, so nothing is known"))
    if Verdict.FAILED in decided.values():
        overall = Verdict.FAILED
    else:
        overall = worst(decided[aspect] for aspect in policy.requires)
    return Report(
        overall=overall,
        policy=policy,
        verdicts=decided,
        time_class=time_class,
        authorities=tuple(sorted(set(authorities))),
        findings=tuple(noted),
        checked=counts,
        trust=tuple(trust),
    )
