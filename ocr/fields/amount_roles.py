"""What an amount of money means, and in which currency the paper reckons."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr.fields.allowed import AMOUNTS
from ocr.fields.amounts import Money, currency_of, lone_currency
from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cells
from ocr.fields.flow import Flow
from ocr.fields.headings import heading_of
from ocr.fields.labels import LABEL_REACH, LabelFound, label_before, label_behind, label_of_row, nearest_label
from ocr.fields.role import Role
from ocr.fields.wording import begins_with
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import FieldReading, Kind

_CONTRACT_REACH = 60
_HEADING_REACH = 12
_PART_REACH, _PART_CLAUSE = 12, 60
_BEARING_REACH, _RIGHT_BEFORE = 160, 2
_PARTS = ("amounts.principal", "amounts.interest", "amounts.costs")
_BEARING, _AMONG_WORDS = 0.86, 0.7
_IN_WORDS = re.compile(r"^\s*\([^()]{4,150}\)")
_TELLING = 16
_POSSIBLE_REACH = 24
_SPELT_REACH = 110
_SPELT = re.compile(r"(?:euros?|c[eé]ntimos?|pounds|pence|cent)\s*\(\s*(?:[€£]|EUR|GBP)?\s*$", re.IGNORECASE)
_NEXT, _LOOSE, _BREAK = 3, 0.15, 6
_DETAIL = 0.6
_LABEL_LETTERS = 8
_CLAUSE_ENDS = re.compile(r"[^\W\d_][,;]\s+[^\W\d_]")
_ALONE = re.compile(r"[^\w\d]*(?:[A-Z]{3}|€|£)?\s?-?\d[\d .,'’]*[.,]\d{2}\s?(?:[A-Z]{3}|€|£|zł|₪|₽|руб\.?)?")


def amount_roles(money: Sequence[Money], kind: Kind, words: Lexicon, cells: Cells) -> Iterator[Role]:
    """The amounts of a page in their roles; those without a label are left out.

    An amount that is all that its cell says, in a row of such cells, has the heading of its column for a label.
    """
    allowed = AMOUNTS[kind]
    labels = {role: found for role, found in words.labels.items() if role.startswith("amounts.")}
    reach = LABEL_REACH
    if kind == "contract" and _settles(words, cells):
        # A debt that is acknowledged and paid by instalments: what it is made of is on the paper.
        allowed = (*AMOUNTS["dunning_letter"], "amounts.monthly_fee")
    elif kind == "contract":
        # "The monthly fee is 100.00 net": a fee all the same, and all that the paper speaks of.
        labels = {role: found for role, found in labels.items() if role in (*allowed, "amounts.other")}
        reach = _CONTRACT_REACH
    order = [*allowed, *(role for role in labels if role not in allowed)]
    for item in money:
        candidate = item.candidate
        behind = label_behind(candidate, labels, allowed)
        part = _is_part(candidate, words) and (
            behind is None or _names_before(candidate, labels, order, words) == behind.role == "amounts.costs"
        )
        if part or _is_possible(candidate, words):
            continue
        heading = heading_of(candidate, cells)
        if heading is not None:
            label = nearest_label(heading, labels, order, _HEADING_REACH)
            if label is not None:
                if label.role in allowed:
                    rule = f"{candidate.rule}; beneath “{label.label}”"
                    yield Role(
                        label.role, candidate, rule, (0.86 + min(len(label.label), 24) / 480) * label.likeness
                    )
                continue
        told = list(_by_what_is_around(candidate, kind, cells, labels, words))
        yield from told
        if kind == "contract" and told:
            # Its tables list what is paid, and no goods.
            continue
        others = [other.candidate.raw for other in money if other.candidate.raw != candidate.raw]
        before = _beside_or_before(candidate, cells, labels, order, others, reach)
        label = before if behind is None or _is_part_before_a_sum(before, behind) else behind
        if label is None or label.role not in allowed:
            continue
        # The amount that counts is printed with its currency and near its label; a longer label is more telling.
        strength = 0.9 - label.distance / 150 + min(len(label.label), 24) / 480
        strength -= 0.0 if item.currency else 0.12
        strength -= _LOOSE if _is_loose(candidate, label) else 0.0
        strength *= _DETAIL if _is_detail(candidate, cells) else 1.0
        yield Role(
            label.role, candidate, f"{candidate.rule}; after “{label.label}”", strength * label.likeness
        )


def _beside_or_before(
    candidate: Candidate,
    cells: Cells,
    labels: dict[str, tuple[str, ...]],
    order: Sequence[str],
    others: Sequence[str],
    reach: int,
) -> LabelFound | None:
    """The label of an amount: the nearest before it, or the one its row begins with, where that says more besides."""
    spelt = _SPELT.search(candidate.flow.before(candidate.start, _SPELT_REACH)) is not None
    found = label_before(candidate, labels, order, others, _SPELT_REACH if spelt else reach)
    if spelt and found is not None:
        # The amount in words stands between: "the sum of one hundred pounds (100.00)".
        found = replace(found, distance=min(found.distance, _NEXT))
    begun = label_of_row(candidate, cells, labels, order)
    if begun is None:
        return found
    row = candidate.flow.row_before(candidate.start)
    beside = found is not None and found.label in fold(row).text
    told = cells.before(cells.at(candidate.start))
    details = told is not None and any(other in told.text for other in others)
    return begun if details or not beside else found


def _is_loose(candidate: Candidate, label: LabelFound) -> bool:
    """Whether a clause ends between the label and the amount: "a month's rent, and 100.00"."""
    if label.distance < _NEXT:
        return False
    between = candidate.flow.before(candidate.start, label.distance + _BREAK)
    return _CLAUSE_ENDS.search(between) is not None


def _is_detail(candidate: Candidate, cells: Cells) -> bool:
    """Whether the amount stands in a label: the row has its own, alone in the last cell."""
    own = cells.at(candidate.start)
    after = cells.after(own)
    return (
        after is not None
        and cells.after(after) is None
        and sum(map(str.isalpha, own.text)) > _LABEL_LETTERS
        and _ALONE.fullmatch(after.text) is not None
    )


def _is_possible(candidate: Candidate, words: Lexicon) -> bool:
    """Whether the amount is one that may come to be: "costs of up to 40.00"."""
    before = fold(candidate.flow.before(candidate.start, _POSSIBLE_REACH)).text
    possible = words.labels.get("possible", ())
    return any(before == word or before.endswith(f" {word}") for word in possible)


def _settles(words: Lexicon, cells: Cells) -> bool:
    """Whether the contract settles a debt: its title or its text says so."""
    settled = words.labels.get("settled", ())
    return any(begins_with(fold(cell.text).text, word) for cell in cells.all for word in settled) or any(
        word in fold(cells.flow.text).text for word in settled if len(word) > _TELLING
    )


def _by_what_is_around(
    candidate: Candidate, kind: Kind, cells: Cells, labels: dict[str, tuple[str, ...]], words: Lexicon
) -> Iterator[Role]:
    """The roles of an amount by what follows it, and by the heading over a row that has words in it."""
    if kind == "court_order" and (bearing := _bears_interest(candidate, words)) is not None:
        yield Role("amounts.principal", candidate, f"{candidate.rule}; before “{bearing}”", _BEARING)
    if kind == "contract" and (monthly := _is_monthly(candidate, words)) is not None:
        yield Role("amounts.monthly_fee", candidate, f"{candidate.rule}; before “{monthly}”", _BEARING)
    heading = heading_of(candidate, cells, loose=True)
    label = None if heading is None else nearest_label(heading, labels, AMOUNTS[kind], _HEADING_REACH)
    if label is not None and label.role in AMOUNTS[kind]:
        rule = f"{candidate.rule}; beneath “{label.label}”, beside words"
        strength = (_BEARING if kind == "contract" else _AMONG_WORDS) + len(label.label) / 1000
        yield Role(label.role, candidate, rule, strength * label.likeness)


def _bears_interest(candidate: Candidate, words: Lexicon) -> str | None:
    """The words behind an amount that say that it bears interest, as a debt does that a court orders to be paid."""
    behind = candidate.flow.text[candidate.end : candidate.end + _BEARING_REACH]
    behind = fold(_IN_WORDS.sub("", behind)).text
    return next((phrase for phrase in words.labels.get("bearing", ()) if behind.startswith(phrase)), None)


def _names_before(
    candidate: Candidate, labels: dict[str, tuple[str, ...]], order: Sequence[str], words: Lexicon
) -> str | None:
    """What the clause says before a part is named: costs, of which so much are fees."""
    clause = fold(candidate.flow.before(candidate.start, _PART_CLAUSE)).text
    part = next((part for part in words.labels["part"] if clause.endswith(f" {part}")), "")
    found = nearest_label(clause.removesuffix(part), labels, order, LABEL_REACH)
    return None if found is None else found.role


def _is_monthly(candidate: Candidate, words: Lexicon) -> str | None:
    """The words behind an amount that say that it is due every month."""
    behind = candidate.flow.text[candidate.end : candidate.end + _BEARING_REACH]
    behind = fold(_IN_WORDS.sub("", behind)).text
    return next((phrase for phrase in words.labels.get("monthly", ()) if behind.startswith(phrase)), None)


def _is_part_before_a_sum(before: LabelFound | None, behind: LabelFound) -> bool:
    """ "Interest 33.12 - in all 1 223.30": what stands right before the amount names it, the sum follows."""
    if before is None or before.role not in _PARTS or behind.role != "amounts.total":
        return False
    return before.distance < _RIGHT_BEFORE


def _is_part(candidate: Candidate, words: Lexicon) -> bool:
    """Whether the amount is named as a part of the one before it: "of which 40.00"."""
    before = fold(candidate.flow.before(candidate.start, _PART_REACH)).text
    return any(before == part or before.endswith(f" {part}") for part in words.labels["part"])


def currency_fields(money: Sequence[Money], flows: Sequence[Flow], kind: Kind) -> list[FieldReading]:
    """The currency of the paper: printed with its amounts, or else apart from them."""
    return _currency(money) or _lone_currency(flows, kind)


def _lone_currency(flows: Sequence[Flow], kind: Kind) -> list[FieldReading]:
    if kind not in ("invoice", "dunning_letter", "assignment_notice", "court_order", "payment_confirmation"):
        return []
    found = next((candidate for flow in flows if (candidate := lone_currency(flow)) is not None), None)
    return [Role("currency", found, found.rule, 0.85).reading()] if found is not None else []


def _currency(money: Sequence[Money]) -> list[FieldReading]:
    currency = currency_of(money)
    if currency is None:
        return []
    carriers = [item.candidate for item in money if item.currency == currency]
    first = carriers[0]
    return [
        replace(
            Role("currency", first, "currency: printed with the amounts", 0.95).reading(),
            value=currency,
        )
    ]
