"""Which encoding a file of text has: told by its first bytes, or by which alphabet makes sense of it, or not at all."""

import codecs
import re
from collections.abc import Mapping

SAMPLE = 1 << 16
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# Letters that texts of these languages have beyond ASCII, by the encodings of Windows and ISO that hold them.
_LETTERS: Mapping[str, str] = {
    "windows-1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůžáéíýúöüőűäßăâîșț",
    "iso-8859-2": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůžáéíýúöüőűäß",
    "windows-1252": "äöüßÄÖÜàèéìòùáíóúñçãõâêîôûëïÀÈÉÌÒÙÁÍÓÚÑÇ¿¡ºª€",
    "windows-1251": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯёЁ№",
    "windows-1255": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "cp874": "".join(chr(code) for code in (*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4D))),
}
_LATIN = frozenset({"windows-1250", "iso-8859-2", "windows-1252"})
_MARKS_OF_TEXT = frozenset("„”“’–—«»\xa0")
_CLEAR = 0.9
"""Share of the letters beyond ASCII that must belong to the alphabet."""


def detect(sample: bytes) -> str | None:
    """The encoding of a text that begins so; None where several would do, or none."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if sample.count(0) > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < SAMPLE)
    except UnicodeDecodeError:
        return _by_letters(sample)
    return "utf-8"


CHOICES = ("windows-1250", "iso-8859-2", "cp852", "windows-1252", "windows-1251", "windows-1255", "cp874")
"""Encodings that files of collection systems have beside those of Unicode."""


def undecided(sample: bytes) -> str:
    """Where a text stops being UTF-8, and which encodings are left to choose from."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        line = 1
    except UnicodeDecodeError as error:
        line = sample[: error.start].count(b"\n") + 1
    left = [name for name in CHOICES if _decodes(sample, name)]
    choose = (
        f"choose {' or '.join((', '.join(left[:-1]), left[-1])) if left[1:] else left[0]}"
        if left
        else "save it in UTF-8"
    )
    return f"it is not clear which encoding the file has: line {line} is no UTF-8; {choose}"


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _by_letters(sample: bytes) -> str | None:
    shares = {name: _share(sample, name, letters) for name, letters in _LETTERS.items()}
    best = max(shares.values())
    if best < _CLEAR:
        return None
    found = [name for name, share in shares.items() if share == best]
    # Where several read the same text out of it, any of them will do.
    texts = {sample.decode(name, "replace") for name in found}
    return found[0] if len(texts) == 1 else None


def _share(sample: bytes, encoding: str, letters: str) -> float:
    """How much of what is beyond ASCII is written as words of that alphabet are.

    Accented letters stand among plain ones; letters of other scripts do not, and names in Cyrillic begin with capitals.
    """
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return 0.0
    known, latin = set(letters), encoding in _LATIN
    fits = total = mixed = 0
    for word in re.findall(r"[^\s;,|\"'()\[\]./:\-0-9]+", text):
        beyond = [character for character in word if ord(character) > 127 and character not in _MARKS_OF_TEXT]
        plain = any(character.isascii() and character.isalpha() for character in word)
        total += len(beyond)
        mixed += len(beyond) * plain
        if latin or not plain:
            fits += sum(character in known for character in beyond)
    if encoding == "windows-1251" and not any(
        character.isupper() and character in known for character in text
    ):
        fits //= 2
    if not total or (latin and 2 * mixed < total):
        return 0.0
    return fits / total
