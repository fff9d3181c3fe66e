"""Made pages of a large archive: eight languages, lengths and rare words as letters have them, numbers of their own."""

import itertools
import json
import math
import random
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from ocr.values import Box, PageReading, Word
from search import Amount, Identifier, Named, PageParty, PageRecord

PORTFOLIOS = 20
"""Each page is in one, so that a user of one portfolio may see 5 %."""

_VOCABULARY, _FEW_WORDS, _NAMES = 30_000, 3_000, 20_000
_MANY_PAGES = 10_000
_WORDS_MEDIAN, _WORDS_SPREAD, _FEWEST, _MOST = 190, 0.6, 25, 1_200
_FIRST_DAY, _DAYS = date(2016, 1, 1), 3_650
_KINDS = (
    *("contract", "invoice", "assignment_notice", "dunning_letter"),
    *("court_order", "payment_confirmation", "correspondence", "other"),
)

# Words of letters and contracts, from which chains of three letters make rarer ones that look alike.
SEEDS = {
    "pl": "wezwanie do zapłaty należności kwota umowa kredytu dłużnik wierzyciel odsetki termin rachunek bankowy "
    "faktura przelew cesja wierzytelności sąd rejonowy wydział cywilny nakaz postępowanie egzekucyjne komornik "
    "ugoda rata spłata zaległość pismo odpowiedź podstawie ustawy dnia oraz które został zawarta strony",
    "it": "sollecito di pagamento fattura debito creditore debitore contratto finanziamento importo interessi scadenza "
    "cessione del credito tribunale ordinario decreto ingiuntivo ricorso rata versamento conto corrente comunicazione "
    "oggetto gentile cliente entro giorni dalla ricevimento presente somma dovuta spese legali notifica società",
    "es": "requerimiento de pago factura deuda acreedor deudor contrato préstamo importe intereses vencimiento cesión "
    "crédito juzgado primera instancia procedimiento monitorio demanda cuota transferencia cuenta notificación "
    "estimado cliente plazo días desde recepción presente cantidad debida gastos reclamación sociedad mercantil",
    "en": "demand for payment invoice debt creditor debtor agreement loan amount interest due date assignment notice "
    "county court claim judgment settlement instalment transfer account statement balance outstanding letter dear "
    "customer within days receipt under terms conditions charges collection company limited reference hereby",
    "de": "mahnung zahlung rechnung forderung gläubiger schuldner vertrag darlehen betrag zinsen fälligkeit abtretung "
    "amtsgericht mahnbescheid vollstreckung vergleich rate überweisung konto kontostand schreiben sehr geehrte "
    "innerhalb tagen erhalt gemäß bedingungen kosten inkasso gesellschaft haftung zahlungserinnerung hiermit",
    "ru": "требование об оплате счёт долг кредитор должник договор займа проценты срок уступка права суд районный "
    "решение исполнительное производство пристав соглашение платёж перевод выписка остаток письмо уважаемый клиент "
    "течение дней получения согласно условиям расходы взыскание общество ограниченной ответственностью настоящим",
    "he": "דרישה לתשלום חשבונית חוב נושה חייב הסכם הלוואה סכום ריבית מועד המחאת זכויות בית משפט שלום הוצאה לפועל "
    "פשרה תשלומים העברה חשבון יתרה מכתב לקוח נכבד בתוך ימים מקבלת בהתאם לתנאים הוצאות גבייה חברה בעירבון מוגבל",
}
LANGUAGES = (*SEEDS, "th")


@dataclass(frozen=True, slots=True)
class Tongue:
    """A vocabulary with the cumulated frequency of its words (Zipf's law), and names."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    names: tuple[str, ...]
    joint: str = " "


@lru_cache(maxsize=2)
def tongues(vocabulary: int) -> dict[str, Tongue]:
    """One a language, of so many words; the same at every call."""
    return {language: _tongue(language, vocabulary) for language in LANGUAGES}


def _tongue(language: str, vocabulary: int) -> Tongue:
    dice = random.Random(f"vocabulary {language}")
    if language == "th":
        from pythainlp.corpus import thai_words

        words = sorted(word for word in thai_words() if word.isalpha() and 2 <= len(word) <= 12)
        dice.shuffle(words)
        words, joint = words[:vocabulary], ""
    else:
        seeds = list(dict.fromkeys(SEEDS[language].split()))
        words, joint = [*seeds, *_chained(seeds, vocabulary - len(seeds), dice)], " "
    weights = tuple(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    names = tuple(
        f"{first.capitalize()} {last.capitalize()}"
        for first, last in zip(
            dice.choices(words[200:1_000], k=_NAMES), dice.choices(words[1_000:], k=_NAMES), strict=True
        )
    )
    return Tongue(tuple(words), weights, names, joint)


def _chained(seeds: Sequence[str], count: int, dice: random.Random) -> list[str]:
    """New words whose every three letters stand so in a seed, nearly always of 3 to 14 letters."""
    after: dict[str, list[str]] = {}
    for seed in seeds:
        marked = f"^^{seed}$"
        for at in range(len(marked) - 2):
            after.setdefault(marked[at : at + 2], []).append(marked[at + 2])
    letters = sorted(set("".join(seeds)))
    known = set(seeds)
    made: list[str] = []
    while len(made) < count:
        word = ""
        pair = "^^"
        while (letter := dice.choice(after.get(pair, letters) if dice.random() > 0.06 else letters)) != "$":
            word += letter
            pair = (pair + letter)[-2:]
            if len(word) == 14:
                break
        if len(word) >= 3 and word not in known:
            known.add(word)
            made.append(word)
    return made


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page, and what is said of it elsewhere."""

    document: str
    page: int
    language: str
    kind: str
    day: date
    portfolio: int
    party: str
    number: str
    amount: int
    text: str

    def record(self) -> PageRecord:
        """As it is indexed."""
        portfolio = Named(f"p-{self.portfolio}", f"Portfolio {self.portfolio}")
        return PageRecord(
            document=self.document,
            page=self.page,
            deposit=self.document,
            text=self.text,
            language=self.language,
            kind=self.kind,
            document_date=self.day,
            received_date=self.day + timedelta(days=9),
            amounts=(Amount(self.amount, "EUR"),),
            identifiers=(Identifier("contract_number", self.number),),
            parties=(PageParty(f"party-{self.party}", "debtor", self.party),),
            portfolio=portfolio,
            scopes=frozenset({f"portfolio:{portfolio.id}"}),
        )

    def reading(self) -> PageReading:
        """The words of the page in lines, with boxes."""
        words: list[Word] = []
        for line, row in enumerate(self.text.split("\n")):
            x, y = 0.08, 0.05 + 0.9 * line / 80
            for piece in row.split():
                width = 0.01 * len(piece)
                words.append(Word(piece, Box(x, y, min(x + width, 1.0), y + 0.01), 0.95, line, 0))
                x += width + 0.01
        return PageReading(
            self.page, 1654, 2339, 200, language=self.language, text=self.text, words=tuple(words)
        )


