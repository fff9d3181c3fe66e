"""The rules by which the machine found a figure, in words for people: the parts of `Field.rule`, each as a message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.pages.words import IDENTIFIERS, N_, field_label

_PLAIN = {
    text: text
    for text in (
        N_("date: year-month-day"),
        N_("date: numbers"),
        N_("date: short year"),
        N_("date: name of the month"),
        N_("date: in words"),
        N_("amount: with currency"),
        N_("amount: two decimals"),
        N_("amount: whole units"),
        N_("amount: of a payment order"),
        N_("currency: printed with the amounts"),
        N_("currency: named apart from the amounts"),
        N_("IBAN: modulo 97"),
        N_("court: begins as a court's name"),
        N_("name of a company"),
        N_("name of a person"),
        N_("a company"),
        N_("a person"),
        N_("a collector by its name"),
        N_("presumed to have acquired the claim"),
        N_("gives the claim away"),
        N_("addressee in the head"),
        N_("head of the paper"),
        N_("above an address"),
        N_("before an address"),
        N_("a person's identifier"),
        N_("first company of a notice"),
        N_("sender of the paper"),
        N_("account to pay into"),
        N_("account of the debtor by its label"),
        N_("on a line of its own"),
        N_("after a word for birth"),
        N_("after a place, in the head"),
        N_("another date says so as well"),
        N_("another says so as well"),
        N_("the only day"),
        N_("the only amount"),
        N_("to whom it is given"),
        N_("to whom the paper is sent"),
        N_("of an invoice without its number"),
        N_("its check digit fails"),
        N_("quantity times price"),
        N_("row of sums"),
        N_("adds up"),
        N_("completes the sum"),
        N_("sum of the costs"),
    )
}
_ENDS: Mapping[str, str] = {
    ", repaired": N_("repaired"),
    ", Buddhist year": N_("Buddhist year"),
    ", beside words": N_("beside words"),
}
_FORMS: Mapping[str, str] = {
    "form": N_("by its form"),
    "alone": N_("alone on its line"),
    "check digit": N_("its check digit holds"),
    "label": N_("by its label"),
}
_AROUND: Mapping[str, str] = {
    "after": N_("after “%(word)s”"),
    "before": N_("before “%(word)s”"),
    "above": N_("above “%(word)s”"),
    "beneath": N_("beneath “%(word)s”"),
    "near": N_("near “%(word)s”"),
    "called": N_("called “%(word)s”"),
    "addressed:": N_("addressed: “%(word)s”"),
    "of": N_("of “%(word)s”"),
    "in a clause on": N_("in a clause on “%(word)s”"),
}
_AFTER_FIELD = N_("after the field before it")
_EMBEDDED = N_("the file's own data: %(word)s")
_AS_IT_IS = "%(word)s"

_APART = re.compile(r"; (?![^“]*”)")
_OF_ANOTHER = re.compile(r"(?s)([^“]+(?:“.*?”)?), of “(.*)”")
_QUOTED = re.compile(r"(?s)([a-z ]+:?) “(.*)”")


@dataclass(frozen=True, slots=True)
class RulePart:
    """A part of a rule: a message with its values, after the label of the field that it speaks of, if it names one."""

    message: str
    values: Mapping[str, str] = field(default_factory=dict)
    label: str = ""


def rule_parts(rule: str) -> list[RulePart]:
    """The parts of a rule; what is not known stays as it is."""
    return [part for text in _APART.split(rule) for part in _parts(text)]


def _parts(text: str) -> list[RulePart]:
    for end, message in _ENDS.items():
        if text.endswith(end):
            return [*_parts(text.removesuffix(end)), RulePart(message)]
    if (ended := _OF_ANOTHER.fullmatch(text)) is not None:
        return [*_parts(ended[1]), RulePart(_AROUND["of"], {"word": ended[2]})]
    if text in _PLAIN:
        return [RulePart(_PLAIN[text])]
    return [_around(text) or _of_field(text) or RulePart(_AS_IT_IS, {"word": text})]


def _of_field(text: str) -> RulePart | None:
    """What is said of a field by its name: `nip: check digit`, `contract_number: after “…”`, `after invoice_number`."""
    head, _, rest = text.partition(": ")
    if head == "embedded" and rest:
        return RulePart(_EMBEDDED, {"word": rest})
    if rest in _FORMS:
        return RulePart(_FORMS[rest], label=_label(head))
    if (around := _around(rest)) is not None:
        return RulePart(around.message, around.values, _label(head))
    if text.startswith("after ") and (label := _label(name := text.removeprefix("after "))) != name:
        return RulePart(_AFTER_FIELD, label=label)
    return None


def _label(name: str) -> str:
    return IDENTIFIERS.get(name) or field_label(name)


def _around(text: str) -> RulePart | None:
    found = _QUOTED.fullmatch(text)
    if found is None or found[1] not in _AROUND:
        return None
    return RulePart(_AROUND[found[1]], {"word": found[2]})
