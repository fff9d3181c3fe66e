from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from signing.checkpoint import Checkpoint
from signing.cosignature import WitnessKey, cosign, verify_cosignatures
from signing.errors import NoteInvalid
from signing.keys import Algorithm, KeySigner
from signing.note import Note, NoteKey, NoteSignature, sign_note
from tests.signing.values import LOG_KEY, ORIGIN

AT = datetime(2026, 11, 21, 9, 14, 0, 999_999, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
TEXT = Checkpoint(ORIGIN, 7, bytes(32)).text()
SIGNER = KeySigner.generate(Algorithm.ED25519)
KEY = WitnessKey("witness.example/w1", SIGNER.public_der)
OTHER = KeySigner.generate(Algorithm.ED25519)
NOTE = sign_note(TEXT, ORIGIN, LOG_KEY)


def _cosigned(*signatures: NoteSignature) -> Note:
    return Note.parse(NOTE.with_signatures(*signatures).to_bytes())


def test_a_cosignature_says_who_and_when():
    note = _cosigned(cosign(TEXT, KEY.name, SIGNER, AT))
    [found] = verify_cosignatures(note, [KEY], LATER)
    assert (found.key, found.at) == (KEY, AT.replace(microsecond=0))
    assert note.verify([NoteKey(ORIGIN, LOG_KEY.public_der)])


def test_the_message_is_that_of_the_specification():
    """Two lines before the note text: header and time; the key's id is under the type 0x04."""
    signature = cosign(TEXT, KEY.name, SIGNER, AT)
    seconds = int(AT.timestamp())
    assert signature.signature[:8] == seconds.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {seconds}\n{ORIGIN}\n7\n{'A' * 43}=\n".encode()
    SIGNER.private.public_key().verify(signature.signature[8:], message)
    assert KEY.id != NoteKey(KEY.name, KEY.public_der).id


def test_keys_as_text():
    assert WitnessKey.parse(KEY.vkey()) == KEY
    with pytest.raises(NoteInvalid, match="type 4"):
        WitnessKey.parse(NoteKey(KEY.name, KEY.public_der).vkey())
    with pytest.raises(NoteInvalid, match="type 1"):
        NoteKey.parse(KEY.vkey())


def test_unknown_witnesses_are_ignored():
    note = _cosigned(cosign(TEXT, "witness.example/w2", OTHER, AT), cosign(TEXT, KEY.name, OTHER, AT))
    assert verify_cosignatures(note, [KEY], LATER) == ()
    assert verify_cosignatures(NOTE, [KEY], LATER) == ()


def test_the_newest_of_each_counts():
    times = [AT, AT + timedelta(minutes=2), AT + timedelta(minutes=1)]
    note = _cosigned(*(cosign(TEXT, KEY.name, SIGNER, at) for at in times))
    assert [each.at.minute for each in verify_cosignatures(note, [KEY], LATER)] == [16]


GOOD = cosign(TEXT, KEY.name, SIGNER, AT)


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        (GOOD.signature[:-1] + bytes([GOOD.signature[-1] ^ 1]), "false"),
        ((int(AT.timestamp()) - 1).to_bytes(8, "big") + GOOD.signature[8:], "false"),
        (GOOD.signature[8:], "length"),
        (GOOD.signature + b"\0", "length"),
        (cosign(TEXT.replace("7", "8"), KEY.name, SIGNER, AT).signature, "false"),
        (SIGNER.sign(TEXT.encode()), "length"),
        (bytes(8) + SIGNER.sign(TEXT.encode()), "false"),
        (cosign(TEXT, KEY.name, OTHER, AT).signature, "false"),
    ],
    ids=["bit", "time", "short", "long", "other size", "note signature", "no domain", "other key"],
)
def test_false_cosignatures_of_known_witnesses(signature, message):
    with pytest.raises(NoteInvalid, match=message):
        verify_cosignatures(_cosigned(replace(GOOD, signature=signature)), [KEY], LATER)


def test_times_that_cannot_be():
    with pytest.raises(NoteInvalid, match="not come yet"):
        verify_cosignatures(_cosigned(GOOD), [KEY], AT - timedelta(seconds=1))
    for seconds in (2**63 - 1, 2**64 - 1, 253_402_300_800):
        message = f"cosignature/v1\ntime {seconds}\n{TEXT}".encode()
        forged = replace(GOOD, signature=seconds.to_bytes(8, "big") + SIGNER.sign(message))
        with pytest.raises(NoteInvalid, match="no time that there is"):
            verify_cosignatures(_cosigned(forged), [KEY], LATER)


def test_only_checkpoints_are_cosigned():
    with pytest.raises(NoteInvalid):
        cosign("any text\n", KEY.name, SIGNER, AT)
    with pytest.raises(NoteInvalid):
        verify_cosignatures(sign_note("any text\n", ORIGIN, LOG_KEY), [KEY], LATER)
    with pytest.raises(NoteInvalid, match="Ed25519"):
        cosign(TEXT, KEY.name, KeySigner.generate(Algorithm.P256), AT)


def test_signatures_are_added_once():
    note = NOTE.with_signatures(GOOD, GOOD)
    assert note.signatures == (*NOTE.signatures, GOOD)
    assert note.with_signatures(GOOD) == note
