from dataclasses import replace

import pytest

from signing.checkpoint import Checkpoint
from signing.errors import NoteInvalid, ProofInvalid
from signing.note import NoteKey
from signing.tlog import inclusion_proof, leaf_hash, node_reader, root_of
from signing.tlog_proof import TlogProof
from tests.signing.values import LOG_KEY, ORIGIN

ENTRIES = [bytes([number]) for number in range(7)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
KEYS = [NoteKey(ORIGIN, LOG_KEY.public_der)]
CHECKPOINT = Checkpoint(ORIGIN, 7, root_of(LEAVES))


def proof_of(index):
    hashes = inclusion_proof(index, 7, node_reader(LEAVES))
    return TlogProof(index, tuple(hashes), CHECKPOINT.sign(LOG_KEY), ENTRIES[index])


@pytest.mark.parametrize("index", range(7))
def test_a_proof_goes_round_and_verifies(index):
    proof = proof_of(index)
    assert TlogProof.parse(proof.to_text()) == proof
    assert proof.verify(ENTRIES[index], ORIGIN, KEYS) == CHECKPOINT
    bare = replace(proof, extra=None)
    assert TlogProof.parse(bare.to_text()) == bare
    assert bare.verify(ENTRIES[index], ORIGIN, KEYS) == CHECKPOINT


def test_the_text_of_the_specification():
    lines = proof_of(2).to_text().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra Ag==", "index 2"]
    assert lines[6:8] == ["", ORIGIN]


def test_a_log_of_one_entry_has_an_empty_proof():
    checkpoint = Checkpoint(ORIGIN, 1, LEAVES[0]).sign(LOG_KEY)
    proof = TlogProof.parse(TlogProof(0, (), checkpoint).to_text())
    assert proof.hashes == ()
    proof.verify(ENTRIES[0], ORIGIN, KEYS)


def test_what_the_proof_does_not_show():
    proof = proof_of(3)
    with pytest.raises(ProofInvalid):
        proof.verify(ENTRIES[4], ORIGIN, KEYS)
    with pytest.raises(ProofInvalid):
        replace(proof, index=4).verify(ENTRIES[3], ORIGIN, KEYS)
    with pytest.raises(ProofInvalid, match="another entry"):
        replace(proof, extra=ENTRIES[4]).verify(ENTRIES[3], ORIGIN, KEYS)
    with pytest.raises(NoteInvalid):
        proof.verify(ENTRIES[3], "example.com/other", KEYS)
    with pytest.raises(NoteInvalid):
        replace(proof, checkpoint=proof.checkpoint.replace(b"\n7\n", b"\n8\n")).verify(
            ENTRIES[3], ORIGIN, KEYS
        )


TEXT = proof_of(2).to_text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n\n",
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("index 2\n", ""),
        TEXT.replace("index 2\n", "index 02\n"),
        TEXT.replace("index 2\n", "index -2\n"),
        TEXT.replace("index 2\n", "index ²\n"),
        TEXT.replace("index 2\n", "index " + "2" * 5000 + "\n"),
        TEXT.replace("extra Ag==", "extra Ah=="),
        TEXT.replace("extra Ag==\n", "extra Ag==\nextra Ag==\n"),
        TEXT.replace("index 2\n", "index 2\nshort\n"),
        TEXT.replace("index 2\n", "index 2\n" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n" * 64),
    ],
)
def test_malformed_proofs_are_refused(text):
    with pytest.raises(NoteInvalid):
        TlogProof.parse(text)
