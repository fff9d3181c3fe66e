"""National identifiers, taken only where the check digit holds or a label leaves no doubt."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from stdnum.de import vat as de_vat
from stdnum.es import cif, dni, nie
from stdnum.gb import vat as gb_vat
from stdnum.ie import vat as ie_vat
from stdnum.il import hp, idnr
from stdnum.it import codicefiscale, iva
from stdnum.pl import nip, pesel, regon
from stdnum.ru import inn, ogrn
from stdnum.th import moa, pin

from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cells
from ocr.fields.digits import CONFUSED, LETTERS, SEPARATORS, western
from ocr.fields.flow import Flow, View

Bearer = Literal["person", "company", "either"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier found: `name` as in the field names, and whose it can be."""

    name: str
    candidate: Candidate
    bearer: Bearer


@dataclass(frozen=True, slots=True)
class _Form:
    name: str
    languages: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    bearer: Callable[[str], Bearer]
    spaced: bool = False


_LABELLED_ENOUGH = ("ust_id", "vat")


def _always(bearer: Bearer) -> Callable[[str], Bearer]:
    return lambda _: bearer


def _labelled(labels: str, body: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:{labels})(?:[\s.]{{0,2}}\b(?:nr|numer|num|no))?[\s.,:№°ºn-]{{0,6}}(?P<id>{body})(?![\w])",
        re.IGNORECASE,
    )


def _digits(count: int) -> str:
    return rf"[\dOoIlSB](?:[ \u00a0.\-–]?[\dOoIlSB]){{{count - 1}}}"


def _inn_bearer(value: str) -> Bearer:
    return "person" if len(value) == 12 else "company"


