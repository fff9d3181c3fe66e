"""Account numbers: IBANs by their remainder, Russian accounts by their key, Thai ones by their form."""

import re
from collections.abc import Iterator

from stdnum import iban

from ocr.fields.candidate import Candidate
from ocr.fields.digits import CONFUSED, LETTERS, SEPARATORS, western
from ocr.fields.flow import Flow

# Italy and San Marino print a control letter (CIN) before the digits of the account (IBAN registry, SWIFT).
_CONTROL_LETTER = ("IT", "SM")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])((?:[A-Z]{2}|[1l|]T)[A-Z]?[ ]?[\dOIlSB]{2}(?:[ \n\u00a0]?[A-Z0-9OolI]){11,32})"
)


def find_ibans(flow: Flow) -> Iterator[Candidate]:
    """Every IBAN (ISO 13616) whose remainder modulo 97 is 1 and whose length is its country's."""
    place = 0
    while (match := _IBAN.search(flow.text, place)) is not None:
        # What only looks like one, as a name in capitals may, does not hide the one that follows it.
        place = match.start() + 1
        raw = match[1]
        # The text that follows may look like more of it: the longest beginning that checks is the number.
        for end in range(len(raw), 14, -1):
            if raw[end - 1].isspace() or (
                end < len(raw) and raw[end].isalnum() and not raw[end - 1].isspace() and raw[end].islower()
            ):
                continue
            found = _valid_iban(raw[:end])
            if found is not None:
                value, repaired = found
                rule = "IBAN: modulo 97" + (", repaired" if repaired else "")
                yield Candidate(
                    flow, match.start(1), match.start(1) + end, value, rule, 0.93 if repaired else 0.99
                )
                place = match.start(1) + end
                break


_POLISH = re.compile(r"(?<![A-Z\d])(?<!\d )(\d{2}(?:[ \n]?\d{4}){6})(?!\d)")


def find_polish_accounts(flow: Flow) -> Iterator[Candidate]:
    """Polish account numbers printed without their country: 26 digits whose remainder with it is 1."""
    for match in _POLISH.finditer(flow.text):
        value = "PL" + SEPARATORS.sub("", match[1])
        if iban.is_valid(value, check_country=False):
            yield Candidate(flow, match.start(), match.end(), value, "NRB: modulo 97", 0.97)


# An Israeli IBAN in a right-to-left line, recognised group by group from its end: "329 2780 1826 0208 0993 IL71".
_TURNED = re.compile(r"(?<!\d)(\d{3}) (\d{4}) (\d{4}) (\d{4}) (\d{4}) (\S{2,6}(?: \S{1,2})?)")


def find_turned_ibans(flow: Flow) -> Iterator[Candidate]:
    """Israeli IBANs whose groups stand in reverse; the country is known, modulo 97 confirms the rest."""
    for match in _TURNED.finditer(flow.text):
        check = "".join(letter for letter in match[6] if letter.isdigit())[-2:]
        value = "IL" + check + "".join(reversed(match.groups()[:5]))
        if len(check) == 2 and iban.is_valid(value, check_country=False):
            yield Candidate(flow, match.start(), match.end(), value, "IBAN: groups reversed; modulo 97", 0.9)


def _valid_iban(raw: str) -> tuple[str, bool] | None:
    """The number and whether it was repaired. Only groups of four that hold a digit are: bank codes are letters."""
    bare = SEPARATORS.sub("", raw)
    thin = bare[:1] in "1l|"
    # A capital I, read as what it looks like.
    bare = f"I{bare[1:]}" if thin else bare
    value = bare.upper()
    if iban.is_valid(value, check_country=False):
        return value, thin
    # One letter too many behind the country, as where "PL04" is read as "PLO04".
    if bare[2:3].isalpha() and iban.is_valid(value[:2] + value[3:], check_country=False):
        return value[:2] + value[3:], True
    groups = [bare[place : place + 4] for place in range(4, len(bare), 4)]
    fixed = [group.translate(CONFUSED) if any(map(str.isdigit, group)) else group for group in groups]
    value = (bare[:2] + bare[2:4].translate(CONFUSED) + "".join(fixed)).upper()
    if value[:2] in _CONTROL_LETTER:
        value = value[:4] + value[4:5].translate(LETTERS) + value[5:]
    return (value, True) if iban.is_valid(value, check_country=False) else None


_RU_ACCOUNT = re.compile(r"(?<!\d)(\d{5}[ ]?\d{3}[ ]?\d[ ]?\d{4}[ ]?\d{7})(?!\d)")
_BIK = re.compile(r"БИК[^\d\n]{0,24}\s?(?P<id>0\d{8})(?!\d)", re.IGNORECASE)
_CORRESPONDENT = "301"
"""How a bank's own account with the Bank of Russia begins."""
_KEY_WEIGHTS = (7, 1, 3) * 8


def account_key_holds(account: str, bik: str) -> bool:
    """The key of a Russian account against its bank's БИК (Bank of Russia, order of 8 September 1997 No. 515)."""
    digits = bik[-3:] + account
    return (
        sum(int(digit) * weight % 10 for digit, weight in zip(digits, _KEY_WEIGHTS, strict=False)) % 10 == 0
    )


def find_russian_accounts(flow: Flow) -> Iterator[tuple[Candidate, Candidate]]:
    """Accounts with the БИК that stands nearest and whose key holds."""
    biks = [
        Candidate(flow, *view.span(match.start("id"), match.end("id")), match["id"], "БИК: label", 0.95)
        for view in flow.views()
        for match in _BIK.finditer(view.text)
    ]
    for match in _RU_ACCOUNT.finditer(flow.text):
        value = SEPARATORS.sub("", match[1])
        if value.startswith(_CORRESPONDENT):
            continue
        holding = [bik for bik in biks if account_key_holds(value, bik.value)]
        if holding:
            bik = min(holding, key=lambda item: abs(item.start - match.start()))
            yield Candidate(flow, match.start(), match.end(), value, "account: key against БИК", 0.98), bik


_TH_ACCOUNT = re.compile(r"(?<![\d-])(\d{3}-\n?\d-\n?\d{5}-\n?\d)(?![\d-])")


def find_thai_accounts(flow: Flow) -> Iterator[Candidate]:
    """Thai account numbers by their printed form (3-1-5-1 digits); banks publish no common check digit."""
    for match in _TH_ACCOUNT.finditer(western(flow.text)):
        value = match[1].replace("\n", "")
        yield Candidate(flow, match.start(), match.end(), value, "account: printed form", 0.9)
