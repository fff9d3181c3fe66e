"""Thirty years of a clock: three authorities, one hash change, and what becomes of whoever does not renew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.authority import LocalAuthority
from signing.errors import RecordReason, RecordRefused
from signing.ers import HashTree, digest_of, parse_record, verify_record
from signing.ers.tree import hash_bytes
from signing.keys import Algorithm
from signing.renewal import History, hashtree_renewal, timestamp_renewal
from signing.renewal_due import Due, renewal_due
from signing.timestamp import Token
from signing.token_trust import token_check, verify_with_any
from signing.tst_info import read_imprint
from tests.signing.evidence import START, Deposit, authority, deposits, token

SHA256_ENDS = datetime(2047, 12, 1, tzinfo=UTC)
POLICY = AlgorithmPolicy(
    2,
    tuple(
        replace(rule, sunset=SHA256_ENDS) if rule.algorithm == "sha256" else rule for rule in BUILT_IN.rules
    ),
)
END = START.replace(year=2056)
FIRST, SECOND, THIRD = authority(2026), authority(2036), authority(2046, Algorithm.P384)
ALL = (FIRST, SECOND, THIRD)
BUNDLE = b"an entry bundle of the log"


class Store:
    """Deposits in stamps a month apart, each with its history: all that an archive has to keep for its records."""

    def __init__(self, count: int, stamps: int) -> None:
        everything = deposits(count)
        self.deposits: list[Deposit] = []
        self.histories: list[History] = []
        for number in range(stamps):
            group = [*everything[number::stamps], Deposit((f"checkpoint {number}\n".encode(),))]
            tree = HashTree("sha256", [deposit.node() for deposit in group])
            der = token(FIRST, tree, START + timedelta(days=30 * number))
            self.deposits += group
            self.histories += (
                History.initial(tree, place, each.digests(), der) for place, each in enumerate(group)
            )

    def tokens(self) -> list[bytes]:
        """The newest token of every stamp, in the order in which they were made."""
        return list(dict.fromkeys(history.newest_token for history in self.histories))

    def due(self) -> Due:
        """The first renewal that is due."""
        dues = [renewal_due(_believed(der), POLICY) for der in self.tokens()]
        return min(dues, key=lambda due: due.at)

    def renew_timestamps(self, tsa: LocalAuthority, now: datetime) -> None:
        tree = timestamp_renewal(self.tokens(), "sha256")
        der = token(tsa, tree, now)
        places = {leaf: place for place, leaf in enumerate(tree.leaves)}
        self.histories = [
            history.renew_timestamp(tree, places[hash_bytes("sha256", history.newest_token)], der)
            for history in self.histories
        ]

    def renew_hashtree(self, algorithm: str, tsa: LocalAuthority, now: datetime) -> None:
        digests = [deposit.digests(algorithm) for deposit in self.deposits]
        nodes = [
            history.renewed_node(algorithm, own) for history, own in zip(self.histories, digests, strict=True)
        ]
        tree = hashtree_renewal(nodes, [hash_bytes(algorithm, BUNDLE)], algorithm)
        der = token(tsa, tree, now)
        self.histories = [
            history.renew_hashtree(tree, place, digests[place], der)
            for place, history in enumerate(self.histories)
        ]
        self.deposits.append(Deposit((BUNDLE,)))
        bundle = History.initial(tree, len(nodes), [hash_bytes(algorithm, BUNDLE)], der)
        self.histories.append(bundle)

    def verify(self, at: datetime, trusted: Sequence[LocalAuthority] = ALL) -> list[datetime]:
        """The proven time of each object."""
        check = token_check([each.trust for each in trusted], at)
        return [
            verify_record(
                parse_record(history.to_bytes()),
                [digest_of(data) for data in deposit.files],
                check=check,
                at=at,
                algorithms=POLICY,
            ).existed
            for deposit, history in zip(self.deposits, self.histories, strict=True)
        ]


def _believed(der: bytes) -> Token:
    imprint = read_imprint(der)
    trusts = [each.trust for each in ALL]
    return verify_with_any(der, imprint.digest, trusts, END, imprint.algorithm)


@pytest.mark.parametrize("algorithm", ["sha512", "sha3_256"])
def test_thirty_years(algorithm: str):
    store = Store(count=120, stamps=4)
    due = store.due()
    assert (due.kind, due.reason) == ("timestamp-renewal", "certificate-end")
    assert (due.at.year, due.ends) == (2037, FIRST.tsa_certificate.not_valid_after_utc)

    store.renew_timestamps(SECOND, due.at)
    assert len(store.tokens()) == 1
    due = store.due()
    assert due == Due("hashtree-renewal", "hash-sunset", SHA256_ENDS.replace(year=2046), SHA256_ENDS)

    store.renew_hashtree(algorithm, THIRD, due.at)
    times = store.verify(END)
    assert len(times) == 120 + 4 + 1
    assert set(times[:-1]) == {START + timedelta(days=30 * number) for number in range(4)}
    assert times[-1] == due.at

    proof = store.deposits[0].verify(store.histories[0].to_bytes(), END, *ALL, policy=POLICY)
    assert [step.kind for step in proof.steps] == ["initial", "timestamp-renewal", "hashtree-renewal"]
    assert store.due().at > END


def test_without_any_renewal():
    store = Store(count=2, stamps=1)
    with pytest.raises(RecordRefused) as refused:
        store.verify(END)
    assert refused.value.reason is RecordReason.EXPIRED
    assert refused.value.undecided


def test_without_the_second_renewal():
    store = Store(count=2, stamps=1)
    store.renew_timestamps(SECOND, store.due().at)
    with pytest.raises(RecordRefused) as refused:
        store.verify(END)
    assert refused.value.reason is RecordReason.EXPIRED


def test_with_a_timestamp_where_a_new_hash_was_needed():
    """The newest token is young, but the tree that it covers rests on a hash that is trusted no longer."""
    store = Store(count=2, stamps=1)
    store.renew_timestamps(SECOND, store.due().at)
    store.renew_timestamps(THIRD, datetime(2047, 6, 1, tzinfo=UTC))
    assert store.verify(SHA256_ENDS - timedelta(days=1))
    with pytest.raises(RecordRefused) as refused:
        store.verify(SHA256_ENDS + timedelta(days=1))
    assert refused.value.reason is RecordReason.SUNSET
    assert refused.value.undecided


def test_with_a_new_hash_after_the_old_one_fell():
    store = Store(count=2, stamps=1)
    store.renew_timestamps(SECOND, store.due().at)
    store.renew_hashtree("sha512", THIRD, SHA256_ENDS + timedelta(days=1))
    assert SECOND.tsa_certificate.not_valid_after_utc > SHA256_ENDS + timedelta(days=1)
    with pytest.raises(RecordRefused) as refused:
        store.verify(END)
    assert refused.value.reason is RecordReason.LATE_RENEWAL


def test_due_a_year_before_29_february():
    tsa = replace(_believed(Store(1, 1).tokens()[0]), expires=datetime(2036, 2, 29, 12, tzinfo=UTC))
    assert renewal_due(tsa, BUILT_IN).at == datetime(2035, 2, 28, 12, tzinfo=UTC)


def test_due_before_the_end_of_a_signature_algorithm():
    ends = datetime(2030, 5, 1, tzinfo=UTC)
    policy = AlgorithmPolicy(
        2, tuple(replace(r, sunset=ends) if r.algorithm == "secp256r1" else r for r in BUILT_IN.rules)
    )
    due = renewal_due(_believed(Store(1, 1).tokens()[0]), policy)
    assert due == Due("timestamp-renewal", "signature-sunset", datetime(2029, 5, 1, tzinfo=UTC), ends)
