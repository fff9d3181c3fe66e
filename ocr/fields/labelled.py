"""Names by the label before them: in their cell, in the next one, beneath, or in the block under a heading."""

import re
from collections.abc import Iterator

from ocr.fields.cells import Cell
from ocr.fields.names import Name
from ocr.fields.scene import Scene, Sign
from ocr.fields.wording import begins_with, holds_word
from ocr.folding import fold

_BLOCK_LINES = 5
_ORDINAL = re.compile(r"^(?:\d(?:st|nd|rd|th)|first|second|third) ")
_LABEL_LETTERS = 46
_LABEL_WORDS = 3
_SIGNATURES = 0.6
_OWN_LINE, _LINE_BEFORE = 0.4, 2.4
_UNDER_SIGNATURE = 40
"""Letters that may stand under the name of who signs."""
# What a line of a party's block is called that has its name.
_NAME_LABELS = tuple(
    fold(label).text
    for label in (
        "name",
        "full name",
        "vor und nachname",
        "firma",
        "nazwa",
        "imie i nazwisko",
        "nome e cognome",
        "cognome e nome",
        "cognome nome",
        "nominativo",
        "ragione sociale",
        "nazwisko i imie",
        "imiona i nazwisko",
        "nazwa firmy",
        "nombre y apellidos",
        "nombre",
        "nome",
        "denominazione",
        "razon social",
        "наименование",
        "фио",
        "имя",
        "שם",
        "שם מלא",
        "שם פרטי ומשפחה",
        "שם ומשפחה",
        "שם משפחה ופרטי",
        "שם החברה",
        "фамилия имя отчество",
        "ф и о",
        "ชื่อ",
        "ชื่อ สกุล",
        "ชื่อ นามสกุล",
    )
)
# A label with one of these asks for something else than a name.
_OTHERWISE = (
    "iban", "nip", "pesel", "codice fiscale", "partita iva",
    "adres", "address", "anschrift", "indirizzo", "direccion", "domicilio", "инн", "бик", "адрес",
    "телефон", "e mail", "email", "konto", "rachunek", "conto", "cuenta", "счет", "account", "כתובת", "חשבון", "טלפון",
    "ที่อยู่", "บัญชี", "ref", "vat", "date", "no",
    "referenz", "reference", "riferimento", "referencia", "bevollmächtigter", "steuerbevollmächtigter", "vertreter",
    "ansprechpartner", "pełnomocnik", "rappresentante", "representante", "представитель",
)  # fmt: skip


