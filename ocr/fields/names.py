"""Names by their form alone: companies by their legal form, persons by how names are written. Roles come later."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ocr.fields import thai
from ocr.fields.cells import Cell, Cells
from ocr.fields.forms import INTERNATIONAL, trailing_forms
from ocr.folding import HEBREW_PREFIXES, fold
from ocr.lexicon import Lexicon

_LONGEST = 9
_LONGEST_CASELESS = 6
_LONGEST_PERSON = 5
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
_INITIAL = re.compile(r"^(?:[^\W\d_]\.){1,3}$")
_PERSON_WORD = re.compile(r"^[^\W\d_]+(?:[’'`״׳\"\-–][^\W\d_]+)*['’׳]?$")
_OPENING = "„“”«»\"'(<‹[*•·–—-|_.,:;"
_CLOSING = ",;:)]"
_RUSSIAN_PERSON = re.compile(
    r"(?:(?:Индивидуальн\w+\s+предпринимател\w+|ИП)\s+)?[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ][а-яё]+\s+"
    r"[А-ЯЁ][а-яё]+(?:вич|вна|ична|ич|вича|вичу|вичем|виче|вны|вне|вной|вну|ьича|ьичу)\b"
    r"|(?:Индивидуальн\w+\s+предпринимател\w+|ИП)\s+[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?[А-ЯЁ]\."
)
_BRANCH = re.compile(r"^ [A-ZÀ-ŽА-ЯЁ][a-zà-žа-яё]+(?: [A-ZÀ-ŽА-ЯЁ][a-zà-žа-яё]+)?$")
_SOLE_TRADER = re.compile(r"^(?:Индивидуальн\w+\s+предпринимател\w+|ИП)$")
_QUOTED = (
    r"[«\"“„‹<]{1,2}\s?[^»\"”›>«\n]{2,50}(?:\n[^»\"”›>«\n]{2,50}|\s?[«\"“][^»\"”]{2,50})?\s?[»\"”›>]{1,2}"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name at `start:end` of the flow, spelt as it should be read."""

    start: int
    end: int
    value: str
    form: Literal["company", "person"]


