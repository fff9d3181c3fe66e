"""Reads the fields of one row one by one, over what was there before, and notes what is wrong with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from archive.registry.values import LARGEST_NAME
from ingest.importing.cells import divided
from ingest.importing.days import Days, NoDay
from ingest.importing.problems import Problem

_LARGEST_TEXT = {
    "external_id": 200,
    "town": 120,
    "street": 200,
    "postcode": 20,
    "country": 60,
    "principal_source": 60,
    "address_lines": 1_000,
}
_SHOWN = 60
P = TypeVar("P")


@dataclass(slots=True)
class Reader:
    """The fields of one row, their number of line, and how its dates are read; what is wrong is noted."""

    line: int
    fields: Mapping[str, str]
    days: Days
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, code: str, reason: str, value: str = "") -> None:
        self.problems.append(Problem(self.line, name, code, reason, value=value[:_SHOWN]))

    def warn(self, name: str, code: str, reason: str, value: str) -> None:
        self.problems.append(Problem(self.line, name, code, reason, warning=True, value=value[:_SHOWN]))

    @property
    def refused(self) -> bool:
        return any(not problem.warning for problem in self.problems)

    def text(self, name: str, former: str | None = None) -> str | None:
        """The text of a field; what was there stays where the row has it, but for spaces around it."""
        value = self.fields.get(name)
        if value is None or value == (former or "").strip():
            return former
        if len(value) > (largest := _LARGEST_TEXT.get(name, LARGEST_NAME)):
            self.refuse(name, "TOO_LONG", f"longer than {largest} characters")
            return None
        return value or None

    def day(self, name: str, former: date | None = None) -> date | None:
        if not (value := self.fields.get(name)):
            return former if value is None else None
        try:
            return self.days.read(name, value)
        except NoDay as error:
            self.refuse(name, error.code, str(error), value)
            return None

    def many(self, name: str) -> list[str]:
        return divided(self.fields.get(name, ""))

    def parsed(self, name: str, parse: Callable[[str], P], former: P) -> P:
        """A field of JSON, as exports write what no other field holds."""
        if (value := self.fields.get(name)) is None:
            return former
        try:
            return parse(value)
        except ValueError:
            self.refuse(name, "BAD_VALUE", "not as an export writes it", value)
            return former
