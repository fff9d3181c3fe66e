"""The fields of a paper: candidates of all pages, their roles, one value for each name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr.fields.accounts import (
    find_ibans,
    find_polish_accounts,
    find_russian_accounts,
    find_thai_accounts,
    find_turned_ibans,
)
from ocr.fields.agreement import settle, settle_dates
from ocr.fields.allowed import NUMBERS
from ocr.fields.amount_roles import amount_roles, currency_fields
from ocr.fields.amounts import Money, find_amounts
from ocr.fields.candidate import Candidate
from ocr.fields.cast import Cast
from ocr.fields.cells import Cells
from ocr.fields.columns import OTHER_DATE, dates_in_columns, sums_in_rows
from ocr.fields.courts import find_courts
from ocr.fields.date_roles import date_roles
from ocr.fields.dates import find_dates
from ocr.fields.due import due_behind
from ocr.fields.flow import Flow, flows_of
from ocr.fields.identifiers import find_identifiers
from ocr.fields.numbers import find_numbers
from ocr.fields.parties import Parties
from ocr.fields.payment_order import PaymentOrder
from ocr.fields.role import Role
from ocr.folding import fold
from ocr.lexicon import Lexicon, lexicon
from ocr.values import FieldReading, Kind, PageReading

_NAME_BASE, _NAME_STEP = 0.7, 0.07
_ON_BEHALF = (
    "en nombre",
    "en representacion",
    "actuando en nombre",
    "como administrador",
    "como apoderad",
    "in rappresentanza",
)
_PURPOSES = (
    "concepto",
    "observaciones",
    "verwendungszweck",
    "purpose",
    "payment details",
    "causale",
    "tytul",
)
_OF_PURPOSE = 0.84
_OFFICER_REACH, _OFFICER_LETTERS = 90, 7
_MORE_THAN_NAME, _OF_NOBODY = 0.05, 0.84
_NEAR_NUMBER = 24
_DIVIDED = re.compile(r"^[ ,–-]+[IVXL]{1,6}\s+Wydział", re.IGNORECASE)
_SAME_DAY = 0.85
_COURTS_OF_LAW = tuple(fold(court).text for court in ("בית משפט", "בית המשפט"))
"""The lexicon's courts have the offices of enforcement among them, since these are named as who issued a paper too."""
_FILE, _HEAD, _TOP = "enforcement_number", 0.2, 0.3
_BLACK = fold("ดำ").text
_PRESUMED = 0.84
"""Of what belongs to a claimant who is only presumed to have acquired the claim."""


def find_fields(pages: Sequence[PageReading], kind: Kind, language: str) -> tuple[FieldReading, ...]:
    """What can be said of the paper with a reason. A value whose role is not clear is left out."""
    flows = flows_of(pages)
    if not flows:
        return ()
    words = lexicon(language)
    cast = Cast.of(flows, kind, words, language)
    parties = Parties(kind, words, cast)
    roles: list[Role] = list(_names(cast))
    if kind == "court_order":
        roles += _courts(cast, words, language)
    money: list[Money] = []
    for flow in flows:
        numbers = list(find_numbers(cast.cells[flow.page.number], words, NUMBERS[kind]))
        if kind == "contract" and not numbers:
            numbers = _called(cast.cells[flow.page.number], words, language)
        numbers = _told_apart(numbers)
        numbers = [one for one in numbers if one[0] != "reference" or not _is_of_case(one[1], numbers)]
        if kind in ("payment_confirmation", "correspondence"):
            numbers = [one for one in numbers if not _of_any_file(*one, words)]
        if kind == "court_order" and language == "he" and _of_office(cast.cells[flow.page.number], words):
            numbers = [(_FILE if name == "case_number" else name, item) for name, item in numbers]
        numbers += _documents(cast.cells[flow.page.number], words, kind)
        amounts = list(find_amounts(flow))
        roles += (Role(name, item, item.rule, _told_strength(item, words)) for name, item in numbers)
        roles += (
            role
            for role in date_roles(flow, numbers, kind, language, words)
            if role.name != "parties.debtor.birth_date" or parties.may_be_debtors(role.candidate)
        )
        roles += amount_roles(amounts, kind, words, cast.cells[flow.page.number])
        roles += _identifiers(flow, language, parties)
        contracts = {item.raw for name, item in numbers if name == "contract_number"}
        roles += (role for role in _accounts(flow, language, parties) if role.candidate.raw not in contracts)
        columns = list(dates_in_columns(flow, cast.cells[flow.page.number], kind, language, words))
        listed = {(id(flow), role.candidate.start) for role in columns}
        roles = [role for role in roles if (id(role.candidate.flow), role.candidate.start) not in listed]
        roles += (role for role in columns if role.name != OTHER_DATE)
        roles += due_behind(flow, kind, language, words)
        roles += sums_in_rows(amounts, cast.cells[flow.page.number], kind, words)
        form = PaymentOrder.on(cast.cells[flow.page.number]) if kind == "payment_confirmation" else None
        if form is not None:
            roles += form.sums(cast.cells[flow.page.number])
        money += amounts
    best: dict[str, Role] = {}
    if kind == "payment_confirmation":
        # What a bank has debited it prints with a minus.
        roles = [_unsigned(role) for role in roles]
    for role in roles:
        if role.name not in best or role.strength > best[role.name].strength:
            best[role.name] = role
    _date_the_number(roles, best)
    if kind == "payment_confirmation":
        _one_day(flows, language, best)
    settle(roles, best, money, kind)
    settle_dates(roles, best, kind)
    fields = [role.reading() for role in best.values()]
    fields += currency_fields(money, flows, kind)
    return tuple(sorted(fields, key=lambda item: (item.page, item.box.y0, item.name)))


