"""Verifies a token against every authority that is trusted, because a token does not say whose it claims to be."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from signing.errors import TokenReason, TokenRefused
from signing.ers.verify import CheckToken
from signing.timestamp import TimestampTrust, Token, verify_token

_NOT_ITS_OWN = {
    TokenReason.PATH,
    TokenReason.POLICY,
    TokenReason.SIGNER_UNKNOWN,
    TokenReason.FOREIGN_CERTIFICATE,
    TokenReason.ACCURACY,
}


def verify_with_any(
    der: bytes,
    imprint: bytes,
    trusts: Sequence[TimestampTrust],
    at: datetime,
    imprint_algorithm: str = "sha256",
) -> Token:
    """The token under the first authority whose conditions it meets, else `TokenRefused`.

    Where no authority knows it, the reason is that of the first; a fault of the token itself outweighs that.
    """
    reasons: list[TokenRefused] = []
    for trust in trusts:
        try:
            return verify_token(der, imprint=imprint, trust=trust, at=at, imprint_algorithm=imprint_algorithm)
        except TokenRefused as refused:
            reasons.append(refused)
    if not reasons:
        raise TokenRefused(TokenReason.PATH, "no time-stamp authority is trusted")
    raise next((each for each in reasons if each.reason not in _NOT_ITS_OWN), reasons[0])


def token_check(trusts: Sequence[TimestampTrust], at: datetime) -> CheckToken:
    """The check that `verify_record` asks for; a token that many records share is verified once."""

    @cache
    def check(token: bytes, imprint: bytes, algorithm: str) -> Token:
        return verify_with_any(token, imprint, trusts, at, algorithm)

    return check
