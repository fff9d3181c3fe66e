"""Tokens of other operators over the root of a stamp: where the first one falls, any of them proves the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from signing.cms import LIMITS
from signing.der import check as check_der
from signing.other_tokens import Others, OtherToken
from signing.package import layout
from signing.tst_info import Imprint, read_imprint
from signing.verifier.container import Container
from signing.verifier.opened import LARGEST_DER

_MOST_OVER_ONE_ROOT = 4


def read_others(container: Container) -> Others:
    """The tokens by what they say they are over; what is none is left out, because nothing rests on it."""

    def tokens() -> Iterator[OtherToken]:
        for name in container.entries:
            if not layout.OTHER_FILE.fullmatch(name) or container.entries[name].size > LIMITS.size:
                continue
            record = layout.record_of_other(name)
            there = record in container
            yield OtherToken(
                container.read(name, LIMITS.size), container.read(record, LARGEST_DER) if there else None
            )

    return by_imprint(tokens())


def by_imprint(tokens: Iterable[OtherToken]) -> Others:
    """The tokens by what they say they are over, a few for each root; what is none is left out."""
    found: dict[Imprint, list[OtherToken]] = defaultdict(list)
    for token in tokens:
        try:
            check_der(token.der, LIMITS)
            same = found[read_imprint(token.der)]
        except ValueError:
            continue
        if len(same) < _MOST_OVER_ONE_ROOT:
            same.append(token)
    return found
