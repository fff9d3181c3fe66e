"""Names in running text, by the words around them: what they are called, whom they act against, where they live."""

import re
from collections.abc import Iterator, Sequence

from ocr.fields.names import Name
from ocr.fields.scene import Mention, Scene, Sign
from ocr.fields.wording import begins_with, ends_with, holds_word, places
from ocr.folding import fold

_BEFORE = 90
_AFTER = 420
_NEAR_AFTER = 60
_OFFICER_REACH = 45
_ACCOUNT_REACH, _CODE_REACH = 75, 60
_SEATED = ("con sede", "con studio", "con sede legale", "z siedziba", "con domicilio social")
# All words of it in capitals or with one, right before where it has its seat.
_TRADER = re.compile(
    r"(?:^|[:–—-]\s|\b(?:e|tra|fra|la|a|między|pomiędzy)\s)(?P<name>[A-ZÀ-Ž][^\s,;:]*(?:\s(?:[A-ZÀ-Ž&][^\s,;:]*|d[aei]l?|i)){1,8})\s?,\s*$"
)
_LEAD_WORDS = 3
# A company that manages or represents a party is none.
_STANDS_IN = ("administrador", "administradora", "administrado por", "representada por", "represented by", "managed by",
    "vertreten durch", "verwalter", "hausverwaltung", "managing agent", "managing agents")  # fmt: skip
_BANK_REACH = 14
_OF_ACCOUNTS = ("iban", "bic", "blz", "swift", "sort code", "kto", "konto nr")
_OF_HOUSE = re.compile(r"[\s,](of) (?=\d)")
_QUOTED = re.compile(r"[„“”«»\"'‘’(]{1,2}([^„“”«»\"()]{3,60})[„“”«»\"'’)]")


