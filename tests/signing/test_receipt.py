import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from signing import canonical
from signing.checkpoint import Checkpoint
from signing.digests import digest_bytes
from signing.entry import ObjectRef
from signing.errors import ReceiptInvalid
from signing.keys import Algorithm, KeySigner, PublicKey
from signing.manifest import manifest_digest
from signing.note import NoteKey
from signing.receipt import Acceptance, BatchItem, BatchReceipt, DepositReceipt, ReceiptTrust
from signing.tlog import inclusion_proof, leaf_hash, node_reader, root_of
from signing.tlog_proof import TlogProof
from tests.signing.values import (
    ARCHIVE,
    BATCH,
    DEPOSIT,
    LOG_KEY,
    NOW,
    ORIGIN,
    ORIGINAL,
    RECEIPT_KEY,
    WHEN,
    entry,
    manifest,
)

MANIFEST = manifest_digest(manifest().to_bytes()).hex()
TRUST = ReceiptTrust(
    keys=(PublicKey.of("log", LOG_KEY, NOW), PublicKey.of("receipt", RECEIPT_KEY, NOW - timedelta(days=1))),
    origin=ORIGIN,
    log_keys=(NoteKey(ORIGIN, LOG_KEY.public_der),),
)


def acceptance(logged=None, index=2):
    data = (logged or entry(seq=index, subject=MANIFEST)).to_bytes()
    leaves = [leaf_hash(bytes([number])) for number in range(5)]
    leaves[index] = leaf_hash(data)
    checkpoint = Checkpoint(ORIGIN, 5, root_of(leaves)).sign(LOG_KEY)
    proof = TlogProof(index, tuple(inclusion_proof(index, 5, node_reader(leaves))), checkpoint, data)
    digests = digest_bytes(ORIGINAL)
    return Acceptance(
        DEPOSIT, digests.size, digests.sha256, digests.sha512, MANIFEST, WHEN, index, proof.to_text()
    )


RECEIPT = DepositReceipt(ARCHIVE, ORIGIN, acceptance(), BATCH, 7)
BATCH_RECEIPT = BatchReceipt(
    archive=ARCHIVE,
    origin=ORIGIN,
    batch=BATCH,
    closed_at=WHEN,
    items=(
        BatchItem(1, "received", acceptance()),
        BatchItem(2, "duplicate", acceptance(), other=1),
        BatchItem(4, "void"),
    ),
    gaps=(3,),
    station="scanner-1",
    declared_sheets=3,
    declared_sides=6,
)


@pytest.mark.parametrize("receipt", [RECEIPT, replace(RECEIPT, batch=None, sequence=None)])
def test_a_receipt_goes_round(receipt):
    data = receipt.sign(RECEIPT_KEY)
    assert DepositReceipt.verify(data, TRUST) == receipt
    assert DepositReceipt.verify(data, TRUST, digest_bytes(ORIGINAL)) == receipt
    assert json.loads(data)["notice"] == "keep the paper until clearance"


def test_the_signature_is_over_the_object_without_it():
    value = json.loads(RECEIPT.sign(RECEIPT_KEY))
    signature = base64.b64decode(value.pop("signature"))
    TRUST.keys[1].verify(canonical.dumps(value), signature)


def test_another_original_is_refused():
    with pytest.raises(ReceiptInvalid, match="original"):
        DepositReceipt.verify(RECEIPT.sign(RECEIPT_KEY), TRUST, digest_bytes(ORIGINAL + b"\0"))


def _leaves(value, path=()):
    if isinstance(value, dict):
        for name in value:
            yield from _leaves(value[name], (*path, name))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _leaves(member, (*path, number))
    else:
        yield path


@pytest.mark.parametrize("kind", [DepositReceipt, BatchReceipt])
def test_every_member_of_a_receipt_is_signed(kind):
    signed = (RECEIPT if kind is DepositReceipt else BATCH_RECEIPT).sign(RECEIPT_KEY)
    for path in _leaves(json.loads(signed)):
        whole = json.loads(signed)
        place = whole
        for name in path[:-1]:
            place = place[name]
        old = place[path[-1]]
        place[path[-1]] = old + 1 if isinstance(old, int) else old + "0"
        with pytest.raises(ReceiptInvalid):
            kind.verify(canonical.dumps(whole), TRUST)
        del place[path[-1]]
        with pytest.raises(ReceiptInvalid):
            kind.verify(canonical.dumps(whole), TRUST)


