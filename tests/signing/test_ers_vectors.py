"""The records of EU DSS and their verdicts, hash-tree part (their authorities are in no trust store)."""

import base64
import zipfile
from collections.abc import Sequence

import pytest

from signing.errors import RecordReason, RecordRefused
from signing.ers import Digest, Step, digest_of, fold_record, parse_record
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared("vectors", "ers")
ERS = SHARED / "vectors" / "ers"
ASICE = SHARED / "vectors" / "asice"

_PAIR = (
    "nOLX01D5QYQHQ58MoR3MEquffNsV+ezF7Kk1SCYCuHI=",
    "7sxNM1LA6WX9iHle39GmDFrAmzwRAMBS67auC9NDKyY=",
)


def _fold(name: str, members: Sequence[Digest], *, exact: bool = False) -> tuple[Step, ...]:
    return fold_record(parse_record((ERS / name).read_bytes()), members, exact=exact)


def _pair() -> list[Digest]:
    return [{"sha256": base64.b64decode(digest)}.__getitem__ for digest in _PAIR]


@pytest.mark.parametrize(
    ("name", "objects", "kinds"),
    [
        ("1_0_Initial.er", [b"123456"], "i"),
        ("1_1_Renew_Unsorted.er", [b"123456"], "ih"),
        ("1_2_Renew_Unsorted.er", [b"123456"], "ihh"),
        ("1_3_Renew_Unsorted.er", [b"123456"], "ihhh"),
        ("er-asn1-simple.ers", [b"1"], "i"),
        ("er-asn1-one-level-hashtree.ers", [b"\x02"], "ith"),
        ("er-asn1-full-renewal.ers", [b"\x03"], "ith"),
        ("er-asn1-full-renewal.ers", [b"\x03", b"\x01"], "ith"),
        ("er-asn1-full-renewal-two-ats-chain.ers", [b"\x03"], "ithh"),
        ("er-asn1-full-renewal-tst-renewal.ers", [b"\x03"], "itht"),
    ],
)
def test_covered(name: str, objects: list[bytes], kinds: str):
    steps = _fold(name, [digest_of(data) for data in objects])
    assert "".join(step.kind[0] for step in steps) == kinds
    assert {step.order for step in steps if step.kind == "hashtree-renewal"} <= {"unsorted"}


def test_covered_by_digest_alone():
    steps = _fold("er-asn1-tst-renewal.ers", _pair())
    assert [step.others for step in steps] == [0, 3]


def test_token_as_the_object():
    assert _fold("er-asn1-on-tst.ers", [digest_of((ERS / "d-trust.tsr").read_bytes())])[0].others == 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("1_3_Renew_Unsorted.er", b"123457", RecordReason.NOT_COVERED),
        ("er-asn1-simple.ers", b"0", RecordReason.NOT_COVERED),
        ("er-asn1-simple-invalid.ers", b"1", RecordReason.IMPRINT),
        ("er-asn1-simple-invalid.ers", b"0", RecordReason.IMPRINT),
        ("er-asn1-chain-renewal-invalid.ers", b"\x09", RecordReason.SEQUENCE_NOT_COVERED),
    ],
)
def test_not_covered(name: str, data: bytes, reason: RecordReason):
    with pytest.raises(RecordRefused) as refused:
        _fold(name, [digest_of(data)])
    assert refused.value.reason is reason
    assert not refused.value.undecided


def test_renewal_over_another_tree():
    with pytest.raises(RecordRefused) as refused:
        _fold("er-asn1-tst-renewal-invalid.ers", _pair())
    assert refused.value.reason is RecordReason.IMPRINT


def test_group_rule_is_stricter_than_the_standard():
    with pytest.raises(RecordRefused) as refused:
        _fold("er-asn1-full-renewal.ers", [digest_of(b"\x03")], exact=True)
    assert refused.value.reason is RecordReason.GROUP
    assert _fold("er-asn1-full-renewal.ers", [digest_of(b"\x03"), digest_of(b"\x01")], exact=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("er-asn1-one-file.asice", None),
        ("er-asn1-multi-files.asice", None),
        ("er-asn1-full-renewal.asice", None),
        ("er-asn1-incorrect-hash.asice", RecordReason.ALGORITHM),
    ],
)
def test_containers(name: str, expected: RecordReason | None):
    with zipfile.ZipFile(ASICE / name) as container:
        record = container.read("META-INF/evidencerecord.ers")
        files = [n for n in container.namelist() if not n.startswith("META-INF") and n != "mimetype"]
        members = [digest_of(container.read(file)) for file in files]
    if expected is None:
        assert fold_record(parse_record(record), members, exact=False)
        return
    with pytest.raises(RecordRefused) as refused:
        fold_record(parse_record(record), members, exact=False)
    assert refused.value.reason is expected
