"""Stamps and histories for tests: real trees, and tokens of real local authorities at any time."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.authority import LocalAuthority
from signing.ers import EvidenceRecord, HashTree, Proof, digest_of, hash_group, parse_record, verify_record
from signing.keys import Algorithm
from signing.renewal import History
from signing.timestamp import accept_response, build_request
from signing.token_trust import token_check

START = datetime(2026, 1, 5, 9, 14, tzinfo=UTC)
LIFE = timedelta(days=365 * 12)


@cache
def authority(year: int = 2026, algorithm: Algorithm = Algorithm.P256) -> LocalAuthority:
    """The authority whose certificate begins on the day of `START` in that year, and lasts twelve."""
    return LocalAuthority.create(START.replace(year=year), os.urandom, algorithm, LIFE)


def token(tsa: LocalAuthority, tree: HashTree, now: datetime) -> bytes:
    """A token over the tree's root, accepted under all conditions."""
    request = build_request(tree.root, nonce=7, imprint_algorithm=tree.algorithm)
    answer = tsa.respond(request, now, serial=int(now.timestamp()))
    return accept_response(
        answer, imprint=tree.root, nonce=7, trust=tsa.trust, now=now, imprint_algorithm=tree.algorithm
    ).der


@dataclass(frozen=True)
class Deposit:
    """A group of files."""

    files: tuple[bytes, ...]

    def digests(self, algorithm: str = "sha256") -> list[bytes]:
        return [digest_of(data)(algorithm) for data in self.files]

    def node(self, algorithm: str = "sha256") -> bytes:
        return hash_group(algorithm, self.digests(algorithm))

    def verify(
        self,
        record: bytes | EvidenceRecord,
        at: datetime,
        *authorities: LocalAuthority,
        policy: AlgorithmPolicy = BUILT_IN,
    ) -> Proof:
        """What a stranger does who has the files, the record, and the authorities' certificates."""
        parsed = parse_record(record) if isinstance(record, bytes) else record
        check = token_check([each.trust for each in authorities], at)
        members = [digest_of(data) for data in self.files]
        return verify_record(parsed, members, check=check, at=at, algorithms=policy)


def deposits(count: int, files: int = 2) -> list[Deposit]:
    """Deposits whose files differ from one another."""
    return [
        Deposit(tuple(f"file {part} of deposit {number}".encode() for part in range(files)))
        for number in range(count)
    ]


def stamped(
    group: Sequence[Deposit], now: datetime = START, tsa: LocalAuthority | None = None
) -> list[History]:
    """The histories of deposits that went into one stamp."""
    tree = HashTree("sha256", [deposit.node() for deposit in group])
    der = token(tsa or authority(), tree, now)
    return [History.initial(tree, place, each.digests(), der) for place, each in enumerate(group)]
