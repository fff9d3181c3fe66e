"""Where names stand and what the words around them say of their part in the paper."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.fields.cells import Cell, Cells
from ocr.fields.names import Name, NameFinder
from ocr.folding import Folded, fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

_HEAD = 0.45
_BLOCK_LINES = 5
_NAME_LABELS = (
    "name",
    "firma",
    "nazwa",
    "nombre",
    "nome",
    "denominazione",
    "razon social",
    "наименование",
    "имя",
    "שם",
)
_LABEL_LETTERS = 46
_BEFORE = 90
_AFTER = 420
_NEAR_AFTER = 60
_OFFICER_REACH = 45
_OF_HOUSE = re.compile(r"[\s,](of) (?=\d)")
_ADDRESS_DIGITS = re.compile(r"\d")
_QUOTED = re.compile(r"[„“”«»\"'‘’(]{1,2}([^„“”«»\"()]{3,60})[„“”«»\"'’)]")
# Settings whose nouns name the parties of a kind of paper, the most telling first.
_SETTINGS: dict[Kind, tuple[str, ...]] = {
    "contract": ("deal",),
    "invoice": ("deal",),
    "assignment_notice": ("assignment", "deal"),
    "dunning_letter": ("assignment", "court", "deal"),
    "court_order": ("court", "assignment"),
    "payment_confirmation": ("payment",),
    "correspondence": ("deal", "court", "assignment"),
    "other": ("deal", "payment", "court", "assignment"),
}
_LETTERS: tuple[Kind, ...] = ("invoice", "assignment_notice", "dunning_letter", "correspondence", "other")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks for a role: creditor, assignee, debtor, claimant, or sender."""

    role: str
    weight: float
    why: str


@dataclass(slots=True)
class Mention:
    """A name in one place, with what speaks there for its role."""

    name: Name
    cell: Cell
    signs: list[Sign]


