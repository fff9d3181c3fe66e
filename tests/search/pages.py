"""Pages made by hand in all eight languages, as readings with boxes and as records of the index."""

from dataclasses import replace
from datetime import date

from ocr.values import Box, PageReading, Word
from search import Amount, Identifier, Named, PageClaim, PageParty, PageRecord

KOWALSKI = PageParty("11111111-1111-7111-8111-111111111111", "debtor", "Jan Kowalski")
ROSSI = PageParty("22222222-2222-7222-8222-222222222222", "debtor", "Maria Rossi")
BANK = PageParty("33333333-3333-7333-8333-333333333333", "creditor", "Bank Północny S.A.")
NORTH = Named("p-north", "North 2024")
SOUTH = Named("p-south", "South 2023")

TEXTS = {
    "pl": "Wezwanie do zapłaty\nNa podstawie faktury nr FV/2024/03/0017 z dnia 12.03.2024 wzywamy\n"
    "Jana Kowalskiego do uregulowania należności w kwocie 2 926,05 zł\n"
    "na konto PL 61 1090 1014 0000 0712 1981 2874. NIP 526-10-40-828",
    "it": "Sollecito di pagamento\nGentile Maria Rossi, le fatture dell'azienda risultano\n"
    "non pagate. Codice fiscale RSSMRA85T10A562S. Importo 1.234,56 euro",
    "es": "Notificación de cesión\nLe comunicamos que los créditos del deudor han sido cedidos.\n"
    "Reclamación de 350,00 EUR",
    "en": "Statement of account\nThe debtor's invoices remain outstanding; payment is due\nwithin fourteen days.",
    "de": "Zahlungserin-\nnerung\nIhre Rechnungen sind überfällig. Bitte überweisen Sie dem Gläubiger\n"
    "auf DE89 3704 0044 0532 0130 00 den Betrag von 99,90 EUR",
    "ru": "Договор займа\nЗадолженность по договору составляет 12 345,67 рублей. Счёт оплатить до 01.05.2024",
    "he": 'חשבונית מס\nהחשבונית הוגשה לחברת דוגמה בע"מ לתשלום של 500.00',
    "th": "ใบแจ้งหนี้\nขอให้ท่านชำระเงินตามสัญญากู้ยืมภายในวันที่ ๑๕ เลขที่ ๑๒๓๔๕๖๗",
}


def reading(text: str, language: str = "und", number: int = 1) -> PageReading:
    """A page that says the text: a word at each space, lines below each other, boxes that do not touch."""
    words: list[Word] = []
    for line, row in enumerate(text.split("\n")):
        x = 0.05
        for piece in row.split():
            width = 0.01 * len(piece)
            words.append(
                Word(piece, Box(x, 0.05 + line * 0.05, x + width, 0.08 + line * 0.05), 0.95, line, 0)
            )
            x += width + 0.01
    return PageReading(number, 1000, 1400, 120, language=language, text=text, words=tuple(words))


def record(
    document: str,
    text: str,
    *,
    page: int = 1,
    language: str = "und",
    scopes: frozenset[str] = frozenset({"portfolio:p-north"}),
    day: date | None = date(2024, 3, 12),
) -> PageRecord:
    """A page of a document with the usual values."""
    return PageRecord(
        document=document,
        page=page,
        deposit=f"deposit-{document}",
        text=text,
        language=language,
        scopes=scopes,
        document_date=day,
        received_date=date(2024, 6, 1),
    )


def library() -> list[PageRecord]:
    """One page a language, with parties, amounts, claims, kinds and two portfolios."""
    pages = {
        language: record(f"doc-{language}", text, language=language, day=date(2024, month, 10))
        for month, (language, text) in enumerate(TEXTS.items(), start=1)
    }
    north = [
        replace(
            pages["pl"],
            kind="dunning_letter",
            direction="out",
            due_date=date(2024, 3, 26),
            amounts=(Amount(292605, "PLN"),),
            identifiers=(Identifier("nip", "5261040828"),),
            parties=(KOWALSKI, BANK),
            claims=(PageClaim("claim-1", "W/2024/881"),),
            quality=frozenset({"doubtful"}),
        ),
        replace(pages["it"], kind="dunning_letter", parties=(ROSSI,), amounts=(Amount(123456, "EUR"),)),
        replace(pages["es"], kind="assignment_notice", amounts=(Amount(35000, "EUR"),)),
        replace(pages["en"], kind="invoice", direction="in"),
        replace(pages["de"], kind="dunning_letter", amounts=(Amount(9990, "EUR"),)),
    ]
    south = [
        replace(pages["ru"], kind="contract", amounts=(Amount(1234567, "RUB"),)),
        replace(pages["he"], kind="invoice", parties=(replace(KOWALSKI, role="guarantor"),)),
        replace(pages["th"], kind="invoice"),
    ]
    box, station = Named("b-1", "Box 7"), Named("st-3", "Station 3")
    return [
        *(replace(page, portfolio=NORTH, batch=box, station=station) for page in north),
        *(replace(page, portfolio=SOUTH, scopes=frozenset({"portfolio:p-south"})) for page in south),
    ]
