"""The sender's name of a file, made storable without losing what it says."""

import hashlib

LONGEST = 1024
_TAIL = 128


def storable(name: str) -> str:
    """The name as every database takes it: no lone surrogates, no NUL, at most `LONGEST` characters.

    Bytes that are no UTF-8 (lone surrogates, as `os.fsdecode` gives them) and NUL are written as escapes. Other control
    and bidirectional characters stay: they are evidence, and whoever displays the name makes them harmless. A longer
    name keeps its beginning, its end and its SHA-256.
    """
    text = name.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    middle = f"…[sha256:{digest}]…"
    return text[: LONGEST - _TAIL - len(middle)] + middle + text[-_TAIL:]