def _told_strength(number: Candidate, words: Lexicon) -> float:
    """How sure a number is by its label: "your reference" is the other side's, and a paper's own comes before it."""
    if number.rule.startswith("case_number") and _BLACK in number.rule:
        # A Thai case has a black number when it is filed and a red one when it is decided.
        return 0.93
    others = words.numbers.get("others_reference", ())
    if fold(number.flow.row_before(number.start)).text.startswith(_PURPOSES):
        # What a payer wrote of the payment, which the bank's own reference comes before.
        return _OF_PURPOSE
    return 0.9 if any(number.rule.endswith(f"“{label}”") for label in others) else 0.95


def _told_apart(numbers: list[tuple[str, Candidate]]) -> list[tuple[str, Candidate]]:
    """The numbers without cases that are files of an enforcement office by their label."""
    files = {item.value for name, item in numbers if name == "enforcement_number"}
    return [(name, item) for name, item in numbers if name != "case_number" or item.value not in files]


def _of_any_file(name: str, number: Candidate, words: Lexicon) -> bool:
    """Whether a case is told by a label alone that stands before the files of any office: "Az."."""
    shared = words.numbers.get("reference", ())
    told = name == "case_number" and any(number.rule.endswith(f"“{label}”") for label in shared)
    return told and not number.value[:1].isdigit()


def _called(cells: Cells, words: Lexicon, language: str) -> list[tuple[str, Candidate]]:
    """What a contract is called that has no other number: its reference; in Thailand "No." under its title."""
    found = list(find_numbers(cells, words, ("reference",)))
    if not found and language == "th":
        found = [
            (name, item)
            for name, item in find_numbers(cells, words, ("document_number",))
            if item.flow.box(item.start, item.end).y0 < _TOP
        ]
    return [("contract_number", item) for _, item in found]


def _of_office(cells: Cells, words: Lexicon) -> bool:
    """Whether an office of enforcement issued the paper: its head names one, and no court."""
    heads = [fold(cell.text).text for cell in cells.all if cell.middle < _HEAD]
    return any(office in head for head in heads for office in words.names.offices) and not any(
        court in head for head in heads for court in _COURTS_OF_LAW
    )


def _is_of_case(reference: Candidate, numbers: Sequence[tuple[str, Candidate]]) -> bool:
    """Whether what a word for a reference stands before is the case of a court."""
    cases = [item for name, item in numbers if name == "case_number"]
    return any(case.start <= reference.start and reference.end <= case.end for case in cases)


def _date_the_number(roles: Sequence[Role], best: dict[str, Role]) -> None:
    """Of several invoices that are spoken of, the date is that of the one whose number is given."""
    number = best.get("invoice_number")
    if number is None:
        return
    end = number.candidate.end
    for role in roles:
        same = role.name == "invoice_date" and role.candidate.flow is number.candidate.flow
        if same and 0 <= role.candidate.start - end <= _NEAR_NUMBER:
            best["invoice_date"] = role
            return


