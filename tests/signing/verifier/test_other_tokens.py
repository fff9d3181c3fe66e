"""Packages with tokens of two operators over one root: each proves alone, and what is none of them changes nothing."""

import hashlib
import os
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from signing.authority import LocalAuthority
from signing.cms import open_envelope
from signing.errors import PackageInvalid
from signing.ers import HashTree, archive_timestamp, evidence_record, parse_record
from signing.other_tokens import OtherToken
from signing.package import layout
from signing.package.parts import PackageParts
from signing.renewal import History
from signing.timestamp import TimestampTrust
from signing.verdict import Aspect, Verdict
from tests.signing.package.sample import AUTHORITY, STAMPED, START, package_of, sample, token
from tests.signing.verifier.forging import codes, resealed, trust, unpack, verify

SECOND = LocalAuthority.create(START - timedelta(days=1), os.urandom, name="Second")
LATER = STAMPED + timedelta(minutes=3)
ONE = sample(1)
STAMP = ONE.parts.stamps[0]
FIRST = parse_record(STAMP.record).chains[0][0]
ROOT = FIRST.imprint.digest
OTHER = token(SECOND, ROOT, LATER)


def second(**changes: object) -> TimestampTrust:
    return replace(SECOND.trust, authority="Second", **changes)


def parts(*others: bytes) -> PackageParts:
    """As an archive makes them: revocation lists are those out of the tokens."""
    tokens = tuple(OtherToken(each) for each in others)
    return ONE.but(stamps=(replace(STAMP, others=tokens, crls=open_envelope(FIRST.token).crls),))


PACKAGE = package_of(parts(OTHER))


def test_both_are_told():
    report = verify(PACKAGE, trust(authorities=(AUTHORITY.trust, second())))
    assert report.overall is Verdict.PASSED
    assert set(report.authorities) == {AUTHORITY.trust.authority, "Second"}
    told = [each.detail for each in report.findings if each.code == "EXISTED"]
    assert "documents/1 existed not later than 2026-11-21T09:34:00.000000Z, says Second as well" in told


@pytest.mark.parametrize("trusted", [(AUTHORITY.trust,), (second(),)])
def test_each_proves_alone(trusted: tuple[TimestampTrust, ...]):
    report = verify(PACKAGE, trust(authorities=trusted))
    assert report.verdicts[Aspect.TIME] is Verdict.PASSED
    # The seal's own time-stamp is of the first: who does not trust it does not know when the seal was made.
    assert codes(report) == (set() if trusted[0] == AUTHORITY.trust else {"TOKEN_PATH"})
    assert report.authorities == tuple(each.authority for each in trusted)


def test_the_better_of_both_is_the_class_of_time():
    report = verify(PACKAGE, trust(authorities=(AUTHORITY.trust, second(time_class="qualified"))))
    assert report.time_class == "qualified"


def test_nobody_is_trusted():
    report = verify(PACKAGE, trust(authorities=()))
    assert report.verdicts[Aspect.TIME] is Verdict.INDETERMINATE
    assert "TOKEN_PATH" in codes(report)


@pytest.mark.parametrize(
    "forged",
    [
        token(SECOND, bytes(32), LATER),
        OTHER[:-20] + bytes(20),
        b"\x30\x80",
        b"no token",
    ],
)
def test_what_is_no_token_over_the_root_proves_nothing(forged: bytes):
    name = layout.other_token(STAMP.number, 1)
    report = verify(resealed(PACKAGE, {name: forged}), trust(authorities=(second(),)))
    assert report.verdicts[Aspect.TIME] is Verdict.INDETERMINATE
    assert "EXISTED" not in {each.code for each in report.findings}


def test_a_token_over_something_else_is_not_packed():
    with pytest.raises(PackageInvalid, match="not over the root"):
        package_of(parts(token(SECOND, bytes(32), LATER)))


def test_openssl_is_told_how_to_check_each():
    guide = unpack(PACKAGE)[layout.GUIDE].decode()
    assert guide.count(ROOT.hex()) == 2
    assert layout.other_token(STAMP.number, 1) in guide


SHORT = LocalAuthority.create(START - timedelta(days=1), os.urandom, life=timedelta(days=200), name="Short")
RENEWING = LocalAuthority.create(START, os.urandom, life=timedelta(days=4000), name="Renewing")
STRANGER = LocalAuthority.create(START, os.urandom, name="Stranger")
ENDING = token(SHORT, ROOT, LATER)
RENEWED = START + timedelta(days=190)
AFTER = START + timedelta(days=300)
BOTH = (replace(SHORT.trust, authority="Short"), replace(RENEWING.trust, authority="Renewing"))


