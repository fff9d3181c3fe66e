"""Values of forms beneath their labels; names that hold what would end them elsewhere: Polish and Italian papers."""

import pytest

from ocr.fields import find_fields
from ocr.kind import kind_of
from ocr.rows import rows_of
from ocr.values import Box, Kind, PageReading, Word
from tests.ocr.papers import page_of

_ROOM = ("",) * 20

CASES: tuple[tuple[str, Kind, tuple[str, ...], dict[str, str]], ...] = (
    (
        "pl",
        "contract",
        (
            "„Nowy Port” sp. z o.o. z siedzibą w Gdyni, wpisaną do Krajowego Rejestru Sądowego pod numerem 0000395121,",
            "NIP nr 638-125-18-82, zwaną dalej „Wynajmującym”",
        ),
        {
            "parties.creditor.name": "„Nowy Port” sp. z o.o.",
            "parties.creditor.krs": "0000395121",
            "parties.creditor.nip": "6381251882",
        },
    ),
    (
        "pl",
        "invoice",
        (
            "Faktura VAT 3/02/2025",
            "Sprzedawca: Alfa Sp. j.",
            "Nabywca: Wspólnota Mieszkaniowa Cegielniana 12",
        ),
        {"invoice_number": "3/02/2025", "parties.debtor.name": "Wspólnota Mieszkaniowa Cegielniana 12"},
    ),
    (
        "pl",
        "dunning_letter",
        ("należność główna z faktury VAT nr FS 1093/10/2024 wystawionej dnia 11.10.2024 r.",),
        {"invoice_number": "FS 1093/10/2024", "invoice_date": "2024-10-11"},
    ),
    (
        "pl",
        "assignment_notice",
        (
            "Sprawa: ALT/24/10077",
            "Na wierzytelność składają się: należność główna 1 190,18 zł, odsetki za opóźnienie 33,12 zł – razem",
            "1 223,30 zł.",
        ),
        {
            "reference": "ALT/24/10077",
            "amounts.principal": "1190.18",
            "amounts.interest": "33.12",
            "amounts.total": "1223.30",
        },
    ),
    (
        "pl",
        "contract",
        ("Odbiorca uiszcza opłatę handlową w kwocie 19,90 zł brutto za każdy miesiąc",),
        {"amounts.monthly_fee": "19.90"},
    ),
    (
        "it",
        "assignment_notice",
        (
            "in forza di contratto di cessione firmato digitalmente il 30 settembre 2024, Alfa S.r.l. ha trasferito",
        ),
        {"assignment_date": "2024-09-30"},
    ),
    (
        "pl",
        "assignment_notice",
        (
            "zawiadamiamy, że umową z 28 lutego 2025 r. zbyliśmy na rzecz spółki Faktoria Północ S.A. wierzytelność",
        ),
        {"parties.assignee.name": "Faktoria Północ S.A."},
    ),
    (
        "pl",
        "court_order",
        (
            "przeciwko: Łukasz Mikołajek (NIP 6381251882)",
            "o zapłatę kwoty 13 212,60 zł",
            "nakazuje pozwanemu Łukaszowi Mikołajkowi, aby zapłacił powodowi kwotę 13 212,60 zł",
        ),
        {
            "parties.debtor.name": "Łukasz Mikołajek",
            "parties.debtor.nip": "6381251882",
            "amounts.principal": "13212.60",
            "amounts.total": "",
        },
    ),
    (
        "pl",
        "payment_confirmation",
        (
            "Numer rachunku nadawcy " + "." * 90 + " 16 1140 1026 8393 7801 2052 6220",
            "Nazwa nadawcy " + "." * 90 + " Łukasz Mikołajek",
            "Numer rachunku odbiorcy " + "." * 90 + " 85 2490 1026 4145 0501 4731 1973",
            "Nazwa odbiorcy " + "." * 90 + " Faktoria Północ S.A.",
        ),
        {
            "iban.debtor": "PL16114010268393780120526220",
            "iban.assignee": "PL85249010264145050147311973",
        },
    ),
    (
        "pl",
        "court_order",
        (
            "zapłacił powodowi 2 292,90 zł (dwa tysiące dwieście dziewięćdziesiąt dwa złote 90/100) z ustawowymi",
            "odsetkami za opóźnienie od 18 czerwca 2025 r. do dnia zapłaty oraz 1 117,00 zł kosztów procesu",
        ),
        {"amounts.principal": "2292.90", "amounts.costs": "1117.00", "interest_from": "2025-06-18"},
    ),
    (
        "it",
        "court_order",
        ("1) Euro 5.355,80 oltre agli interessi moratori come richiesti dal 12.05.2025 al saldo",),
        {"amounts.principal": "5355.80"},
    ),
    (
        "it",
        "dunning_letter",
        ("sollecito di pagamento della fattura FPR 44/25 del 11 aprile 2025",),
        {"invoice_number": "FPR 44/25", "invoice_date": "2025-04-11"},
    ),
    (
        "it",
        "court_order",
        (
            "di pagare alla ricorrente la somma di € 38.412,77 per sorte capitale;",
            "le spese del procedimento monitorio, che liquida in € 1.305,00 per compensi ed € 259,00",
            "per esborsi, oltre IVA e CPA, per complessivi € 1.564,00.",
        ),
        {"amounts.principal": "38412.77", "amounts.costs": "1564.00", "amounts.total": ""},
    ),
    (
        "it",
        "dunning_letter",
        (
            "MARINO RECUPERI S.R.L.",
            "P. IVA 00743110157",
            "la società Autonoleggi Vesuvio S.a.s. ci ha conferito incarico di recuperare il credito",
            "sul conto della nostra mandante",
        ),
        {
            "parties.creditor.name": "Autonoleggi Vesuvio S.a.s.",
            "parties.assignee.name": "",
            "parties.creditor.partita_iva": "",
        },
    ),
    (
        "it",
        "contract",
        (
            "STUDIO DENTISTICO MARTA OLIVIERI, con studio in Bergamo, P.IVA 00743110157",
            '(nel seguito "Conduttore")',
        ),
        {"parties.debtor.name": "STUDIO DENTISTICO MARTA OLIVIERI"},
    ),
    (
        "pl",
        "assignment_notice",
        (
            "Pożyczki Kopernik Sp. z o.o. jako Zbywca i Toruń Asset Management NSFIZ jako Nabywca informują,",
            "że na mocy umowy z dnia 27 sierpnia 2024 r. Nabywca nabył wierzytelność",
        ),
        {
            "parties.creditor.name": "Pożyczki Kopernik Sp. z o.o.",
            "parties.assignee.name": "Toruń Asset Management NSFIZ",
            "assignment_date": "2024-08-27",
        },
    ),
    (
        "pl",
        "court_order",
        ("Sygn. akt V GNc 88/25 upr", "sprawa o zapłatę"),
        {"case_number": "V GNc 88/25 upr"},
    ),
    (
        "it",
        "assignment_notice",
        (
            "il credito già vantato da Alfa Gas S.p.A. è stato acquistato da Trinacria NPL S.r.l.",
            "con atto del 20 giugno 2024",
        ),
        {
            "parties.creditor.name": "Alfa Gas S.p.A.",
            "parties.assignee.name": "Trinacria NPL S.r.l.",
            "assignment_date": "2024-06-20",
        },
    ),
    (
        "it",
        "contract",
        ("tra Immobiliare La Quercia s.r.l., di seguito denominata «Locatrice»",),
        {"parties.creditor.name": "Immobiliare La Quercia s.r.l."},
    ),
    (
        "it",
        "dunning_letter",
        (
            "Interessi di mora " + "." * 130 + " € 58,21",
            "Spese di recupero " + "." * 130 + " € 45,00",
        ),
        {"amounts.interest": "58.21", "amounts.costs": "45.00"},
    ),
)


