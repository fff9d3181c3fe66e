"""The debts of the demo, with figures that agree: net plus VAT is the total, principal plus interest the claim."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tabellion.demo.cast import Cast, make_namesakes
from tabellion.demo.identifiers import digits
from tabellion.demo.registry import Claim, Party

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to two digits, as invoices are."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice: so many at a unit price without tax."""

    text: str
    quantity: int
    unit: str
    price: Decimal

    @property
    def net(self) -> Decimal:
        return cents(self.price * self.quantity)


@dataclass(frozen=True, slots=True)
class Invoice:
    """Lines under one rate of VAT (in per cent); tax is computed on the sum."""

    number: str
    issued: date
    due: date
    rate: int
    lines: tuple[Line, ...]

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def vat(self) -> Decimal:
        return cents(self.net * self.rate / 100)

    @property
    def total(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Case:
    """One debt: the invoices that were not paid, and what grew from them."""

    external_id: str
    number: str
    contract: str
    contract_date: date
    debtor: Party
    creditor: Party
    present: Party
    currency: str
    invoices: tuple[Invoice, ...]
    interest_rate: Decimal

    @property
    def principal(self) -> Decimal:
        """The sum of the unpaid invoices."""
        return sum((invoice.total for invoice in self.invoices), Decimal(0))

    @property
    def interest_from(self) -> date:
        """The day after the last invoice fell due; no paper claims interest for an earlier day."""
        return max(invoice.due for invoice in self.invoices) + timedelta(days=1)

    def interest(self, until: date) -> Decimal:
        """Simple interest on the principal, by days of a year of 365, both ends counted."""
        days = (until - self.interest_from).days + 1
        return cents(self.principal * self.interest_rate / 100 * days / 365)

    def claim(self, as_of: date) -> Claim:
        """The record of the registry, on a day on which nothing has been paid yet."""
        return Claim(
            external_id=self.external_id,
            number=self.number,
            original_creditor=self.creditor.external_id,
            present_creditor=self.present.external_id,
            debtors=((self.debtor.external_id, "debtor"),),
            currency=self.currency,
            principal=int(self.principal * 100),
            as_of=as_of,
            contract_date=self.contract_date,
            due_date=max(invoice.due for invoice in self.invoices),
            contract_numbers=(self.contract,),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedCase(Case):
    """A debt that went to court, and of which a part was paid afterwards."""

    court: Party
    case_number: str
    costs: Decimal
    paid: Decimal
    paid_on: date

    def claim(self, as_of: date) -> Claim:
        """The record of the registry: what is left of the principal after the payment."""
        left = int((self.principal - self.paid) * 100)
        # Named, because `super()` without arguments does not find a class that slots have rebuilt.
        return replace(Case.claim(self, as_of), principal=left, case_numbers=(self.case_number,))


@dataclass(frozen=True, slots=True)
class Cases:
    """The five debts, by the language of their papers."""

    polish: TriedCase
    italian: TriedCase
    german: Case
    english: TriedCase
    spanish: Case

    def all(self) -> tuple[Case, ...]:
        """Every case, in a fixed order."""
        return (self.polish, self.italian, self.german, self.english, self.spanish)


def make_cases(rng: random.Random, cast: Cast) -> Cases:
    """The cases with numbers and prices drawn from `rng`."""

    def price(low: int, high: int) -> Decimal:
        return Decimal(rng.randint(low * 100, high * 100)) / 100

    fala = price(119, 149)
    phone = price(310, 380)
    polish = TriedCase(
        external_id="K-7001",
        number=f"JW/{digits(rng, 6)}/2024",
        contract=f"FT/2022/{digits(rng, 6)}",
        contract_date=date(2022, 9, 14),
        debtor=cast.brzezinska,
        creditor=cast.fala,
        present=cast.jantar,
        currency="PLN",
        invoices=(
            Invoice(
                number=f"FV/{digits(rng, 4)}/10/2023",
                issued=date(2023, 10, 3),
                due=date(2023, 10, 17),
                rate=23,
                lines=(
                    Line("Abonament „Fala Dom 600” za wrzesień 2023", 1, "mies.", fala),
                    Line("Połączenia poza pakietem", 1, "kpl.", price(11, 38)),
                    Line("Rata 12/24 – telefon Sonar X5", 1, "szt.", phone),
                ),
            ),
            Invoice(
                number=f"FV/{digits(rng, 4)}/11/2023",
                issued=date(2023, 11, 3),
                due=date(2023, 11, 17),
                rate=23,
                lines=(
                    Line("Abonament „Fala Dom 600” za październik 2023", 1, "mies.", fala),
                    Line("Raty 13–24 – telefon Sonar X5 (wymagalne)", 4, "szt.", phone),
                    Line("Opłata za zerwanie umowy terminowej", 1, "szt.", price(240, 420)),
                ),
            ),
        ),
        interest_rate=Decimal("11.25"),
        costs=Decimal("1100.00"),
        paid=Decimal("400.00"),
        paid_on=date(2025, 2, 10),
        court=cast.court_pl,
        case_number=f"I Nc {rng.randint(210, 989)}/24",
    )
    italian = TriedCase(
        external_id="K-7002",
        number=f"ARC-{digits(rng, 6)}",
        contract=f"EC-{digits(rng, 8)}",
        contract_date=date(2021, 6, 21),
        debtor=cast.ferrante,
        creditor=cast.chiara,
        present=cast.ambra,
        currency="EUR",
        invoices=(
            Invoice(
                number=f"2023/{digits(rng, 5)}",
                issued=date(2023, 5, 9),
                due=date(2023, 5, 29),
                rate=10,
                lines=(
                    Line(
                        "Energia elettrica F1, marzo e aprile 2023",
                        rng.randint(820, 1180),
                        "kWh",
                        Decimal("0.31"),
                    ),
                    Line(
                        "Energia elettrica F2 e F3, marzo e aprile 2023",
                        rng.randint(1400, 1900),
                        "kWh",
                        Decimal("0.27"),
                    ),
                    Line("Trasporto e gestione del contatore", 2, "mesi", Decimal("21.45")),
                    Line("Oneri di sistema", 2, "mesi", Decimal("17.80")),
                ),
            ),
            Invoice(
                number=f"2023/{digits(rng, 5)}",
                issued=date(2023, 7, 10),
                due=date(2023, 7, 31),
                rate=10,
                lines=(
                    Line(
                        "Energia elettrica F1, maggio e giugno 2023",
                        rng.randint(700, 990),
                        "kWh",
                        Decimal("0.31"),
                    ),
                    Line(
                        "Energia elettrica F2 e F3, maggio e giugno 2023",
                        rng.randint(900, 1500),
                        "kWh",
                        Decimal("0.27"),
                    ),
                    Line("Trasporto e gestione del contatore", 2, "mesi", Decimal("21.45")),
                    Line("Oneri di sistema", 2, "mesi", Decimal("17.80")),
                ),
            ),
        ),
        interest_rate=Decimal("5.00"),
        costs=Decimal("618.50"),
        paid=Decimal("250.00"),
        paid_on=date(2025, 1, 15),
        court=cast.court_it,
        case_number=f"R.G. {rng.randint(1100, 3900)}/2024",
    )
    german = Case(
        external_id="K-7003",
        number=f"ARC-{digits(rng, 6)}",
        contract=f"A-{digits(rng, 7)}",
        contract_date=date(2023, 9, 4),
        debtor=cast.ferrante,
        creditor=cast.seeblick,
        present=cast.seeblick,
        currency="EUR",
        invoices=(
            Invoice(
                number=f"R-2023-{digits(rng, 5)}",
                issued=date(2023, 9, 28),
                due=date(2023, 10, 12),
                rate=19,
                lines=(
                    Line("Esstisch „Bregenz“, Eiche massiv, 200 × 95 cm", 1, "Stk.", price(690, 820)),
                    Line("Stuhl „Lindau“, Eiche geölt", 6, "Stk.", price(109, 139)),
                    Line("Lieferung und Aufbau in Bozen", 1, "pausch.", price(140, 190)),
                ),
            ),
        ),
        interest_rate=Decimal("8.12"),
    )
    english = TriedCase(
        external_id="K-7004",
        number=f"AMB-{digits(rng, 6)}",
        contract=f"TCA-{digits(rng, 5)}",
        contract_date=date(2022, 2, 8),
        debtor=cast.tidewell,
        creditor=cast.marlow,
        present=cast.amberline,
        currency="GBP",
        invoices=(
            Invoice(
                number=f"INV-{digits(rng, 5)}",
                issued=date(2024, 1, 18),
                due=date(2024, 2, 17),
                rate=20,
                lines=(
                    Line(
                        "European oak, prime, 27 mm, kiln dried", rng.randint(24, 38), "boards", price(38, 46)
                    ),
                    Line("Accoya, 63 mm, planed all round", rng.randint(10, 18), "lengths", price(51, 64)),
                    Line("Delivery, tail-lift", 1, "trip", Decimal("65.00")),
                ),
            ),
            Invoice(
                number=f"INV-{digits(rng, 5)}",
                issued=date(2024, 2, 22),
                due=date(2024, 3, 23),
                rate=20,
                lines=(
                    Line(
                        "Birch plywood BB/BB, 18 mm, 2440 × 1220",
                        rng.randint(18, 30),
                        "sheets",
                        price(54, 68),
                    ),
                    Line("Sapele, 52 mm, rough sawn", rng.randint(6, 14), "boards", price(47, 58)),
                    Line("Cutting to list", 3, "hours", Decimal("42.00")),
                ),
            ),
        ),
        interest_rate=Decimal("13.25"),
        costs=Decimal("285.00"),
        paid=Decimal("1000.00"),
        paid_on=date(2025, 3, 21),
        court=cast.court_en,
        case_number=f"{rng.choice('HJKL')}{rng.randint(2, 9)}QZ{rng.randint(10, 99)}V{rng.randint(1, 9)}",
    )
    spanish = Case(
        external_id="K-7005",
        number=f"AMB-{digits(rng, 6)}",
        contract=f"PED-2024/{digits(rng, 4)}",
        contract_date=date(2024, 3, 5),
        debtor=cast.tidewell,
        creditor=cast.cantabrica,
        present=cast.cantabrica,
        currency="EUR",
        invoices=(
            Invoice(
                number=f"F24/{digits(rng, 5)}",
                issued=date(2024, 4, 2),
                due=date(2024, 5, 2),
                rate=21,
                lines=(
                    Line("Tablero alistonado de castaño, 40 mm", rng.randint(12, 22), "uds.", price(82, 96)),
                    Line("Viga de roble recuperado, 3 m", rng.randint(4, 9), "uds.", price(118, 149)),
                    Line("Embalaje y documentación de exportación", 1, "ud.", price(90, 130)),
                ),
            ),
        ),
        interest_rate=Decimal("12.25"),
    )
    return Cases(polish, italian, german, english, spanish)


def make_namesake_cases(rng: random.Random, cast: Cast) -> tuple[Case, Case]:
    """A debt of each of two debtors of one name, to the same company; drawn from a source of their own."""
    one, other = (
        Case(
            external_id=f"K-{7006 + number}",
            number=f"JW/{digits(rng, 6)}/2024",
            contract=f"FT/2023/{digits(rng, 6)}",
            contract_date=date(2023, 1, 16 + number),
            debtor=debtor,
            creditor=cast.fala,
            present=cast.jantar,
            currency="PLN",
            invoices=(
                Invoice(
                    number=f"FV/{digits(rng, 4)}/02/2024",
                    issued=date(2024, 2, 5),
                    due=date(2024, 2, 19),
                    rate=23,
                    lines=(
                        Line("Abonament „Fala Dom 300”", 6, "mies.", Decimal(rng.randint(6900, 9900)) / 100),
                    ),
                ),
            ),
            interest_rate=Decimal("11.25"),
        )
        for number, debtor in enumerate(make_namesakes(rng))
    )
    return one, other
