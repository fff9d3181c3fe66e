"""Asks authorities for a token over a root: one nonce a request, strict acceptance, back-off, the next in line."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archive.authorities import TimestampAuthority
from archive.errors import AuthorityFailed, AuthorityRefused
from archive.stamp_asks import NEVER, Asked
from signing.errors import TokenReason, TokenRefused
from signing.revocation import path_of, usable_lists, with_lists
from signing.timestamp import Token, accept_response, build_request, verify_token
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

    def choose(self, asked: Mapping[str, Asked], without: Container[str] = ()) -> TimestampAuthority | None:
        """Whose turn it is for a root: three tries each, in order, again and again; None where nobody is left.

        Left out are authorities that have refused this root, and those of the operators in `without`.
        """
        left = [
            each
            for each in self.authorities
            if each.operator not in without and not asked.get(each.trust.authority, NEVER).refused
        ]
        return min(
            left,
            key=lambda each: asked.get(each.trust.authority, NEVER).attempts // TRIES_EACH,
            default=None,
        )

    def operator_of(self, authority: str) -> str:
        """Who runs the authority of that name; one that is not configured any more stands for itself."""
        named = (each.operator for each in self.authorities if each.trust.authority == authority)
        return next(named, authority)

    def preferring(self, operator: str | None) -> "Requests":
        """The same, those of this operator first."""
        ordered = sorted(self.authorities, key=lambda each: each.operator != operator)
        return replace(self, authorities=tuple(ordered))

    def ask(self, root: bytes, attempt: int, algorithm: str = "sha256") -> Granted | Later | Refused:
        """Ask once, at the `attempt`-th try (from 0) for this root, whose authorities take turns.

        `root` is a digest of that algorithm.
        """
        authority = self.authorities[attempt // TRIES_EACH % len(self.authorities)]
        return self.ask_one(authority, root, attempt, algorithm)

    def ask_one(
        self, authority: TimestampAuthority, root: bytes, attempt: int, algorithm: str = "sha256"
    ) -> Granted | Later | Refused:
        """Ask this authority once; `attempt` (from 0) counts for the back-off."""
        nonce = int.from_bytes(self.randomness(_NONCE_BYTES), "big") | 1
        try:
            answer = authority.stamp(
                build_request(root, nonce=nonce, policy=authority.policy, imprint_algorithm=algorithm)
            )
        except AuthorityFailed as error:
            return Later(error.code, self._retry_at(attempt))
        except AuthorityRefused as error:
            return Refused(error.code, None)
        try:
            token = accept_response(
                answer,
                imprint=root,
                nonce=nonce,
                trust=authority.trust,
                now=self.clock.now(),
                tolerance=self.tolerance,
                imprint_algorithm=algorithm,
            )
            return Granted(self._with_lists(token, authority))
        except TokenRefused as refused:
            if refused.transient:
                return Later(refused.reason, self._retry_at(attempt))
            return Refused(refused.reason, answer)

    def _with_lists(self, token: Token, authority: TimestampAuthority) -> Token:
        """The token with its authority's revocation lists inside, as far as they can be had and it verifies with them.

        Raises `TokenRefused` where one of them revokes it.
        """
        if authority.revocation is None:
            return token
        path = path_of(token, authority.trust)
        crls = usable_lists(authority.revocation.lists(path), path, token.gen_time)
        if not crls:
            return token
        try:
            return verify_token(
                with_lists(token.der, crls),
                imprint=token.imprint,
                trust=authority.trust,
                at=self.clock.now() + self.tolerance,
                imprint_algorithm=token.imprint_algorithm,
            )
        except TokenRefused as refused:
            if refused.reason is TokenReason.REVOKED:
                raise
            # Lists that a token cannot hold, too long ones for instance, are no fault of the token.
            return token

    def _retry_at(self, attempt: int) -> datetime:
        """Between half and the whole of the back-off, so that many archives do not come back at once."""
        wait = BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
        share = 0.5 + self.randomness(1)[0] / 510
        return self.clock.now() + wait * share
