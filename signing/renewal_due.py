"""When evidence must be renewed, and how: a year before the first thing that it rests on ends (EVIDENCE section 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol, Self

from signing.algorithms import AlgorithmPolicy, AlgorithmUse

RenewalKind = Literal["timestamp-renewal", "hashtree-renewal"]
DueReason = Literal["certificate-end", "signature-sunset", "hash-sunset"]


@dataclass(frozen=True, slots=True)
class Due:
    """From `at` on the renewal is due; `ends` is when it would be too late, and `reason` says what ends then."""

    kind: RenewalKind
    reason: DueReason
    at: datetime
    ends: datetime


class Resting(Protocol):
    """What the end of a time-stamp depends on; `signing.timestamp.Token` is one, and so is `RestsOn`."""

    @property
    def imprint_algorithm(self) -> str: ...

    @property
    def algorithms(self) -> tuple[AlgorithmUse, ...]: ...

    @property
    def expires(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class RestsOn:
    """What a verified token rests on, without the token: for catalogues, which ask it of many at once."""

    imprint_algorithm: str
    algorithms: tuple[AlgorithmUse, ...]
    expires: datetime

    @classmethod
    def parse(cls, text: str, expires: datetime) -> Self:
        """Of `to_text` and the instant beside it; raises ValueError."""
        first, *others = text.split(" ")
        return cls(first, tuple(_parse_use(each) for each in others), expires)

    @staticmethod
    def to_text(token: Resting) -> str:
        """The hash of the token's tree, then the algorithms that it rests on: `sha256 sha256 rsa:3072`."""
        uses = [f"{use.algorithm}:{use.bits}" if use.bits else use.algorithm for use in token.algorithms]
        return " ".join([token.imprint_algorithm, *uses])


def _parse_use(text: str) -> AlgorithmUse:
    name, _, bits = text.partition(":")
    return AlgorithmUse(name, int(bits or 0))


NEXT_HASHES = ("sha512", "sha3_512", "sha384", "sha3_256")
"""What a hash-tree renewal moves to, in order of preference: SHA-512 first, because manifests state it."""


def next_hash(policy: AlgorithmPolicy, current: str, at: datetime) -> str | None:
    """The hash that a renewal at that time moves to: trusted, and for longer than `current`; None without one."""
    ends = policy.sunset([AlgorithmUse(current)])
    for name in NEXT_HASHES:
        if name == current or policy.refusal(name, at) is not None:
            continue
        lasts = policy.sunset([AlgorithmUse(name)])
        if lasts is None or (ends is not None and lasts > ends):
            return name
    return None


def renewal_due(token: Resting, policy: AlgorithmPolicy) -> Due:
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
