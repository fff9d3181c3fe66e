from dataclasses import replace

import pytest

from signing.errors import StampInvalid
from signing.ers import HashTree
from signing.stamp import group_node, log_leaf, stamp_root
from signing.stamp_records import StampRecords
from tests.signing.evidence import START, Deposit, authority, deposits, token

CHECKPOINT = b"example.com/archive\n4\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
GROUPS = deposits(6, files=3)
NODES = tuple(group_node(each.digests()[0], each.digests()[1:]) for each in GROUPS)
TREE = HashTree("sha256", [*NODES, log_leaf(CHECKPOINT)])
STAMP = StampRecords(1, NODES, CHECKPOINT, token(authority(), TREE, START))


def test_records_of_a_stored_stamp():
    assert STAMP.tree.root == stamp_root([*NODES, log_leaf(CHECKPOINT)])
    for position, deposit in enumerate(GROUPS):
        record = STAMP.group(position, deposit.digests()[::-1]).to_bytes()
        assert deposit.verify(record, START, authority()).existed == START
    assert Deposit((CHECKPOINT,)).verify(STAMP.log().to_bytes(), START, authority()).existed == START


def test_asking_again_gives_the_same_bytes():
    again = replace(STAMP)
    assert again.group(2, GROUPS[2].digests()).to_bytes() == STAMP.group(2, GROUPS[2].digests()).to_bytes()


def test_what_does_not_belong_together():
    with pytest.raises(StampInvalid, match="format 2"):
        replace(STAMP, format=2)
    for position, members in ((0, GROUPS[1].digests()), (6, GROUPS[0].digests()), (7, GROUPS[0].digests())):
        with pytest.raises(StampInvalid, match="position"):
            STAMP.group(position, members)
    other = replace(STAMP, checkpoint=CHECKPOINT.replace(b"\n4\n", b"\n5\n"))
    with pytest.raises(StampInvalid, match="another root"):
        other.group(0, GROUPS[0].digests())