FORMS: tuple[tuple[str, Kind, tuple[tuple[str, ...], ...], dict[str, str]], ...] = (
    (
        "pl",
        "contract",
        (
            ("Usługa i sprzęt", "Opłata miesięczna", "Kaucja"),
            ("Internet 600 + TV", "109,00 zł", "200,00 zł"),
        ),
        {"amounts.monthly_fee": "109.00", "amounts.deposit": "200.00"},
    ),
    (
        "pl",
        "dunning_letter",
        (
            ("Numer sprawy", "Kwota do zapłaty", "Termin płatności"),
            ("ALT/24/10077", "1 241,95 zł", "09.12.2024"),
        ),
        {"reference": "ALT/24/10077", "amounts.total": "1241.95", "due_date": "2024-12-09"},
    ),
    (
        "pl",
        "invoice",
        (
            ("Data wystawienia", "Okres rozliczeniowy", "Termin płatności"),
            ("08.04.2025", "01.03.2025 - 31.03.2025", "22.04.2025"),
        ),
        {"document_date": "2025-04-08", "due_date": "2025-04-22"},
    ),
    (
        "pl",
        "contract",
        (("Imię i nazwisko", "PESEL", "Miejscowość"), ("Dorota Sójka", "85061580551", "Lubartów")),
        {"parties.debtor.pesel": "85061580551"},
    ),
    (
        "it",
        "assignment_notice",
        (
            ("Capitale residuo", "Interessi", "Totale esposizione"),
            ("€ 38.412,77", "€ 4.009,15", "€ 42.421,92"),
        ),
        {"amounts.principal": "38412.77", "amounts.interest": "4009.15", "amounts.total": "42421.92"},
    ),
)


