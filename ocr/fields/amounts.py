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
    "złotych": "PLN",
    "pln": "PLN",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "руб": "RUB",
    "руб.": "RUB",
    "рублей": "RUB",
    "рубля": "RUB",
    "рубль": "RUB",
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
    "mxn": "MXN",
    "cop": "COP",
    "clp": "CLP",
    "uyu": "UYU",
}
_PESOS = ("MXN", "COP", "CLP", "UYU")
_SIGN = "|".join(sorted((re.escape(sign) for sign in _SIGNS), key=len, reverse=True))
# Thai runs its words together.
_ENDS = r"(?:(?<=บาท)|(?!\w))"
_GROUPED = r"\d{1,3}(?:[ \u00a0\u2009\u202f.,'’]\d{3})+|\d+"
_ROUND = re.compile(
    # "120 000 руб. 00 коп.", "12,900 ש"ח", "1.500,- EUR": whole units, told by their currency alone.
    rf"(?:(?P<before>{_SIGN})\s{{0,2}})?(?<![\d/.,-])(?P<whole>{_GROUPED})(?![\d/]|[.,]\s?\d|\s?%)(?:,?[-–—]{{1,2}})?"
    # The amount in words may stand between.
    rf"(?:\s?\([^\W\d_][^()\d]{{3,90}}\))?(?:\s{{0,2}}(?P<after>{_SIGN}){_ENDS}\.?)?"
    r"(?:[\s,]{0,2}(?P<cents>\d{2})\s?(?:коп(?:е\w{1,4})?|gr\b|/100))?",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_SIGN})\s{{0,2}})?(?:(?<=\s)(?P<minus>[-−])|(?<![\d/.,-]))(?P<whole>{_GROUPED})(?P<mark>[.,])\s?(?P<cents>\d{{2}})(?![\d/]|[.,-]\d|\s?%)"
    rf"(?:\s{{0,2}}\.?(?P<after>{_SIGN}){_ENDS})?",
    re.IGNORECASE,
)


_GROUP = 3
# A long line of words that ends with up to three digits, none of which numbers a thing.
_LINE_END = re.compile(r"(?:^|\n)[^\n]{40,}[^\W\d_][^\W_]*[^\n\w№§/]{1,3}(?<![\d.,])(?P<first>\d{1,3})\n$")
_SPACED = re.compile(r"\d[ \u00a0]\d{3}[.,]\d\d(?!\d)|\d[ \u00a0]\d{3} (?:руб|zł)")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and the currency printed with it, if any."""

    candidate: Candidate
    currency: str | None


def find_amounts(flow: Flow) -> Iterator[Money]:
    """Every number with two decimals on the page, and every whole one with a currency.

    Values have a decimal point and no separators.
    """
    text = western(flow.text)
    taken: list[tuple[int, int]] = []
    for match in _AMOUNT.finditer(text):
        if (money := _money(flow, match, "amount: two decimals")) is not None:
            taken.append(match.span())
            yield money
    for match in _ROUND.finditer(text):
        free = all(match.end() <= start or end <= match.start() for start, end in taken)
        # "§ 2" is read as "$ 2"; and where amounts are printed with cents, a long number has lost its comma.
        scanned = flow.page.source != "text"
        lost = scanned and len(taken) > 1 and not match["cents"] and match["whole"].isdigit()
        lost = lost and len(match["whole"]) > 2
        if (
            free
            and not lost
            and len(match["whole"].lstrip("0")) > 1
            and (match["before"] or match["after"] or "$") != "$"
        ):
            money = _money(flow, match, "amount: whole units")
            if money is not None:
                yield money


def _begun(match: re.Match[str]) -> int:
    """Where the amount begins: a line higher, where a space between its groups of digits was the end of a line.

    Only in running text of a paper that groups digits by spaces.
    """
    start = match.start("whole")
    first = re.match(r"\d+", match["whole"])
    higher = (
        _LINE_END.search(match.string, 0, start) if first is not None and len(first[0]) == _GROUP else None
    )
    if higher is None or not _SPACED.search(match.string) or match["before"]:
        return start
    return higher.start("first")


def _money(flow: Flow, match: re.Match[str], bare: str) -> Money | None:
    told = match.groupdict()
    start = _begun(match)
    whole = re.sub(r"\D", "", match.string[start : match.start("whole")] + told["whole"])
    if len(whole) > 12:
        return None
    sign = told["after"] if told["before"] == "$" and told["after"] else told["before"] or told["after"]
    currency = _SIGNS.get((sign or "").lower())
    value = f"{'-' if told.get('minus') else ''}{int(whole)}.{told['cents'] or '00'}"
    rule = "amount: with currency" if currency else bare
    return Money(
        Candidate(flow, min(start, match.start()), match.end(), value, rule, 0.95 if currency else 0.8),
        currency,
    )


def currency_of(amounts: Sequence[Money]) -> str | None:
    """The currency that most amounts are printed with."""
    counted = Counter(money.currency for money in amounts if money.currency)
    if counted["USD"] and (pesos := [code for code in _PESOS if counted[code]]):
        # Pesos have the sign of the dollar, and their name beside one amount or two.
        return pesos[0]
    return counted.most_common(1)[0][0] if counted else None


def without_currency(text: str) -> str:
    """The text without names and signs of currencies."""
    return _NAMED.sub("", text)


_NAMED = re.compile(_SIGN, re.IGNORECASE)
_ALONE = re.compile(rf"(?<!\w)(?:{_SIGN})(?!\w)|บาท", re.IGNORECASE)


def lone_currency(flow: Flow) -> Candidate | None:
    """The currency that a page names apart from its amounts, as above a column: the one named most often."""
    found = [(match, _SIGNS[match[0].lower()]) for match in _ALONE.finditer(flow.text)]
    if not found:
        return None
    most = Counter(code for _, code in found).most_common(1)[0][0]
    match = next(match for match, code in found if code == most)
    return Candidate(flow, match.start(), match.end(), most, "currency: named apart from the amounts", 0.9)
