"""Digits of other scripts, and letters that a scan gives for digits."""

import re

SEPARATORS = re.compile(r"[\s\u00a0.\-–—]")
# Letters that a scan gives for digits; repaired only where the check digit then holds.
CONFUSED = str.maketrans("OoQDIlL|SBZ", "00001111582")

LETTERS = str.maketrans("012568", "OIZSGB")
"""Digits that a scan gives for capitals."""

_THAI = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def western(text: str) -> str:
    """The text with Thai digits as 0-9; its length does not change."""
    return text.translate(_THAI)