def record_of(der: bytes, at: datetime = RENEWED, authority: LocalAuthority = RENEWING) -> bytes:
    """The record of a token that was renewed then."""
    leaf = hashlib.sha256(der).digest()
    tree = HashTree("sha256", [leaf, bytes(32)])
    return History.initial(tree, 0, [leaf], token(authority, tree.root, at)).to_bytes()


def package_with(*others: OtherToken, renewed_by: LocalAuthority | None = None) -> bytes:
    """Of a stamp whose first token is of an authority that nobody trusts below, renewed where one is named."""
    stamp, deposit = replace(STAMP, others=others, crls=()), ONE.parts.deposits[0]
    if renewed_by is not None:
        tree = HashTree("sha256", [hashlib.sha256(FIRST.token).digest(), bytes(32)])
        newer = token(renewed_by, tree.root, RENEWED)
        group, note = (each.renew_timestamp(tree, 0, newer).to_bytes() for each in ONE.histories)
        stamp, deposit = replace(stamp, record=note), replace(deposit, record=group)
    return package_of(ONE.but(stamps=(stamp,), deposits=(deposit,)))


def time_of(package: bytes, at: datetime = AFTER, trusted: tuple[TimestampTrust, ...] = BOTH) -> Verdict:
    return verify(package, trust(authorities=trusted), at).verdicts[Aspect.TIME]


def test_a_token_that_was_renewed_proves_after_its_end():
    package = package_with(OtherToken(ENDING, record_of(ENDING)))
    assert layout.record_of_other(layout.other_token(1, 1)) in unpack(package)
    report = verify(package, trust(authorities=BOTH), AFTER)
    assert report.verdicts[Aspect.TIME] is Verdict.PASSED
    assert "Short" in report.authorities


@pytest.mark.parametrize(
    "record",
    [
        None,
        record_of(ENDING, START + timedelta(days=250)),
        record_of(ENDING, authority=STRANGER),
        record_of(OTHER),
        b"no record",
    ],
    ids=["none", "late", "by a stranger", "of another token", "no record"],
)
def test_a_token_that_ended_and_was_not_renewed_in_time_proves_nothing(record: bytes | None):
    package = package_with(OtherToken(ENDING, record))
    assert time_of(package) is Verdict.INDETERMINATE
    assert time_of(package, START + timedelta(days=100)) is Verdict.PASSED


def test_a_renewed_token_is_worth_no_more_than_its_renewal():
    trusted = (replace(BOTH[0], time_class="qualified"), BOTH[1])
    package = package_with(OtherToken(ENDING, record_of(ENDING)))
    assert verify(package, trust(authorities=trusted), AFTER).time_class == "test"
    before = verify(package, trust(authorities=trusted), START + timedelta(days=100))
    assert before.time_class == "qualified"


def test_where_nobody_trusts_who_renewed_the_first_another_stands_for_both():
    renewed = {"renewed_by": STRANGER}
    assert time_of(package_with(**renewed)) is Verdict.INDETERMINATE
    assert time_of(package_with(OtherToken(ENDING), **renewed)) is Verdict.INDETERMINATE
    assert time_of(package_with(OtherToken(ENDING, record_of(ENDING)), **renewed)) is Verdict.PASSED
    assert time_of(package_with(OtherToken(ENDING), **renewed), RENEWED) is Verdict.PASSED


def test_what_is_false_in_a_renewed_record_stays_false():
    package = package_with(OtherToken(OTHER), renewed_by=RENEWING)
    foreign = package_with(OtherToken(OTHER), renewed_by=STRANGER)
    trusted = (second(), *BOTH)
    assert time_of(package, trusted=trusted) is Verdict.PASSED
    record = parse_record(unpack(package)[layout.record(1)])
    chain = record.chains[0]
    tree = HashTree("sha256", [bytes(32), bytes(31) + b"\x01"])
    moved = archive_timestamp(tree, 0, [bytes(32)], token(RENEWING, tree.root, RENEWED))
    forged = evidence_record(((chain[0], moved),))
    assert time_of(resealed(foreign, {layout.record(1): forged}), trusted=trusted) is Verdict.FAILED