class NameFinder:
    """Finds names on one page."""

    def __init__(self, cells: Cells, words: Lexicon, language: str) -> None:
        self._cells = cells
        self._flow = cells.flow
        self._words = words
        self._language = language
        self._caseless = language in ("he", "th")
        forms = {*words.names.after, *INTERNATIONAL}
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        self._printed = cells.flow.page.source == "text"
        self._nouns = tuple(
            sorted(
                {
                    noun
                    for setting, roles in words.roles.items()
                    if setting != "before"
                    for found in roles.values()
                    for noun in found
                }
            )
        )

    def companies(self) -> Iterator[Name]:
        """Every name with a legal form."""
        text = self._flow.text
        if self._language == "th":
            yield from (Name(*found, "company") for found in thai.companies(self._flow))
            return
        floor = 0
        for form in trailing_forms(text, self._forms):
            start = self._begin(form.start, floor)
            if start is None:
                continue
            floor = form.end
            name = " ".join(text[start : form.start].split())
            comma = "" if name.endswith(",") or text[form.start - 1 : form.start] != "," else ","
            printed = " ".join(text[form.start : form.end].split())
            spelt = printed if self._printed else form.spelling
            branch = self._branch(form.end)
            yield Name(
                start, form.end + len(branch), f"{name}{comma} {spelt}{branch}".lstrip(_OPENING), "company"
            )
        yield from self._leading(text)

    def _branch(self, end: int) -> str:
        """What stands behind the form and ends the cell: the branch of a company, where nothing can be a speck."""
        rest = self._flow.text[end : self._cells.at(end - 1).end]
        return rest if self._printed and _BRANCH.match(rest) else ""

    def persons(self) -> Iterator[Name]:
        """Persons whose names are known by their form: Russian with a patronymic, Thai with a title."""
        if self._language == "th":
            yield from (Name(*found, "person") for found in thai.persons(self._flow))
        if self._language == "ru":
            for match in _RUSSIAN_PERSON.finditer(self._flow.text):
                title = self._title_above(match.start())
                yield Name(match.start(), match.end(), title + " ".join(match[0].split()), "person")

    def _title_above(self, start: int) -> str:
        """A sole trader's title, where it stands alone on the line above in the same column."""
        cell = self._cells.at(start)
        above = self._cells.above(cell) if start - cell.start < 3 else None
        if above is not None and _SOLE_TRADER.match(above.text):
            return " ".join(above.text.split()) + " "
        return ""

    def person_at(self, offset: int, end: int) -> Name | None:
        """The person whose name begins here, before `end`; forms of address are skipped."""
        if self._language == "th":
            return next((name for name in self.persons() if offset - 2 <= name.start < offset + 3), None)
        indices = [
            index
            for index in self._flow.words(offset, end)
            if self._flow.starts[index] >= offset - 1 and self._flow.starts[index] < end
        ]
        indices = indices[self._titles(indices) :]
        taken: list[int] = []
        for index in indices[:_LONGEST_PERSON]:
            word = self._word(index)
            if taken and (self._apart(taken[-1], index) or self._next_label(taken[-1], index)):
                break
            bare = word.strip(_OPENING).rstrip(_CLOSING + ".")
            if word[0] in "([" or not self._is_of_person(bare, word) or (not taken and bare in _PARTICLES):
                break
            taken.append(index)
            if word[-1] in ",;:)]" or (word.endswith(".") and not _INITIAL.match(word)):
                break
        while taken and self._word(taken[-1]).strip(_OPENING) in _PARTICLES:
            taken.pop()
        if len(taken) < 2 or self._is_noise(taken):
            return None
        start = self._flow.starts[taken[0]]
        last = self._word(taken[-1])
        stop = self._flow.starts[taken[-1]] + len(last)
        if last.endswith(":") or self._flow.text[stop : stop + 2].strip().startswith(":"):
            return None
        value = " ".join(self._word(index) for index in taken).strip(_OPENING)
        value = value if _INITIAL.match(last) else value.rstrip(_CLOSING + ".")
        return Name(start, stop, value, "person")

    def _next_label(self, left: int, right: int) -> bool:
        """Whether the next word begins a line that is a label."""
        return self._word(right).endswith(":") and not self._same_line(left, right)

    def whole(self, cell: Cell) -> Name | None:
        """The cell as a name, where a label says that it is one: an organisation without a legal form."""
        value = " ".join(cell.text.split()).strip(_OPENING)
        if not value[:1].isupper() or any(letter.isdigit() for letter in value) or len(value) > 90:
            return None
        return Name(cell.start, cell.end, value, "company")

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
        nouns = [noun for noun in self._nouns if len(noun) > 3]
        return any(whole.startswith(noun) for noun in nouns) or any(
            whole.startswith(officer) for officer in names.officers
        )

    def _word(self, index: int) -> str:
        return self._flow.page.words[index].text

    def _apart(self, left: int, right: int) -> bool:
        """Whether a column or a line that was not broken for want of room parts two words."""
        before, after = self._flow.starts[left], self._flow.starts[right]
        cell, next_cell = self._cells.at(before), self._cells.at(after)
        if cell is next_cell:
            return False
        return self._cells.wrapped(next_cell) is not cell

    def _begin(self, form: int, floor: int) -> int | None:
        """Where the name begins that ends with the legal form here."""
        flow = self._flow
        first = flow.words(form, form + 1)[0]
        if flow.starts[first] < form:
            first += 1
        k = first
        most = _LONGEST_CASELESS if self._caseless else _LONGEST
        while k > 0 and first - k < most and flow.starts[k - 1] >= floor:
            word = self._word(k - 1)
            if self._apart(k - 1, k) and not (k == first and self._same_line(k - 1, k)):
                break
            # A word for a role right before the form can only be the name itself: "Lieferant GmbH".
            if self._ends_before(word, k == first) or not self._belongs(word, k, beside_form=k == first):
                break
            k -= 1
            if word[0] in '„“«"(' and not self._caseless:
                break
        while k < first and self._word(k) in self._words.names.small:
            k += 1
        return flow.starts[k] if k < first else None

    def _same_line(self, left: int, right: int) -> bool:
        return self._flow.page.words[left].line == self._flow.page.words[right].line

    def _ends_before(self, word: str, beside_form: bool) -> bool:
        if word[-1] in ":;)]!?" or (word[-1] == "," and not beside_form):
            return True
        return word[-1] == "." and len(word) > 4

    def _belongs(self, word: str, k: int, *, beside_form: bool) -> bool:
        """Whether the word before word `k` is part of the name that word `k` is part of."""
        bare = word.strip("„“”«»\"'(),.")
        if bare in ("&", "+"):
            return True
        if not any(letter.isalpha() for letter in bare):
            return False
        folded = fold(bare).text
        if folded in self._words.names.stops or any(title == folded for title in self._words.names.titles):
            return False
        if self._caseless:
            tail = folded[1:] if folded[:1] in HEBREW_PREFIXES else folded
            return (
                not any(letter.isdigit() for letter in bare)
                and tail not in self._words.names.stops
                and not self._is_role(folded)
            )
        if bare[0].isupper() or bare[0].isdigit():
            return beside_form or not self._is_role(folded) or self._capital_before(k - 1)
        return folded in self._words.names.small

    def _is_role(self, folded: str) -> bool:
        banks = self._words.names.banks
        return any(len(noun) > 3 and folded.startswith(noun) and noun not in banks for noun in self._nouns)

    def _capital_before(self, index: int) -> bool:
        if index == 0 or self._apart(index - 1, index):
            return False
        word = self._word(index - 1)
        return word[0].isupper() and word[-1] not in ".:,;"

    def _leading(self, text: str) -> Iterator[Name]:
        """Names that begin with their form: quoted after it, or in capitals."""
        for form in self._words.names.before:
            capitals = r"(?:\s+[A-ZА-ЯЁÀ-ŽĄ-Ż][\w.-]*){1,4}"
            lead = r"(?:\s+[А-ЯЁA-Z][\w-]*){0,3}"
            pattern = rf"(?<!\w){re.escape(form)}(?!\w)(?:{lead}\s{{0,2}}{_QUOTED}|{capitals})".replace(
                r"\ ", r"\s+"
            )
            for match in re.finditer(pattern, text):
                if "\n" in match[0] and "«" not in match[0] and self._apart_inside(match):
                    continue
                yield Name(match.start(), match.end(), self._quotes(" ".join(match[0].split())), "company")

    def _apart_inside(self, match: re.Match[str]) -> bool:
        indices = self._flow.words(match.start(), match.end())
        return any(self._apart(left, right) for left, right in itertools.pairwise(indices))

    def _quotes(self, name: str) -> str:
        """Russian quotation marks as printed where a scan gave half of them."""
        if self._printed or self._language != "ru" or not set(name) & set("«»<>‹›"):
            return name.rstrip(".,")
        opened = re.sub(r"\s[«\"“„‹<]{1,2}\s?", " «", name, count=1)
        return re.sub(r"\s?[»\"”›>]{1,2}$", "»", opened)
