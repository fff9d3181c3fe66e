"""By which rules a figure was found is said in the reader's language, whatever rule it was."""

import ast
import re
from pathlib import Path

import pytest

from api.pages.rule_words import RulePart, rule_parts
from api.pages.texts import translations

ROOT = Path(__file__).parents[3]
RULES = {
    "name of a company; head of the paper": "nazwa firmy; nagłówek dokumentu",
    "name of a person; addressed: “pani”": "nazwisko osoby; zwrot do adresata: „pani”",
    "amount: with currency; after “kwota”; adds up": "kwota: z walutą; po „kwota”; zgadza się z sumą",
    "nip: check digit, repaired; of “Telekom; Energia S.A.”": (
        "NIP: cyfra kontrolna zgodna; poprawiono odczyt; należy do „Telekom; Energia S.A.”"
    ),
    "contract_number: beneath “Umowa”": "Numer umowy: pod „Umowa”",
    "date: name of the month, Buddhist year; after invoice_number": (
        "data: nazwa miesiąca; rok buddyjski; Numer faktury: po tym polu"
    ),
    "date: numbers; after “dnia”, of “umowa”": "data: cyfry; po „dnia”; należy do „umowa”",
    "embedded: FatturaPA": "dane samego pliku: FatturaPA",
    "something 100% new": "something 100% new",
}


def said(rule: str, language: str) -> str:
    told = translations(language)

    def words(part: RulePart) -> str:
        text = told.gettext(part.message) % part.values
        return f"{told.gettext(part.label)}: {text}" if part.label else text

    return "; ".join(map(words, rule_parts(rule)))


@pytest.mark.parametrize("rule", RULES)
def test_rules_are_said_in_polish(rule: str) -> None:
    assert said(rule, "pl") == RULES[rule]


def test_every_rule_that_fields_are_found_by_has_words() -> None:
    """The texts of rules and reasons in the sources of the reader, with what they quote made one word."""
    unknown = [
        text for text in sorted(set(_texts())) if any(part.message == "%(word)s" for part in rule_parts(text))
    ]
    assert unknown == []


def _texts() -> list[str]:
    found = []
    for source in sorted((ROOT / "ocr" / "fields").glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values
                )
                # Quotes alone are compared with the end of a rule; they are none.
                if (text != "“{}”" and "“{}”" in text) or text.endswith(
                    (": form", ": alone", ": check digit", ": label")
                ):
                    parts = (part.removeprefix("{}, ") for part in text.split("; ") if part != "{}")
                    found += [part.replace("{}", "nip") for part in parts]
                elif (ends := re.fullmatch(r"\{\}; ([a-z0-9' -]+)", text)) is not None:
                    found.append(ends[1])
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sign":
                last = node.args[-1]
                if isinstance(last, ast.Constant) and isinstance(last.value, str):
                    found.append(last.value)
            elif isinstance(node, ast.Constant) and re.fullmatch(
                r"(date|amount|currency|IBAN|court): [a-z0-9' -]+", str(node.value)
            ):
                found.append(str(node.value))
    assert len(found) > 25
    return found
