"""Collects what a verification finds, each with code, plain words and what to do, and the verdict of each aspect."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from signing.verdict import Aspect, Finding, TimeClass, Verdict

_RESTORE = (
    "Do not rely on it. `tabellion fixity --again` brings it back from a second vault; without one put it back from a "
    "backup of the vault. Then verify again."
)
_DERIVATIVE = (
    "The original is not concerned. `tabellion fixity --again` brings this back from a second vault; without one put "
    "it back from a backup of the vault."
)
_CATALOGUE = (
    "The vault and the log outweigh the catalogue: find out who changed it, then run `tabellion rebuild`."
)
_LOG = "Keep everything as it is and call the auditor: compare with the last checkpoint seen outside."
_TIME = "Keep the stamp's files and have a person compare the token with the authority's certificates."
_RENEW = (
    "Ask for a renewal with `tabellion renew`; one that comes too late leaves the time undecided for good."
)
_STRANGER = (
    "Describe its authority in TABELLION_TSA_FILE, also where it is not asked any more; then verify again."
)
_WAIT = "Wait for the keeper, or ask for the proof now with `tabellion stamp`; then verify again."

ADVICE: Mapping[str, str] = {
    "ORIGINAL_MISSING": _RESTORE,
    "ORIGINAL_ALTERED": _RESTORE,
    "MANIFEST_MISSING": _RESTORE,
    "MANIFEST_ALTERED": _RESTORE,
    "DERIVATIVE_MISSING": _DERIVATIVE,
    "DERIVATIVE_ALTERED": _DERIVATIVE,
    "RECORD_MISSING": _RESTORE,
    "RECORD_ALTERED": _RESTORE,
    "PACKAGE_MISSING": _RESTORE,
    "PACKAGE_ALTERED": _RESTORE,
    "OBJECT_MISSING": _RESTORE,
    "OBJECT_ALTERED": _RESTORE,
    "KEY_MISSING": "The log has no `erase` entry for it: bring the key back from the newest backup of the keys.",
    "ERASED_BUT_READABLE": "Run the erasure again; until then the content is not gone.",
    "ERASURE_RUNNING": "Verify again in a minute.",
    "DEPOSIT_MISSING": _CATALOGUE,
    "DOCUMENT_MISSING": _CATALOGUE,
    "CATALOGUE_DIFFERS": _CATALOGUE,
    "IDENTITY_DIFFERS": "This may be another archive's vault or catalogue: check the settings first.",
    "INVENTORY_ALTERED": _RESTORE,
    "LOG_ENTRY_MISSING": _LOG,
    "LOG_ENTRY_ALTERED": _LOG,
    "LOG_CHAIN_BROKEN": _LOG,
    "LOG_ROOT_DIFFERS": _LOG,
    "LOG_FILE_ALTERED": _LOG,
    "LOG_REWRITTEN": _LOG,
    "CHECKPOINT_OLDER": _LOG,
    "CHECKPOINT_MISSING": _LOG,
    "CHECKPOINT_SIGNATURE": _LOG,
    "LOG_PENDING": "Wait a moment until the keeper has written it into the log, then verify again.",
    "STAMP_MISSING": _TIME,
    "STAMP_ALTERED": _TIME,
    "TIME_PENDING": _WAIT,
    "TOKEN_PATH": _STRANGER,
    "TOKEN_POLICY": _STRANGER,
    "TOKEN_SIGNER_UNKNOWN": _STRANGER,
    "WITNESS_PENDING": "Wait until the keeper has shown them a newer checkpoint, then verify again.",
    "WITNESS_QUORUM": "The administrator's page says which witness does not answer, and why.",
    "WITNESS_FALSE": _LOG,
    "COMPLETENESS_UNCHECKED": "`tabellion verify --all` reads the whole log.",
}
"""What to do, by code; reasons of tokens (`TOKEN_...`) share one advice."""


class Findings:
    """What was found up to now; an aspect that was looked at and has no finding has passed."""

    def __init__(self) -> None:
        self._verdicts: dict[Aspect, Verdict] = {}
        self._findings: list[Finding] = []
        self._pending: Counter[str] = Counter()
        self._first_pending: dict[str, str | None] = {}
        self.checked: Counter[str] = Counter()
        self.times: set[TimeClass] = set()
        self.authorities: set[str] = set()

    def looked(self, aspect: Aspect) -> None:
        """Say that the aspect was decided; it has passed unless something fails."""
        self._verdicts.setdefault(aspect, Verdict.PASSED)

    def failed(self, aspect: Aspect, code: str, what: str, document: str | None = None) -> None:
        """Something is not as it should be: `what` is a sentence without a full stop."""
        self._verdicts[aspect] = Verdict.FAILED
        finding = Finding(code, f"{what}. {ADVICE.get(code, _TIME)}", document)
        if finding not in self._findings[-8:]:
            self._findings.append(finding)

    def tell(self, code: str, what: str, document: str | None = None) -> None:
        """Something that decides nothing by itself, and that a reader must know."""
        self._findings.append(Finding(code, f"{what}. {ADVICE.get(code, _TIME)}", document))

    def undecided(self, aspect: Aspect, code: str, what: str) -> None:
        """Something could not be decided."""
        if self._verdicts.get(aspect) is not Verdict.FAILED:
            self._verdicts[aspect] = Verdict.INDETERMINATE
        self._findings.append(Finding(code, f"{what}. {ADVICE.get(code, _RENEW)}"))

    def pending(self, aspect: Aspect, code: str, document: str | None) -> None:
        """Something has not happened yet; of many such there is one finding, which counts them."""
        if self._verdicts.get(aspect) is not Verdict.FAILED:
            self._verdicts[aspect] = Verdict.INDETERMINATE
        self._pending[code] += 1
        self._first_pending.setdefault(code, document)

    def settle(self, check: Callable[[], None], moved: Callable[[], bool]) -> None:
        """Run a check; where it fails while the thing itself moved on, forget that and run it once more."""
        verdicts, count = dict(self._verdicts), len(self._findings)
        pending, checked, times = Counter(self._pending), Counter(self.checked), set(self.times)
        check()
        if len(self._findings) > count and moved():
            self._verdicts, self._pending, self.checked, self.times = verdicts, pending, checked, times
            del self._findings[count:]
            check()

    @property
    def verdicts(self) -> Mapping[Aspect, Verdict]:
        """The verdict of each aspect that was looked at."""
        return self._verdicts

    def all(self) -> Iterable[Finding]:
        """Failures and what is undecided in the order found, then what is pending."""
        yield from self._findings
        words = {
            "TIME_PENDING": "no verified time-stamp covers {} yet",
            "LOG_PENDING": "the log does not have the entry of {} yet",
            "WITNESS_PENDING": "the witnesses have not seen the newest entry of {} yet",
        }
        for code, count in self._pending.items():
            first = self._first_pending[code]
            what = "one item" if count == 1 else f"{count} items"
            yield Finding(code, f"{words[code].format(what)}. {ADVICE[code]}", first if count == 1 else None)
