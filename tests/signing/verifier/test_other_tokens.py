"""Packages with tokens of two operators over one root: each proves alone, and what is none of them changes nothing."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from signing.authority import LocalAuthority
from signing.cms import open_envelope
from signing.errors import PackageInvalid
from signing.ers import parse_record
from signing.package import layout
from signing.package.parts import PackageParts
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
    return ONE.but(stamps=(replace(STAMP, others=others, crls=open_envelope(FIRST.token).crls),))


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
