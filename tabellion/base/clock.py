"""The clock that is handed in, so that tests can run thirty years in a second."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The present instant: aware, UTC, with microseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told to: for tests, and for replays of the past."""

    instant: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 9, 14, tzinfo=UTC))

    def now(self) -> datetime:
        return self.instant

    def advance(self, **delta: float) -> None:
        """Move forward by the keyword arguments of `timedelta`."""
        self.instant += timedelta(**delta)


def rfc3339(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC with six fractional digits, `2026-11-21T09:14:00.000000Z`.

    Fixed width, so that text order is time order.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its zone")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_rfc3339(text: str) -> datetime:
    """The instant that `rfc3339` wrote; raises ValueError for anything else."""
    if not _RFC3339.fullmatch(text):
        raise ValueError(f"not an instant in UTC with microseconds: {text[:40]!r}")
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
