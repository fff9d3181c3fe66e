"""What a page offers to those who look for names on it: its cells, its words, and the names found so far."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ocr.fields.cells import Cell, Cells
from ocr.fields.companies import CompanyFinder
from ocr.fields.names import Name
from ocr.fields.persons import PersonFinder
from ocr.fields.wording import holds_word
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

HEAD = 0.45
"""How far down the page sender and addressee stand at most."""

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
_OF_PAYEES: tuple[Kind, ...] = ("dunning_letter", "assignment_notice")
_NUMBERED = re.compile(r"\d{1,2}[.)]\s+(?=\D)")
_DIGIT = re.compile(r"\d")
# Swiss and Austrian postcodes have four digits, as years have: they begin the line, before a town.
_POSTCODE = re.compile(
    r"^(?:(?:CH|A|AT|FL)[- ])?\d{4} [A-ZÄÖÜ][a-zäöü]{2}"
    r"|\b\d{2}-\d{3}\b|\b\d{5,7}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b"
)
_LONGEST_ADDRESS, _LONGEST_TOWN = 110, 45


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


class Scene:
    """One page of a kind of paper in a language."""

    def __init__(self, cells: Cells, kind: Kind, words: Lexicon, language: str) -> None:
        self.cells = cells
        self.flow = cells.flow
        self.kind = kind
        self.words = words
        self.companies = CompanyFinder(cells, words, language)
        self.persons = PersonFinder(cells, words, language)
        self.folded = fold(cells.flow.text)
        self.mentions: list[Mention] = []

    def add(self, name: Name) -> Mention:
        """The mention of this name: a new one, or the one that already covers its place."""
        for mention in self.mentions:
            if mention.name.start < name.end and name.start < mention.name.end:
                return mention
        mention = Mention(name, self.cells.at(name.start), [])
        self.mentions.append(mention)
        return mention

    def name_at(self, offset: int) -> Name | None:
        """The name that begins at this place, give or take a form of address or a number: "1. Moor Ltd"."""
        if numbered := _NUMBERED.match(self.flow.text, offset):
            offset = numbered.end()
        for mention in self.mentions:
            if offset - 3 <= mention.name.start <= offset + 10:
                return mention.name
        return self.persons.person_at(offset, min(len(self.flow.text), offset + 90))

    def nouns(self) -> Iterator[tuple[str, str]]:
        """Roles with the nouns that name them on this kind of paper."""
        # Who receives goods on an invoice is who owes; who receives money on a letter is who is owed.
        payees = self.words.roles["payment"]["claimant"] if self.kind in _OF_PAYEES else ()
        for setting in _SETTINGS[self.kind]:
            for role, nouns in self.words.roles[setting].items():
                for noun in nouns:
                    yield "claimant" if setting == "deal" and noun in payees else role, noun

    def is_town(self, text: str) -> bool:
        """Whether a line is a postcode and a town, as the last of an address is."""
        return (
            len(text) < _LONGEST_TOWN
            and ":" not in text
            and bool(_POSTCODE.search(text))
            and text[-1:] != "."
        )

    def is_address(self, text: str) -> bool:
        """Whether a line looks like one of an address: a number, and a street, or a town behind a comma."""
        folded = fold(text).text
        if not _DIGIT.search(text) or len(folded) > _LONGEST_ADDRESS:
            return False
        streets = any(holds_word(folded, street) for street in self.words.names.streets)
        return "," in text or streets or bool(_POSTCODE.search(text))
