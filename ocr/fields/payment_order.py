"""The Russian payment order (form 0401060): who is who stands beneath, and the payer's half is above the payee's.

Bank of Russia, Regulation 762-P of 29 June 2021, annex 2: the payer's ИНН, name, account and bank come before the
payee's bank, ИНН, account and name, and the word for each stands under what it names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cell, Cells
from ocr.fields.names import Name
from ocr.fields.role import Role
from ocr.fields.scene import Sign
from ocr.folding import fold

_WORDS = tuple(
    fold(word).text for word in ("плательщик", "банк плательщика", "банк получателя", "получатель")
)
_SUM = re.compile(r"Сумма\s+(?P<sum>\d[\d ]*)[-=](?P<cents>\d\d)?(?!\d)")
_BENEATH = 5


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """The words of the form on a page: where the payer and his bank, the payee's bank and the payee are named."""

    payer: Cell
    payers_bank: Cell
    payee: Cell

    @classmethod
    def on(cls, cells: Cells) -> "PaymentOrder | None":
        """The form, if its four words stand on the page by themselves, in its order."""
        found: list[Cell] = []
        for word in _WORDS:
            cell = next((cell for cell in cells.all if fold(cell.text).text == word), None)
            if cell is None or (found and cell.middle <= found[-1].middle):
                return None
            found.append(cell)
        return cls(found[0], found[1], found[3])

    def is_payers(self, cell: Cell) -> bool:
        """Whether what stands in the cell is in the payer's half."""
        return cell.middle <= self.payers_bank.middle + self.payers_bank.height / 2

    def named(self, names: Sequence[tuple[Cell, Name]]) -> Iterator[tuple[Name, Sign]]:
        """The names right above the words for payer and payee."""
        for word, role in ((self.payer, "debtor"), (self.payee, "claimant")):
            above = [
                (cell, name)
                for cell, name in names
                if 0 < word.middle - cell.middle < _BENEATH * word.height and abs(cell.x0 - word.x0) < 0.1
            ]
            if above:
                _, name = max(above, key=lambda pair: pair[0].middle)
                yield name, Sign(role, 5.0, f"above “{fold(word.text).text}”")

    def sums(self, cells: Cells) -> Iterator[Role]:
        """The amount as the form wants it: roubles and kopecks parted by a dash, or roubles and an equals sign."""
        for match in _SUM.finditer(cells.flow.text):
            value = f"{int(re.sub(' ', '', match['sum']))}.{match['cents'] or '00'}"
            span = match.start("sum"), match.end()
            candidate = Candidate(cells.flow, *span, value, "amount: of a payment order", 0.97)
            yield Role("amounts.total", candidate, candidate.rule, 0.97)
