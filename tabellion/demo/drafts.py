"""A paper before it is drawn: its letter, what it is, how it is to be scanned; and how dates and amounts look."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from ocr.values import Kind
from tabellion.demo.cases import Case, Invoice
from tabellion.demo.letter import Grid, Letter
from tabellion.demo.registry import Party
from tabellion.demo.weathering import Scan


@dataclass(frozen=True, slots=True)
class Draft:
    """One paper of a case; `scan` is None for a born-digital one."""

    stem: str
    kind: Kind
    language: str
    dated: date
    case: Case
    letter: Letter
    scan: Scan | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """Dates and amounts as one language prints them."""

    locale: str
    currency: str
    day_pattern: str

    def day(self, value: date) -> str:
        """A date in words."""
        return format_date(value, self.day_pattern, locale=self.locale)

    def short(self, value: date) -> str:
        """A date in figures."""
        return format_date(
            value, "dd.MM.yyyy" if self.locale in {"pl", "de"} else "dd/MM/yyyy", locale=self.locale
        )

    def money(self, amount: Decimal) -> str:
        """An amount with its currency, with ordinary spaces, as it comes out of most printing programs."""
        text = format_currency(amount, self.currency, locale=self.locale)
        return text.replace("\xa0", " ").replace("\u202f", " ")

    def number(self, amount: Decimal) -> str:
        """An amount without its currency, two digits."""
        text = format_decimal(amount, "#,##0.00", locale=self.locale)
        return text.replace("\xa0", " ").replace("\u202f", " ")

    def rate(self, per_cent: Decimal) -> str:
        """A rate in per cent."""
        mark = "%" if self.locale in {"pl", "it", "en_GB"} else " %"
        return format_decimal(per_cent, "0.##", locale=self.locale) + mark


def invoice_grid(invoice: Invoice, form: Format, heads: tuple[str, ...], sums: tuple[str, str, str]) -> Grid:
    """The table of an invoice: text, quantity, unit, price, net; then net, VAT and total."""
    rows = tuple(
        (line.text, str(line.quantity), line.unit, form.number(line.price), form.number(line.net))
        for line in invoice.lines
    )
    net, vat, total = sums
    return Grid(
        heads=heads,
        rows=rows,
        totals=(
            (net, "", "", "", form.number(invoice.net)),
            (vat, "", "", "", form.number(invoice.vat)),
            (total, "", "", "", form.money(invoice.total)),
        ),
        widths=(0.46, 0.1, 0.11, 0.14, 0.19),
        figures_from=3,
    )


def money_grid(heads: tuple[str, str], rows: tuple[tuple[str, str], ...], total: tuple[str, str]) -> Grid:
    """A table of two columns that adds up."""
    return Grid(heads=heads, rows=rows, totals=(total,), widths=(0.72, 0.28), figures_from=1)


def address(party: Party, *before: str) -> tuple[str, ...]:
    """A party as it stands in an address field."""
    return (*before, party.name, *party.address)
