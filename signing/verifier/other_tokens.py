"""Tokens of other operators over the root of a stamp: where the first one falls, any of them proves the same."""

from collections import defaultdict
from collections.abc import Mapping

from signing.cms import LIMITS
from signing.der import check as check_der
from signing.errors import TokenRefused
from signing.ers import CheckToken
from signing.package import layout
from signing.timestamp import Token
from signing.tst_info import Imprint, read_imprint
from signing.verifier.container import Container

_MOST_OVER_ONE_ROOT = 4


def read_others(container: Container) -> Mapping[Imprint, tuple[bytes, ...]]:
    """The tokens by what they say they are over; what is none is left out, because nothing rests on it."""
    found: dict[Imprint, list[bytes]] = defaultdict(list)
    for name in container.entries:
        if not layout.OTHER_FILE.fullmatch(name) or container.entries[name].size > LIMITS.size:
            continue
        der = container.read(name, LIMITS.size)
        try:
            check_der(der, LIMITS)
            same = found[read_imprint(der)]
        except ValueError:
            continue
        if len(same) < _MOST_OVER_ONE_ROOT:
            same.append(der)
    return {imprint: tuple(tokens) for imprint, tokens in found.items()}


def holding(
    others: Mapping[Imprint, tuple[bytes, ...]], check: CheckToken, imprint: bytes, algorithm: str
) -> list[Token]:
    """Those over an imprint that hold, by the check of all tokens."""
    found = []
    for der in others.get(Imprint(algorithm, imprint), ()):
        try:
            found.append(check(der, imprint, algorithm))
        except TokenRefused:
            continue
    return found