def _one_day(flows: Sequence[Flow], language: str, best: dict[str, Role]) -> None:
    """A receipt that knows one day was made out on the day of the payment."""
    told = [name for name in ("document_date", "payment_date") if name in best]
    days = {date.value for flow in flows for date in find_dates(flow, language)}
    if len(told) == 1 and len(days) == 1:
        known = best[told[0]]
        other = "payment_date" if told[0] == "document_date" else "document_date"
        strength = min(known.strength, _SAME_DAY)
        best[other] = replace(known, name=other, rule=f"{known.rule}; the only day", strength=strength)


def _unsigned(role: Role) -> Role:
    if role.name != "amounts.total":
        return role
    return replace(role, candidate=replace(role.candidate, value=role.candidate.value.lstrip("-")))


def _names(cast: Cast) -> Iterator[Role]:
    """Each name where the paper tells its role, spelt as it is read most surely anywhere."""
    for party in cast.parties:
        if party.role:
            form, value = party.best.name.form, party.best.name.value
            best, told = (
                Candidate(mention.cell.flow, mention.name.start, mention.name.end, value, "name", 0.98)
                for mention in (party.best, party.told_at or party.best)
            )
            most = _PRESUMED if cast.is_doubted(party.role) else 0.97
            strength = min(most, _NAME_BASE + _NAME_STEP * party.weight)
            yield Role(f"parties.{party.role}.name", told, f"name of a {form}; {party.why}", strength, best)


def _documents(cells: Cells, words: Lexicon, kind: Kind) -> list[tuple[str, Candidate]]:
    """What is called the number of a document: an invoice's own; in the column of a table, that of a listed invoice.

    Beside a label it is the letter's own.
    """
    found = find_numbers(cells, words, ("document_number",))
    return [
        ("invoice_number" if kind == "invoice" or "beneath" in item.rule else "reference", item)
        for _, item in found
        if kind != "contract"
    ]


def _courts(cast: Cast, words: Lexicon, language: str) -> Iterator[Role]:
    found = [court for cells in cast.cells.values() for court in find_courts(cells, words, language)]
    for candidate, strength in found:
        # A letterhead may part the court from its division; the text below says both.
        whole = (other for other, _ in found if other.value.startswith(f"{candidate.value} "))
        if not any(_DIVIDED.search(other.value[len(candidate.value) :]) for other in whole):
            yield Role("parties.court.name", candidate, candidate.rule, strength)


def _identifiers(flow: Flow, language: str, parties: Parties) -> Iterator[Role]:
    for found in find_identifiers(flow, language, parties.cast.cells[flow.page.number]):
        party, why = parties.of_identifier(found.candidate, found.bearer)
        if not party:
            continue
        if parties.kind == "payment_confirmation" and why == "sender of the paper":
            # The bank's own.
            continue
        if why == "a person's identifier" and _of_officer(found.candidate, parties.words):
            continue
        # Where neither a label nor a name stands by, it may be that of somebody who acts for the sender.
        weak = why == "sender of the paper" or parties.cast.is_doubted(party)
        strength = _PRESUMED if weak else 0.95
        yield Role(
            f"parties.{party}.{found.name}", found.candidate, f"{found.candidate.rule}; {why}", strength
        )


def _of_officer(identifier: Candidate, words: Lexicon) -> bool:
    """Whether the clause before an identifier says that its bearer represents a party."""
    clause = re.split(r"[;\n]", identifier.flow.before(identifier.start, _OFFICER_REACH))[-1]
    folded = f" {fold(clause).text} "
    behind = fold(identifier.flow.text[identifier.end : identifier.end + _OFFICER_REACH]).text
    return behind.startswith(_ON_BEHALF) or any(
        f" {officer} " in folded for officer in words.names.officers if len(officer) > _OFFICER_LETTERS
    )


def _told_of(cast: Cast, role: str) -> float:
    """How sure what belongs to a party can be at most: hardly more than which party plays this role."""
    party = cast.playing(role)
    return _OF_NOBODY if party is None else _NAME_BASE + _NAME_STEP * party.weight + _MORE_THAN_NAME


def _accounts(flow: Flow, language: str, parties: Parties) -> Iterator[Role]:
    found: list[tuple[str, Candidate, Candidate]] = [("iban", item, item) for item in find_ibans(flow)]
    if language == "pl":
        found += [("iban", item, item) for item in find_polish_accounts(flow)]
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
            strength = _PRESUMED if parties.cast.is_doubted(owner[0]) else 0.95
            strength = min(strength, _told_of(parties.cast, owner[0]))
            yield Role(f"{name}.{owner[0]}", item, f"{item.rule}; {owner[1]}", strength)
