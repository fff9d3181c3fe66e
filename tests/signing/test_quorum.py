import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.checkpoint import Checkpoint
from signing.cosignature import WitnessKey, cosign
from signing.errors import NoteInvalid, QuorumNotMet, QuorumPolicyInvalid
from signing.keys import Algorithm, KeySigner
from signing.note import Note, NoteKey
from signing.quorum import QuorumPolicy
from tests.signing.values import LOG_KEY, NOW, ORIGIN

LOG = NoteKey(ORIGIN, LOG_KEY.public_der)
SIGNERS = {name: KeySigner.generate(Algorithm.ED25519) for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")}
KEYS = {name: WitnessKey(f"witness.example/{name}", each.public_der) for name, each in SIGNERS.items()}
WITNESSES = "".join(f"witness {name} {key.vkey()}\n" for name, key in KEYS.items())
EXAMPLE = f"""
# the example of the specification, with a URL or two
log {LOG.vkey()}\thttps://example.com/log

{WITNESSES}
 group  X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3
  # two operators
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(32))


def cosigned(*names: str) -> bytes:
    note = Note.parse(CHECKPOINT.sign(LOG_KEY))
    return note.with_signatures(
        *(cosign(note.text, KEYS[name].name, SIGNERS[name], NOW) for name in names)
    ).to_bytes()


@given(st.sets(st.sampled_from(sorted(KEYS))))
def test_the_example_of_the_specification(names):
    policy = QuorumPolicy.parse(EXAMPLE.encode())
    enough = len(names & {"X1", "X2", "X3"}) >= 2 and bool(names & {"Y1", "Y2", "Y3"})
    if enough:
        witnessed = policy.verify(cosigned(*names), NOW)
        assert witnessed.checkpoint == CHECKPOINT
        assert {each.key for each in witnessed.cosignatures} == {KEYS[name] for name in names}
    else:
        with pytest.raises(QuorumNotMet, match=f"{len(names)} of 6"):
            policy.verify(cosigned(*names), NOW)


def test_what_was_read():
    policy = QuorumPolicy.parse(EXAMPLE.encode())
    assert [log.url for log in policy.logs] == ["https://example.com/log"]
    assert policy.witness_keys == tuple(KEYS.values())
    assert (policy.groups["X-and-Y"].threshold, policy.quorum) == (2, "X-and-Y")


def test_one_witness_and_none():
    one = QuorumPolicy.parse(f"log {LOG.vkey()}\n{WITNESSES}quorum X2\n".encode())
    assert one.verify(cosigned("X2"), NOW)
    with pytest.raises(QuorumNotMet):
        one.verify(cosigned("X1", "X3"), NOW)
    none = QuorumPolicy.parse(f"log {LOG.vkey()}\nquorum none\n".encode())
    assert none.verify(cosigned(), NOW).cosignatures == ()


def test_the_same_witness_twice_counts_once():
    policy = QuorumPolicy.parse(EXAMPLE.encode())
    with pytest.raises(QuorumNotMet, match="2 of 6"):
        policy.verify(cosigned("X1", "X1", "Y1"), NOW)


def test_cosignatures_do_not_stand_for_the_log():
    """Without a log in the policy, or with another, nothing is believed, however many have cosigned."""
    other = NoteKey(ORIGIN, KeySigner.generate(Algorithm.ED25519).public_der)
    for logs in ("", f"log {other.vkey()}\n"):
        policy = QuorumPolicy.parse(f"{logs}{WITNESSES}quorum X1\n".encode())
        with pytest.raises(NoteInvalid, match="no known key"):
            policy.verify(cosigned("X1"), NOW)
    assert policy.require(Note.parse(cosigned("X1")), NOW)


def test_a_false_cosignature_spoils_the_checkpoint():
    policy = QuorumPolicy.parse(EXAMPLE.encode())
    note = Note.parse(cosigned("X1", "X2", "Y1"))
    false = cosign(Checkpoint(ORIGIN, 8, bytes(32)).text(), KEYS["X3"].name, SIGNERS["X3"], NOW)
    with pytest.raises(NoteInvalid, match="false"):
        policy.verify(note.with_signatures(false).to_bytes(), NOW)


X1, Y1 = KEYS["X1"].vkey(), KEYS["Y1"].vkey()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "quorum none",
        "quorum none\nquorum none\n",
        "quorum X\n",
        "quorum\n",
        "quorum none none\n",
        "rule none\nquorum none\n",
        f"quorum X\nwitness X {X1}\n",
        f"log {X1}\nquorum none\n",
        f"witness X {LOG.vkey()}\nquorum X\n",
        f"log {LOG.vkey()}\nlog {NoteKey('another/name', LOG.public_der).vkey()}\nquorum none\n",
        f"log {LOG.vkey()} https://a https://b\nquorum none\n",
        f"witness X {X1}\nwitness X {Y1}\nquorum X\n",
        f"witness X {X1}\nwitness Y {WitnessKey('another', KEYS['X1'].public_der).vkey()}\nquorum X\n",
        f"witness none {X1}\nquorum none\n",
        f"witness X {X1}\ngroup none any X\nquorum none\n",
        f"witness X {X1}\ngroup G any\nquorum G\n",
        f"witness X {X1}\ngroup G 0 X\nquorum G\n",
        f"witness X {X1}\ngroup G 2 X\nquorum G\n",
        f"witness X {X1}\ngroup G 01 X\nquorum G\n",
        f"witness X {X1}\ngroup G many X\nquorum G\n",
        f"witness X {X1}\ngroup G all X X\nquorum G\n",
        f"witness X {X1}\ngroup G all X none\nquorum G\n",
        f"witness X {X1}\ngroup G all G\nquorum G\n",
        f"witness X {X1}\ngroup G all X\ngroup H all X\nquorum G\n",
        f"group G all X\nwitness X {X1}\nquorum G\n",
        f"witness X {X1}\r\nquorum X\n",
        "quorum none\n\x00\n",
        "quorum none\n" + "#" * (1 << 18) + "\n",
        "quorum\u00a0none\n",
    ],
    ids=itertools.count(),  # the texts hold keys that differ from process to process
)
def test_malformed(text):
    with pytest.raises(QuorumPolicyInvalid):
        QuorumPolicy.parse(text.encode())


def test_octets_above_ascii_are_opaque():
    data = f"# Zeugen: \xe4\nwitness \xe9\xff {X1}\nquorum \xe9\xff\n".encode("latin-1")
    assert QuorumPolicy.parse(data).verify
    with pytest.raises(QuorumPolicyInvalid):
        QuorumPolicy.parse(data.replace(b"quorum \xe9\xff", b"quorum \xe9\xfe"))
    with pytest.raises(QuorumPolicyInvalid):
        QuorumPolicy.parse(b"witness X \xff" + X1.encode() + b"\nquorum X\n")


def test_more_than_enough():
    signers = (KeySigner.generate(Algorithm.ED25519) for _ in range(257))
    lines = (f"witness w{n} {WitnessKey('w', s.public_der).vkey()}\n" for n, s in enumerate(signers))
    with pytest.raises(QuorumPolicyInvalid, match="line 257"):
        QuorumPolicy.parse(("".join(lines) + "quorum none\n").encode())
