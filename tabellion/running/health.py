"""Whether each part answers: all are asked at once and given a few seconds, so that one that hangs holds up nobody."""

from collections.abc import Callable, Mapping
from threading import Lock, Thread
from time import monotonic

from tabellion.base.errors import TabellionError

Findings = Mapping[str, str | None]
"""What is wrong with each part, by name; None: nothing."""

STILL_SECONDS = 30.0
SECONDS = 6.0
"""A little longer than a question to a search server is tried for, which then says itself what is wrong."""


class Health:
    """Asks `checks`, each of which speaks for the part that it is named after and perhaps for others.

    A check that has not answered yet is not asked a second time: a part that hangs costs one thread, however often
    somebody looks. Safe to share between threads.
    """

    def __init__(self, checks: Mapping[str, Callable[[], Findings]], seconds: float = SECONDS) -> None:
        self._checks = checks
        self._seconds = seconds
        self._asked: dict[str, _Question] = {}
        self._took: dict[str, float] = {}
        self._lock = Lock()

    @property
    def took(self) -> Mapping[str, float]:
        """Seconds that each check took when it answered last, by the part that it is named after."""
        return dict(self._took)

    def __call__(self) -> Findings:
        """What is wrong with each part, after so many seconds at most."""
        deadline = monotonic() + self._seconds
        with self._lock:
            for name, check in self._checks.items():
                if name not in self._asked or not self._asked[name].is_alive():
                    self._asked[name] = _Question(name, check)
                    self._asked[name].start()
            questions = list(self._asked.values())
        found: dict[str, str | None] = {}
        for question in questions:
            question.join(max(0.0, deadline - monotonic()))
            self._took[question.part] = question.seconds
            found |= question.findings or {question.part: f"does not answer within {self._seconds:g} s"}
        return found


class Standstill:
    """Notices that the first in a queue stays the first: everything answers, and yet nothing is done."""

    def __init__(self, seconds: float = STILL_SECONDS, clock: Callable[[], float] = monotonic) -> None:
        self._longest = seconds
        self._clock = clock
        self._first: int | None = None
        self._since = 0.0

    def seconds(self, first: int | None) -> float | None:
        """For how long `first` has been seen there, where that is too long; None: there is movement, or nothing."""
        now = self._clock()
        if first != self._first:
            self._first, self._since = first, now
        lasted = now - self._since
        return lasted if first is not None and lasted > self._longest else None


class _Question(Thread):
    """One check under way."""

    def __init__(self, part: str, check: Callable[[], Findings]) -> None:
        super().__init__(name=f"health-{part}", daemon=True)
        self.part = part
        self.findings: Findings | None = None
        self._began = monotonic()
        self._ended: float | None = None
        self._check = check

    @property
    def seconds(self) -> float:
        """How long it took, or has lasted until now."""
        return (monotonic() if self._ended is None else self._ended) - self._began

    def run(self) -> None:
        try:
            findings = self._check()
        except TabellionError as error:  # says in words of ours what is wrong
            findings = {self.part: f"{error.code}: {error.message}"}
        except Exception as error:  # whatever it is, the part does not answer
            findings = {self.part: type(error).__name__}
        self._ended = monotonic()
        self.findings = findings
