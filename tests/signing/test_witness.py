from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import tlog
from signing.checkpoint import Checkpoint
from signing.cosignature import WitnessKey, cosign, verify_cosignatures
from signing.errors import NoteInvalid, WitnessRefused
from signing.keys import Algorithm, KeySigner
from signing.note import Note, NoteKey, sign_note
from signing.witness import LARGEST, AddCheckpoint, Seen, Witness, accept_cosignatures
from tests.signing.values import LOG_KEY, NOW, ORIGIN

LEAVES = [tlog.leaf_hash(bytes([number])) for number in range(40)]
READ = tlog.node_reader(LEAVES)
WITNESS = Witness(
    "witness.example/w1", KeySigner.generate(Algorithm.ED25519), (NoteKey(ORIGIN, LOG_KEY.public_der),)
)


def checkpoint(
    size: int, root: bytes | None = None, origin: str = ORIGIN, signer: KeySigner = LOG_KEY
) -> bytes:
    return Checkpoint(origin, size, root or tlog.root_at(size, READ)).sign(signer)


def request(old: int, new: int, **changes: object) -> bytes:
    proof = tuple(tlog.consistency_proof(old, new, READ)) if 0 < old <= new else ()
    return replace(AddCheckpoint(old, proof, checkpoint(new)), **changes).to_bytes()


def seen(size: int) -> Seen:
    return Seen(size, tlog.root_at(size, READ))


def decide(body: bytes, record: Seen | None):
    return WITNESS.cosign(WITNESS.open(body), record, NOW)


def refused(body: bytes, record: Seen | None) -> WitnessRefused:
    with pytest.raises(WitnessRefused) as caught:
        decide(body, record)
    return caught.value


@given(st.integers(0, 40), st.integers(0, 40))
def test_what_extends_is_cosigned_and_what_does_not_is_not(old, new):
    record = seen(old) if old else None
    if old > new:
        assert refused(request(old, new), record).http_status == 400
        return
    cosigned = decide(request(old, new), record)
    assert cosigned.seen == seen(new)
    accepted = accept_cosignatures(cosigned.body, checkpoint(new), [WITNESS.key], NOW)
    note = Note.parse(checkpoint(new)).with_signatures(*accepted)
    assert [each.key for each in verify_cosignatures(note, [WITNESS.key], NOW)] == [WITNESS.key]


def test_requests_go_round():
    for old, new in ((0, 5), (3, 5), (5, 5)):
        body = request(old, new)
        assert AddCheckpoint.parse(body).to_bytes() == body
    assert WITNESS.open(request(3, 5)).checkpoint.origin == ORIGIN


def test_the_witness_has_another_size():
    """Also after it has forgotten nothing and the log was rolled back: the answer is the size that it has."""
    for old, record in ((3, seen(5)), (0, seen(5)), (3, None)):
        answer = refused(request(old, 8), record)
        assert (answer.http_status, answer.content_type) == (409, "text/x.tlog.size")
        assert answer.body == (b"5\n" if record else b"0\n")


def test_split_view():
    """Another tree of the same size, and another tree that claims to be the continuation."""
    other = bytes(32)
    same = request(5, 5, checkpoint=checkpoint(5, other))
    assert refused(same, seen(5)).http_status == 409
    assert refused(request(5, 8), Seen(5, other)).http_status == 422
    assert refused(request(5, 8, checkpoint=checkpoint(8, other)), seen(5)).http_status == 422


@pytest.mark.parametrize(
    "proof",
    [lambda own: own[:-1], lambda own: (*own, bytes(32)), lambda own: own[::-1], lambda _: ()],
    ids=["shorter", "longer", "turned round", "none"],
)
def test_false_proofs(proof):
    own = tuple(tlog.consistency_proof(3, 8, READ))
    assert refused(request(3, 8, proof=proof(own)), seen(3)).http_status == 422


def test_beginnings():
    assert refused(request(0, 5, proof=(bytes(32),)), None).http_status == 422
    assert decide(request(0, 0), None).seen == Seen(0, tlog.EMPTY_ROOT)
    assert refused(request(0, 0, checkpoint=checkpoint(0, bytes(32))), None).http_status == 409


def test_logs_that_are_not_watched():
    stranger = checkpoint(5, origin="example.com/other", signer=KeySigner.generate(Algorithm.ED25519))
    assert refused(request(0, 5, checkpoint=stranger), None).http_status == 404
    posing = checkpoint(5, signer=KeySigner.generate(Algorithm.ED25519))
    assert refused(request(0, 5, checkpoint=posing), None).http_status == 403
    own = Note.parse(checkpoint(5))
    false = replace(own, text=own.text.replace("\n5\n", "\n6\n")).to_bytes()
    assert refused(request(0, 5, checkpoint=false), None).http_status == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"old 0\n\nnot a note",
        b"new 0\n\n" + checkpoint(5),
        b"old 00\n\n" + checkpoint(5),
        b"old -1\n\n" + checkpoint(5),
        b"old \xd9\xa1\n\n" + checkpoint(5),
        b"old 1\nAAAA\n\n" + checkpoint(5),
        b"old 9223372036854775808\n\n" + checkpoint(5),
        b"old 1\n" + b"A" * 43 + b"=\r\n\n" + checkpoint(5),
        b"old 0\n\n" + sign_note(f"{ORIGIN}\n5\n", ORIGIN, LOG_KEY).to_bytes(),
        request(0, 5) + b" " * LARGEST,
        AddCheckpoint(1, (bytes(32),) * 64, checkpoint(5)).to_bytes(),
    ],
)
def test_malformed_requests(body):
    answer = refused(body, None)
    assert (answer.http_status, answer.content_type) == (400, "text/plain; charset=utf-8")
    assert answer.body.endswith(b"\n")


def test_answers_of_witnesses():
    own = decide(request(0, 5), None).body
    other = KeySigner.generate(Algorithm.ED25519)
    foreign = cosign(Note.parse(checkpoint(5)).text, "w2", other, NOW).line().encode()
    accepted = accept_cosignatures(own + foreign, checkpoint(5), [WITNESS.key], NOW)
    assert [each.name for each in accepted] == [WITNESS.name]
    both = [WITNESS.key, WitnessKey("w2", other.public_der)]
    assert len(accept_cosignatures(own + foreign, checkpoint(5), both, NOW)) == 2
    for body in (b"", b"\n", own[:-1], foreign, b"\xff\n", b"ok\n", own * 65, own + b" " * LARGEST):
        with pytest.raises(NoteInvalid):
            accept_cosignatures(body, checkpoint(5), [WITNESS.key], NOW)
    with pytest.raises(NoteInvalid, match="false"):
        accept_cosignatures(own, checkpoint(6), [WITNESS.key], NOW)
    with pytest.raises(NoteInvalid, match="not come yet"):
        accept_cosignatures(own, checkpoint(5), [WITNESS.key], NOW - timedelta(days=1))
