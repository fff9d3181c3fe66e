"""What a date means: by the label before it, by the number it follows, by the line it stands on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr.fields.allowed import DATES
from ocr.fields.candidate import Candidate
from ocr.fields.dates import SHORT_YEAR, find_dates
from ocr.fields.flow import Flow
from ocr.fields.labels import LabelFound, label_before
from ocr.fields.role import Role
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

_DATELINE_LETTERS = 34
_DATELINE_TOP = 0.5
_DATE_AFTER_NUMBER = 24
_BIRTH_REACH, _BIRTH_AFTER = 48, 20
_FADES = 200
_OF_SOMETHING = 0.76
_OF_ANOTHER = 0.55
_IN_CLAUSE = 0.84
_PLACE_AND_DATE = 0.962
_BESIDE = 10
_NEXT = 3
_TOWN = re.compile(r"^[^\W\d_][^\W\d_ .'’-]+(?:[ .'’-]+[^\W\d_]+){0,3},\s")
# A town with what may stand before it (a postcode, "г."), and a comma; its first letter is the group.
_PLACE = re.compile(
    r"^\s*(?:\d[\d-]+\s)?(?:(?:г|гор|м)\.\s?|En\s)?([^\W\d_])[^\s\d,:;]+(?:\s[^\s\d,:;]+){0,3}\s?,\s"
)
_FULL_LABEL = 9
_CLAUSE = 80
"""Letters before a date among which the word is looked for that says whose date it is."""

_CLAUSE_END = re.compile(r"[.;:!?](?=\s+[^\W\d_a-z]|$)|\t")
_NEW_LINE = re.compile(r"\n[A-ZÀ-Ž]")
"""A label of its own, under the number: "Issued on"."""
_JOINING = 8
"""Letters that may stand between the town and the date: "dnia", "den", "lì", "in data"."""

_BEHIND = 5
_OF_INVOICES: tuple[Kind, ...] = ("dunning_letter", "assignment_notice")
_OWN_CLAUSE, _SHORT, _UNNUMBERED = 40, 3, 0.85
_ON = tuple(fold(word).text for word in ("ביום", "בתאריך"))
""" "On the", which begins a sentence about any day."""
_TOLD_IN_TEXT: tuple[Kind, ...] = ("contract", "court_order", "payment_confirmation")


def date_roles(
    flow: Flow, numbers: Sequence[tuple[str, Candidate]], kind: Kind, language: str, words: Lexicon
) -> Iterator[Role]:
    """The dates of a page in their roles; those of which nothing is said are left out."""
    allowed = DATES[kind]
    labels = {
        role: found
        for role, found in words.labels.items()
        if role.endswith(("_date", "_from"))
        and role != "invoice_date"
        # Nothing is paid or assigned by a contract: what it says of a day is when it was concluded.
        and not (kind == "contract" and role in ("payment_date", "assignment_date"))
    }
    order = [*allowed, *(role for role in labels if role not in allowed)]
    dates = sorted(find_dates(flow, language), key=lambda item: item.start)
    for date in dates:
        if _is_of_birth(date, words):
            yield Role("parties.debtor.birth_date", date, f"{date.rule}; after a word for birth", 0.93)
            continue
        tied = _tied(date, numbers, words)
        if tied is not None:
            if tied in (f"{kind}_number", "reference"):
                yield Role("document_date", date, f"{date.rule}; after {tied}", 0.98)
            elif tied == "invoice_number":
                yield Role("invoice_date", date, f"{date.rule}; after {tied}", 0.9)
            continue
        if kind in _OF_INVOICES and _of_an_invoice(date, words):
            yield Role("invoice_date", date, f"{date.rule}; of an invoice without its number", _UNNUMBERED)
            continue
        if date.rule != SHORT_YEAR and _is_place_and_date(date):
            yield Role("document_date", date, f"{date.rule}; after a place, in the head", _PLACE_AND_DATE)
            continue
        # A year of two digits wants a label: a scan sees such numbers in specks.
        line = 0.0 if date.rule == SHORT_YEAR else _dateline(date)
        label = label_before(date, labels, order, [other.raw for other in dates if other is not date])
        found = _told(date, label, line, kind, words)
        if found is None:
            continue
        other = _dated_thing(date, kind, words) if found.name == "document_date" else None
        if other is not None:
            rule = f"{found.rule}, of “{other}”"
            # A paper of unknown kind may be the contract itself.
            most = _OF_SOMETHING if kind == "other" else _OF_ANOTHER
            found = replace(found, rule=rule, strength=min(found.strength, most))
        yield found


def _of_an_invoice(date: Candidate, words: Lexicon) -> bool:
    """Whether the date follows the word for an invoice and one that dates it: "your bill of 3 May 2024"."""
    before = fold(date.flow.before(date.start, _OWN_CLAUSE)).text
    nouns = [
        noun for noun in words.numbers.get("invoice_number", ()) if " " not in noun and len(noun) > _SHORT
    ]
    return any(
        before.endswith(f" {noun} {joint}") for joint in words.labels["invoice_date"] for noun in nouns
    )


def _told(date: Candidate, label: LabelFound | None, line: float, kind: Kind, words: Lexicon) -> Role | None:
    """The role that its label tells, the clause on an assignment, or the line of a letter that it stands on."""
    if label is not None and label.role in DATES[kind] and not (line and _is_bare_from(label)):
        strength = (_strongest(label, words) - label.distance / _FADES) * label.likeness
        if label.role == "document_date" and label.label in _ON and kind not in _TOLD_IN_TEXT:
            strength = min(strength, _OF_SOMETHING)
        return Role(label.role, date, f"{date.rule}; after “{label.label}”", strength)
    if kind == "assignment_notice" and not line and (told := _assigns(date, words)) is not None:
        return Role("assignment_date", date, f"{date.rule}; in a clause on “{told}”", _IN_CLAUSE)
    if line and not (label is not None and label.role == "other_date" and label.distance < _NEXT):
        return Role("document_date", date, f"{date.rule}; on a line of its own", line)
    return None


def _strongest(label: LabelFound, words: Lexicon) -> float:
    """How sure a label right before a date is: the longer, the more telling; "of" and "dated" may follow anything."""
    if label.role == "document_date":
        if label.label in words.labels["invoice_date"] and not _is_noun(label, words):
            return _OF_SOMETHING
        if label.distance > _BESIDE and " " not in label.label:
            return _OF_SOMETHING
    return 0.95 + min(len(label.label), 20) / 1000


def _is_noun(label: LabelFound, words: Lexicon) -> bool:
    """Whether it is the word for a date, with which longer labels begin: "date of issue"."""
    longer = (other for other in words.labels["document_date"] if other != label.label)
    return any(other.startswith(label.label) for other in longer)


def _is_bare_from(label: LabelFound) -> bool:
    """ "from", which stands before a date of any meaning."""
    return label.role == "interest_from" and len(label.label) < _FULL_LABEL


def _is_of_birth(date: Candidate, words: Lexicon) -> bool:
    before = fold(date.flow.before(date.start, _BIRTH_REACH)).text
    after = fold(date.flow.text[date.end : date.end + _BIRTH_AFTER]).text
    return any(
        re.search(rf"(?:^| ){re.escape(word)}(?: \D*)?$", before)
        or ((len(word) > 5 or " " in word) and after.startswith(word))
        for word in words.names.born
    )


def _tied(date: Candidate, numbers: Sequence[tuple[str, Candidate]], words: Lexicon) -> str | None:
    """The name of the number that this date follows: "invoice no. 7 of 3 May 2024"."""
    for name, number in numbers:
        if 0 <= date.start - number.end <= _DATE_AFTER_NUMBER:
            between = date.flow.text[number.end : date.start]
            if _NEW_LINE.search(between):
                continue
            if fold(between).text in words.labels["invoice_date"]:
                return name
    return None


def _dated_thing(date: Candidate, kind: Kind, words: Lexicon) -> str | None:
    """What the clause says the date of, if that is not this paper: "the contract concluded on"."""
    clause = _CLAUSE_END.split(date.flow.before(date.start, _CLAUSE))[-1]
    # The first word may have lost its beginning.
    folded = fold(clause if len(clause) < _CLAUSE else clause.partition(" ")[2]).text
    things = (word for thing, found in words.dated.items() if thing != kind for word in found)
    return next((word for word in things if word in folded), None)


def _assigns(date: Candidate, words: Lexicon) -> str | None:
    """The word of its clause that says that a claim was made over that day: "by deed of assignment signed on"."""
    clause = fold(_CLAUSE_END.split(date.flow.before(date.start, _CLAUSE))[-1]).text
    return next((word for word in words.labels.get("assigning", ()) if f" {word}" in f" {clause}"), None)


def _is_place_and_date(date: Candidate) -> bool:
    """Whether the date stands in the head of a letter after the name of a place, and nothing else with them."""
    row = date.flow.rows[date.flow.row_number(date.start)]
    if row.top >= _DATELINE_TOP:
        return False
    before = date.flow.row_before(date.start).rpartition("\t")[2]
    place = _PLACE.match(before)
    if place is None or place[1].islower():
        return False
    joining = sum(map(str.isalpha, before[place.end() :]))
    behind = date.flow.text[date.end :].partition("\n")[0].partition("\t")[0]
    return joining <= _JOINING and sum(map(str.isalpha, behind)) <= _BEHIND


def _dateline(date: Candidate) -> float:
    """How much the date looks like that of a letter: alone on its line, or after a town; 0 where it does not."""
    row = date.flow.rows[date.flow.row_number(date.start)]
    cells = [cell for cell in row.text.split("\t") if date.raw[:6] in " ".join(cell.split())]
    cell = cells[0] if cells else row.text
    rest = sum(letter.isalpha() for letter in cell) - sum(letter.isalpha() for letter in date.raw)
    if rest > _DATELINE_LETTERS or len(cell) > len(date.raw) + 2 * _DATELINE_LETTERS:
        return 0.0
    if row.top < _DATELINE_TOP:
        return 0.8
    # "Verona, 3 May 2024" over the signatures says as much; a bare date there may be of anything.
    return 0.75 if _TOWN.match(cell) else 0.6
