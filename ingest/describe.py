"""From readings to what a document is: pure values, without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from ocr.kind import kind_of
from ocr.rows import rows_of
from ocr.values import FieldReading, PageReading, Part, Reading

DATE_FIELDS = ("document_date", "invoice_date", "assignment_date", "payment_date")
"""Which fields date a document, the best first."""

AMOUNT_FIELDS = ("amounts.total", "amounts.principal", "amounts.deposit", "amounts.monthly_fee")
"""Which fields are the amount of a document, the best first."""

_LARGEST_MINOR = 2**62


class DepositPage(NamedTuple):
    """A page of a deposit, numbered from 1."""

    deposit: str
    page: int


@dataclass(frozen=True, slots=True)
class Description:
    """What the machine says of a document. Pages of fields and parts are numbered within the document, from 1.

    `parts` are the runs of pages that are one paper each, as far as the reading saw it.
    """

    kind: str
    kind_confidence: float
    language: str
    fields: tuple[FieldReading, ...]
    parts: tuple[tuple[int, int], ...]


def whole(deposit: str, reading: Reading) -> tuple[DepositPage, ...]:
    """All pages of a deposit."""
    return tuple(DepositPage(deposit, page.number) for page in reading.pages)


def describe(pages: Sequence[DepositPage], readings: Mapping[str, Reading]) -> Description:
    """The description of a document with these pages; every deposit of them must have its reading."""
    first = readings[pages[0].deposit] if pages else None
    if first is not None and tuple(pages) == whole(pages[0].deposit, first):
        kind: str = first.kind
        confidence, language = first.kind_confidence, first.language
    else:
        kind, confidence, language = _of_first_page(pages, readings)
    return Description(
        kind, confidence, language, tuple(_fields(pages, readings)), tuple(_parts(pages, readings))
    )


def texts_of(pages: Sequence[DepositPage], readings: Mapping[str, Reading]) -> dict[int, str]:
    """What each page of a document says, by its number within the document."""
    return {
        position: page.text
        for position, (deposit, number) in enumerate(pages, start=1)
        for page in readings[deposit].pages
        if page.number == number
    }


def document_date(fields: Mapping[str, str]) -> date | None:
    """The date of a document with these present fields; None where none is a date."""
    for name in DATE_FIELDS:
        try:
            return date.fromisoformat(fields[name])
        except (KeyError, ValueError):
            continue
    return None


def amount_minor(fields: Mapping[str, str]) -> int | None:
    """The amount of a document in minor units (hundredths); None where no field is one."""
    for name in AMOUNT_FIELDS:
        try:
            minor = Decimal(fields[name]) * 100
        except (KeyError, InvalidOperation):
            continue
        if minor == minor.to_integral_value() and abs(minor) < _LARGEST_MINOR:
            return int(minor)
    return None


def _of_first_page(pages: Sequence[DepositPage], readings: Mapping[str, Reading]) -> tuple[str, float, str]:
    """Kind and language of the first page that says something."""
    found = ("other", 0.0, "und")
    for deposit, number in pages:
        reading = readings[deposit]
        page = next((one for one in reading.pages if one.number == number), None)
        if page is None or page.blank or page.error is not None:
            continue
        part = next((part for part in reading.parts if part.first == number), None)
        kind = page.kind if part is None else part.kind
        if found == ("other", 0.0, "und") or kind != "other":
            found = (kind, _sure(page, part), page.language)
        if kind != "other":
            break
    return found


def _sure(page: PageReading, part: Part | None) -> float:
    """How sure the kind is: as the reading noted of the paper, else as the page by itself says."""
    if part is not None and part.kind_confidence is not None:
        return part.kind_confidence
    return kind_of(rows_of(page), page.language).confidence


def _fields(pages: Sequence[DepositPage], readings: Mapping[str, Reading]) -> Iterable[FieldReading]:
    """The fields that stand on these pages; what stands there twice with the same text is said once."""
    best: dict[tuple[str, int, str], FieldReading] = {}
    for position, (deposit, number) in enumerate(pages, start=1):
        for item in readings[deposit].fields:
            if item.page == number:
                key = (item.name, position, item.raw)
                if key not in best or best[key].confidence < item.confidence:
                    best[key] = replace(item, page=position)
    return best.values()


def _parts(pages: Sequence[DepositPage], readings: Mapping[str, Reading]) -> Iterable[tuple[int, int]]:
    begin, before = 1, None
    for position, (deposit, number) in enumerate(pages, start=1):
        parts = readings[deposit].parts
        paper = next((index for index, part in enumerate(parts) if part.first <= number <= part.last), -1)
        if before is not None and before != (deposit, paper):
            yield begin, position - 1
            begin = position
        before = (deposit, paper)
    if before is not None:
        yield begin, len(pages)
