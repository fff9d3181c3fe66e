"""An invoice's own data, whatever its format: fields as promised, and lines."""

from dataclasses import dataclass
from itertools import islice
from types import ModuleType

from ocr.einvoice import cii, fatturapa, ubl
from ocr.einvoice.tree import name_of, parse
from ocr.einvoice.values import amount, plain

_FORMATS: tuple[tuple[str, ModuleType], ...] = (("CII", cii), ("UBL", ubl), ("FatturaPA", fatturapa))
_MAX_LINES = 500
_MAX_VALUE = 300


@dataclass(frozen=True, slots=True)
class EInvoice:
    """`fields` are names of INTERFACES with their values, each name once.

    `lines` are description, quantity, net amount and VAT rate in percent; what is not told is empty.
    """

    format: str
    fields: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str, str, str], ...]


def parse_invoice(data: bytes) -> EInvoice | None:
    """The invoice in an XML file, or None where it is other XML. Raises ReadingRefused on hostile or broken XML."""
    root = parse(data)
    for name, module in _FORMATS:
        if name_of(root) in module.ROOTS:
            found: dict[str, str] = {}
            for field, value in module.fields(root):
                if value:
                    found.setdefault(field, value[:_MAX_VALUE])
            lines = tuple(
                (description[:_MAX_VALUE], plain(quantity), amount(net), plain(rate))
                for description, quantity, net, rate in islice(module.lines(root), _MAX_LINES)
            )
            if "invoice_number" in found or "amounts.total" in found:
                return EInvoice(name, tuple(found.items()), lines)
    return None
