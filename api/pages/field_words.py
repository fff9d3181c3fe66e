"""`kind:faktura`: a word of the screen where the query language has a code, and the query that is meant by it."""

import re
from collections.abc import Callable, Iterator

from api.pages.texts import Speaker, translations
from api.pages.words import DIRECTIONS, KINDS

_FIELD = re.compile(r'\b(kind|direction|language):("[^"]*"|[^\s()"]+)', re.I)
_SHORTEST = 3
"""Letters from which on the beginning of a word will do."""


def meant_by(query: str, say: Speaker, languages: tuple[str, ...]) -> str | None:
    """The query with codes in the place of words, in the reader's language or in English; None: it has no such words.

    `languages` are those that papers are read in.
    """
    made = _FIELD.sub(lambda found: _in_code(found, say, languages), query)
    return made if made != query else None


def names_no_kind(query: str) -> bool:
    """Whether the query asks for a kind of paper that there is not."""
    asked = (found[2] for found in _FIELD.finditer(query) if found[1].lower() == "kind")
    return any(value.strip('"').lower() not in KINDS for value in asked)


def _in_code(found: re.Match[str], say: Speaker, languages: tuple[str, ...]) -> str:
    name, value = found[1].lower(), found[2].strip('"').casefold()
    known = dict(_known(name, say, languages))
    if value in known.values():
        return found[0]
    beginning = value.rstrip("*")
    code = known.get(value) or next(
        (code for text, code in known.items() if len(beginning) >= _SHORTEST and text.startswith(beginning)),
        None,
    )
    return found[0] if code is None else f"{name}:{code}"


def _known(name: str, say: Speaker, languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What screens say, and its code; English first, so that the reader's own language has the last word."""
    if name == "language":
        for speaker in (Speaker("en", say.zone), say):
            yield from ((speaker.language_name(code).casefold(), code) for code in languages)
        return
    texts: list[tuple[str, str]] = [*KINDS.items()] if name == "kind" else [*DIRECTIONS.items()]
    spoken: tuple[Callable[[str], str], ...] = (str, translations(say.language).gettext)
    for speak in spoken:
        yield from ((speak(text).casefold(), code) for code, text in texts)
