"""What is wrong with a row: line, field, the value where it is one that cannot be taken, reason, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from archive.registry import Difference

ADVICE: Mapping[str, str] = {
    "BROKEN_QUOTE": "Close the quote, or write a quote inside a cell twice.",
    "TOO_MANY_CELLS": "Put cells that hold the separator into quotes.",
    "BAD_JSON": "Write one JSON object a line.",
    "BAD_TEXT": "Save the file in UTF-8, or name its encoding.",
    "FORMULA_WITHOUT_VALUE": "Save the sheet in the program that made it, so that its formulas have values.",
    "NO_EXTERNAL_ID": "Give every row the number that its record has in your system.",
    "DUPLICATE_EXTERNAL_ID": "Keep one of the rows; nothing of the second was taken.",
    "NO_NAME": "Give the name, or given name and family name.",
    "NO_NUMBER": "Give the number of the claim.",
    "BAD_KIND": "Write person, company, court or authority.",
    "BAD_DATE": "Write the date as 2024-06-18 or 18.06.2024; where months come first, say so.",
    "AMBIGUOUS_DATE": "Write dates as 2024-06-18, or say whether the day or the month comes first.",
    "SPREADSHEET_ERROR": "Mend the formula in the spreadsheet, or empty the cell.",
    "BAD_VALUE": "Write it as an export does.",
    "BAD_AMOUNT": "Write the amount as 2926.05 or 2 926,05.",
    "BAD_CURRENCY": "Write three letters, as in PLN.",
    "TOO_LONG": "Shorten it.",
    "LEADING_ZERO": "Give the column the form of text in the spreadsheet: until then this identifier links no papers.",
    "CHECK_DIGIT": "Check the number: this identifier links no papers.",
    "UNKNOWN_PARTY": "Import the parties first.",
    "UNKNOWN_PORTFOLIO": "Make the portfolio first, or correct its name.",
    "INCOMPLETE_ASSIGNMENT": "Give both who bought the claim and the day.",
}
"""What to do, by the code of the problem."""

Outcome = Literal["added", "changed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a row; `warning`: the row was taken all the same; `value`: the cell that cannot be taken."""

    line: int
    field: str
    code: str
    reason: str
    warning: bool = False
    value: str = ""

    @property
    def advice(self) -> str:
        """What to do about it."""
        return ADVICE[self.code]


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row, or would; `record` is the record that it is of, if there was one, `title` what that is
    called in the row, `changes` what would change of it.
    """

    line: int
    external_id: str | None
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    record: str | None = None
    title: str | None = None
    changes: tuple[Difference, ...] = ()
