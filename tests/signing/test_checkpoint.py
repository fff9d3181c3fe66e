import base64

import pytest

from signing.checkpoint import Checkpoint, note_text, verify_checkpoint
from signing.errors import NoteInvalid
from signing.keys import Algorithm, KeySigner
from signing.note import NoteKey, sign_note
from tests.signing.values import LOG_KEY, ORIGIN

ROOT = bytes(range(32))
KEY = NoteKey(ORIGIN, LOG_KEY.public_der)
CHECKPOINT = Checkpoint(ORIGIN, 20852163, ROOT)


def test_a_checkpoint_goes_round():
    data = CHECKPOINT.sign(LOG_KEY)
    assert verify_checkpoint(data, ORIGIN, [KEY]) == CHECKPOINT
    assert note_text(data) == CHECKPOINT.text().encode()
    assert data.startswith(f"{ORIGIN}\n20852163\n{base64.b64encode(ROOT).decode()}\n\n— {ORIGIN} ".encode())


def test_extension_lines_of_others_are_ignored():
    data = sign_note(CHECKPOINT.text() + "an extension\n", ORIGIN, LOG_KEY).to_bytes()
    assert verify_checkpoint(data, ORIGIN, [KEY]) == CHECKPOINT


def test_another_log_or_key_is_refused():
    data = CHECKPOINT.sign(LOG_KEY)
    other = "example.com/other"
    with pytest.raises(NoteInvalid):
        verify_checkpoint(data, other, [NoteKey(other, LOG_KEY.public_der)])
    with pytest.raises(NoteInvalid, match="another log"):
        verify_checkpoint(
            sign_note(Checkpoint(other, 1, ROOT).text(), ORIGIN, LOG_KEY).to_bytes(), ORIGIN, [KEY]
        )
    with pytest.raises(NoteInvalid, match="no known key"):
        verify_checkpoint(data, ORIGIN, [NoteKey(ORIGIN, KeySigner.generate(Algorithm.ED25519).public_der)])
    # A key of another name does not speak for this log, even where a verifier knows it.
    cosigned = sign_note(CHECKPOINT.text(), other, LOG_KEY).to_bytes()
    with pytest.raises(NoteInvalid, match="no known key"):
        verify_checkpoint(cosigned, ORIGIN, [NoteKey(other, LOG_KEY.public_der)])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"20852163", b"20852164"),
        (ORIGIN.encode() + b"\n", ORIGIN.encode() + b"/2\n"),
        (base64.b64encode(ROOT)[:6], b"AAECAx"),
    ],
)
def test_an_altered_checkpoint_is_refused(old, new):
    data = CHECKPOINT.sign(LOG_KEY)
    assert old in data
    with pytest.raises(NoteInvalid):
        verify_checkpoint(data.replace(old, new, 1), ORIGIN, [KEY])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        "\n1\nAAAA\n",
        "origin\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n+1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n١\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n" + "9" * 5000 + "\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n9223372036854775808\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
        "origin\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n",
        "origin\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "origin\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\nextension\n",
    ],
)
def test_malformed_texts_are_refused(text):
    with pytest.raises(NoteInvalid):
        Checkpoint.parse_text(text)