class Mentions:
    """The names on one page."""

    def __init__(self, cells: Cells, kind: Kind, words: Lexicon, language: str) -> None:
        self._cells = cells
        self._flow = cells.flow
        self._kind = kind
        self._words = words
        self._finder = NameFinder(cells, words, language)
        self._folded = fold(cells.flow.text)
        self._found: list[Mention] = []

    def find(self) -> list[Mention]:
        """All names in reading order, with their signs."""
        for name in (*self._finder.companies(), *self._finder.persons()):
            self._add(name)
        for name, sign in (*self._labelled(), *self._addressed(), *self._beside(), *self._after_phrases()):
            mention = self._add(name)
            if mention is not None:
                mention.signs.append(sign)
        self._found = [mention for mention in self._found if not self._is_officer(mention)]
        self._found.sort(key=lambda mention: mention.name.start)
        self._senders()
        for place, mention in enumerate(self._found):
            after = self._found[place + 1 :][:1]
            end = after[0].name.start if after else len(self._flow.text)
            mention.signs += self._around(mention.name, end)
        return self._found

    def _add(self, name: Name) -> Mention | None:
        """The mention of this name: a new one, or the one that already covers its place."""
        for mention in self._found:
            if mention.name.start < name.end and name.start < mention.name.end:
                return mention
        mention = Mention(name, self._cells.at(name.start), [])
        self._found.append(mention)
        return mention

    def _name_at(self, offset: int) -> Name | None:
        """The name that begins at this place, give or take a form of address."""
        for mention in self._found:
            if offset - 3 <= mention.name.start <= offset + 10:
                return mention.name
        return self._finder.person_at(offset, min(len(self._flow.text), offset + 90))

    def _nouns(self) -> Iterator[tuple[str, str]]:
        for setting in _SETTINGS[self._kind]:
            for role, nouns in self._words.roles[setting].items():
                for noun in nouns:
                    yield role, noun

    def _role_of_label(self, label: str) -> tuple[str, str] | None:
        """The role and the noun that a label names, if it asks for a name and not for an account or an address."""
        folded = fold(label).text
        best: tuple[str, str] | None = None
        for role, noun in self._nouns():
            if _holds_word(folded, noun) and (best is None or len(noun) > len(best[1])):
                best = role, noun
        if best is None:
            return None
        # "Holder of the account" asks for a name, "account of the sender" does not.
        rest = folded.removeprefix(best[1])
        banks = [bank for bank in self._words.names.banks if _holds_word(rest, bank)]
        return best if not banks and (rest != folded or not self._asks_otherwise(folded)) else None

    def _asks_otherwise(self, folded: str) -> bool:
        words = folded.split()
        names = self._words.names
        others = (
            *names.banks,
            "iban",
            "nip",
            "adres",
            "address",
            "anschrift",
            "indirizzo",
            "direccion",
            "domicilio",
        )
        others += (
            "инн",
            "бик",
            "адрес",
            "телефон",
            "e mail",
            "email",
            "konto",
            "rachunek",
            "conto",
            "cuenta",
            "счет",
        )
        others += ("account", "כתובת", "חשבון", "טלפון", "ที่อยู่", "บัญชี", "ref", "vat", "date", "no")
        return any(word.startswith(other) for word in words for other in others if len(other) > 3) or any(
            word in others for word in words
        )

    def _labelled(self) -> Iterator[tuple[Name, Sign]]:
        for cell in self._cells.all:
            text = cell.text
            colon = text.find(":")
            if 0 < colon <= _LABEL_LETTERS:
                found = self._role_of_label(text[:colon])
                if found is None:
                    continue
                rest = cell.start + colon + 1
                rest += len(self._flow.text[rest : cell.end]) - len(self._flow.text[rest : cell.end].lstrip())
                yield from self._value(cell, rest, found, 3.0)
                continue
            folded = fold(text)
            begun = [
                (role, noun, end) for role, noun in self._nouns() if (end := _begins_with(folded.text, noun))
            ]
            if not begun:
                continue
            role, noun, end = max(begun, key=lambda item: len(item[1]))
            label_end = folded.back(0, end)[1]
            rest = cell.start + label_end
            rest += len(text[label_end:]) - len(text[label_end:].lstrip())
            # "Buyer / recipient" is one label of two words.
            short = len(text) < _LABEL_LETTERS
            if len(folded.text) - end <= 2 or (short and self._role_of_label(text[label_end:]) is not None):
                rest = cell.end
            if rest == cell.end or short:
                yield from self._value(cell, rest, (role, noun), 2.5)

    def _value(
        self, cell: Cell, rest: int, found: tuple[str, str], weight: float
    ) -> Iterator[tuple[Name, Sign]]:
        """The name after a label: in its cell, in the next one, or beneath."""
        sign = Sign(found[0], weight, f"after “{found[1]}”")
        if cell.end - rest > 2:
            name = self._name_at(rest)
            if name is not None and name.start < cell.end:
                yield name, sign
            return
        for other in (self._cells.after(cell), self._cells.below(cell)):
            if other is not None and (name := self._name_at(other.start)) is not None:
                yield name, sign
                return
        name = self._named_below(cell)
        above = self._cells.above(cell)
        if name is None and above is not None and self._kind == "court_order":
            # Parties of a lawsuit stand over the word for their role.
            name = self._name_at(above.start)
        if name is not None:
            yield name, sign

    def _named_below(self, heading: Cell) -> Name | None:
        """Under the heading of a party's block: the company there, or what its line for the name says."""
        below = self._cells.below(heading)
        person: Name | None = None
        over: Cell | None = None
        for _ in range(_BLOCK_LINES):
            if below is None:
                break
            name = self._name_at(below.start)
            if name is not None and name.form == "company":
                return name
            label = below.text.partition(":")[0]
            if self._role_of_label(label) is not None:
                break
            value = self._cells.after(below) if below.text.rstrip().endswith(":") else None
            if fold(label).text in _NAME_LABELS and value is not None:
                return self._name_at(value.start) or self._finder.whole(value)
            person = person or name
            if over is not None and person is None and self._is_address(below.text) and ":" not in over.text:
                return self._finder.whole(over)
            over, below = below, self._cells.below(below)
        return person

    def _addressed(self) -> Iterator[tuple[Name, Sign]]:
        """The addressee of a letter: under or after a form of address, or above an address."""
        if self._kind not in _LETTERS:
            return
        for cell in self._cells.all:
            if cell.middle > _HEAD:
                continue
            folded = fold(cell.text)
            marker = next(
                (word for word in self._words.names.addressed if _begins_with(folded.text, word)), None
            )
            if marker is not None:
                end = _begins_with(folded.text, marker)
                place = cell.start + folded.back(0, end)[1]
                name = self._name_after(cell, place)
                if name is not None:
                    yield name, Sign("debtor", 2.5, f"addressed: “{marker}”")
                    continue
            name = self._name_at(cell.start)
            if name is None or name.start > cell.start + 8:
                continue
            rest = self._flow.text[name.end : cell.end]
            below = self._cells.below(self._cells.at(name.end - 1))
            if (not rest.strip(" .,") and below is not None and self._is_address(below.text)) or (
                rest.startswith(",") and self._is_address(rest)
            ):
                yield name, Sign("head", 1.0, "above an address")

    def _name_after(self, cell: Cell, place: int) -> Name | None:
        while place < cell.end and not self._flow.text[place].isalnum():
            place += 1
        if cell.end - place > 3 and (name := self._name_at(place)) is not None:
            return name
        below = self._cells.below(cell)
        return self._name_at(below.start) if below is not None else None

    def _is_address(self, text: str) -> bool:
        """Whether a line looks like one of an address: a number, and a street, or a town behind a comma."""
        folded = fold(text).text
        if not _ADDRESS_DIGITS.search(text) or len(folded) > 110:
            return False
        return (
            "," in text
            or any(_holds_word(folded, street) for street in self._words.names.streets)
            or bool(re.search(r"\b\d{2}-\d{3}\b|\b\d{5,7}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b", text))
        )

    def _beside(self) -> Iterator[tuple[Name, Sign]]:
        """Persons in running text, by what follows them: where they live, when they were born."""
        for word in self._words.names.beside:
            for start, _ in _places(self._folded, word):
                name = self._person_before(start)
                if name is not None:
                    yield name, Sign("debtor", 0.8, f"before “{word}”")
        for match in _OF_HOUSE.finditer(self._flow.text):
            name = self._person_before(match.start(1))
            if name is not None:
                yield name, Sign("debtor", 0.8, "before an address")

    def _person_before(self, offset: int) -> Name | None:
        """The longest person's name that ends right before this place."""
        flow = self._flow
        last = flow.words(offset, offset + 1)[0]
        for count in range(6, 1, -1):
            first = last - count
            if first < 0:
                continue
            name = self._finder.person_at(flow.starts[first], offset)
            if (
                name is not None
                and offset - 4 <= name.end + 1 <= offset + 1
                and name.start >= flow.starts[first]
            ):
                between = flow.text[name.end : offset]
                if len(between.strip(" ,;(\n–-")) == 0:
                    return name
        return None

    def _after_phrases(self) -> Iterator[tuple[Name, Sign]]:
        """Persons right after a phrase that names their role."""
        for role, phrases in self._words.roles["before"].items():
            if role not in ("debtor", "claimant"):
                continue
            for phrase in phrases:
                for _, end in _places(self._folded, phrase):
                    place = end
                    while place < len(self._flow.text) and not self._flow.text[place].isalnum():
                        place += 1
                    name = self._name_at(place)
                    if name is not None and name.start - place < 12:
                        yield name, Sign(role, 1.5 if len(phrase) > 3 else 0.6, f"after “{phrase}”")

    def _senders(self) -> None:
        """The head of a letter names its sender first."""
        heads = [mention for mention in self._found if any(sign.role == "head" for sign in mention.signs)]
        first = next(
            (
                mention
                for mention in sorted(self._found, key=lambda item: item.cell.middle)
                if mention.name.form == "company"
                and mention.cell.middle < _HEAD / 1.5
                and mention.name.start - mention.cell.start < 24
                and not any(sign.role == "debtor" for sign in mention.signs)
            ),
            None,
        )
        for mention in self._found:
            if not any(sign.role == "head" for sign in mention.signs):
                continue
            mention.signs = [sign for sign in mention.signs if sign.role != "head"]
            second = first is not None and mention is not first and mention.name.value != first.name.value
            if second or (first is None and len(heads) > 1 and mention is not heads[0]):
                mention.signs.append(Sign("debtor", 1.6, "addressee in the head"))
        if first is not None:
            first.signs.append(Sign("sender", 1.6, "head of the paper"))

    def _around(self, name: Name, end: int) -> Iterator[Sign]:
        text = self._flow.text
        before = fold(text[max(0, name.start - _BEFORE) : name.start]).text
        for role, phrases in self._words.roles["before"].items():
            for phrase in phrases:
                if _ends_with(before, phrase, self._words.names.titles):
                    yield Sign(role, min(2.4, 0.5 + len(phrase) / 8), f"after “{phrase}”")
                    break
        nouns = list(self._nouns())
        for role, noun in nouns:
            if len(noun) > 3 and re.search(rf"(?:^| ){re.escape(noun)}\w{{0,5}}$", before):
                yield Sign(role, 2.0, f"after “{noun}”")
                break
        behind = text[name.end : min(end, name.end + _AFTER)]
        near = fold(behind[:_NEAR_AFTER]).text
        for role, noun in nouns:
            if "\u0e00" <= noun[0] <= "\u0e7f" and near.startswith(noun):
                yield Sign(role, 3.0, f"before “{noun}”")
                return
        for match in _QUOTED.finditer(behind):
            inside = fold(match[1]).text
            found = [(role, noun) for role, noun in nouns if _holds_word(inside, noun)]
            if found:
                role, noun = max(found, key=lambda item: len(item[1]))
                yield Sign(role, 3.0, f"called “{noun}”")
                return

    def _is_officer(self, mention: Mention) -> bool:
        if mention.name.form != "person":
            return False
        before = fold(self._flow.text[max(0, mention.name.start - _OFFICER_REACH) : mention.name.start]).text
        after = fold(self._flow.text[mention.name.end : mention.name.end + 20]).text
        officers = self._words.names.officers
        if any(sign.weight >= 2 for sign in mention.signs):
            return False
        return any(_ends_with(before, officer, ()) for officer in officers) or any(
            after.startswith(officer) for officer in officers if len(officer) > 4
        )


