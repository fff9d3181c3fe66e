"""Which fields of a paper wait for a person, why, and how much money hangs on them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select

from archive.catalogue.schema import documents, field_doubts, fields
from archive.histories import FIELD_KEY
from archive.identifiers import CHECKED, identifies
from archive.present import present_rows

SURE: Final = 0.9
"""Fields that are read with less than this confidence wait for a person."""

Reason = Literal["unsure", "sum", "check_digit", "date_order", "print"]
"""Unsure; does not add up; its check fails; is later or earlier than can be; printed otherwise than embedded."""

SUMS: Final = (
    ("amounts.total", "amounts.net", "amounts.vat"),
    ("amounts.total", "amounts.principal", "amounts.interest", "amounts.costs"),
)
"""The first is the sum of the others, where a paper has them all."""

PARTS: Final = tuple(f"amounts.{name}" for name in ("principal", "interest", "costs", "net", "vat"))
_STAKES = ("amounts.total", *PARTS, "amounts.deposit", "amounts.monthly_fee")
_ORDERS = (
    ("invoice_date", "document_date"),
    ("invoice_date", "due_date"),
    ("assignment_date", "document_date"),
    ("parties.debtor.birth_date", "document_date"),
)
"""The first is never after the second."""
_INVOICE_ORDER = ("document_date", "due_date")
"""Of invoices only: a reminder may print the day on which its invoice was due."""
_PAST = ("document_date", "invoice_date", "assignment_date", "payment_date")
"""What lies in the past when the paper arrives."""
_LARGEST_MINOR = 2**62


class Value(NamedTuple):
    """A field as far as it is doubted: `decided` by a person, or read so surely; `printed` if it differs from data.

    `despite` are the amounts (`Discord.figures`) that its person was told do not add up, and meant.
    """

    name: str
    value: str
    confidence: float
    decided: bool = False
    printed: str | None = None
    despite: str | None = None


@dataclass(frozen=True, slots=True)
class Discord:
    """Amounts of a paper that contradict each other, the whole first.

    Where the parts are `complete` they do not make the whole; else each of them is more than the whole.
    """

    names: tuple[str, ...]
    amounts: tuple[Decimal, ...]
    complete: bool

    @property
    def whole(self) -> Decimal:
        return self.amounts[0]

    @property
    def parts(self) -> tuple[Decimal, ...]:
        return self.amounts[1:]

    @property
    def figures(self) -> str:
        """The amounts by name, so that the same ones are known again."""
        return " ".join(
            sorted(f"{name}={one:.2f}" for name, one in zip(self.names, self.amounts, strict=True))
        )


@dataclass(frozen=True, slots=True)
class Doubts:
    """The reasons against each field (by its place in the list), and the largest amount of the paper in hundredths.

    `weight` is how much of that amount is in doubt: all of it where a rule is broken, else by the least sure field.
    """

    reasons: Mapping[int, tuple[Reason, ...]]
    stake: int
    weight: int


def doubts_of(values: Sequence[Value], kind: str, received: date | None = None) -> Doubts:
    """What is doubtful in the fields of one paper. What a person decided is not, but what disagrees with it is.

    `received` is the day on which the paper arrived.
    """
    present = _present(values)
    found: dict[int, list[Reason]] = {}
    settled = _settled(values, present)

    def doubt(place: int, reason: Reason) -> None:
        if not values[place].decided and reason not in found.setdefault(place, []):
            found[place].append(reason)

    for place, one in enumerate(values):
        if one.confidence < SURE and not (one.name in settled and settled[one.name] == _amount(one)):
            doubt(place, "unsure")
        if one.printed is not None:
            doubt(place, "print")
        if not checks(one.name, one.value):
            doubt(place, "check_digit")
    amounts = {name: amount for name in present if (amount := _amount(values[present[name]])) is not None}
    discord = discord_of(values)
    if discord is not None and _meant(discord, values, present) is None:
        for name in discord.names:
            doubt(present[name], "sum")
    days = {name: day for name in present if (day := _day(values[present[name]])) is not None}
    for name in _disordered(days, kind, received):
        doubt(present[name], "date_order")
    stakes = [abs(amounts[name]) * 100 for name in _STAKES if name in amounts]
    stake = min(int(max(stakes, default=Decimal(0))), _LARGEST_MINOR)
    reasons = {place: tuple(why) for place, why in found.items() if why}
    doubted = (
        1 - Decimal(str(values[place].confidence)) if why == ("unsure",) else 1
        for place, why in reasons.items()
    )
    return Doubts(reasons, stake, weight=int(stake * max(doubted, default=Decimal(0))))


def discord_of(values: Sequence[Value]) -> Discord | None:
    """The amounts among the fields of one paper that contradict each other; None where none do."""
    present = _present(values)
    amounts = {name: amount for name in present if (amount := _amount(values[present[name]])) is not None}
    group = sums_of(tuple(amounts))
    if group:
        whole, *parts = (amounts[name] for name in group)
        return None if whole == sum(parts) else Discord(group, (whole, *parts), complete=True)
    if "amounts.total" not in amounts:
        return None
    whole = amounts["amounts.total"]
    larger = [name for name in PARTS if name in amounts and abs(amounts[name]) > abs(whole)]
    if not larger:
        return None
    return Discord(("amounts.total", *larger), (whole, *(amounts[name] for name in larger)), complete=False)


def known_discord(values: Sequence[Value]) -> tuple[Discord, int] | None:
    """The contradiction that persons know of, and the place of the value with which one said so; None where none is.

    They know of it where one said that he means it, or where all of the amounts are their word.
    """
    discord = discord_of(values)
    if discord is None:
        return None
    present = _present(values)
    place = _meant(discord, values, present)
    if place is None and all(values[present[name]].decided for name in discord.names):
        place = max(present[name] for name in discord.names)
    return None if place is None else (discord, place)


def values_of(rows: Iterable[Row[Any]]) -> list[Value]:
    """Rows of fields as far as they are doubted."""
    return [
        Value(row.name, row.value, row.confidence, row.actor is not None, row.printed, row.despite)
        for row in rows
    ]


def write_doubts(connection: Connection, document_id: str) -> None:
    """Bring the list of waiting fields in line with what is known of a document; derived, so that any call heals it."""
    forget_doubts(connection, document_id)
    rows = [
        row for row in present_rows(connection, fields, FIELD_KEY, document_id) if row.state != "withdrawn"
    ]
    paper = connection.execute(
        select(documents.c.kind, documents.c.received_at).where(documents.c.id == document_id)
    ).one()
    found = doubts_of(values_of(rows), paper.kind, paper.received_at.date())
    if found.reasons:
        connection.execute(
            insert(field_doubts),
            [
                {
                    "field_id": rows[place].id,
                    "document_id": document_id,
                    "reasons": " ".join(reasons),
                    "stake_minor": found.stake,
                    "weight_minor": found.weight,
                }
                for place, reasons in found.reasons.items()
            ],
        )


def forget_doubts(connection: Connection, document_id: str) -> None:
    """Take the fields of a document from the list; before rows of `fields` go, for they are what is listed."""
    connection.execute(delete(field_doubts).where(field_doubts.c.document_id == document_id))


def sums_of(names: Sequence[str]) -> tuple[str, ...]:
    """Of these names, the amounts that must add up together, the whole first; none where the paper has not all."""
    return next((group for group in SUMS if all(name in names for name in group)), ())


def checks(name: str, value: str) -> bool:
    """Whether the check digit of a field's value holds; values that have none hold."""
    first, _, rest = name.partition(".")
    kind = {"iban": "iban", "parties": rest.rpartition(".")[2]}.get(first, "")
    return kind not in CHECKED or identifies(kind, re.sub(r"[\s.-]", "", value).upper())


