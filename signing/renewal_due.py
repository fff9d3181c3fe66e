"""When evidence must be renewed, and how: a year before the first thing that it rests on ends (EVIDENCE section 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from signing.algorithms import AlgorithmPolicy, AlgorithmUse
from signing.timestamp import Token

RenewalKind = Literal["timestamp-renewal", "hashtree-renewal"]
DueReason = Literal["certificate-end", "signature-sunset", "hash-sunset"]


@dataclass(frozen=True, slots=True)
class Due:
    """From `at` on the renewal is due; `ends` is when it would be too late, and `reason` says what ends then."""

    kind: RenewalKind
    reason: DueReason
    at: datetime
    ends: datetime


def renewal_due(token: Token, policy: AlgorithmPolicy) -> Due:
    """The first renewal that the newest token of a history needs; a new hash where the tree's own hash ends first.

    Where both are due together, the hash-tree renewal is: it covers the old token as well.
    """
    hash_end = policy.sunset([AlgorithmUse(token.imprint_algorithm)])
    others = [use for use in token.algorithms if use != AlgorithmUse(token.imprint_algorithm)]
    signature_end = policy.sunset(others)
    ends: list[tuple[datetime, RenewalKind, DueReason]] = []
    if hash_end is not None:
        ends.append((hash_end, "hashtree-renewal", "hash-sunset"))
    if signature_end is not None:
        ends.append((signature_end, "timestamp-renewal", "signature-sunset"))
    ends.append((token.expires, "timestamp-renewal", "certificate-end"))
    end, kind, reason = min(ends, key=lambda each: each[0])
    return Due(kind, reason, _year_before(end), end)


def _year_before(instant: datetime) -> datetime:
    """Twelve months earlier; from 29 February to the 28th."""
    instant = instant.astimezone(UTC)
    day = 28 if (instant.month, instant.day) == (2, 29) else instant.day
    return instant.replace(year=instant.year - 1, day=day)
