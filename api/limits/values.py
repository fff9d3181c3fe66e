"""The limits as values; the settings make them (`tabellion.running.serving`)."""

from dataclasses import dataclass, field
from enum import StrEnum


class Costly(StrEnum):
    """Requests that take a thread for long; of each sort an account has only some at once."""

    UPLOAD = "upload"
    SEARCH = "search"
    EXPORT = "export"
    VERIFY = "verify"
    # A password is compared by a hash that takes 64 MiB, before anybody is known.
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second in the long run, of which `burst` may come at once."""

    a_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one account may ask for; 0 files or bytes: as many as it likes."""

    rate: Rate = Rate(50.0, 500)
    files_an_hour: int = 0
    bytes_a_day: int = 0


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Requests of one sort that are answered at once: of each account, and of all together.

    Of each account `waiting` more may wait for their turn; `all` is what the machine is asked to bear.
    """

    each: int
    all: int
    waiting: int = 16


def _at_once() -> dict[Costly, AtOnce]:
    return {
        Costly.UPLOAD: AtOnce(4, 64),
        Costly.SEARCH: AtOnce(4, 8),
        Costly.EXPORT: AtOnce(2, 6),
        Costly.VERIFY: AtOnce(2, 4),
        Costly.SIGN_IN: AtOnce(2, 4),
    }


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of one api process."""

    people: Allowance = Allowance()
    stations: Allowance = Allowance()
    # By the address of who shows neither token nor session, or one that does not hold.
    strangers: Rate = Rate(50.0, 500)
    at_once: dict[Costly, AtOnce] = field(default_factory=_at_once)
    # Longest wait for a turn, in seconds.
    turn_seconds: float = 30.0
    # A body brings so many bytes a second at least, after some seconds of grace, and is never silent for long.
    slowest_body: int = 1024
    grace_seconds: float = 20.0
    silent_seconds: float = 30.0
