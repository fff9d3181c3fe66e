"""What an invoice says of itself, over what was read on its pages; where the two differ, the field says so."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr.einvoice.invoice import EInvoice
from ocr.fields.accounts import find_ibans
from ocr.fields.amounts import find_amounts
from ocr.fields.candidate import Candidate
from ocr.fields.dates import find_dates
from ocr.fields.flow import Flow, flows_of
from ocr.folding import fold
from ocr.values import Box, FieldReading, InvoiceLine, Part, Reading

_PRINTED, _UNPRINTED, _DIFFERENT = 0.99, 0.95, 0.6
_WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)


def merged(reading: Reading, invoice: EInvoice) -> Reading:
    """The reading with the invoice's own values; fields of which the invoice says nothing stay as they were read.

    Confidence is 0.99 where the value is printed as well, 0.95 where it is not, and 0.6 where another value is printed
    in its place: then a person decides.
    """
    language = reading.language if reading.language != "und" else "en"
    flows = flows_of(reading.pages)
    read = {field.name: field for field in reading.fields}
    own = tuple(
        _field(name, value, invoice.format, read.get(name), flows, language, reading.pages[0].number)
        for name, value in invoice.fields
    )
    names = {field.name for field in own}
    kept = tuple(field for field in reading.fields if field.name not in names)
    lines = _lines(invoice, flows, reading.pages[0].number)
    pages = tuple(
        replace(page, source="embedded" if page.words else page.source, lines=lines.get(page.number, ()))
        for page in reading.pages
    )
    parts = tuple(
        Part(part.first, part.last, "invoice", part.language, kind_confidence=1.0) for part in reading.parts
    )
    return replace(
        reading,
        kind="invoice",
        kind_confidence=1.0,
        parts=parts,
        pages=pages,
        fields=tuple(sorted((*own, *kept), key=lambda field: (field.page, field.box.y0, field.name))),
    )


def _field(
    name: str,
    value: str,
    format_: str,
    read: FieldReading | None,
    flows: Sequence[Flow],
    language: str,
    first_page: int,
) -> FieldReading:
    rule, differs = f"embedded: {format_}", None
    place = _printed(name, value, flows, language)
    if place is not None:
        flow = place.flow
        box, page, raw, confidence = flow.box(place.start, place.end), flow.page.number, place.raw, _PRINTED
    elif read is not None and read.value.casefold() != value.casefold():
        box, page, raw, confidence = read.box, read.page, read.raw, _DIFFERENT
        rule, differs = f"{rule}; the page prints another value", read.value
    else:
        box, page, raw, confidence = _WHOLE_PAGE, first_page, value, _UNPRINTED
        rule += "; not found in print"
    return FieldReading(name, value, raw, confidence, page, box, rule, differs)


def _lines(invoice: EInvoice, flows: Sequence[Flow], first_page: int) -> dict[int, tuple[InvoiceLine, ...]]:
    """The invoice's own lines by the page that prints their description; what is printed nowhere is of the first."""
    found: dict[int, tuple[InvoiceLine, ...]] = {}
    for description, quantity, net, rate in invoice.lines:
        rule = f"embedded: {invoice.format}"
        places = (place for flow in flows if description for place in _candidates("", description, flow, ""))
        place = next(places, None)
        box = None if place is None else place.flow.box(place.start, place.end)
        page = first_page if place is None else place.flow.page.number
        line = InvoiceLine(description, quantity, net, rate, box, rule)
        found[page] = (*found.get(page, ()), line)
    return found


def _printed(name: str, value: str, flows: Sequence[Flow], language: str) -> Candidate | None:
    """Where the value stands on the pages, in whatever notation."""
    # A credit note prints its amounts without the sign, or with the sign behind them.
    wanted = value.removeprefix("-") if name.startswith("amounts.") else value
    found = (candidate for flow in flows for candidate in _candidates(name, value, flow, language))
    return next((candidate for candidate in found if candidate.value == wanted), None)


def _candidates(name: str, value: str, flow: Flow, language: str) -> Iterator[Candidate]:
    if name.endswith("_date"):
        yield from find_dates(flow, language)
    elif name.startswith("amounts."):
        yield from (money.candidate for money in find_amounts(flow))
    elif name.startswith("iban."):
        yield from find_ibans(flow)
    else:
        folded, wanted = fold(flow.text), fold(value).text
        place = folded.text.find(wanted) if wanted else -1
        if place >= 0:
            start, end = folded.back(place, place + len(wanted))
            yield Candidate(flow, start, end, value, "text", 1.0)
