"""Names of people and companies as they are compared: folded words, legal forms set apart, keys to find them by.

A name is compared in its own script and, across scripts, by the skeleton of its consonants; keys are what an index of
120 000 parties is asked for, so that nothing is ever compared with all of them.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from archive.transliteration import skeleton_of, to_latin

_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ё": "е"})
_QUOTES = re.compile("[\"'‘’‚“”„«»`´״׳]")
_SMUDGES = str.maketrans("01|58i", "ollsbl")

# Folded, at word boundaries; dots are spaces by then, and a zero may stand for an o.
_FORMS = re.compile(
    r"(?<!\S)(?:sp(?:olka)? z [o0] ?[o0](?: sp k)?|spolka z ograniczona odpowiedzialnoscia|spolka akcyjna|sp j|sp k"
    r"|p s a|s ?r ?l(?: s)?|s ?p ?a|s ?n ?c|s ?a ?s?|s ?l ?u?|ltd|limited|plc|llp|gmbh(?: co kg)?|ag"
    r"|ug(?: haftungsbeschrankt)?|k ?g|ohg|e ?k|ооо|оао|зао|пао|ао|ип|общество с ограниченнои ответственностью"
    r"|акционерное общество|индивидуальныи предприниматель|בע ?מ|חברה בערבון מוגבל)(?!\S)"
)
_TITLES = re.compile(
    r"^(?:(?:pan|pani|panu|pana|herrn?|frau|mr|mrs|ms|miss|sig|sig ra|signor|signora|sr|sra|don|dona|d|dna|г н|г жа"
    r"|гражданин|гражданка|гр|מר|גב|לכבוד) )+"
)
_THAI_FORMS = re.compile("^(?:บรษท|หางหนสวนจากด|นางสาว|นาย|นาง|น ส|ด ช|ด ญ)|(?:จากด)(?: ?มหาชน)?$")
_THAI = re.compile("[\u0e00-\u0e7f]")
_ASCII_WORD = re.compile("[0-9a-z]+")
_SHORTEST_PAIRED = 2
_MOST_WORDS = 8


def fold_text(text: str) -> str:
    """Text as `fold_name` has it, of any length."""
    decomposed = unicodedata.normalize("NFKD", _QUOTES.sub("", text))
    plain = unicodedata.normalize("NFKD", decomposed.casefold()).translate(_STROKES)
    if plain.isascii():
        return " ".join(_ASCII_WORD.findall(plain))
    kept = (
        character if character.isalnum() else " "
        for character in plain
        if not unicodedata.combining(character) and unicodedata.category(character) != "Mn"
    )
    return " ".join("".join(kept).split())


def fold_name(text: str) -> str:
    """A name without case, diacritics, punctuation and double spaces, for comparing and type-ahead."""
    return fold_text(text)[:300]


def fold_number(text: str) -> str:
    """A number of a contract, invoice or case: letters and digits only, upper case."""
    upper = text.upper()
    # Most words of a paper have nothing else in them; a page is a thousand of these.
    return (upper if upper.isalnum() else "".join(filter(str.isalnum, upper)))[:120]


SHORTEST_PART = 4
"""Characters that a part of a number has at least, for its number to be found by it."""

_LONGEST_PART = 40


def number_parts(folded: str) -> set[str]:
    """A folded number from each of its characters on, as far as a figure follows: what a part of it begins."""
    starts = range(len(folded) - SHORTEST_PART + 1)
    parts = (folded[start : start + _LONGEST_PART] for start in starts)
    return {part for part in parts if any(character.isdigit() for character in part)}


def number_part(text: str) -> str | None:
    """What is typed of a number as `number_parts` have it; None for too little of one, or no figure in it."""
    part = fold_number(text)[:_LONGEST_PART]
    return part if len(part) >= SHORTEST_PART and any(character.isdigit() for character in part) else None


_CONFUSED = str.maketrans("OQDIL|SBZGТОВСЕНРАХКМ", "0001115826T0BCEHPAXKM")


def number_skeleton(text: str) -> str:
    """A number with all that recognition confuses made one: O and 0, I and 1, S and 5, Latin and Cyrillic capitals."""
    return fold_number(text).translate(_CONFUSED).translate(_CONFUSED)


def smudged(word: str) -> str:
    """A folded word with what recognition confuses made one."""
    return word.replace("rn", "m").replace("vv", "w").translate(_SMUDGES)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: its folded words without legal form and title, the same as skeletons, its script."""

    words: tuple[str, ...]
    skeletons: tuple[str, ...]
    latin: bool
    thai: bool

    @property
    def squashed(self) -> str:
        """The words without spaces, as scripts without spaces have them."""
        return "".join(self.words)


@lru_cache(maxsize=4096)
def parse_name(text: str) -> Name:
    """The name in a text of at most 300 characters."""
    folded = fold_text(text[:300])
    core = _TITLES.sub("", _FORMS.sub(" ", folded)).strip()
    thai = bool(_THAI.search(core))
    if thai:
        core = _THAI_FORMS.sub("", core).strip()
    words = tuple((core or folded).split()[:_MOST_WORDS])
    latin = tuple(to_latin(word) for word in words)
    skeletons = tuple(skeleton for skeleton in map(skeleton_of, latin) if skeleton)
    return Name(words, skeletons, latin == words, thai)


def word_keys(text: str) -> set[str]:
    """The words by which somebody types for the name: as it is written, and in Latin letters."""
    words = fold_text(text).split()[: 2 * _MOST_WORDS]
    return {f"w:{word[:40]}" for word in words} | {f"w:{to_latin(word)[:40]}" for word in words}


def name_keys(name: Name) -> set[str]:
    """The keys that a name shares with its misread and inflected forms: beginnings, ends, and pairs of words."""
    keys = {f"x:{pair}" for pair in _pairs(name.skeletons)} | {
        f"n:{pair}" for pair in begin_pairs(name.words)
    }
    keys |= {f"y:{skeleton}" for skeleton in name.skeletons if len(skeleton) >= 4}
    for word in name.words:
        keys |= end_keys(word)
    return keys


def end_keys(word: str) -> set[str]:
    """The beginning and the end of a word: an error in one of them leaves the other."""
    plain = smudged(word)
    return {f"p:{plain[:4]}", f"s:{plain[-4:]}"} if len(plain) >= 4 else {f"p:{plain}"}


def begin_pairs(words: Iterable[str]) -> set[str]:
    """Every two words of a name by the beginnings of both, which inflection leaves as they are."""
    return _pairs(smudged(word)[:3] for word in words)


def _pairs(parts: Iterable[str]) -> set[str]:
    kept = [part for part in parts if len(part) >= _SHORTEST_PAIRED]
    return {"|".join(sorted(pair)) for pair in combinations(dict.fromkeys(kept), 2)}