def _snils(value: str) -> bool:
    """The control number of a СНИЛС: weights 9 to 1, modulo 101, 100 counts as 0 (Pension Fund's rule)."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(value[:9])) % 101 % 100
    return len(value) == 11 and total == int(value[9:])


def _true(_: str) -> bool:
    return True


_VAT_NAMES = r"VAT\s*(?:Reg(?:istration|istered|d)?\.?)?\s*(?:No|Number|Num|Nr|ID)?"
# Thirteen digits as they are grouped: "1-2345-67890-12-3", with spaces where a scan sees them.
_THAI_GROUPS = r"[ -]{0,3}\d{4}[ -]{0,3}\d{5}[ -]{0,3}\d{2}[ -]{0,3}\d"
_FORMS = (
    _Form("nip", ("pl",), _labelled("NIP", rf"(?:PL\s?)?{_digits(10)}"), nip.is_valid, _always("either")),
    _Form(
        "regon",
        ("pl",),
        _labelled("REGON", rf"{_digits(14)}|{_digits(9)}"),
        regon.is_valid,
        _always("company"),
    ),
    _Form("pesel", ("pl",), _labelled("PESEL", _digits(11)), pesel.is_valid, _always("person")),
    # A KRS number has no check digit: the label must stand right before its ten digits, which begin with zeros.
    _Form(
        "krs",
        ("pl",),
        _labelled(
            r"(?:KRS|Krajow\w+\s+Rejestr\w*\s+Sądow\w+)(?:\s+pod)?(?:\s+(?:numerem|nr))?(?:\s+KRS)?",
            r"000\d{7}",
        ),
        _true,
        _always("company"),
    ),
    _Form(
        "partita_iva",
        ("it",),
        _labelled(
            r"(?:P(?:art(?:ita)?)?\.?\s*I\.?\s*V\.?\s*A\.?|(?<!\w)P\.\s?I\.)(?:\s*(?:e|/|-)\s*C(?:od(?:ice)?)?\.?\s*F(?:isc(?:ale)?)?\.?)?"
            r"|C(?:od(?:ice)?)?\.?\s*F(?:isc(?:ale)?)?\.?\s*(?:e|/|-)\s*P(?:art(?:ita)?)?\.?\s*I\.?\s*V\.?\s*A\.?",
            rf"(?:IT\s?)?{_digits(11)}",
        ),
        iva.is_valid,
        _always("either"),
    ),
    _Form(
        "codice_fiscale",
        ("it",),
        re.compile(r"(?<!\w)(?P<id>[A-Z0158]{6}[\dA-Z]{2}[A-Z][\dA-Z]{2}[A-Z0158][\dA-Z]{3}[A-Z0158])(?!\w)"),
        codicefiscale.is_valid,
        _always("person"),
    ),
    # Companies have their own of eleven digits, which is mostly that of their VAT.
    _Form(
        "codice_fiscale",
        ("it",),
        re.compile(
            r"(?i:(?<![\w/])(?<!e )(?<!/ )(?:c\.?\s?f\.?|cod(?:ice|\.)?\s*fisc(?:ale|\.)?))"
            r"(?:\s+e\s+(?:n(?:umero|\.)?\s*(?:di\s+)?)?iscrizione\s[^\d\n]{0,60})?[\s:n.°]{0,6}(?P<id>\d{11})(?!\w)",
        ),
        iva.is_valid,
        _always("company"),
    ),
    _Form(
        "cif",
        ("es",),
        re.compile(r"(?<!\w)(?P<id>[ABCDEFGHJNPQRSUVW][ -]?\d{7}[ -]?[\dA-J])(?!\w)"),
        cif.is_valid,
        _always("company"),
    ),
    _Form(
        "nif",
        ("es",),
        re.compile(
            r"(?<!\w)(?P<id>(?:\d{8}|\d{1,2}\.\d{3}\.\d{3}|[XYZ][ -]?\d{7}|[XYZ]-?\d\.\d{3}\.\d{3})"
            r"[ .-]{0,2}[A-Z])(?!\w)"
        ),
        lambda value: bool(dni.is_valid(value) or nie.is_valid(value)),
        _always("person"),
    ),
    _Form(
        "vat",
        ("en", "de"),
        _labelled(
            _VAT_NAMES + r"|USt\.?-?\s?Id(?:ent)?\.?-?\s?(?:Nr)?", r"GB\s?\d{3}\s?\d{4}\s?\d{2}(?:\s?\d{3})?"
        ),
        gb_vat.is_valid,
        _always("company"),
    ),
    _Form(
        "vat",
        ("en",),
        _labelled(_VAT_NAMES, r"IE\s?\d[\dA-Z+*]\d{5}[A-Z]{1,2}"),
        ie_vat.is_valid,
        _always("company"),
    ),
    # Small traders leave their country out: the check digits tell the number from others.
    _Form(
        "vat",
        ("en",),
        _labelled(_VAT_NAMES, r"\d{3}\s?\d{4}\s?\d{2}"),
        gb_vat.is_valid,
        _always("company"),
    ),
    # Companies House numbers have no check digit either.
    _Form(
        "company_number",
        ("en",),
        _labelled(
            r"(?:(?:co(?:mpan(?:y|ies)|\.)(?:\s+house)?(?:\s+reg(?:istration|istered|n|\.)*)?|reg(?:istered|istration|d|n|\.)*"
            r"(?:\s+in\s+(?:england|scotland|ireland|wales|northern\s+ireland)(?:\s+(?:and|&)\s+wales)?)?)"
            r"(?:\s+(?:under|with))?(?:\s+company)?,?\s+(?:number|num|no)|\bCR[NO](?:\s+(?:number|no))?"
            r"|registered\s+in\s+(?:england|scotland|ireland|wales)(?:\s+(?:and|&)\s+wales)?)",
            r"(?:\d{8}|(?:SC|NI|OC|SO|NC|FC|LP|SL)\d{6}|\d{6}(?!\s?\d))",
        ),
        _true,
        _always("company"),
    ),
    _Form(
        "ust_id",
        ("de",),
        _labelled(
            r"USt\.?-?\s?Id(?:ent)?\.?-?\s?(?:Nr)?|Umsatzsteuer-?(?:ID|Identifikationsnummer)(?:-?Nr)?",
            r"DE\s?\d{3}\s?\d{3}\s?\d{3}",
        ),
        de_vat.is_valid,
        _always("company"),
    ),
    _Form(
        "inn",
        ("ru",),
        _labelled(r"ИНН(?:\s?[/\\]\s?КПП)?(?:\s+[^\W\d]+)?", rf"{_digits(12)}|{_digits(10)}"),
        inn.is_valid,
        _inn_bearer,
    ),
    # A КПП has no check digit.
    _Form(
        "kpp",
        ("ru",),
        _labelled(r"КПП|ИНН\s?[/\\]\s?КПП(?:\s+[^\W\d]+)?[\s.:]{0,3}\d{10}\s?[/\\]", r"\d{4}[\dA-Z]{2}\d{3}"),
        _true,
        _always("company"),
    ),
    _Form(
        "ogrn",
        ("ru",),
        _labelled("ОГРН(?:ИП)?", rf"{_digits(15)}|{_digits(13)}"),
        ogrn.is_valid,
        _always("company"),
    ),
    _Form(
        "snils",
        ("ru",),
        _labelled("СНИЛС", r"\d{3}-\d{3}-\d{3}[ \n-]\d{2}"),
        _snils,
        _always("person"),
        spaced=True,
    ),
    _Form(
        "hp",
        ("he",),
        # Private, public and other companies; numbers of a company, a dealer for VAT, a partnership.
        _labelled(
            r"(?:ח\.?\s?[\"״']{0,2}[פצ]\.?(?!\w)|(?:מס'|מספר)\s(?:ה?חברה|תאגיד|שותפות|עוסק)"
            r"|שותפות מס'|[עש]\.ר\.?|עוסק מורשה|ע\.\s?מ\.?)"
            r"(?:\s?/\s?ע\.?\s?[\"״]?מ\.?)?(?:\s(?:מספר|מס'?))?(?:\s(?:ה?לקוח|ה?קונה|ה?ספק|ה?מזמין|ה?עסק))?",
            _digits(9),
        ),
        hp.is_valid,
        _always("company"),
    ),
    _Form(
        "tz",
        ("he",),
        _labelled(
            # A trader's number for VAT is that of his identity card; companies' begin with 5.
            r"(?:עוסק (?:מורשה|פטור|זעיר)(?=[\s.,:מס'פר]{0,12}[0-4])"
            r"|ת\.?\s?[\"״']{0,2}ז\.?(?!\w)|תעודת זהות|(?:מס'|מספר)\s?(?:ה?זהות|ת\.?\s?[\"״]?ז\.?)|זיהוי)"
            r"(?:\s(?:ישראלית|מספר|מס'?))?",
            _digits(9),
        ),
        idnr.is_valid,
        _always("person"),
    ),
    _Form(
        "national_id",
        ("th",),
        re.compile(rf"(?<![\d.])(?P<id>[1-8]{_THAI_GROUPS})(?!\d)"),
        pin.is_valid,
        _always("person"),
    ),
    # Juristic persons' numbers begin with 0 and carry the same check digit.
    _Form(
        "tax_id",
        ("th",),
        re.compile(rf"(?<![\d.])(?P<id>0{_THAI_GROUPS})(?!\d)"),
        moa.is_valid,
        _always("company"),
    ),
)


def find_identifiers(flow: Flow, language: str, cells: Cells | None = None) -> Iterator[Identifier]:
    """National identifiers of the language's country whose check holds; values are bare.

    With the cells of the page, also those that stand in a form beneath their label.
    """
    seen: set[tuple[str, str]] = set()
    for view in flow.views():
        for found in _in_view(view, language):
            key = found.name, found.candidate.value
            if view.row is None or key not in seen:
                seen.add(key)
                yield found
    for found in _in_forms(cells, language) if cells is not None else ():
        if (found.name, found.candidate.value) not in seen:
            seen.add((found.name, found.candidate.value))
            yield found


def _in_forms(cells: Cells, language: str) -> Iterator[Identifier]:
    """Identifiers that are all that their cell says, read as if the label above them stood before them."""
    for cell in cells.all:
        above = cells.above(cell) if cell.text[-1:].isalnum() and any(map(str.isdigit, cell.text)) else None
        if above is None or any(map(str.isdigit, above.text)):
            continue
        lead = f"{above.text} "
        for form in _FORMS:
            if language not in form.languages:
                continue
            match = form.pattern.search(lead + western(cell.text))
            if match is None or match.start("id") != len(lead) or match.end() != len(lead) + len(cell.text):
                continue
            value, repaired = _holding(match["id"], form)
            if value is not None:
                rule = f"{form.name}: check digit, beneath its label" + (", repaired" if repaired else "")
                candidate = Candidate(
                    cells.flow, cell.start, cell.end, value, rule, 0.9 if repaired else 0.97
                )
                yield Identifier(form.name, candidate, form.bearer(value))


def _in_view(view: View, language: str) -> Iterator[Identifier]:
    flow, text = view.flow, western(view.text)
    for form in _FORMS:
        if language not in form.languages:
            continue
        for match in form.pattern.finditer(text):
            start, end = view.span(match.start("id"), match.end("id"))
            value, repaired = _holding(match["id"], form)
            if value is None and form.name in _LABELLED_ENOUGH and flow.page.source == "text":
                # Nothing was misread: the number is printed so, and its label names it.
                value = SEPARATORS.sub("", match["id"]).upper()
                candidate = Candidate(
                    flow, start, end, value, f"{form.name}: label; its check digit fails", 0.7
                )
                yield Identifier(form.name, candidate, form.bearer(value))
            elif value is not None:
                rule = f"{form.name}: check digit" + (", repaired" if repaired else "")
                candidate = Candidate(flow, start, end, value, rule, 0.9 if repaired else 0.98)
                yield Identifier(form.name, candidate, form.bearer(value))


def _holding(raw: str, form: _Form) -> tuple[str | None, bool]:
    if form.spaced:
        bare = SEPARATORS.sub("", raw)
        return (" ".join(raw.split()), False) if form.holds(bare) else (None, False)
    bare = SEPARATORS.sub("", raw).upper()
    if form.name in ("nip", "partita_iva"):
        bare = bare.removeprefix("PL").removeprefix("IT")
    if form.holds(bare):
        return bare, False
    fixed = _by_place(bare) if form.name == "codice_fiscale" else bare.translate(CONFUSED)
    if fixed != bare and (fixed.isdigit() or form.name == "codice_fiscale") and form.holds(fixed):
        return fixed, True
    return None, False


def _by_place(code: str) -> str:
    """A codice fiscale with letters and digits where its form has them (D.M. 23 December 1976)."""
    digits = (6, 7, 9, 10, 12, 13, 14)
    return "".join(
        letter.translate(CONFUSED) if place in digits else letter.translate(LETTERS)
        for place, letter in enumerate(code)
    )