class LabelledNames:
    """Looks for them on one page."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        others = {fold(word).text for word in (*_OTHERWISE, *scene.words.names.banks)}
        self._whole = others
        self._stems = tuple(word for word in others if len(word) > 3)

    def find(self) -> Iterator[tuple[Name, Sign]]:
        """Names with what their label says."""
        for cell in self._scene.cells.all:
            text = cell.text
            if self._is_said(text):
                continue
            colon = text.find(":")
            if 0 < colon <= _LABEL_LETTERS:
                found = self._role_of_label(text[:colon])
                if found is None:
                    continue
                rest = cell.start + colon + 1
                rest += len(self._scene.flow.text[rest : cell.end]) - len(
                    self._scene.flow.text[rest : cell.end].lstrip()
                )
                yield from self._value(cell, rest, found, 3.0)
                continue
            folded = fold(text)
            if ordinal := _ORDINAL.match(folded.text):
                # "1st Defendant", to the right of whom it names.
                named = (
                    self._scene.name_at(before.start) if (before := self._scene.cells.before(cell)) else None
                )
                behind = self._role_of_label(folded.text[ordinal.end() :])
                if named is not None and behind is not None:
                    yield named, Sign(behind[0], 2.5, f"before “{behind[1]}”")
                    continue
            of_court = self._scene.kind == "court_order"
            if of_court and (left := self._left_of_role(cell, folded.text)) is not None:
                yield left
                continue
            begun = [
                (role, noun, end)
                for role, noun in self._scene.nouns()
                if (end := begins_with(folded.text, noun)) and not self._keeps_account(noun)
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

    def _keeps_account(self, noun: str) -> bool:
        """Whether the word names the bank of an account, as it does where the bank is no party of a contract."""
        return self._scene.kind != "contract" and noun in self._scene.words.names.banks

    def _is_said(self, text: str) -> bool:
        """Whether a line is a salutation or the end of a sentence, which ask for no name."""
        if text[:1].islower() and text[-1:] == "." and " " in text:
            return True
        return len(text) < _LABEL_LETTERS and fold(text).text.startswith(self._scene.words.names.saluted)

    def _left_of_role(self, cell: Cell, folded: str) -> tuple[Name, Sign] | None:
        """Who is named to the left of a cell that is nothing but a role: "Padraig Joyce - Respondent"."""
        before = self._scene.cells.before(cell)
        found = next(((role, noun) for role, noun in self._scene.nouns() if noun == folded), None)
        if before is None or found is None or ":" in cell.text:
            return None
        name = self._scene.name_at(before.start)
        return None if name is None else (name, Sign(found[0], 2.5, f"before “{found[1]}”"))

    def _value(
        self, cell: Cell, rest: int, found: tuple[str, str], weight: float
    ) -> Iterator[tuple[Name, Sign]]:
        """The name after a label: in its cell, in the next one, or beneath."""
        sign = Sign(found[0], weight, f"after “{found[1]}”")
        if cell.end - rest > 2:
            name = self._scene.name_at(rest)
            if name is not None and name.start < cell.end:
                yield name, sign
                return
            # "Holder of the account of the payer" and the name beside it: the whole cell is the label.
            beside = self._scene.cells.after(cell)
            if beside is not None and (name := self._scene.name_at(beside.start)) is not None:
                yield name, sign
            elif beside is None and len(cell.text.split()) <= _LABEL_WORDS and cell.text[-1:].isalpha():
                below = self._scene.cells.below(cell)
                if below is not None and (name := self._scene.name_at(below.start)) is not None:
                    yield name, sign
            return
        beside, below = self._scene.cells.after(cell), self._scene.cells.below(cell)
        if self._scene.kind == "contract" and cell.middle > _SIGNATURES and ":" not in cell.text:
            # Beside who signs for one party stands who signs for the other.
            beside = None
        for other in (beside, below):
            if other is not None and (name := self._scene.name_at(other.start)) is not None:
                if not self._signs(name):
                    yield name, sign
                return
        name = self._named_below(cell)
        above = self._scene.cells.above(cell)
        if name is None and self._scene.kind == "court_order":
            # Parties of a lawsuit stand over the word for their role, in the middle where that is at the margin.
            above = above or self._line_above(cell)
            name = None if above is None else self._scene.name_at(above.start)
        if name is not None:
            yield name, sign

    def _signs(self, name: Name) -> bool:
        """Whether it is a person under the last words of a letter: who signs for the one whose role stands above."""
        letter = self._scene.kind in ("assignment_notice", "dunning_letter")
        rest = self._scene.flow.text[name.end :]
        return letter and name.form == "person" and sum(map(str.isalpha, rest)) < _UNDER_SIGNATURE

    def _line_above(self, cell: Cell) -> Cell | None:
        """The cell of the line before, wherever in it."""
        near = [
            other
            for other in self._scene.cells.all
            if _OWN_LINE * cell.height < cell.middle - other.middle < _LINE_BEFORE * cell.height
        ]
        return max(near, key=lambda other: other.middle, default=None)

    def _named_below(self, heading: Cell) -> Name | None:
        """Under the heading of a party's block: the company there, or what its line for the name says."""
        below = self._scene.cells.below(heading)
        person: Name | None = None
        over: Cell | None = None
        for _ in range(_BLOCK_LINES):
            if below is None:
                break
            name = self._scene.name_at(below.start)
            if name is not None and name.form == "company":
                return name
            label = below.text.partition(":")[0]
            if self._role_of_label(label) is not None:
                break
            value = self._scene.cells.after(below) if fold(label).text in _NAME_LABELS else None
            if value is not None and self._asks_otherwise(fold(value.text).text):
                # "Name", and beside it the next label of a form: the name stands beneath.
                value = self._scene.cells.below(below)
            if value is not None:
                beneath = self._scene.cells.below(below)
                named = self._scene.name_at(value.start)
                if named is None and beneath is not None:
                    named = self._scene.name_at(beneath.start)
                return named or self._scene.companies.whole(value)
            if (place := self._after_name_label(below)) is not None:
                return self._scene.name_at(place)
            person = person or name
            if (
                over is not None
                and person is None
                and self._scene.is_address(below.text)
                and ":" not in over.text
            ):
                return self._scene.companies.whole(over)
            over, below = below, self._scene.cells.below(below)
        return person

    def _after_name_label(self, cell: Cell) -> int | None:
        """Where the name begins in a cell that begins with the word "name", as where a scan has lost the columns."""
        folded = fold(cell.text)
        for label in _NAME_LABELS:
            if end := begins_with(folded.text, label):
                rest = folded.back(0, end)[1]
                return cell.start + rest + len(cell.text[rest:]) - len(cell.text[rest:].lstrip(" :"))
        return None

    def _role_of_label(self, label: str) -> tuple[str, str] | None:
        """The role and the noun that a label names, if it asks for a name and not for an account or an address."""
        folded = fold(label).text
        best: tuple[str, str] | None = None
        for role, noun in self._scene.nouns():
            if holds_word(folded, noun) and (best is None or len(noun) > len(best[1])):
                best = role, noun
        if best is None:
            return None
        # "Holder of the account" asks for a name, "account of the sender" does not.
        begun = [noun for role, noun in self._scene.nouns() if role == best[0] and folded.startswith(noun)]
        rest = folded.removeprefix(max(begun, key=len, default=best[1]))
        if self._scene.kind != "contract" and best[1] in self._scene.words.names.banks:
            # The bank of an invoice is where to pay.
            return None
        banks = [bank for bank in self._scene.words.names.banks if holds_word(rest, bank)]
        return best if not banks and (rest != folded or not self._asks_otherwise(folded)) else None

    def _asks_otherwise(self, folded: str) -> bool:
        words = folded.split()
        return any(word in self._whole or word.startswith(self._stems) for word in words)