def _form(rows: tuple[tuple[str, ...], ...], language: str) -> PageReading:
    """A page with columns of equal width, whose words begin at their left."""
    words = []
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            x, top = 0.05 + 0.3 * column, 0.1 + 0.02 * place
            for text in cell.split():
                width = 0.008 * len(text)
                words.append(Word(text, Box(x, top, x + width, top + 0.012), 0.95, place, 0))
                x += width + 0.008
    text = "\n".join("\t".join(row) for row in rows)
    return PageReading(1, 1654, 2339, 200, language=language, text=text, words=tuple(words))


@pytest.mark.parametrize(
    ("language", "kind", "rows", "wanted"), FORMS, ids=[f"{case[0]}-{case[1]}" for case in FORMS]
)
def test_what_a_form_says(
    language: str, kind: Kind, rows: tuple[tuple[str, ...], ...], wanted: dict[str, str]
) -> None:
    found = {field.name: field.value for field in find_fields([_form(rows, language)], kind, language)}
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("language", "kind", "lines", "wanted"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_what_the_lines_say(
    language: str, kind: Kind, lines: tuple[str, ...], wanted: dict[str, str]
) -> None:
    page = page_of((*lines, *_ROOM), language=language)
    found = {field.name: field.value for field in find_fields([page], kind, language)}
    assert {name: found.get(name, "") for name in wanted} == wanted


def test_an_account_is_found_behind_a_name_that_looks_like_the_beginning_of_one() -> None:
    lines = ("Od", "MELIS EFISIO", "PL16114010268393780120526220", "Do", *_ROOM)
    found = find_fields([page_of(lines, language="pl")], "payment_confirmation", "pl")
    assert [field.value for field in found if field.name.startswith("iban")] == [
        "PL16114010268393780120526220"
    ]


def test_who_is_paid_for_a_case_of_a_court_is_presumed_to_have_acquired_the_claim() -> None:
    lines = (
        "Na rachunek\t85 2490 1026 4145 0501 4731 1973",
        "Nazwa odbiorcy\tObeliks Partners Sp. z o.o.",
        "Tytuł\tSPRAWA I Nc 3318/24 RATA 2",
        *_ROOM,
    )
    found = {
        field.name: field
        for field in find_fields([page_of(lines, language="pl")], "payment_confirmation", "pl")
    }
    assert found["parties.assignee.name"].value == "Obeliks Partners Sp. z o.o."
    assert found["iban.assignee"].value == "PL85249010264145050147311973"
    assert found["parties.assignee.name"].confidence < 0.9


def test_a_slip_for_paying_at_the_foot_of_an_invoice_is_no_paper_of_its_own() -> None:
    lines = (
        "FAKTURA VAT F/2007/04/25",
        "Sprzedawca: Wiatrówka Telekom S.A.",
        "Nabywca: Halina Zych",
        *("Abonament\t81,29\t18,70\t99,99",) * 10,
        "Termin płatności: 22.04.2025",
        "Polecenie przelewu / wpłata gotówkowa",
        "nazwa odbiorcy",
        "nr rachunku odbiorcy",
        "nazwa zleceniodawcy",
        "tytułem",
        "kwota przelewu",
    )
    assert kind_of(rows_of(page_of(lines, language="pl")), "pl").kind == "invoice"
