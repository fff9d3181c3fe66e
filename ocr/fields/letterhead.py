"""Sender and addressee of a letter: by forms of address, by the addresses under names, by who stands first."""

import re
from collections.abc import Iterator, Sequence

from ocr.fields.cells import Cell
from ocr.fields.names import Name
from ocr.fields.scene import HEAD, Mention, Scene, Sign
from ocr.fields.wording import begins_with, holds_word
from ocr.folding import fold
from ocr.values import Kind

_LETTERS: tuple[Kind, ...] = ("invoice", "assignment_notice", "dunning_letter", "correspondence", "other")
_LETTERHEAD = 0.3
_ADDRESS_LINES = 4
_ON_BEHALF: tuple[Kind, ...] = ("dunning_letter", "assignment_notice")
_ABBREVIATED = 4
_TOP, _LEFT = 0.12, 0.4
_LONGEST_LINE = 90
_TRADE_LINES = 3
_HOUSE, _SAME_COLUMN = 0.04, 0.02
_SEPARATED = re.compile(r"\s+[·•|*–—-]\s+|,\s+")
_LEAST_PARTS = 3
_DEALER = fold("עוסק").text
_WORDS_OF_NAME = range(2, 8)


class HeadOfLetter:
    """Looks at the upper part of one page."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def addressed(self) -> Iterator[tuple[Name, Sign]]:
        """The addressee of a letter: under or after a form of address, or above an address."""
        if self._scene.kind == "court_order":
            yield from self._served()
        if self._scene.kind not in _LETTERS and not self._acknowledges():
            return
        for cell in self._scene.cells.all:
            if cell.middle > HEAD:
                continue
            folded = fold(cell.text)
            marker = next(
                (word for word in self._scene.words.names.addressed if begins_with(folded.text, word)), None
            )
            if marker is not None:
                end = begins_with(folded.text, marker)
                place = cell.start + folded.back(0, end)[1]
                name = self._company_over(cell) or self._name_after(cell, place) or self._rest(cell, place)
                if name is not None:
                    yield name, Sign("debtor", 2.5, f"addressed: “{marker}”")
                    continue
            name = self._scene.name_at(cell.start)
            if name is None or name.start > cell.start + 8:
                continue
            if name.form == "person" and self._works_there(cell):
                continue
            rest = self._scene.flow.text[name.end : cell.end]
            last = self._scene.cells.at(name.end - 1)
            if (not rest.strip(" .,") and self._over_address(last)) or (
                rest.startswith(",") and self._scene.is_address(rest)
            ):
                yield name, Sign("head", 1.0, "above an address")

    def _acknowledges(self) -> bool:
        """Whether a receipt is a letter of who was paid: "we have received"."""
        received = self._scene.words.labels.get("receipts", ())
        return self._scene.kind == "payment_confirmation" and any(
            word in self._scene.folded.text for word in received
        )

    def _served(self) -> Iterator[tuple[Name, Sign]]:
        """The person to whom a court's paper is sent, by a form of address, above an address: mostly who owes."""
        for cell in self._scene.cells.all:
            if cell.middle > HEAD:
                break
            folded = fold(cell.text).text
            titles = [title for title in self._scene.words.names.titles if begins_with(folded, title)]
            if not titles:
                continue
            below = self._scene.cells.below(cell)
            place = below if folded in titles else cell
            name = None if place is None else self._scene.persons.person_at(place.start, place.end)
            if place is not None and name is not None and self._over_address(place):
                yield name, Sign("debtor", 1.0, "to whom the paper is sent")

    def mark_sender(self) -> None:
        """The head of a letter names its sender first."""
        heads = [
            mention for mention in self._scene.mentions if any(sign.role == "head" for sign in mention.signs)
        ]
        first = next(
            (
                mention
                for mention in sorted(self._scene.mentions, key=lambda item: item.cell.middle)
                if mention.name.form == "company"
                and mention.cell.middle < _LETTERHEAD
                and mention.name.start - mention.cell.start < 24
                and not any(sign.role == "debtor" for sign in mention.signs)
            ),
            None,
        )
        if self._scene.kind in _ON_BEHALF and self._lawyers():
            # Who writes for somebody is no party; the letter goes to whom its head addresses.
            if first is not None and first.cell.middle <= _TOP and first not in heads:
                self._scene.mentions.remove(first)
            first = None
            for mention in self._scene.mentions:
                if any(sign.role == "head" for sign in mention.signs):
                    mention.signs = [sign for sign in mention.signs if sign.role != "head"]
                    mention.signs.append(Sign("debtor", 1.6, "addressee in the head"))
        elif first is None and self._scene.kind in _LETTERS:
            first = self._trader() or self._of_return_address()
        for mention in self._scene.mentions:
            if not any(sign.role == "head" for sign in mention.signs):
                continue
            mention.signs = [sign for sign in mention.signs if sign.role != "head"]
            second = first is not None and mention is not first and mention.name.value != first.name.value
            if second and first is not None and self._names_the_house(mention, first):
                continue
            if second or (first is None and len(heads) > 1 and mention is not heads[0]):
                mention.signs.append(Sign("debtor", 1.6, "addressee in the head"))
        if first is not None:
            first.signs.append(Sign("sender", 1.6, "head of the paper"))

    def _names_the_house(self, mention: Mention, sender: Mention) -> bool:
        """Whether words over the sender's own name, in its column at the top, are what the house is called."""
        above = sender.cell.middle - mention.cell.middle
        return (
            mention.cell.middle < _TOP
            and 0 < above < _HOUSE
            and abs(mention.cell.x0 - sender.cell.x0) < _SAME_COLUMN
        )

    def _lawyers(self) -> bool:
        """Whether the first lines of the paper call its sender lawyers or the like."""
        agents = [agent for agent in self._scene.words.names.agents if len(agent) > _ABBREVIATED]
        return any(
            holds_word(fold(cell.text).text, agent)
            for cell in self._scene.cells.all
            if cell.middle < _TOP
            for agent in agents
        )

    def _trader(self) -> Mention | None:
        """Who trades under a name of their own: the first line of the paper, over an address or beside a title."""
        if self._scene.cells.leftward:
            return self._dealer()
        cell = min(self._scene.cells.all, key=lambda item: (round(item.middle, 2), item.x0), default=None)
        below = None if cell is None else self._scene.cells.below(cell)
        if cell is None or below is None or cell.middle > _TOP or cell.x0 > _LEFT or cell.text.count(" ") < 2:
            return None
        folded = fold(cell.text)
        titles = [title for kind in self._scene.words.kinds.values() for title in kind.titles]
        if any(begins_with(folded.text, title) for title in titles) or not self._near_address(cell):
            return None
        if any(begins_with(folded.text, word) for word in self._scene.words.names.addressed if len(word) > 1):
            return None
        return self._named(self._scene.companies.whole(cell))

    def _of_return_address(self) -> Mention | None:
        """The sender by the line over the addressee, in small print: "Maler Quast · Fasanenweg 3 · 49594 Alfhausen"."""
        for cell in self._scene.cells.all:
            parts = [part.strip() for part in _SEPARATED.split(cell.text)]
            if (
                cell.middle > _LETTERHEAD
                or len(parts) < _LEAST_PARTS
                or not self._scene.is_address(cell.text)
            ):
                continue
            name = parts[0]
            if (
                name[:1].isupper()
                and " " in name
                and not any(letter.isdigit() or letter == ":" for letter in name)
            ):
                return self._named(Name(cell.start, cell.start + len(name), name, "company"))
        return None

    def _near_address(self, cell: Cell) -> bool:
        """Whether an address stands beneath the first line, or beneath what says the trade and the owner."""
        return any(self._scene.is_address(line.text) for line in self._beneath(cell, _TRADE_LINES))

    def _named(self, name: Name | None) -> Mention | None:
        """The mention of a sender by a name of its own, in place of others there; None where it is who owes."""
        if name is None or any(
            sign.role == "debtor" for mention in self._over(name) for sign in mention.signs
        ):
            return None
        covered = self._over(name)
        self._scene.mentions = [mention for mention in self._scene.mentions if mention not in covered]
        mention = self._scene.add(name)
        self._scene.mentions.sort(key=lambda item: item.name.start)
        return mention

    def _dealer(self) -> Mention | None:
        """Who is on the first line of an Israeli paper, over the words for a person who is registered for VAT."""
        cell = min(self._scene.cells.all, key=lambda item: (round(item.middle, 2), -item.x1), default=None)
        below = None if cell is None else self._scene.cells.below(cell)
        if cell is None or below is None or not begins_with(fold(below.text).text, _DEALER):
            return None
        name = self._scene.persons.person_at(cell.start, cell.end)
        return None if name is None else self._scene.add(name)

    def _over(self, name: Name) -> list[Mention]:
        return [
            mention
            for mention in self._scene.mentions
            if mention.name.start < name.end and name.start < mention.name.end
        ]

    def _rest(self, cell: Cell, place: int) -> Name | None:
        """What follows "To:" on a Hebrew line, where names have no capital letters: an organisation without a form."""
        text = self._scene.flow.text[place : cell.end]
        value = text.strip(" :")
        if not self._scene.cells.leftward or ":" not in text or any(map(str.isdigit, value)):
            return None
        if len(value.split()) not in _WORDS_OF_NAME or value[-1] in ".,":
            return None
        return Name(place + text.index(value), cell.end, value, "company")

    def _company_over(self, cell: Cell) -> Name | None:
        """The company on the line above a person's form of address: the letter goes to it, the person works there."""
        companies = [mention for mention in self._scene.mentions if mention.name.form == "company"]
        found = self._on_the_line_above(cell, companies[1:])
        return found if found is not None and found.value != companies[0].name.value else None

    def _works_there(self, cell: Cell) -> bool:
        """Whether a person stands beneath a company, in its address: he is whom to ask for there."""
        companies = [mention for mention in self._scene.mentions if mention.name.form == "company"]
        return self._on_the_line_above(cell, companies) is not None

    def _on_the_line_above(self, cell: Cell, companies: Sequence[Mention]) -> Name | None:
        above = self._scene.cells.above(cell)
        return next(
            (
                mention.name
                for mention in companies
                if above is not None
                and above.start <= mention.name.start <= above.start + 3
                and mention.name.end >= above.end - 2
            ),
            None,
        )

    def _over_address(self, name: Cell) -> bool:
        """Whether an address stands under the name: in one line, or street and town in a line each."""
        lines = list(self._beneath(name, _ADDRESS_LINES))
        return bool(lines) and (
            self._scene.is_address(lines[0].text) or any(self._scene.is_town(line.text) for line in lines)
        )

    def _beneath(self, cell: Cell, most: int) -> Iterator[Cell]:
        """The lines that stand under a cell, at most so many."""
        below = self._scene.cells.below(cell)
        for _ in range(most):
            if below is None:
                return
            yield below
            below = self._scene.cells.below(below)

    def _name_after(self, cell: Cell, place: int) -> Name | None:
        while place < cell.end and not self._scene.flow.text[place].isalnum():
            place += 1
        if cell.end - place > 3 and (name := self._scene.name_at(place)) is not None:
            return name
        # "To the managing director of Moor Ltd".
        inside = [
            mention.name
            for mention in self._scene.mentions
            if mention.name.form == "company" and place <= mention.name.start and mention.name.end <= cell.end
        ]
        if inside and len(cell.text) < _LONGEST_LINE:
            return inside[0]
        below = self._scene.cells.below(cell)
        return self._scene.name_at(below.start) if below is not None else None
