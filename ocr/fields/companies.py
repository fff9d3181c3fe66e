"""Companies, by the legal form that ends or begins their names."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ocr.fields import thai
from ocr.fields.cells import Cell, Cells
from ocr.fields.forms import INTERNATIONAL, trailing_forms
from ocr.fields.names import OPENING, Name, PageOfNames
from ocr.folding import HEBREW_PREFIXES, fold
from ocr.lexicon import Lexicon

_LONGEST = 9
_LONGEST_CASELESS = 6
_LONGEST_VALUE = 90
_LONGEST_LEAD = 4
_SECOND = 2
_SHORT_NUMBER = 3
_LONGEST_NUMBER = 4
# "Rossi S.n.c. di Rossi Mario & C.": an Italian partnership is called by its partners (art. 2292, 2314 c.c.).
_PARTNERS = re.compile(
    r"\s+di(?:\s+(?:[A-ZÀ-Ž][\w.’'-]*|d[aei]l?|e|ed|&)){2,9}?(?:\s+(?:&|e|ed|e\s+soci)\s*C\.|(?=\s*(?:[,;:)\n\t]|$)))"
)
_BY_ADDRESS = ("Wspólnota Mieszkaniowa", "Condominio")
_HOUSE = re.compile(r"[ ]\d{1,3}[A-Za-z]?(?:/\d{1,3})?(?=\s*(?:$|[\n,;]))")
_BRANCH = re.compile(r"^ [A-ZÀ-ŽА-ЯЁ][a-zà-žа-яё]+(?: [A-ZÀ-ŽА-ЯЁ][a-zà-žа-яё]+)?$")
_QUOTED = (
    r"[«\"“„‹<]{1,2}\s?[^»\"”›>«\n]{2,50}(?:\n[^»\"”›>«\n]{2,50})?(?:\s?[«\"“][^»\"”]{2,50})?\s?[»\"”›>]{1,2}"
)


# Russian banks put their form behind: "«Север Банк» (АО)", "АКБ «Север» (публичное акционерное общество)".
_FORM_BEHIND = re.compile(
    r"(?:(?:АКБ|КБ|НКО|Банк|Коммерческий банк)\s)?[«\"“][^»\"”\n]{2,50}[»\"”]\s"
    r"\((?:П?АО|НАО|ОАО|ЗАО|ООО|[^()\n]{0,30}(?:акционерное\sобщество|ответственностью))\)",
    re.IGNORECASE,
)


_COMPANY, _FOR = fold("חברה").text, "ל"
_TO = re.compile(r"ל[א-ת]{3}")
_GIVEN = re.compile(r"(?:הומח|המח|הוסב|הועבר|העביר|העברנו|נמכר|מכר|המכר)[^.\n]{0,40}$")
_GIVEN_REACH = 60


class CompanyFinder(PageOfNames):
    """Finds companies on one page."""

    def __init__(self, cells: Cells, words: Lexicon, language: str) -> None:
        super().__init__(cells, words, language)
        forms = {*words.names.after, *INTERNATIONAL}
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def companies(self) -> Iterator[Name]:
        """Every name with a legal form."""
        text = self._flow.text
        if self._language == "th":
            yield from (Name(*found, "company") for found in thai.companies(self._flow))
            return
        floor = 0
        for form in trailing_forms(text, self._forms):
            start = self._begin(form.start, floor)
            if start is None:
                continue
            start = self._office(start)
            floor = form.end
            if (
                self._caseless
                and _TO.match(text, start)
                and _GIVEN.search(text, max(0, start - _GIVEN_REACH), start)
            ):
                # "Assigned to Moor Ltd": the preposition is written as one with the name.
                start += 1
            name = " ".join(text[start : form.start].split())
            comma = "" if name.endswith(",") or text[form.start - 1 : form.start] != "," else ","
            printed = " ".join(text[form.start : form.end].split())
            spelt = printed if self._printed else form.spelling
            branch = self._partners(form.end, spelt) or self._branch(form.end)
            yield Name(start, form.end + len(branch), _opened(f"{name}{comma} {spelt}{branch}"), "company")
        yield from self._leading(text)

    def _office(self, start: int) -> int:
        """Where the name begins of a law office that is called by several partners: "Kancelaria Kos, Lis sp. p."."""
        cell = self._cells.at(start)
        above = self._cells.above(cell)
        if above is not None and cell.start - above.end == 1 and start == cell.start:
            # It was broken for want of room in its column.
            cell = above
        agents = tuple(agent for agent in self._words.names.agents if len(agent) > _SHORT_NUMBER)
        return cell.start if fold(cell.text).text.startswith(agents) else start

    def whole(self, cell: Cell) -> Name | None:
        """The cell as a name, where a label says that it is one: an organisation without a legal form."""
        value = _balanced(" ".join(cell.text.split()).strip(OPENING), cell.text)
        if (
            not value[:1].isupper()
            or any(letter.isdigit() or letter == ":" for letter in value)
            or len(value) > _LONGEST_VALUE
        ):
            return None
        return Name(cell.start, cell.end, value, "company")

    def _partners(self, end: int, form: str) -> str:
        """What stands behind the form of an Italian partnership: the partners by whom it is called."""
        if self._language != "it" or fold(form).text.replace(" ", "") not in ("snc", "sas"):
            return ""
        found = _PARTNERS.match(self._flow.text[: self._cells.at(end - 1).end], end)
        return " " + " ".join(found[0].split()) if found else ""

    def _branch(self, end: int) -> str:
        """What stands behind the form and ends the cell: the branch of a company, where nothing can be a speck."""
        rest = self._flow.text[end : self._cells.at(end - 1).end]
        return rest if self._printed and _BRANCH.match(rest) else ""

    def _begin(self, form: int, floor: int) -> int | None:
        """Where the name begins that ends with the legal form here."""
        flow = self._flow
        first = flow.words(form, form + 1)[0]
        if flow.starts[first] < form:
            first += 1
        k = first
        most = _LONGEST_CASELESS if self._caseless else _LONGEST
        while k > 0 and first - k < most and flow.starts[k - 1] >= floor:
            word = self._word(k - 1)
            if self._caseless and self._in_column(k - 1, k):
                break
            if self._apart(k - 1, k) and not (k == first and self._same_line(k - 1, k)):
                break
            # A word for a role right before the form can only be the name itself: "Lieferant GmbH".
            if self._ends_before(word, k == first) or not self._belongs(word, k, beside_form=k == first):
                break
            k -= 1
            closed = word[0] == "(" and any(self._word(later)[-1] == ")" for later in range(k, first))
            if word[0] in '„“«"(' and not closed and not self._caseless:
                break
        while k < first and self._word(k) in self._words.names.small:
            k += 1
        if k < first and not self._caseless:
            k = self._from_line(k)
        return flow.starts[k] if k < first else None

    def _from_line(self, k: int) -> int:
        """Further left to where the line begins, where all of it is written as a name: "Restaurante El Faro S.L."."""
        flow = self._flow
        cell = self._cells.at(flow.starts[k])
        begin = flow.words(cell.start, cell.start + 1)[0]
        words = [self._word(index) for index in range(begin, k)]
        if not 0 < len(words) <= _LONGEST_LEAD or fold(words[0]).text in self._words.names.stops:
            return k
        if not all(word.isalpha() and word.istitle() for word in words):
            return k
        folded = [fold(word).text for word in words]
        other = any(word in self._words.names.titles or self._is_role(word) for word in folded)
        return k if other else begin

    def _in_column(self, left: int, right: int) -> bool:
        """Whether word `right` begins the value beside a label, so that the line above it is another value."""
        cell = self._cells.at(self._flow.starts[right])
        return (
            cell.start == self._flow.starts[right]
            and not self._same_line(left, right)
            and self._cells.before(cell) is not None
        )

    def _ends_before(self, word: str, beside_form: bool) -> bool:
        if beside_form and word[-1] == ")" and len(word) > 2 and (word[0] == "(" or word[:-1].isdigit()):
            # "(2010)", "(Israel)", "(No. 2)" before the legal form.
            return False
        if word[-1] in ":;)]!?" or (word[-1] == "," and not beside_form):
            return True
        return word[-1] == "." and len(word) > 4

    def _belongs(self, word: str, k: int, *, beside_form: bool) -> bool:
        """Whether the word before word `k` is part of the name that word `k` is part of."""
        bare = word.strip("„“”«»\"'(),.")
        folded = fold(bare).text
        quoted = word[0] in "„«" and bare[:1].isupper() and not self._caseless
        if quoted or bare in ("&", "+") or self._is_article(folded, bare, k) or self._in_midst(bare, k):
            return True
        if not any(letter.isalpha() for letter in bare):
            return bare.isdigit() and self._is_of_name(bare, k, beside_form=beside_form)
        # A stop right before the form of a language without capitals is of the name: "Arazim Debt Ltd".
        # So is "company for": "Kinneret Insurance Company Ltd".
        own = self._caseless and (beside_form or (folded == _COMPANY and self._word(k)[0] == _FOR))
        if (folded in self._words.names.stops and not own) or any(
            title == folded for title in self._words.names.titles
        ):
            return False
        if self._caseless:
            tail = folded[1:] if folded[:1] in HEBREW_PREFIXES else folded
            return own or (
                not any(letter.isdigit() for letter in bare)
                and tail not in self._words.names.stops
                and not self._is_role(folded)
            )
        if bare[0].isupper() or bare[0].isdigit():
            return beside_form or not self._is_role(folded) or self._capital_before(k - 1)
        # "vitaClub": a capital inside.
        return folded in self._words.names.small or (bare.isalpha() and not bare.islower())

    def _in_midst(self, bare: str, k: int) -> bool:
        """Whether a word that mostly stands before a name is in the midst of one: "Regency Invoice Finance Limited"."""
        if self._language != "en" or not bare.istitle() or k < _SECOND or not self._capital_before(k - 1):
            return False
        before = fold(self._word(k - 2)).text
        return before not in (*self._words.names.stops, *self._words.names.titles) and not self._is_role(
            before
        )

    def _is_article(self, folded: str, bare: str, k: int) -> bool:
        """Whether it is an article in the midst of a name: "Immobiliare La Torre", "EDIL LA ROCCA"."""
        if self._caseless or len(bare) < 2 or not bare[0].isupper() or folded not in self._words.names.small:
            return False
        before = fold(self._word(k - 2)).text if k > 1 else ""
        return (
            self._capital_before(k - 1)
            and (not bare.isupper() or self._word(k - 2).isupper())
            and before not in (*self._words.names.stops, *self._words.names.titles)
            and not self._is_role(before)
        )

    def _is_of_name(self, number: str, k: int, *, beside_form: bool) -> bool:
        """Whether a number before word `k` is part of a name: a year or a house's, or as in "Horizon 4 Fund"."""
        if self._caseless:
            return beside_form and len(number) <= _LONGEST_NUMBER
        return len(number) < _SHORT_NUMBER and self._capital_before(k - 1)

    def _is_role(self, folded: str) -> bool:
        # What a factor or a bank is called is a part of its name.
        own = (*self._words.names.banks, *self._words.names.collectors)
        return any(len(noun) > 3 and folded.startswith(noun) and noun not in own for noun in self._nouns)

    def _capital_before(self, index: int) -> bool:
        if index == 0 or self._apart(index - 1, index):
            return False
        word = self._word(index - 1)
        return word[0].isupper() and word[-1] not in ".:,;"

    def _leading(self, text: str) -> Iterator[Name]:
        """Names that begin with their form: quoted after it, or in capitals."""
        for form in self._words.names.before:
            spelt = _bent(form) if self._language == "ru" else re.escape(form)
            capitals = r"(?:\s+[A-ZА-ЯЁÀ-ŽĄ-Ż][\w.-]*){1,4}"
            lead = r"(?:\s+[А-ЯЁA-Z][\w-]*){0,3}"
            pattern = rf"(?<!\w){spelt}(?!\w)(?:{lead}\s{{0,2}}{_QUOTED}|{capitals})".replace(r"\ ", r"\s+")
            for match in re.finditer(pattern, text):
                if "\n" in match[0] and "«" not in match[0] and self._apart_inside(match):
                    continue
                end = self._numbered(match.end()) if form in _BY_ADDRESS else match.end()
                printed = " ".join(text[match.start() : end].split())
                if self._language == "ru" and not self._printed and not printed.startswith(form):
                    if not set(printed) & set("«»"):
                        continue
                    printed = form + printed[len(form) :]
                yield Name(match.start(), end, self._quotes(printed), "company")
        if self._language == "ru":
            for match in _FORM_BEHIND.finditer(text):
                yield Name(match.start(), match.end(), " ".join(match[0].split()), "company")

    def _numbered(self, end: int) -> int:
        """Where the name ends of those who are called by the house that they own: with its number."""
        found = _HOUSE.match(self._flow.text, end)
        return end if found is None else found.end()

    def _apart_inside(self, match: re.Match[str]) -> bool:
        indices = self._flow.words(match.start(), match.end())
        return any(self._apart(left, right) for left, right in pairwise(indices))

    def _quotes(self, name: str) -> str:
        """Russian quotation marks as printed where a scan gave half of them."""
        if self._printed or self._language != "ru" or not set(name) & set("«»<>‹›"):
            return name.rstrip(".,")
        opened = re.sub(r"\s[«\"“„‹<]{1,2}\s?", " «", name, count=1)
        return re.sub(r"\s?[»\"”›>]{1,2}$", "»", opened)


def _opened(name: str) -> str:
    """The name without marks before it, but for the one that opens a quotation which ends inside."""
    bare = name.lstrip(OPENING)
    opening = name[len(name) - len(bare) - 1] if len(bare) < len(name) else ""
    closing = {"„": "”", "«": "»", "“": "”"}.get(opening)
    return opening + bare if closing and closing in bare and opening not in bare else bare


def _balanced(name: str, printed: str) -> str:
    """The name with the mark that closes a quotation in it, which is no mark behind it."""
    for opening, closing in (('"', '"'), ("„", "”"), ("“", "”"), ("«", "»")):
        halved = name.count(opening) % 2 if opening == closing else name.count(opening) > name.count(closing)
        if halved and printed.rstrip().endswith(closing):
            return name + closing
    return name


_CYRILLIC = {"О": "ОO0о", "А": "АAа", "З": "З3"}
"""What a scan gives for the capitals of short Russian forms: "000" for "ООО"."""


def _bent(form: str) -> str:
    """The form as a pattern: of capitals alone, as a scan bends them."""
    if not form.isupper():
        return re.escape(form)
    return "".join(f"[{_CYRILLIC[letter]}]" if letter in _CYRILLIC else re.escape(letter) for letter in form)
