"""The languages in which screens can be shown: English, and every catalogue that there is."""

from functools import cache
from pathlib import Path

from tabellion.base.errors import BadRequest

FOLDER = Path(__file__).parent / "locale"
DEFAULT = "en"
MIRRORED = "qps"
"""English mirrored, by which layouts are tested; nobody reads it."""


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages, English first."""
    return (DEFAULT, *sorted(path.stem for path in FOLDER.glob("*.po")))


def offered_languages(spoken: str) -> tuple[str, ...]:
    """The languages that people may choose; the mirrored one only where somebody reads in it already."""
    return tuple(each for each in languages() if each != MIRRORED or spoken == MIRRORED)


def require_language(code: str) -> None:
    """Raise BadRequest, with the languages that there are, for one in which no screen can be shown."""
    if code not in languages():
        there = ", ".join(each for each in languages() if each != MIRRORED)
        raise BadRequest(f"there are no pages in {code!r}; there are: {there}")
