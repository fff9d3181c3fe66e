"""The persons and companies of a paper: the places that name one gathered into one, and how it is spelt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ocr.fields.scene import Mention
from ocr.folding import HEBREW_PREFIXES, fold

_SAME = 86.0
_MOST_MENTIONS = 600
_SPECK = 2
_STEM, _LONGEST_ENDING = 3, 3
# Of Polish names in their cases, folded; some lose a vowel before the ending.
_ENDINGS = frozenset(
    (
        "", "a", "e", "i", "y", "u", "owi", "em", "iem", "ie", "ej", "emu", "ego", "im", "ym", "iego", "iemu", "iej",
        "ek", "kowi", "ka", "kiem", "ku", "ec", "cowi", "ca", "cem", "el", "lowi", "la", "lem", "er",
        "rowi", "ra", "rem",
    )
)  # fmt: skip
_SOLE_TRADER = re.compile(r"^(?:индивидуальн\w+ предпринимател\w+|ип) ")
_INITIALS = re.compile(r"(?:^|\s)[А-ЯЁ]\.")


@dataclass(slots=True)
class Party:
    """One person or company of the paper, with every place that names it and, once it is cast, its role."""

    mentions: list[Mention]
    role: str = ""
    why: str = ""
    weight: float = 0.0
    told_at: Mention | None = None
    """Where the paper says that it plays this role; none: nothing but what it is speaks for it."""

    @property
    def is_person(self) -> bool:
        return all(mention.name.form == "person" for mention in self.mentions)

    @property
    def best(self) -> Mention:
        """The mention whose spelling is most to be trusted: said most often and read most surely."""
        spellings: dict[str, float] = {}
        for mention in self.mentions:
            spellings[mention.name.value] = spellings.get(mention.name.value, 0.0) + self._sure(mention) ** 2
        # What a logo leaves before a name on the head of a letter stands nowhere else.
        clean = [
            mention
            for mention in self.mentions
            if mention.name.value.partition(" ")[2] not in spellings
            or len(mention.name.value.partition(" ")[0]) > _SPECK
        ]
        # "To Moor Ltd" is one word with the name in Hebrew; where the name also stands alone, that is its spelling.
        clean = [
            mention
            for mention in clean
            if mention.name.value[:1] not in HEBREW_PREFIXES or mention.name.value[1:] not in spellings
        ]
        told = _nominative(clean or self.mentions)
        full = [mention for mention in told if not _INITIALS.search(mention.name.value)]
        return max(full or told, key=lambda item: (spellings[item.name.value], self._sure(item)))

    @staticmethod
    def _sure(mention: Mention) -> float:
        return mention.cell.flow.confidence(mention.name.start, mention.name.end)


def gathered(mentions: Sequence[Mention]) -> list[Party]:
    """The parties that the mentions name, in the order in which they are met."""
    parties: list[Party] = []
    spellings: list[set[str]] = []
    # A file of many papers names many; what it is about stands on its first pages.
    for mention in mentions[:_MOST_MENTIONS]:
        folded = fold(mention.name.value).text
        for party, known in zip(parties, spellings, strict=True):
            alike = party.mentions[0].name.form == mention.name.form
            if alike and any(_same(spelling, folded) for spelling in known):
                party.mentions.append(mention)
                known.add(folded)
                break
        else:
            parties.append(Party([mention]))
            spellings.append({folded})
    return parties


def _nominative(mentions: Sequence[Mention]) -> Sequence[Mention]:
    """Of a person's name in several cases, the mentions in the shortest, which is the one that is not inflected."""
    shortest = min(mentions, key=lambda item: len(item.name.value))
    bare = fold(shortest.name.value).text
    if shortest.name.form == "company":
        # "Der Nordischen Bank AG": the adjective of a German name in an oblique case.
        first = bare.partition(" ")
        cases = {f"{first[0]}{ending} {first[2]}" for ending in "nrs"}
        return [one for one in mentions if fold(one.name.value).text not in cases] or mentions
    inflected = [one for one in mentions if _inflected(bare, fold(one.name.value).text)]
    return [one for one in mentions if one not in inflected] if shortest.name.form == "person" else mentions


def _inflected(one: str, other: str) -> bool:
    """Whether the second is a longer Polish case of the first: "lukasz mikolajek", "lukaszowi mikolajkowi"."""
    words, cases = one.split(), other.split()
    return (
        len(other) > len(one)
        and len(words) == len(cases) > 1
        and all(_case(word, case) for word, case in zip(words, cases, strict=True))
    )


def _case(word: str, case: str) -> bool:
    common = next((place for place, (a, b) in enumerate(zip(word, case, strict=False)) if a != b), len(word))
    return any(
        word[place:] in _ENDINGS and case[place:] in _ENDINGS
        for place in range(max(_STEM, common - _LONGEST_ENDING), common + 1)
    )


def _same(one: str, other: str) -> bool:
    if fuzz.ratio(one, other) >= _SAME or _inflected(one, other) or _inflected(other, one):
        return True
    if _abbreviates(one, other) or _abbreviates(other, one):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 8 and (long.endswith(" " + short) or long.startswith(short + " "))


def _abbreviates(short: str, long: str) -> bool:
    """Whether a Russian name is another with initials: "ИП Зимина О. П." of "Зимина Ольга Павловна"."""
    surname, *initials = _SOLE_TRADER.sub("", short).split(" ")
    whole, *names = _SOLE_TRADER.sub("", long).split(" ")
    return (
        "а" <= surname[:1] <= "я"
        and surname == whole
        and len(initials) == len(names) > 0
        and all(
            len(letter) == 1 and name.startswith(letter) for letter, name in zip(initials, names, strict=True)
        )
        and any(len(name) > 1 for name in names)
    )


def named_like(party: Party, stems: Sequence[str]) -> bool:
    """Whether a word of a name of the party begins with one of the stems."""
    names = [f" {fold(mention.name.value).text}" for mention in party.mentions]
    return any(stem in name for name in names for stem in stems)
