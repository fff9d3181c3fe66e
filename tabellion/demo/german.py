"""The German case: furniture delivered to Bolzano, an invoice and a reminder."""

from datetime import date, timedelta

from tabellion.demo.cases import Case
from tabellion.demo.drafts import Draft, Format, address, invoice_grid, money_grid
from tabellion.demo.identifiers import spaced
from tabellion.demo.letter import Facts, House, Letter, Signature, Signatures, Text
from tabellion.demo.weathering import Scan

FORM = Format("de", "EUR", "d. MMMM yyyy")


def drafts(case: Case) -> tuple[Draft, ...]:
    """The papers of the case, oldest first."""
    return (_invoice(case), _reminder(case))


def _seeblick(case: Case) -> House:
    creditor = case.creditor
    return House(
        name=creditor.name,
        strap="Tische, Stühle und Schränke aus eigener Werkstatt",
        colour="#234f3a",
        mark="gable",
        header="mark",
        contact=(*creditor.address, "Tel. 08382 0000-0", "post@seeblick.example"),
        foot=(
            f"{creditor.name}, {', '.join(creditor.address)}. Geschäftsführerin: Renate Aßfalg. Amtsgericht "
            "Kempten, HRB 10417.",
            f"USt-IdNr. DE{creditor.identifier('ust_id').removeprefix('DE')}. IBAN {spaced(creditor.iban)}.",
        ),
    )


def _invoice(case: Case) -> Draft:
    (invoice,) = case.invoices
    letter = Letter(
        house=_seeblick(case),
        recipient=address(case.debtor, "Herrn"),
        place_and_date=f"Lindau, {FORM.day(invoice.issued)}",
        references=(
            ("Rechnung Nr.", invoice.number),
            ("Auftrag Nr.", case.contract),
            ("Auftrag vom", FORM.short(case.contract_date)),
        ),
        subject=f"Rechnung {invoice.number}",
        language="de",
        page_word="Seite",
        body=(
            Text("Sehr geehrter Herr Ferrante,"),
            Text(
                "vielen Dank für Ihren Auftrag. Wir haben geliefert und aufgebaut und berechnen wie vereinbart:"
            ),
            invoice_grid(
                invoice,
                FORM,
                ("Bezeichnung", "Menge", "Einheit", "Einzelpreis", "Betrag"),
                ("Nettobetrag", f"Umsatzsteuer {invoice.rate} %", "Rechnungsbetrag"),
            ),
            Facts(
                (
                    ("Rechnungsbetrag", FORM.money(invoice.total)),
                    ("Zahlbar bis", FORM.day(invoice.due)),
                    ("IBAN", spaced(case.creditor.iban)),
                    ("Verwendungszweck", invoice.number),
                ),
                framed=True,
            ),
            Text(
                "Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum. Lieferdatum ist das Rechnungsdatum.",
                "small",
            ),
        ),
    )
    return Draft("01-rechnung", "invoice", "de", invoice.issued, case, letter)


def _reminder(case: Case) -> Draft:
    (invoice,) = case.invoices
    dated = date(2023, 12, 14)
    interest = case.interest(dated)
    letter = Letter(
        house=_seeblick(case),
        recipient=address(case.debtor, "Herrn"),
        place_and_date=f"Lindau, {FORM.day(dated)}",
        references=(("Rechnung Nr.", invoice.number), ("Auftrag Nr.", case.contract)),
        subject="Zweite Mahnung",
        language="de",
        page_word="Seite",
        body=(
            Text("Sehr geehrter Herr Ferrante,"),
            Text(
                f"auf unsere Rechnung {invoice.number} vom {FORM.day(invoice.issued)}, fällig am "
                f"{FORM.day(invoice.due)}, haben wir trotz unserer Zahlungserinnerung keinen Zahlungseingang "
                "feststellen können. Sie befinden sich in Verzug. Wir bitten Sie, den folgenden Betrag zu "
                "überweisen:"
            ),
            money_grid(
                ("Forderung", "Betrag"),
                (
                    (f"Hauptforderung aus Rechnung {invoice.number}", FORM.money(case.principal)),
                    (
                        f"Verzugszinsen {FORM.rate(case.interest_rate)} vom {FORM.short(case.interest_from)} bis "
                        f"{FORM.short(dated)}",
                        FORM.money(interest),
                    ),
                ),
                ("Gesamtforderung", FORM.money(case.principal + interest)),
            ),
            Facts(
                (
                    ("Zu zahlen", FORM.money(case.principal + interest)),
                    ("Frist", FORM.day(dated + timedelta(days=14))),
                    ("IBAN", spaced(case.creditor.iban)),
                ),
                framed=True,
            ),
            Text(
                "Nach fruchtlosem Ablauf der Frist werden wir die Forderung ohne weitere Ankündigung an ein "
                "Inkassounternehmen übergeben. Die dadurch entstehenden Kosten gehen zu Ihren Lasten."
            ),
            Text("Mit freundlichen Grüßen"),
            Signatures((Signature("Renate Aßfalg", "Geschäftsführerin", "Renate Aßfalg"),)),
        ),
    )
    scan = Scan("pdf", colour=True, skew=-0.8, folds=True, stain=True, uneven=0.1)
    return Draft("02-mahnung", "dunning_letter", "de", dated, case, letter, scan)
