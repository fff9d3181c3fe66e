"""The fields of a paper: candidates of all pages, their roles, one value for each name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from ocr.fields.allowed import AMOUNTS, DATES, NUMBERS
from ocr.fields.amounts import Money, currency_of, find_amounts, lone_currency
from ocr.fields.candidate import Candidate
from ocr.fields.cast import Cast
from ocr.fields.confidence import calibrated
from ocr.fields.courts import find_courts
from ocr.fields.dates import find_dates
from ocr.fields.flow import Flow, flows_of
from ocr.fields.identifiers import (
    find_ibans,
    find_identifiers,
    find_russian_accounts,
    find_thai_accounts,
    find_turned_ibans,
)
from ocr.fields.labels import LabelFound, cut_after, nearest_label
from ocr.fields.numbers import find_numbers
from ocr.fields.parties import Parties
from ocr.folding import fold
from ocr.lexicon import Lexicon, lexicon
from ocr.values import FieldReading, Kind, PageReading

_LABEL_REACH = 34
_FLOW_REACH = 110
_DATELINE_LETTERS = 34
_DATELINE_TOP = 0.5
_DATE_AFTER_NUMBER = 24
# The first is the sum of the others; the more parts, the less can it be chance.
_SUMS = (
    ("amounts.total", "amounts.principal", "amounts.interest", "amounts.costs"),
    ("amounts.total", "amounts.net", "amounts.vat"),
    ("amounts.total", "amounts.principal", "amounts.interest"),
    ("amounts.total", "amounts.principal", "amounts.costs"),
)
_RIVALS = 6
_CONTRACT_REACH = 60
# Words that may stand between an amount and the label behind it.
_BRIDGE = re.compile(
    r"(?:(?:en|de|del|concepto|por|in|respect|of|for|tytulem|z|titolo|a|di|per|als|an|fur|в|качестве)\s)*"
)
_NAME_BASE, _NAME_STEP = 0.7, 0.07
_BIRTH_REACH, _BIRTH_AFTER = 48, 20


@dataclass(frozen=True, slots=True)
class _Role:
    """A candidate in a role; `strength` orders the rivals for one name, 0..1."""

    name: str
    candidate: Candidate
    rule: str
    strength: float

    def reading(self) -> FieldReading:
        flow = self.candidate.flow
        read = flow.confidence(self.candidate.start, self.candidate.end)
        return FieldReading(
            name=self.name,
            value=self.candidate.value,
            raw=self.candidate.raw,
            confidence=calibrated(self.strength * self.candidate.certainty * (0.5 + 0.5 * read)),
            page=flow.page.number,
            box=flow.box(self.candidate.start, self.candidate.end),
            rule=self.rule,
        )


def find_fields(pages: Sequence[PageReading], kind: Kind, language: str) -> tuple[FieldReading, ...]:
    """What can be said of the paper with a reason. A value whose role is not clear is left out."""
    flows = flows_of(pages)
    if not flows:
        return ()
    words = lexicon(language)
    cast = Cast.of(flows, kind, words, language)
    parties = Parties(kind, words, cast)
    roles: list[_Role] = list(_names(cast))
    if kind == "court_order":
        roles += _courts(cast, words, language)
    money: list[Money] = []
    for flow in flows:
        numbers = list(find_numbers(flow, words, NUMBERS[kind]))
        amounts = list(find_amounts(flow))
        roles += (_Role(name, item, item.rule, 0.95) for name, item in numbers)
        roles += _dates(flow, numbers, kind, language, words)
        roles += _amounts(amounts, kind, words)
        roles += _identifiers(flow, language, parties)
        roles += _accounts(flow, language, parties)
        money += amounts
    best: dict[str, _Role] = {}
    for role in roles:
        if role.name not in best or role.strength > best[role.name].strength:
            best[role.name] = role
    if not _agree(roles, best, money if kind in ("invoice", "dunning_letter", "assignment_notice") else ()):
        _drop_doubtful_vat(best)
        _drop_parts_beyond_the_whole(best)
    fields = [role.reading() for role in best.values()]
    fields += _currency(money) or _lone_currency(flows, kind)
    return tuple(sorted(fields, key=lambda item: (item.page, item.box.y0, item.name)))


def _names(cast: Cast) -> Iterator[_Role]:
    for party in cast.parties:
        if party.role:
            name = party.best.name
            candidate = Candidate(party.best.cell.flow, name.start, name.end, name.value, "name", 0.98)
            strength = min(0.97, _NAME_BASE + _NAME_STEP * party.weight)
            yield _Role(
                f"parties.{party.role}.name", candidate, f"name of a {name.form}; {party.why}", strength
            )


def _courts(cast: Cast, words: Lexicon, language: str) -> Iterator[_Role]:
    for cells in cast.cells.values():
        for candidate, strength in find_courts(cells, words, language):
            yield _Role("parties.court.name", candidate, candidate.rule, strength)


def _dates(
    flow: Flow, numbers: Sequence[tuple[str, Candidate]], kind: Kind, language: str, words: Lexicon
) -> Iterator[_Role]:
    allowed = DATES[kind]
    labels = {
        role: found
        for role, found in words.labels.items()
        if role.endswith(("_date", "_from")) and role != "invoice_date"
    }
    order = [*allowed, *(role for role in labels if role not in allowed)]
    dates = sorted(find_dates(flow, language), key=lambda item: item.start)
    for date in dates:
        if _is_of_birth(date, words):
            yield _Role("parties.debtor.birth_date", date, f"{date.rule}; after a word for birth", 0.93)
            continue
        tied = _tied(date, numbers, words)
        if tied is not None:
            if tied in (f"{kind}_number", "reference"):
                yield _Role("document_date", date, f"{date.rule}; after {tied}", 0.98)
            elif tied == "invoice_number":
                yield _Role("invoice_date", date, f"{date.rule}; after {tied}", 0.9)
            continue
        line = _dateline(date)
        label = _label(date, labels, order, [other.raw for other in dates if other is not date])
        if label is not None and label.role in allowed and not (line and label.role == "interest_from"):
            strength = (0.97 - label.distance / 200) * label.likeness
            yield _Role(label.role, date, f"{date.rule}; after “{label.label}”", strength)
        elif line:
            yield _Role("document_date", date, f"{date.rule}; on a line of its own", line)


def _is_of_birth(date: Candidate, words: Lexicon) -> bool:
    before = fold(date.flow.before(date.start, _BIRTH_REACH)).text
    after = fold(date.flow.text[date.end : date.end + _BIRTH_AFTER]).text
    return any(
        re.search(rf"(?:^| ){re.escape(word)}(?: \D*)?$", before)
        or (len(word) > 5 and after.startswith(word))
        for word in words.names.born
    )


def _tied(date: Candidate, numbers: Sequence[tuple[str, Candidate]], words: Lexicon) -> str | None:
    """The name of the number that this date follows: "invoice no. 7 of 3 May 2024"."""
    for name, number in numbers:
        if 0 <= date.start - number.end <= _DATE_AFTER_NUMBER:
            between = date.flow.text[number.end : date.start]
            if fold(between).text in words.labels["invoice_date"]:
                return name
    return None


def _dateline(date: Candidate) -> float:
    """How much the date looks like that of a letter: alone on its line, or after a town; 0 where it does not."""
    row = date.flow.rows[date.flow.row_number(date.start)]
    cells = [cell for cell in row.text.split("\t") if date.raw[:6] in " ".join(cell.split())]
    cell = cells[0] if cells else row.text
    rest = sum(letter.isalpha() for letter in cell) - sum(letter.isalpha() for letter in date.raw)
    if rest > _DATELINE_LETTERS or len(cell) > len(date.raw) + 2 * _DATELINE_LETTERS:
        return 0.0
    return 0.8 if row.top < _DATELINE_TOP else 0.6


def _label(
    candidate: Candidate,
    labels: dict[str, tuple[str, ...]],
    order: Sequence[str],
    others: Sequence[str],
    reach: int = _LABEL_REACH,
) -> LabelFound | None:
    """The nearest label before the value: in its row, else in the running text, which may have begun a line higher."""
    flow = candidate.flow
    row = flow.row_before(candidate.start)[-_FLOW_REACH:]
    found = nearest_label(cut_after(row, others), labels, order, reach)
    if found is None:
        running = flow.before(candidate.start, _FLOW_REACH)
        found = nearest_label(cut_after(running, others), labels, order, reach)
    return found


def _label_behind(
    candidate: Candidate, labels: dict[str, tuple[str, ...]], allowed: Sequence[str]
) -> LabelFound | None:
    """The label that follows its amount: "210.00 in respect of costs"."""
    behind = fold(candidate.flow.text[candidate.end : candidate.end + _LABEL_REACH]).text
    bridge = _BRIDGE.match(behind)
    if bridge is None or not bridge[0]:
        return None
    rest = behind[bridge.end() :]
    for role in allowed:
        for label in labels.get(role, ()):
            if len(label) > 4 and rest.startswith(label):
                return LabelFound(role, label, bridge.end(), 1.0)
    return None


def _amounts(money: Sequence[Money], kind: Kind, words: Lexicon) -> Iterator[_Role]:
    allowed = AMOUNTS[kind]
    labels = {role: found for role, found in words.labels.items() if role.startswith("amounts.")}
    reach = _LABEL_REACH
    if kind == "contract":
        # "The monthly fee is 100.00 net": a fee all the same, and all that the paper speaks of.
        labels = {role: found for role, found in labels.items() if role in (*allowed, "amounts.other")}
        reach = _CONTRACT_REACH
    order = [*allowed, *(role for role in labels if role not in allowed)]
    for item in money:
        candidate = item.candidate
        others = [other.candidate.raw for other in money if other.candidate.raw != candidate.raw]
        label = _label_behind(candidate, labels, allowed) or _label(candidate, labels, order, others, reach)
        if label is None or label.role not in allowed:
            continue
        # The amount that counts is printed with its currency and near its label; a longer label is more telling.
        strength = 0.9 - label.distance / 150 + min(len(label.label), 24) / 480
        strength -= 0.0 if item.currency else 0.12
        yield _Role(
            label.role, candidate, f"{candidate.rule}; after “{label.label}”", strength * label.likeness
        )


def _identifiers(flow: Flow, language: str, parties: Parties) -> Iterator[_Role]:
    for found in find_identifiers(flow, language):
        party, why = parties.of_identifier(found.candidate, found.bearer)
        yield _Role(f"parties.{party}.{found.name}", found.candidate, f"{found.candidate.rule}; {why}", 0.95)


def _accounts(flow: Flow, language: str, parties: Parties) -> Iterator[_Role]:
    found: list[tuple[str, Candidate, Candidate]] = [("iban", item, item) for item in find_ibans(flow)]
    if language == "he":
        found += [("iban", item, item) for item in find_turned_ibans(flow)]
    if language == "ru":
        for account, bik in find_russian_accounts(flow):
            found += [("account", account, account), ("bik", bik, account)]
    if language == "th":
        found += [("account", item, item) for item in find_thai_accounts(flow)]
    for name, item, place in found:
        owner = parties.of_account(place)
        if owner is not None:
            yield _Role(f"{name}.{owner[0]}", item, f"{item.rule}; {owner[1]}", 0.95)


def _agree(roles: Sequence[_Role], best: dict[str, _Role], money: Sequence[Money]) -> bool:
    """Amounts that add up confirm one another, and win over stronger labels that do not. Whether any did."""
    rivals: dict[str, list[_Role]] = {}
    for role in sorted(roles, key=lambda item: -item.strength):
        if len(rivals.setdefault(role.name, [])) < _RIVALS:
            rivals[role.name].append(role)
    for names in _SUMS:
        if not all(name in rivals for name in names):
            continue
        sums = [group for group in product(*(rivals[name] for name in names)) if _adds_up(group)]
        if sums:
            for role in max(sums, key=lambda group: sum(item.strength for item in group)):
                best[role.name] = replace(role, rule=f"{role.rule}; adds up", strength=0.99)
            return True
    return _completed(roles, best, money)


def _completed(roles: Sequence[_Role], best: dict[str, _Role], money: Sequence[Money]) -> bool:
    """The one amount of a sum that has no readable label is known by the others, if it is printed."""
    used = {role.candidate.value for role in best.values()}
    for names in _SUMS[1:]:
        absent = [name for name in names if name not in best]
        if len(absent) != 1 or any(role.name == absent[0] for role in roles):
            continue
        known = {name: Decimal(best[name].candidate.value) for name in names if name in best}
        whole = names[0]
        wanted = (
            sum(known.values())
            if absent[0] == whole
            else known[whole] - sum(value for name, value in known.items() if name != whole)
        )
        for item in money:
            if Decimal(item.candidate.value) == wanted > 0 and item.candidate.value not in used:
                rule = f"{item.candidate.rule}; completes the sum"
                best[absent[0]] = _Role(absent[0], item.candidate, rule, 0.9)
                return True
    return False


def _drop_parts_beyond_the_whole(best: dict[str, _Role]) -> None:
    """A part of a sum that is more than the sum was read elsewhere, such as a company's share capital."""
    whole = best.get("amounts.total")
    if whole is None:
        return
    for name in ("amounts.principal", "amounts.interest", "amounts.costs", "amounts.net", "amounts.vat"):
        part = best.get(name)
        if part is not None and Decimal(part.candidate.value) > Decimal(whole.candidate.value):
            del best[name]


