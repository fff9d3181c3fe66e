"""What a paper is called: its kind, the number that it carries, and its date."""

from collections.abc import Mapping
from datetime import date

NUMBERS = ("invoice_number", "contract_number", "case_number", "enforcement_number", "reference")
"""Which fields number a paper, the best first, unless its kind has one of its own."""

_FIRST = {"contract": "contract_number", "court_order": "case_number"}


def number_of(kind: str, values: Mapping[str, str]) -> str:
    """The number of a paper of that kind with these present fields; empty where it has none."""
    order = sorted(NUMBERS, key=lambda name: name != _FIRST.get(kind))
    return next((values[name] for name in order if name in values), "")


def told_of(kind: str, number: str, day: date | None, otherwise: str) -> list[str]:
    """Kind, number and date, as far as they are known; `otherwise` beside the kind where neither is."""
    known = [part for part in (number, "" if day is None else day.isoformat()) if part]
    return [kind, *(known or [otherwise])]
