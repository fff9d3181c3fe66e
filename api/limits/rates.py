"""Requests a second, by the generic cell rate algorithm: of everybody who was here lately, one number is kept.

The number is the instant at which the account would be back at a full burst. It lies in the memory of this process:
several api processes each grant the rate, and no request writes to a database to be counted.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from api.limits.values import Rate

REMEMBERED = 10_000
"""Who was here lately, at most; the longest unseen is forgotten first, and begins with a full burst again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands after a request: `wait` is None where it was granted, else the seconds until one will be."""

    rate: Rate
    left: int
    full_in: float
    wait: float | None

    @property
    def fields(self) -> dict[str, str]:
        """The header fields of draft-ietf-httpapi-ratelimit-headers-10: the policy and what is left of it."""
        window = max(1, ceil(self.rate.burst / self.rate.a_second))
        return {
            "RateLimit-Policy": f'"requests";q={self.rate.burst};w={window}',
            "RateLimit": f'"requests";r={self.left};t={ceil(self.full_in)}',
        }


class Rates:
    """Counts requests by key. For one thread: that of the event loop."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def charge(self, key: str, rate: Rate) -> Standing:
        """One more request of `key`; one that is refused costs nothing."""
        now = self._monotonic()
        step = 1 / rate.a_second
        full_at = max(self._full_at.get(key, now), now)
        owed = full_at - now + step - rate.burst * step
        # A nanosecond: a burst that adds up with rounding is not refused its last request.
        granted = owed <= 1e-9
        if granted:
            full_at += step
            self._remember(key, full_at)
        full_in = full_at - now
        left = max(0, int(rate.burst - full_in / step + 1e-6))
        return Standing(rate, left, full_in, None if granted else owed)

    def _remember(self, key: str, full_at: float) -> None:
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        while len(self._full_at) > REMEMBERED:
            self._full_at.popitem(last=False)