def _drop_doubtful_vat(best: dict[str, _Role]) -> None:
    """A tax that no sum confirms and that is a third of the invoice or more is what it was reckoned on."""
    tax = best.get("amounts.vat")
    if tax is None:
        return
    wholes = [
        Decimal(best[name].candidate.value) for name in ("amounts.total", "amounts.net") if name in best
    ]
    if not wholes or Decimal(tax.candidate.value) * 3 >= max(wholes):
        del best["amounts.vat"]


def _adds_up(group: tuple[_Role, ...]) -> bool:
    whole, *parts = (Decimal(role.candidate.value) for role in group)
    return whole == sum(parts) and (all(part > 0 for part in parts) or all(part < 0 for part in parts))


def _lone_currency(flows: Sequence[Flow], kind: Kind) -> list[FieldReading]:
    if kind not in ("invoice", "dunning_letter"):
        return []
    found = next((candidate for flow in flows if (candidate := lone_currency(flow)) is not None), None)
    return [_Role("currency", found, found.rule, 0.85).reading()] if found is not None else []


def _currency(money: Sequence[Money]) -> list[FieldReading]:
    currency = currency_of(money)
    if currency is None:
        return []
    carriers = [item.candidate for item in money if item.currency == currency]
    first = carriers[0]
    return [
        replace(
            _Role("currency", first, "currency: printed with the amounts", 0.95).reading(),
            value=currency,
        )
    ]
