"""What is wrong with a row: line, field, reason, what to do. Values of the row are never repeated in it."""

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
    "BAD_DATE": "Write the date as 2024-06-18 or 18.06.2024.",
    "BAD_AMOUNT": "Write the amount as 2926.05 or 2 926,05.",
    "BAD_CURRENCY": "Write three letters, as in PLN.",
    "TOO_LONG": "Shorten it.",
    "CHECK_DIGIT": "Check the number: this identifier links no papers.",
    "UNKNOWN_PARTY": "Import the parties first.",
    "UNKNOWN_PORTFOLIO": "Make the portfolio first, or correct its name.",
    "INCOMPLETE_ASSIGNMENT": "Give both who bought the claim and the day.",
}
"""What to do, by the code of the problem."""

Outcome = Literal["added", "changed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a row; `warning`: the row was taken all the same."""

    line: int
    field: str
    code: str
    reason: str
    warning: bool = False

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
