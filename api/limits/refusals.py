"""Whom this process has refused, for which reason and how often, until that is written down (`api.limits.kept`)."""

from collections import Counter
from threading import Lock

STRANGERS = "strangers"
"""In the place of an account: those who have shown no token and no session, all together."""

Noted = Counter[tuple[str, str]]
"""How often each account was refused for each reason (a code)."""


class Refusals:
    """Refusals that are not written down yet. For many threads."""

    def __init__(self) -> None:
        self._noted: Noted = Counter()
        self._lock = Lock()

    def note(self, account_id: str | None, code: str) -> None:
        """Somebody was refused; None: a stranger."""
        with self._lock:
            self._noted[account_id or STRANGERS, code] += 1

    def take(self) -> Noted:
        """All that was noted since the last time."""
        with self._lock:
            taken, self._noted = self._noted, Counter()
        return taken

    def put_back(self, taken: Noted) -> None:
        """What was taken could not be written down."""
        with self._lock:
            self._noted += taken