def _holds_word(folded: str, stem: str) -> bool:
    """Whether a word of the text begins with the stem; Hebrew prefixes and missing spaces in Thai allowed."""
    if "\u0e00" <= stem[0] <= "\u0e7f":
        return stem in folded
    return bool(re.search(rf"(?:^| )[ובהלמכש]?{re.escape(stem)}", folded)) and _word_like(folded, stem)


def _word_like(folded: str, stem: str) -> bool:
    """Short stems must be whole words: "a" is no beginning of everything."""
    return len(stem) > 4 or bool(re.search(rf"(?:^| )[ובהלמכש]?{re.escape(stem)}(?: |$)", folded))


def _begins_with(folded: str, stem: str) -> int:
    """The end of the word or words with which the text begins, if they are the stem's; else 0."""
    if not folded.startswith(stem):
        return 0
    if "\u0e00" <= stem[0] <= "\u0e7f":
        return len(stem)
    end = len(stem)
    while end < len(folded) and folded[end] != " ":
        end += 1
    return end if end - len(stem) <= (4 if len(stem) > 4 else 0) else 0


def _ends_with(folded: str, phrase: str, skipping: Sequence[str]) -> bool:
    for title in ("", *skipping):
        tail = folded.removesuffix(" " + title) if title else folded
        if title and tail == folded:
            continue
        if tail.endswith(phrase) and (
            len(tail) == len(phrase) or not tail[-len(phrase) - 1].isalpha() or phrase[0] >= "\u0e00"
        ):
            return True
    return False


def _places(folded: Folded, phrase: str) -> Iterator[tuple[int, int]]:
    """Where the phrase stands in the original text, as whole words."""
    place = folded.text.find(phrase)
    while place >= 0:
        stop = place + len(phrase)
        thai = "\u0e00" <= phrase[0] <= "\u0e7f"
        before = place == 0 or not folded.text[place - 1].isalnum()
        after = stop == len(folded.text) or not folded.text[stop].isalnum() or len(phrase) > 8
        if thai or (before and after):
            yield folded.back(place, stop)
        place = folded.text.find(phrase, place + 1)
