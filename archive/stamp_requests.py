"""Asks authorities for a token over a root: one nonce a request, strict acceptance, back-off, the next in line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.authorities import TimestampAuthority
from archive.errors import AuthorityFailed, AuthorityRefused
from signing.errors import TokenRefused
from signing.timestamp import Token, accept_response, build_request
from tabellion.base.clock import Clock
from tabellion.base.ids import Randomness

BACK_OFF = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 3600))
TRIES_EACH = 3
"""Attempts on one authority before the next is asked."""

_NONCE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Granted:
    """A token that was accepted."""

    token: Token


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing yet: the same root is sent again at `retry_at`."""

    code: str
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Something is wrong that no retry mends: a person must look. `answer` is what came, if anything did."""

    code: str
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Requests:
    """The configured authorities, in order; at least one."""

    authorities: Sequence[TimestampAuthority]
    clock: Clock
    randomness: Randomness
    tolerance: timedelta = timedelta(seconds=60)

    def ask(self, root: bytes, attempt: int) -> Granted | Later | Refused:
        """Ask once, at the `attempt`-th try (from 0) for this root."""
        authority = self.authorities[attempt // TRIES_EACH % len(self.authorities)]
        nonce = int.from_bytes(self.randomness(_NONCE_BYTES), "big") | 1
        try:
            answer = authority.stamp(build_request(root, nonce=nonce, policy=authority.policy))
        except AuthorityFailed as error:
            return Later(error.code, self._retry_at(attempt))
        except AuthorityRefused as error:
            return Refused(error.code, None)
        try:
            return Granted(
                accept_response(
                    answer,
                    imprint=root,
                    nonce=nonce,
                    trust=authority.trust,
                    now=self.clock.now(),
                    tolerance=self.tolerance,
                )
            )
        except TokenRefused as refused:
            if refused.transient:
                return Later(refused.reason, self._retry_at(attempt))
            return Refused(refused.reason, answer)

    def _retry_at(self, attempt: int) -> datetime:
        """Between half and the whole of the back-off, so that many archives do not come back at once."""
        wait = BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
        share = 0.5 + self.randomness(1)[0] / 510
        return self.clock.now() + wait * share
