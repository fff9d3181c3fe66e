"""The golden evidence records of DER profile 1: fixed inputs, kept tokens, and the exact bytes that come of them.

Renewals commit to such bytes, so they must come out the same for ever. `python -m tests.signing.golden_records` made
the folder; it refuses to make it anew, because a new profile is a new stamp format with records of its own.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from signing.ers import HashTree
from signing.ers.tree import hash_bytes, hash_group
from signing.renewal import History, hashtree_renewal, timestamp_renewal
from signing.stamp import log_leaf
from tests.signing.evidence import START, authority, token

FOLDER = Path(__file__).parent / "golden"
CHECKPOINT = b"example.com/archive\n4\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
FILES = tuple(
    tuple(f"file {part} of deposit {number}".encode() for part in range(1 + number)) for number in range(4)
)
OTHER = b"the token of an older stamp, of which a renewal sees no more than its digest"

Token = Callable[[str, HashTree], bytes]
"""Gives the token of a name over a tree: from the folder, or, when that is made, from an authority."""


def digests(number: int, algorithm: str = "sha256") -> list[bytes]:
    """Of the files of a deposit."""
    return [hashlib.new(algorithm, data).digest() for data in FILES[number]]


def records(get: Token) -> dict[str, bytes]:
    """Every golden record by its name."""
    single = HashTree("sha256", [log_leaf(CHECKPOINT)])
    nodes = [hash_group("sha256", digests(number)) for number in range(4)]
    stamp = HashTree("sha256", [*nodes, log_leaf(CHECKPOINT)])
    first = get("stamp", stamp)
    made = {
        "log-alone": History.initial(single, 0, [log_leaf(CHECKPOINT)], get("log-alone", single)),
        "log-promoted": History.initial(stamp, 4, [log_leaf(CHECKPOINT)], first),
        "one-file": History.initial(stamp, 0, digests(0), first),
        "four-files": History.initial(stamp, 3, digests(3), first),
    }
    older = timestamp_renewal([OTHER, first], "sha256")
    second = get("renewal", older)
    for name in ("log-promoted", "four-files"):
        made[f"{name}-renewed"] = made[name].renew_timestamp(older, 1, second)
    base, file = made["four-files-renewed"], b"an entry bundle"
    for algorithm in ("sha512", "sha3_256"):
        node = base.renewed_node(algorithm, digests(3, algorithm))
        tree = hashtree_renewal([node], [hash_bytes(algorithm, file)], algorithm)
        answer = get(f"rehash-{algorithm}", tree)
        made[f"four-files-{algorithm}"] = base.renew_hashtree(tree, 0, digests(3, algorithm), answer)
        made[f"bundle-{algorithm}"] = History.initial(tree, 1, [hash_bytes(algorithm, file)], answer)
    return {name: history.to_bytes() for name, history in made.items()}


def kept(name: str, tree: HashTree) -> bytes:
    """A token out of the folder."""
    return (FOLDER / f"{name}.token.der").read_bytes()


def _make() -> None:
    FOLDER.mkdir()

    def get(name: str, tree: HashTree) -> bytes:
        made = token(authority(), tree, START + timedelta(days=len(list(FOLDER.iterdir()))))
        (FOLDER / f"{name}.token.der").write_bytes(made)
        return made

    for name, data in records(get).items():
        (FOLDER / f"{name}.ers").write_bytes(data)


if __name__ == "__main__":
    _make()