class RunningText:
    """Looks through one page."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def beside(self) -> Iterator[tuple[Name, Sign]]:
        """Persons in running text, by what follows them: where they live, when they were born."""
        for word in self._scene.words.names.beside:
            for start, _ in places(self._scene.folded, word):
                name = self._person_before(start)
                if name is not None:
                    yield name, Sign("debtor", 0.8, f"before “{word}”")
        for match in _OF_HOUSE.finditer(self._scene.flow.text):
            name = self._person_before(match.start(1))
            if name is not None:
                yield name, Sign("debtor", 0.8, "before an address")

    def seated(self) -> Iterator[Name]:
        """Parties of a contract without a legal form, by what follows them: where they have their seat."""
        if self._scene.kind != "contract":
            return
        for word in _SEATED:
            for start, _ in places(self._scene.folded, word):
                cell = self._scene.cells.at(start)
                before = self._scene.flow.text[cell.start : start]
                name = _TRADER.search(before)
                if name is not None:
                    yield Name(
                        cell.start + name.start("name"),
                        cell.start + name.end("name"),
                        name["name"],
                        "company",
                    )

    def after_phrases(self) -> Iterator[tuple[Name, Sign]]:
        """Persons right after a phrase that names their role."""
        for role, phrases in self._scene.words.roles["before"].items():
            if role not in ("debtor", "claimant"):
                continue
            for phrase in phrases:
                for _, end in places(self._scene.folded, phrase):
                    place = end
                    while place < len(self._scene.flow.text) and not self._scene.flow.text[place].isalnum():
                        place += 1
                    name = self._scene.name_at(place)
                    if name is not None and name.start - place < 12:
                        weight = 1.5 if len(phrase) > 3 and self._ends_plainly(name) else 0.6
                        yield name, Sign(role, weight, f"after “{phrase}”")

    def _is_given_to(self, name: Name) -> bool:
        """Whether a Hebrew "to" is written as one with the name of a company on a notice of assignment."""
        joined = self._scene.flow.text[max(0, name.start - 2) : name.start] in (" ל", "\nל")
        return (
            joined
            and self._scene.cells.leftward
            and self._scene.kind == "assignment_notice"
            and name.form == "company"
        )

    def _ends_plainly(self, name: Name) -> bool:
        """Whether something tells where a name ends that has no capital letters: a mark, or the end of its line."""
        flow = self._scene.flow
        if not self._scene.cells.leftward:
            return True
        return (
            flow.text[name.end : name.end + 1] in ("", "\n", ",", ";", ":", ".", "(", ")")
            or flow.text[name.end - 1] in ",;:.)"
        )

    def around(self, name: Name, end: int) -> Iterator[Sign]:
        """What stands before and behind a name, up to `end` where the next one begins."""
        text = self._scene.flow.text
        before = fold(text[max(self._column(name), name.start - _BEFORE) : name.start]).text
        for role, phrases in self._scene.words.roles["before"].items():
            for phrase in phrases:
                if ends_with(before, phrase, self._scene.words.names.titles):
                    yield Sign(role, min(2.4, 0.5 + len(phrase) / 8), f"after “{phrase}”")
                    break
        if self._is_given_to(name):
            yield Sign("assignee", 1.6, "to whom it is given")
        nouns = list(self._scene.nouns())
        called = False
        led = self._without_lead(before)
        for role, noun in nouns:
            bank = self._scene.kind != "contract" and noun in self._scene.words.names.banks
            if not bank and len(noun) > 3 and re.search(rf"(?:^| ){re.escape(noun)}\w{{0,5}}$", led):
                yield Sign(role, 2.0, f"after “{noun}”")
                called = True
                break
        acting = self._acts_as(fold(text[name.end : name.end + _NEAR_AFTER]).text, nouns)
        if acting is not None:
            yield acting
            return
        yield from self._behind(name, end, nouns, called=called)

    def _behind(
        self, name: Name, end: int, nouns: Sequence[tuple[str, str]], *, called: bool
    ) -> Iterator[Sign]:
        """What stands behind a name; nothing of what a contract calls it where `called` before it already."""
        text = self._scene.flow.text
        behind = text[name.end : min(end, name.end + _AFTER)]
        near = fold(behind[:_NEAR_AFTER]).text
        if any(near.startswith(phrase) for phrase in self._scene.words.claims.gives):
            yield Sign("creditor", 1.5, "gives the claim away")
        for role, noun in nouns:
            if "\u0e00" <= noun[0] <= "\u0e7f" and near.startswith(noun):
                yield Sign(role, 3.0, f"before “{noun}”")
                return
        place = 0
        while (match := _QUOTED.search(behind, place)) is not None:
            # In "(in the following "Lender")" the quotation stands within brackets.
            place = match.start() + 1
            inside = fold(match[1]).text
            if any(letter.isdigit() for letter in inside):
                # "(company no. 06718820)" does not say what the party is called.
                continue
            found = [(role, noun) for role, noun in nouns if holds_word(inside, noun)]
            if found:
                role, noun = max(found, key=lambda item: len(item[1]))
                yield Sign(role, 3.0, f"called “{noun}”")
                return
        if self._scene.kind == "contract" and not called:
            # What stands before a name is nearer than what the next party is called.
            found_behind = self._called(fold(behind).text, nouns)
            if found_behind is not None:
                yield Sign(found_behind[0], 3.0, f"called “{found_behind[1]}”")

    def _without_lead(self, before: str) -> str:
        """The words before a name without articles, forms of address, words for a company: "the lender, the firm"."""
        names = self._scene.words.names
        for _ in range(_LEAD_WORDS):
            rest, _, last = before.rpartition(" ")
            if not rest or (last not in names.titles and last not in names.lead):
                break
            before = rest
        return before

    def _column(self, name: Name) -> int:
        """Where the text begins that a name belongs to: with its cell, if what is read before it is another column."""
        own = self._scene.cells.at(name.start)
        if own.start == 0 or own.start < name.start:
            return 0
        last = self._scene.cells.at(own.start - 1)
        return 0 if last.beside(own) or min(last.x1, own.x1) > max(last.x0, own.x0) else own.start

    def _acts_as(self, behind: str, nouns: Sequence[tuple[str, str]]) -> Sign | None:
        """The role as which a party is said to act: "Moor Ltd as assignor"."""
        for word in self._scene.words.labels.get("acts_as", ()):
            rest = behind.removeprefix(f"{word} ")
            found = [item for item in nouns if begins_with(rest, item[1])] if rest != behind else []
            if found:
                role, noun = max(found, key=lambda item: len(item[1]))
                return Sign(role, 3.0, f"before “{word} {noun}”")
        return None

    def _called(self, behind: str, nouns: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
        """The role by which a contract calls a party without quotes: "Moor Ltd, hereinafter the Lender"."""
        for phrase in self._scene.words.names.called:
            for match in re.finditer(rf"(?:^| |(?<=[\u0e00-\u0e7f])){re.escape(phrase)} ?", behind):
                rest = behind[match.end() :]
                for words in (rest, rest.partition(" ")[2]):
                    found = [(role, noun) for role, noun in nouns if begins_with(words, noun)]
                    if found:
                        return max(found, key=lambda item: len(item[1]))
        return None

    def is_officer(self, mention: Mention) -> bool:
        """Whether the person judges, signs or represents, and is no party."""
        if mention.name.form != "person":
            near = self._scene.flow.text[max(0, mention.name.start - _OFFICER_REACH) : mention.name.start]
            return not mention.signs and fold(near).text.endswith(_STANDS_IN)
        before = fold(
            self._scene.flow.text[max(0, mention.name.start - _OFFICER_REACH) : mention.name.start]
        ).text
        after = fold(self._scene.flow.text[mention.name.end : mention.name.end + 20]).text
        officers = self._scene.words.names.officers
        if any(sign.weight >= 2 for sign in mention.signs):
            return False
        return any(ends_with(before, officer, self._scene.words.names.titles) for officer in officers) or any(
            after.startswith(officer) for officer in officers if len(officer) > 4
        )

    def keeps_account(self, mention: Mention) -> bool:
        """Whether a bank is named as the place of an account: "payable to our account with Moor Bank, IBAN ..."."""
        names = self._scene.words.names
        folded = f" {fold(mention.name.value).text}"
        if mention.name.form != "company" or not any(bank in folded for bank in names.banks):
            return False
        text = self._scene.flow.text
        behind = fold(text[mention.name.end : mention.name.end + _BANK_REACH]).text
        return behind.startswith(_OF_ACCOUNTS)

    def is_of_account(self, mention: Mention) -> bool:
        """Whether a Russian company is named as the bank of an account: between its digits and the bank's code."""
        flow = self._scene.flow
        before = flow.text[max(0, mention.name.start - _ACCOUNT_REACH) : mention.name.start]
        after = flow.text[mention.name.end : mention.name.end + _CODE_REACH]
        return (
            mention.name.form == "company"
            and self._scene.kind != "payment_confirmation"
            and "БИК" in after
            and re.search(r"\d{20}\D*$", before) is not None
        )

    def _person_before(self, offset: int) -> Name | None:
        """The longest person's name that ends right before this place."""
        flow = self._scene.flow
        last = flow.words(offset, offset + 1)[0]
        for count in range(6, 1, -1):
            first = last - count
            if first < 0:
                continue
            name = self._scene.persons.person_at(flow.starts[first], offset)
            if (
                name is not None
                and offset - 4 <= name.end + 1 <= offset + 1
                and name.start >= flow.starts[first]
            ):
                between = flow.text[name.end : offset]
                if len(between.strip(" ,;(\n–-")) == 0:
                    return name
        return None
