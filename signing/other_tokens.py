"""Tokens of several operators over one root: where one falls, any of the others proves the same.

Such a token lasts as long as its own certificate; what renewed it is told by an evidence record of the token itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from signing.algorithms import BUILT_IN, AlgorithmPolicy, AlgorithmUse
from signing.errors import RecordReason, RecordRefused, TokenRefused
from signing.ers import CheckToken, Digest, Proof, digest_of, parse_record, verify_record
from signing.ers.record import EvidenceRecord
from signing.timestamp import TimeClass, Token
from signing.tst_info import Imprint
from signing.verdict import weakest


@dataclass(frozen=True, slots=True)
class OtherToken:
    """A token (DER), and the DER of the evidence record over these bytes, where it was renewed."""

    der: bytes
    record: bytes | None = None


Others = Mapping[Imprint, Sequence[OtherToken]]
"""Tokens of other operators by what they are over."""


@dataclass(frozen=True, slots=True)
class TokenChecks:
    """How tokens are believed at the time `at`: each by `check`, and what they rest on by `algorithms`."""

    check: CheckToken
    at: datetime
    algorithms: AlgorithmPolicy = BUILT_IN

    def standing(self, other: OtherToken, imprint: Imprint) -> Token:
        """The token, if it holds and has not ended, or was renewed in time by what has not ended either.

        One that was renewed lasts as long as its newest renewal, and is worth as much as the least of them. Raises
        `TokenRefused` and `RecordRefused`.
        """
        token = self.check(other.der, imprint.digest, imprint.algorithm)
        refusal = self._ended(token, self.at)
        if refusal is None:
            return token
        if other.record is None:
            raise RecordRefused(RecordReason.EXPIRED, refusal)
        proof = verify_record(
            parse_record(other.record),
            [digest_of(other.der)],
            check=self.check,
            at=self.at,
            algorithms=self.algorithms,
        )
        if refusal := self._ended(token, proof.existed):
            raise RecordRefused(RecordReason.LATE_RENEWAL, refusal)
        if proof.existed <= token.gen_time:
            raise RecordRefused(RecordReason.ORDER, "a renewal is not younger than what it renews")
        classes = [token.time_class, *(each.time_class for each in proof.tokens)]
        return replace(token, expires=proof.newest.expires, time_class=cast(TimeClass, weakest(classes)))

    def all_standing(self, others: Others, imprint: Imprint) -> list[Token]:
        """Those over an imprint that stand."""
        found = []
        for other in others.get(imprint, ()):
            try:
                found.append(self.standing(other, imprint))
            except (TokenRefused, RecordRefused):
                continue
        return found

    def verify(self, record: EvidenceRecord, members: Sequence[Digest], others: Others) -> Proof:
        """As `verify_record`, with a token of another operator in the place of one that falls.

        Where the record was renewed and a renewal falls, because nobody trusts its operator any more for instance, the
        objects under the first root are proven by another token over it that stands by itself. What is false in the
        record stays false. Raises `RecordRefused` and `TokenRefused`.
        """

        def check(token: bytes, imprint: bytes, algorithm: str) -> Token:
            try:
                return self.check(token, imprint, algorithm)
            except TokenRefused:
                found = self.all_standing(others, Imprint(algorithm, imprint))
                if not found:
                    raise
                return found[0]

        try:
            return verify_record(record, members, check=check, at=self.at, algorithms=self.algorithms)
        except (RecordRefused, TokenRefused) as refused:
            if isinstance(refused, RecordRefused) and not refused.undecided:
                raise
            proof = self._by_first_root(record, members, others)
            if proof is None:
                raise
            return proof

    def _by_first_root(
        self, record: EvidenceRecord, members: Sequence[Digest], others: Others
    ) -> Proof | None:
        first = record.chains[0][0]
        for token in self.all_standing(others, first.imprint):
            try:
                return verify_record(
                    replace(record, chains=((first,),)),
                    members,
                    check=lambda *_, token=token: token,
                    at=self.at,
                    algorithms=self.algorithms,
                )
            except (RecordRefused, TokenRefused):
                continue
        return None

    def _ended(self, token: Token, at: datetime) -> str | None:
        if at > token.expires:
            return (
                f"the certificate of a time-stamp ended on {token.expires:%Y-%m-%d}, and nothing renewed it"
            )
        rests_on = (AlgorithmUse(token.imprint_algorithm), *token.algorithms)
        return self.algorithms.first_refusal(rests_on, at)
