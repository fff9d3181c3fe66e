"""Verifies a token against every authority that is trusted, because a token does not say whose it claims to be."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from signing.errors import TokenReason, TokenRefused
from signing.ers.verify import CheckToken
from signing.timestamp import TimestampTrust, Token, verify_token

_OF_A_STRANGER = {TokenReason.PATH, TokenReason.SIGNER_UNKNOWN}
_OF_WHAT_IS_PINNED = {TokenReason.POLICY, TokenReason.ACCURACY, TokenReason.FOREIGN_CERTIFICATE}


def verify_with_any(
    der: bytes,
    imprint: bytes,
    trusts: Sequence[TimestampTrust],
    at: datetime,
    imprint_algorithm: str = "sha256",
) -> Token:
    """The token under the first authority whose conditions it meets, else `TokenRefused`.

    Where none is met, a fault of the token itself outweighs what an authority that knows it demands, and that outweighs
    the answer of those that do not know it.
    """
    reasons: list[TokenRefused] = []
    for trust in trusts:
        try:
            return verify_token(der, imprint=imprint, trust=trust, at=at, imprint_algorithm=imprint_algorithm)
        except TokenRefused as refused:
            reasons.append(refused)
    if not reasons:
        raise TokenRefused(TokenReason.PATH, "no time-stamp authority is trusted")
    raise min(reasons, key=_rank)


def _rank(refused: TokenRefused) -> int:
    return (refused.reason in _OF_WHAT_IS_PINNED) + 2 * (refused.reason in _OF_A_STRANGER)


def token_check(trusts: Sequence[TimestampTrust], at: datetime) -> CheckToken:
    """The check that `verify_record` asks for; a token that many records share is verified once."""

    @cache
    def check(token: bytes, imprint: bytes, algorithm: str) -> Token:
        return verify_with_any(token, imprint, trusts, at, algorithm)

    return check
