"""Identifiers: UUID version 7 (RFC 9562 section 5.7), from a clock and a source of randomness that are handed in."""

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from tabellion.base.clock import Clock, SystemClock

Randomness = Callable[[int], bytes]
"""Gives so many random bytes; `os.urandom` outside tests."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Makes identifiers that sort by time and cannot be guessed (74 random bits)."""

    clock: Clock = field(default_factory=SystemClock)
    randomness: Randomness = os.urandom

    def new(self) -> str:
        """A new UUIDv7 in its canonical text form."""
        milliseconds = int(self.clock.now().timestamp() * 1000) & (1 << 48) - 1
        random = int.from_bytes(self.randomness(10), "big")
        value = milliseconds << 80 | random
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Whether the text is an identifier in canonical form (so that it is safe in paths and keys)."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
