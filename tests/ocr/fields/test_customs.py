"""Customs of the papers of several countries: what stands where a label or a legal form would stand elsewhere."""

import pytest

from ocr.fields import find_fields
from ocr.values import Kind
from tests.ocr.papers import page_of

_ROOM = ("",) * 20

CASES: tuple[tuple[str, Kind, tuple[str, ...], dict[str, str]], ...] = (
    (
        "he",
        "court_order",
        ("לשכת ההוצאה לפועל תל אביב", "אזהרה", "תיק מס' 512345-03-24"),
        {"enforcement_number": "512345-03-24"},
    ),
    (
        "he",
        "court_order",
        ("בית משפט השלום בתל אביב, לשכת ההוצאה לפועל", "אזהרה", "תיק מס' 512345-03-24"),
        {"case_number": "512345-03-24"},
    ),
    (
        "pl",
        "dunning_letter",
        (
            "wzywam do zapłaty łącznej kwoty 18.240,15 zł, na którą składają się:",
            "a) 17.500,00 zł – należność główna z faktury VAT nr FS/1120/2024",
            "b) 428,90 zł – skapitalizowane odsetki ustawowe za opóźnienie",
            "c) 311,25 zł – rekompensata w wysokości równowartości 70 euro",
            "co narazi Pana na koszty zastępstwa procesowego w kwocie 3.600,00 zł",
        ),
        {
            "amounts.principal": "17500.00",
            "amounts.interest": "428.90",
            "amounts.costs": "311.25",
            "amounts.total": "18240.15",
        },
    ),
    (
        "pl",
        "court_order",
        (
            "Sąd Okręgowy we Wrocławiu",
            "X Wydział Gospodarczy",
            "na skutek pozwu wniesionego w dniu 30 stycznia 2025 r.",
            "nakazuje zapłacić kwotę 96.500,00 zł (dziewięćdziesiąt sześć tysięcy pięćset złotych)",
        ),
        {
            "parties.court.name": "Sąd Okręgowy we Wrocławiu X Wydział Gospodarczy",
            "amounts.principal": "96500.00",
        },
    ),
    (
        "pl",
        "court_order",
        (
            "po rozpoznaniu w dniu 12 lipca 2024 r. na posiedzeniu niejawnym",
            "kwotę 317,00 zł (trzysta siedemnaście złotych) tytułem zwrotu kosztów postępowania",
        ),
        {"amounts.costs": "317.00"},
    ),
    (
        "pl",
        "payment_confirmation",
        ("Nazwa i adres nadawcy\tALICJA MRÓZ UL. DŁUGA 40/2 31-146 KRAKÓW", "Kwota\t418,00 PLN"),
        {"parties.debtor.name": "ALICJA MRÓZ", "amounts.total": "418.00"},
    ),
    (
        "pl",
        "contract",
        (
            "Ugoda nr U/511/2024",
            "Dłużnik uznaje roszczenie w łącznej kwocie 4.180,00 zł, w tym należność główna 3.600,00 zł,",
            "i zobowiązuje się spłacić je w 10 miesięcznych ratach po 418,00 zł",
        ),
        {"contract_number": "U/511/2024", "amounts.total": "4180.00", "amounts.monthly_fee": "418.00"},
    ),
    (
        "it",
        "contract",
        (
            "Trasporti Rossi S.n.c. di Rossi Mario & C., con sede in Pisa, P. IVA 00743110157,",
            'di seguito denominata "Utilizzatore"',
        ),
        {"parties.debtor.name": "Trasporti Rossi S.n.c. di Rossi Mario & C."},
    ),
    (
        "it",
        "contract",
        (
            "CONTRATTO DI LOCAZIONE FINANZIARIA (LEASING) N. 00881234/001",
            "n. 60 canoni mensili di Euro 612,30",
        ),
        {"contract_number": "00881234/001", "amounts.monthly_fee": "612.30"},
    ),
    (
        "it",
        "contract",
        (
            "il Sig. Riccardo Lombardi, nato a Lecce il 03/02/1960, di seguito denominato LOCATORE,",
            "concede in locazione",
            "alla Sig.ra Giada Fontana, nata a Brindisi il 11/11/1990, di seguito denominata CONDUTTRICE,",
        ),
        {"parties.debtor.birth_date": "1990-11-11"},
    ),
    (
        "it",
        "assignment_notice",
        (
            "La informiamo che, con atto sottoscritto in data 14 febbraio 2025, Banca Adriatica S.p.A.",
            "ha ceduto pro soluto a Minerva Credit SPV S.r.l. il credito vantato nei Suoi confronti",
        ),
        {
            "assignment_date": "2025-02-14",
            "parties.creditor.name": "Banca Adriatica S.p.A.",
            "parties.assignee.name": "Minerva Credit SPV S.r.l.",
        },
    ),
    (
        "ru",
        "dunning_letter",
        (
            "Требование о возврате просроченной задолженности",
            "размер задолженности составляет 41 870 рублей 50 копеек, в том числе:",
            "18 000 рублей 00 копеек основного долга и 23 400 рублей 00 копеек процентов,",
            "а также 470 рублей 50 копеек расходов",
            "Получатель: ООО ПКО «Правовой Эскорт»",
            "по кредиту, выданному «Север Банк» (АО)",
        ),
        {"amounts.principal": "18000.00", "amounts.interest": "23400.00"},
    ),
    (
        "ru",
        "court_order",
        (
            "Ленинское районное отделение судебных приставов г. Екатеринбурга",
            "17.09.2025",
            "в отношении должника Рябова Ильи Константиновича, 03.12.1990 г.р.,",
            "Возбудить исполнительное производство № 184420/25/66004-ИП.",
            "Перечислить на депозитный счёт: р/с 03212643000000016200, БИК 016577551",
        ),
        {
            "parties.court.name": "Ленинское районное отделение судебных приставов г. Екатеринбурга",
            "parties.debtor.birth_date": "1990-12-03",
            "enforcement_number": "184420/25/66004-ИП",
        },
    ),
    (
        "ru",
        "contract",
        ("Договор № Ч-0417/25", "Стоимость услуг – 64 000 руб. 00 коп. в месяц."),
        {"contract_number": "Ч-0417/25", "amounts.monthly_fee": "64000.00"},
    ),
    (
        "he",
        "dunning_letter",
        (
            "ולא פרעת את המגיע ממך, ובחשבונית מס' 90041277 מיום 15.9.2024",
            'קרן החוב: 1,844.50 ש"ח',
        ),
        {"invoice_number": "90041277", "invoice_date": "2024-09-15", "amounts.principal": "1844.50"},
    ),
    (
        "th",
        "court_order",
        (
            "คดีหมายเลขดำที่ ผบ ๑๑๒๔/๒๕๖๘",
            "คดีหมายเลขแดงที่ ผบ ๑๘๗๗/๒๕๖๘",
            "ศาลจังหวัดนนทบุรี",
            "ให้จำเลยชำระเงิน ๘๔,๓๒๐.๕๐ บาท แก่โจทก์",
        ),
        {
            "case_number": "ผบ ๑๘๗๗/๒๕๖๘",
            "parties.court.name": "ศาลจังหวัดนนทบุรี",
            "amounts.principal": "84320.50",
        },
    ),
)


@pytest.mark.parametrize(
    ("language", "kind", "lines", "wanted"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_what_the_lines_say(
    language: str, kind: Kind, lines: tuple[str, ...], wanted: dict[str, str]
) -> None:
    page = page_of((*lines, *_ROOM), language=language)
    found = {field.name: field.value for field in find_fields([page], kind, language)}
    assert {name: found.get(name) for name in wanted} == wanted


def test_what_is_presumed_of_a_claimant_is_not_said_as_sure() -> None:
    lines = (
        "z powództwa Stalprofil Dolny Śląsk S.A., NIP: 5260250274",
        "przeciwko Konstrukcje Wysokie Sp. z o.o.",
        *_ROOM,
    )
    found = {field.name: field for field in find_fields([page_of(lines, language="pl")], "court_order", "pl")}
    assert found["parties.assignee.name"].confidence < 0.9
    assert found["parties.assignee.nip"].confidence < 0.9