def _present(values: Sequence[Value]) -> dict[str, int]:
    """The place of the one value a name that counts: a person's, else the surest."""
    order = sorted(range(len(values)), key=lambda place: (values[place].decided, values[place].confidence))
    return {values[place].name: place for place in order}


def _meant(discord: Discord, values: Sequence[Value], present: Mapping[str, int]) -> int | None:
    """The place of the amount of which a person said that he means them as they are; None where nobody did."""
    places = (present[name] for name in discord.names)
    return next((place for place in places if values[place].despite == discord.figures), None)


def _settled(values: Sequence[Value], present: Mapping[str, int]) -> dict[str, Decimal]:
    """The amounts that what a person said vouches for, however unsurely they were read.

    They are those that contradict each other and are meant so, and the last of a sum whose other amounts are all a
    person's word: it is what they make it. Where two are the machine's the sum proves neither. The total and a part
    misread alike still add up, and so do two parts that were taken for each other.
    """
    discord = discord_of(values)
    if discord is not None:
        meant = _meant(discord, values, present) is not None
        return dict(zip(discord.names, discord.amounts, strict=True)) if meant else {}
    amounts = {
        name: amount for name, place in present.items() if (amount := _amount(values[place])) is not None
    }
    group = sums_of(tuple(amounts))
    unsaid = [name for name in group if not values[present[name]].decided]
    return {name: amounts[name] for name in unsaid} if len(unsaid) == 1 else {}


def _disordered(days: Mapping[str, date], kind: str, received: date | None) -> Iterator[str]:
    """The dates that cannot stand in this order."""
    for first, second in (*_ORDERS, *((_INVOICE_ORDER,) if kind == "invoice" else ())):
        if first in days and second in days and days[first] > days[second]:
            yield from (first, second)
    for name in _PAST:
        if received is not None and name in days and days[name] > received:
            yield name


def _amount(one: Value) -> Decimal | None:
    if not one.name.startswith("amounts."):
        return None
    try:
        amount = Decimal(one.value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _day(one: Value) -> date | None:
    if not one.name.endswith("_date"):
        return None
    try:
        return date.fromisoformat(one.value)
    except ValueError:
        return None
