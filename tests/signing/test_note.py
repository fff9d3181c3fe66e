import base64

import pytest

from signing.errors import NoteInvalid
from signing.keys import Algorithm, KeySigner
from signing.note import Note, NoteKey, sign_note
from tests.signing.values import LOG_KEY

# The published example of golang.org/x/mod/sumdb/note.
PETER = NoteKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
PROBLEM = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

KEY = NoteKey("example.com/log", LOG_KEY.public_der)
TEXT = "first\n\nlast\n"


def test_the_example_of_the_go_package():
    note = Note.parse(PROBLEM)
    assert note.verify([PETER]) == (PETER,)
    assert note.to_bytes() == PROBLEM
    assert PETER.vkey() == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_a_note_goes_round_and_verifies():
    data = sign_note(TEXT, KEY.name, LOG_KEY).to_bytes()
    note = Note.parse(data)
    assert note.text == TEXT
    assert note.verify([PETER, KEY]) == (KEY,)
    assert NoteKey.parse(KEY.vkey() + "\n") == KEY


def test_signatures_of_unknown_keys_are_ignored_but_do_not_suffice():
    stranger = KeySigner.generate(Algorithm.ED25519)
    note = sign_note(TEXT, KEY.name, LOG_KEY)
    both = Note(TEXT, (*sign_note(TEXT, KEY.name, stranger).signatures, *note.signatures))
    assert Note.parse(both.to_bytes()).verify([KEY]) == (KEY,)
    with pytest.raises(NoteInvalid, match="no known key"):
        note.verify([PETER])
    with pytest.raises(NoteInvalid, match="no known key"):
        note.verify([NoteKey("example.com/other", LOG_KEY.public_der)])
    with pytest.raises(NoteInvalid, match="no known key"):
        note.verify([])


def test_a_false_signature_of_a_known_key_condemns_the_note():
    note = sign_note(TEXT, KEY.name, LOG_KEY)
    with pytest.raises(NoteInvalid, match="false"):
        Note("altered\n", note.signatures).verify([KEY])
    stranger = KeySigner.generate(Algorithm.ED25519)
    other = sign_note("altered\n", "example.com/other", stranger)
    with pytest.raises(NoteInvalid, match="false"):
        Note("altered\n", (*other.signatures, *note.signatures)).verify(
            [NoteKey("example.com/other", stranger.public_der), KEY]
        )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        PROBLEM[:-1],
        PROBLEM.replace(b"\n\n", b"\n"),
        PROBLEM.replace("— ".encode(), b"- "),
        PROBLEM.replace(b"PeterNeumann ", b"Peter Neumann "),
        PROBLEM.replace(b"PeterNeumann ", b"Peter+Neumann "),
        PROBLEM.replace(b"PeterNeumann ", b" "),
        PROBLEM.replace(b"=", b""),
        PROBLEM.replace(b"x08go/", b"x08g-/"),
        PROBLEM.replace(b"If", b"I\tf"),
        PROBLEM.replace(b"If", b"I\xff"),
        PROBLEM + "— a x08goy==\n".encode(),
        PROBLEM + "— a x08go\n".encode(),
        PROBLEM + "— a x08goQ==\n".encode()[:-1],
        PROBLEM + "— a AAAAAA==\n".encode(),
        PROBLEM + "— a AAAAAAA=\n".encode() * 64,
        b"a" * (1 << 20) + b"\n\n" + PROBLEM,
    ],
)
def test_malformed_notes_are_refused(data):
    with pytest.raises(NoteInvalid):
        Note.parse(data)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumannn+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+" + base64.b64encode(b"\x01" * 32).decode(),
    ],
)
def test_malformed_verifier_keys_are_refused(vkey):
    with pytest.raises(NoteInvalid):
        NoteKey.parse(vkey)


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n"])
def test_texts_that_no_note_can_hold(text):
    with pytest.raises(NoteInvalid):
        sign_note(text, KEY.name, LOG_KEY)


def test_notes_are_signed_with_ed25519():
    with pytest.raises(NoteInvalid):
        sign_note(TEXT, KEY.name, KeySigner.generate(Algorithm.P256))
    with pytest.raises(NoteInvalid):
        NoteKey("a", KeySigner.generate(Algorithm.P256).public_der)
    with pytest.raises(NoteInvalid):
        NoteKey("a", b"no key")
