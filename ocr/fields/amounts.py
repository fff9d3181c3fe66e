"""Amounts of money in every notation that the eight languages print, with their currency."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.fields.candidate import Candidate
from ocr.fields.digits import western
from ocr.fields.flow import Flow

_SIGNS = {
    "zł": "PLN",
    "zl": "PLN",
    "pln": "PLN",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "руб": "RUB",
    "руб.": "RUB",
    "р.": "RUB",
    "₽": "RUB",
    "rub": "RUB",
    "₪": "ILS",
    'ש"ח': "ILS",
    "ש״ח": "ILS",
    "nis": "ILS",
    "ils": "ILS",
    "บาท": "THB",
    "฿": "THB",
    "thb": "THB",
    "$": "USD",
    "usd": "USD",
    "chf": "CHF",
}
_SIGN = "|".join(sorted((re.escape(sign) for sign in _SIGNS), key=len, reverse=True))
_GROUPED = r"\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3})+|\d+"
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_SIGN})\s{{0,2}})?(?:(?<=\s)(?P<minus>[-−])|(?<![\d/.,-]))(?P<whole>{_GROUPED})(?P<mark>[.,])\s?(?P<cents>\d{{2}})(?![\d/]|[.,-]\d|\s?%)"
    rf"(?:\s{{0,2}}\.?(?P<after>{_SIGN})(?!\w))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and the currency printed with it, if any."""

    candidate: Candidate
    currency: str | None


def find_amounts(flow: Flow) -> Iterator[Money]:
    """Every number with two decimals on the page; values have a decimal point and no separators."""
    text = western(flow.text)
    for match in _AMOUNT.finditer(text):
        whole = re.sub(r"\D", "", match["whole"])
        if len(whole) > 12:
            continue
        sign = (match["before"] or match["after"] or "").lower()
        currency = _SIGNS.get(sign)
        value = f"{'-' if match['minus'] else ''}{int(whole)}.{match['cents']}"
        rule = "amount: with currency" if currency else "amount: two decimals"
        yield Money(
            Candidate(flow, match.start(), match.end(), value, rule, 0.95 if currency else 0.8), currency
        )


def currency_of(amounts: Sequence[Money]) -> str | None:
    """The currency that most amounts are printed with."""
    counted = Counter(money.currency for money in amounts if money.currency)
    return counted.most_common(1)[0][0] if counted else None


_ALONE = re.compile(rf"(?<!\w)(?:{_SIGN})(?!\w)", re.IGNORECASE)


def lone_currency(flow: Flow) -> Candidate | None:
    """The currency that a page names apart from its amounts, as above a column: the one named most often."""
    found = [(match, _SIGNS[match[0].lower()]) for match in _ALONE.finditer(flow.text)]
    if not found:
        return None
    most = Counter(code for _, code in found).most_common(1)[0][0]
    match = next(match for match, code in found if code == most)
    return Candidate(flow, match.start(), match.end(), most, "currency: named apart from the amounts", 0.9)
