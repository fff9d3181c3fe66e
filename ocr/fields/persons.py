"""Persons: by a patronymic or a title where a language has them, else by how names are written where one is due."""

import re
from collections.abc import Iterator

from ocr.fields import thai
from ocr.fields.names import OPENING, Name, PageOfNames
from ocr.folding import fold

_LONGEST, _LONGEST_TRADER = 5, 9
"""Words of a name; of an Italian trader's, as "Trattoria da Gino di Bassi Gino" is (art. 2563 c.c.)."""
_PARTICLES = frozenset(
    [
        "de",
        "del",
        "della",
        "di",
        "da",
        "dei",
        "van",
        "von",
        "der",
        "den",
        "zu",
        "zur",
        "la",
        "las",
        "los",
        "el",
        "y",
        "i",
        "e",
        "bin",
        "ibn",
        "ben",
        "le",
        "du",
        "dos",
        "d",
    ]
)
_DEGREES = ("dr", "prof", "dra", "mag")
_INITIAL = re.compile(r"^(?:[^\W\d_]\.){1,3}$")
_PERSON_WORD = re.compile(r"^[^\W\d_]+(?:[’'`״׳\"\-–][^\W\d_]+)*['’׳]?$")
_CLOSING = ",;:)]"
_RUSSIAN_PERSON = re.compile(
    r"(?:(?:Индивидуальн\w+\s+предпринимател\w+|ИП)\s+)?[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ][а-яё]+\s+"
    r"[А-ЯЁ][а-яё]+(?:вич|вна|ична|ич|вича|вичу|вичем|виче|вны|вне|вной|вну|ьича|ьичу)\b"
    r"|(?:Индивидуальн\w+\s+предпринимател\w+|ИП)\s+[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?[А-ЯЁ]\."
)
_SOLE_TRADER = re.compile(r"^(?:Индивидуальн\w+\s+предпринимател\w+|ИП)$")


class PersonFinder(PageOfNames):
    """Finds persons on one page."""

    def persons(self) -> Iterator[Name]:
        """Persons whose names are known by their form: Russian with a patronymic, Thai with a title."""
        if self._language == "th":
            yield from (Name(*found, "person") for found in thai.persons(self._flow))
        if self._language == "ru":
            for match in _RUSSIAN_PERSON.finditer(self._flow.text):
                title = self._title_above(match.start())
                yield Name(match.start(), match.end(), title + " ".join(match[0].split()), "person")

    def person_at(self, offset: int, end: int) -> Name | None:
        """The person whose name begins here, before `end`; forms of address are skipped."""
        if self._language == "th":
            return next((name for name in self.persons() if offset - 2 <= name.start < offset + 3), None)
        indices = [
            index
            for index in self._flow.words(offset, end)
            if self._flow.starts[index] >= offset - 1 and self._flow.starts[index] < end
        ]
        titles = self._titles(indices)
        indices = indices[titles:]
        taken: list[int] = []
        for index in indices[:_LONGEST_TRADER]:
            word = self._word(index)
            if len(taken) == _LONGEST and not any(self._word(one).lower() == "di" for one in taken):
                break
            if taken and (self._apart(taken[-1], index) or self._next_label(taken[-1], index)):
                break
            bare = word.strip(OPENING).rstrip(_CLOSING + ".")
            if len(taken) > 1 and fold(bare).text in self._words.names.streets:
                # "ANNA NOWAK UL. POLNA 4": the address follows in the same line.
                break
            # "Miss D A Whitlock": behind a form of address, a capital alone is an initial.
            initial = titles > 0 and len(bare) == 1 and bare.isupper()
            if word[0] in "([" or not (initial or self._is_of_person(bare, word)):
                break
            if not taken and bare in _PARTICLES:
                break
            taken.append(index)
            if word[-1] in ",;:)]" or (word.endswith(".") and not _INITIAL.match(word)):
                break
            if len(word) > 2 and word[-2:] in (".-", ".–", ".—"):
                # "First.- Term": the number of a clause.
                return None
        while taken and self._word(taken[-1]).strip(OPENING) in _PARTICLES:
            taken.pop()
        # "Zahnarztpraxis Dr. med. Noack" is a practice, called by its owner.
        practice = any(fold(self._word(index)).text in _DEGREES for index in taken[1:])
        if len(taken) < 2 or practice or self._is_noise(taken):
            return None
        start = self._flow.starts[taken[0]]
        last = self._word(taken[-1])
        stop = self._flow.starts[taken[-1]] + len(last)
        if last.endswith(":") or self._flow.text[stop : stop + 2].strip().startswith(":"):
            return None
        value = " ".join(self._word(index) for index in taken)
        # The mark at the end of a Hebrew name is a letter of it: "גורביץ'".
        value = value.lstrip(OPENING).rstrip(OPENING.replace("'", "") if self._caseless else OPENING)
        value = value if _INITIAL.match(last) else value.rstrip(_CLOSING + ".")
        return Name(start, stop, value, "person")

    def _title_above(self, start: int) -> str:
        """A sole trader's title, where it stands alone on the line above in the same column."""
        cell = self._cells.at(start)
        above = self._cells.above(cell) if start - cell.start < 3 else None
        if above is not None and _SOLE_TRADER.match(above.text):
            return " ".join(above.text.split()) + " "
        return ""

    def _next_label(self, left: int, right: int) -> bool:
        """Whether the next word begins a line that is a label."""
        return self._word(right).endswith(":") and not self._same_line(left, right)

    def _titles(self, indices: list[int]) -> int:
        """How many of the words are forms of address."""
        skipped = 0
        text = ""
        for count, index in enumerate(indices[:4], 1):
            text = f"{text} {self._word(index)}"
            if fold(text).text in self._words.names.titles:
                skipped = count
            elif skipped == count - 1 and fold(self._word(index)).text in self._words.names.titles:
                skipped, text = count, self._word(index)
        return skipped

    def _is_of_person(self, bare: str, word: str) -> bool:
        if not bare:
            return False
        if self._caseless and fold(word).text in self._words.names.beside:
            # "ת.ז." has the form of initials.
            return False
        if _INITIAL.match(word) or bare in _PARTICLES:
            return True
        if not _PERSON_WORD.match(bare) or len(bare) < 2:
            return False
        if self._caseless:
            return fold(bare).text not in self._words.names.stops
        return bare[0].isupper()

    def _is_noise(self, taken: list[int]) -> bool:
        """Whether the words say something else than a name: a street, a title of a paper, a role."""
        folded = [fold(self._word(index)).text for index in taken]
        names = self._words.names
        if any(self._word(index).rstrip(".,") in names.after for index in taken):
            return True
        if any(word in names.streets for word in folded) or folded[0] in names.stops:
            return True
        whole = " ".join(folded)
        titles = [title for kind in self._words.kinds.values() for title in kind.titles]
        if any(whole.startswith(title) for title in titles if len(title) > 4 or title == whole):
            return True
        places = [street for street in names.streets if " " in street]
        labels = self._words.labels.values()
        if any(f" {place} " in f" {whole} " for place in places) or any(whole in found for found in labels):
            return True
        if any(word in title.split() for word in folded if len(word) > 4 for title in titles):
            return True
        # "For the attention of Accounts Payable": to whom letters go is a department as often as a person.
        departments = [word for word in names.addressed if len(word) > 5]
        nouns = [noun for noun in self._nouns if len(noun) > 3]
        return any(whole.startswith(word) for word in (*nouns, *departments, *names.officers))