def test_members_that_nobody_knows_are_refused_even_when_signed():
    value = json.loads(RECEIPT.sign(RECEIPT_KEY)) | {"remark": "destroy the paper"}
    del value["signature"]
    value["signature"] = base64.b64encode(RECEIPT_KEY.sign(canonical.dumps(value))).decode()
    with pytest.raises(ReceiptInvalid, match="remark"):
        DepositReceipt.verify(canonical.dumps(value), TRUST)


def test_who_may_sign():
    data = RECEIPT.sign(RECEIPT_KEY)
    with pytest.raises(ReceiptInvalid, match="not trusted"):
        DepositReceipt.verify(RECEIPT.sign(KeySigner.generate(Algorithm.ED25519)), TRUST)
    with pytest.raises(ReceiptInvalid, match="not trusted"):
        DepositReceipt.verify(RECEIPT.sign(LOG_KEY), TRUST)
    ended = replace(TRUST.keys[1], valid_until=NOW)
    with pytest.raises(ReceiptInvalid, match="key's time"):
        DepositReceipt.verify(data, replace(TRUST, keys=(ended,)))
    # What was received before a key was changed may have its receipt from the key that followed.
    following = replace(TRUST.keys[1], valid_from=NOW + timedelta(seconds=1))
    assert DepositReceipt.verify(data, replace(TRUST, keys=(following,)))
    with pytest.raises(ReceiptInvalid, match="another log"):
        DepositReceipt.verify(data, replace(TRUST, origin="example.com/other"))
    with pytest.raises(ValueError, match="Ed25519"):
        RECEIPT.sign(KeySigner.generate(Algorithm.P256))


@pytest.mark.parametrize(
    "accepted",
    [
        acceptance(entry(seq=2, subject="00" * 32)),
        acceptance(entry(seq=2, subject=MANIFEST, object=ObjectRef("deposit", BATCH))),
        acceptance(entry(seq=2, subject=MANIFEST, object=ObjectRef("document", DEPOSIT))),
        acceptance(entry(seq=2, subject=MANIFEST, type="quality", reason=None)),
        acceptance(entry(seq=3, subject=MANIFEST)),
        replace(acceptance(), log_index=3),
        replace(acceptance(), manifest="00" * 32),
        replace(acceptance(), proof=acceptance(index=1).proof),
        replace(acceptance(), proof=acceptance().proof.replace("index 2", "index 3")),
        replace(acceptance(), proof=""),
    ],
    ids=[
        "subject",
        "deposit",
        "object",
        "type",
        "seq",
        "index",
        "manifest",
        "other proof",
        "place",
        "no proof",
    ],
)
def test_the_log_must_show_this_very_receiving(accepted):
    with pytest.raises(ReceiptInvalid, match="log"):
        DepositReceipt.verify(replace(RECEIPT, accepted=accepted).sign(RECEIPT_KEY), TRUST)
    items = (*BATCH_RECEIPT.items, BatchItem(9, "received", accepted))
    with pytest.raises(ReceiptInvalid, match="log"):
        BatchReceipt.verify(replace(BATCH_RECEIPT, items=items).sign(RECEIPT_KEY), TRUST)


def test_a_batch_receipt_goes_round():
    assert BatchReceipt.verify(BATCH_RECEIPT.sign(RECEIPT_KEY), TRUST) == BATCH_RECEIPT
    bare = replace(BATCH_RECEIPT, station=None, declared_sheets=None, declared_sides=None, items=(), gaps=())
    assert BatchReceipt.verify(bare.sign(RECEIPT_KEY), TRUST) == bare


def test_one_kind_of_receipt_is_not_the_other():
    with pytest.raises(ReceiptInvalid):
        BatchReceipt.verify(RECEIPT.sign(RECEIPT_KEY), TRUST)
    with pytest.raises(ReceiptInvalid):
        DepositReceipt.verify(BATCH_RECEIPT.sign(RECEIPT_KEY), TRUST)


def test_receipts_cannot_be_made_wrong():
    with pytest.raises(ValueError, match="item and a gap"):
        replace(BATCH_RECEIPT, gaps=(1,))
    with pytest.raises(ValueError, match="no acceptance"):
        BatchItem(1, "received")
    with pytest.raises(ValueError, match="unknown state"):
        BatchItem(1, "lost")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="origin"):
        replace(RECEIPT, origin="")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"signature":1}', b"\xff"])
def test_what_is_no_receipt(data):
    with pytest.raises(ReceiptInvalid):
        DepositReceipt.verify(data, TRUST)