def documents(count: int) -> Iterator[list[MadePage]]:
    """Documents of so many pages altogether; the same for the same count."""
    dice = random.Random("pages")
    speech = tongues(_VOCABULARY if count >= _MANY_PAGES else _FEW_WORDS)
    made = 0
    for number in itertools.count():
        if made >= count:
            return
        pages = min(1 + int(dice.expovariate(0.55)), 40, count - made)
        yield _document(number, pages, dice, speech)
        made += pages


def _document(number: int, pages: int, dice: random.Random, speech: dict[str, Tongue]) -> list[MadePage]:
    language = dice.choice(LANGUAGES)
    tongue = speech[language]
    kind, day = dice.choice(_KINDS), _FIRST_DAY + timedelta(days=dice.randrange(_DAYS))
    portfolio, party = dice.randrange(PORTFOLIOS), dice.choice(tongue.names)
    contract = f"{dice.choice('ABCDEFGHKLM')}{dice.choice('XYZ')}/{day.year}/{dice.randrange(10**6):06}"
    return [
        MadePage(
            document=f"doc-{number:08}",
            page=page,
            language=language,
            kind=kind,
            day=day,
            portfolio=portfolio,
            party=party,
            number=contract,
            amount=dice.randrange(1_000, 5_000_000),
            text=_text(tongue, party, contract, day, dice),
        )
        for page in range(1, pages + 1)
    ]


def _text(tongue: Tongue, party: str, contract: str, day: date, dice: random.Random) -> str:
    count = min(max(int(_WORDS_MEDIAN * math.exp(dice.gauss(0, _WORDS_SPREAD))), _FEWEST), _MOST)
    words = dice.choices(tongue.words, cum_weights=tongue.weights, k=count)
    lines = [tongue.joint.join(words[at : at + 11]) for at in range(0, count, 11)]
    account = "".join(dice.choices("0123456789", k=22))
    facts = (
        f"{party} {contract}",
        f"{day:%d.%m.%Y} {dice.randrange(100, 90_000)},{dice.randrange(100):02} EUR",
        f"PL{dice.randrange(100):02} " + " ".join(account[at : at + 4] for at in range(0, 20, 4)),
        f"{dice.randrange(10**9, 10**10)}",
    )
    for fact in facts:
        lines.insert(dice.randrange(len(lines) + 1), fact)
    return "\n".join(lines)


class Store:
    """The pages as an archive keeps them: compressed, by document."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._opened: list[MadePage] | None = None
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS papers (document TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID"
        )

    def fill(self, count: int) -> tuple[int, int]:
        """Make the pages; how many, and the bytes of their text."""
        pages = size = 0
        self._database.execute("BEGIN")
        for paper in documents(count):
            body = [
                (
                    one.page,
                    one.language,
                    one.kind,
                    one.day.toordinal(),
                    one.portfolio,
                    one.party,
                    one.number,
                    one.amount,
                    one.text,
                )
                for one in paper
            ]
            packed = zlib.compress(json.dumps(body, ensure_ascii=False).encode(), 1)
            self._database.execute("INSERT INTO papers VALUES (?, ?)", (paper[0].document, packed))
            pages += len(paper)
            size += sum(len(one.text.encode()) for one in paper)
        self._database.execute("COMMIT")
        return pages, size

    def __iter__(self) -> Iterator[list[MadePage]]:
        for document, body in self._database.execute("SELECT document, body FROM papers ORDER BY document"):
            yield _unpacked(document, body)

    def shuffled(self, dice: random.Random) -> Iterator[list[MadePage]]:
        """The documents in another order."""
        names = [name for (name,) in self._database.execute("SELECT document FROM papers ORDER BY document")]
        dice.shuffle(names)
        return map(self.paper, names)

    def paper(self, document: str) -> list[MadePage]:
        """The pages of one document."""
        if self._opened is None or self._opened[0].document != document:
            (body,) = self._database.execute(
                "SELECT body FROM papers WHERE document = ?", (document,)
            ).fetchone()
            self._opened = _unpacked(document, body)
        return self._opened

    def words_of(self, document: str, page: int) -> PageReading | None:
        """The reading of a page."""
        return self.paper(document)[page - 1].reading()


def _unpacked(document: str, body: bytes) -> list[MadePage]:
    return [
        MadePage(document, page, language, kind, date.fromordinal(day), *rest)
        for page, language, kind, day, *rest in json.loads(zlib.decompress(body))
    ]
