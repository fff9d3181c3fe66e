"""Verifies a record in time: every token holds, each was renewed while it was still valid, and the newest is valid now.

RFC 4998 section 5.3. Who is trusted is in the check that is handed in, mostly `timestamp.verify_token` with its trust.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from signing.algorithms import BUILT_IN, AlgorithmPolicy, AlgorithmUse
from signing.errors import RecordReason, RecordRefused, TokenReason, TokenRefused
from signing.ers.fold import Digest, Step, fold_record
from signing.ers.record import EvidenceRecord
from signing.timestamp import Token

CheckToken: TypeAlias = Callable[[bytes, bytes, str], Token]
"""Verifies a token (DER) over an imprint under a hash algorithm; raises `TokenRefused`."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A record that holds: its time-stamps and their verified tokens, both from the oldest on."""

    steps: tuple[Step, ...]
    tokens: tuple[Token, ...]

    @property
    def existed(self) -> datetime:
        """The objects existed no later than this."""
        return self.tokens[0].gen_time

    @property
    def newest(self) -> Token:
        """What the whole rests on today."""
        return self.tokens[-1]


def verify_record(
    record: EvidenceRecord,
    members: Sequence[Digest],
    *,
    check: CheckToken,
    at: datetime,
    algorithms: AlgorithmPolicy = BUILT_IN,
    exact: bool = True,
) -> Proof:
    """The proof that all members existed, as it stands at the time `at`.

    Raises `RecordRefused` or, of a token, `TokenRefused`; their `undecided` tells INDETERMINATE from FAILED.
    """
    steps = fold_record(record, members, exact=exact)
    tokens = tuple(check(step.token, step.imprint, step.algorithm) for step in steps)
    for step, token in zip(steps, tokens, strict=True):
        if refusal := algorithms.first_refusal(_rests_on(step, token), token.gen_time):
            raise TokenRefused(TokenReason.WEAK_ALGORITHM, refusal)
    for older, newer in pairwise(tokens):
        if newer.gen_time <= older.gen_time:
            raise RecordRefused(RecordReason.ORDER, "a renewal is not younger than what it renews")
    for (step, older), (_, newer) in pairwise(zip(steps, tokens, strict=True)):
        if newer.gen_time > older.expires:
            raise RecordRefused(
                RecordReason.LATE_RENEWAL,
                f"a time-stamp whose certificate ended on {older.expires:%Y-%m-%d} was renewed after that",
            )
        if refusal := algorithms.first_refusal(_rests_on(step, older), newer.gen_time):
            raise RecordRefused(RecordReason.LATE_RENEWAL, f"a time-stamp was renewed too late: {refusal}")
    newest = tokens[-1]
    if at > newest.expires:
        raise RecordRefused(
            RecordReason.EXPIRED,
            f"the certificate of the newest time-stamp ended on {newest.expires:%Y-%m-%d}, and none renews it",
        )
    if refusal := algorithms.first_refusal(_rests_on(steps[-1], newest), at):
        raise RecordRefused(RecordReason.SUNSET, f"the newest time-stamp was not renewed in time: {refusal}")
    return Proof(steps, tokens)


def _rests_on(step: Step, token: Token) -> tuple[AlgorithmUse, ...]:
    return (AlgorithmUse(step.algorithm), *token.algorithms)
