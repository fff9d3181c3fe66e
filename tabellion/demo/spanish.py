"""The Spanish case: timber for the English joiners, an invoice and a demand."""

from datetime import date, timedelta

from tabellion.demo.cases import Case
from tabellion.demo.drafts import Draft, Format, address, invoice_grid, money_grid
from tabellion.demo.identifiers import spaced
from tabellion.demo.letter import Facts, House, Letter, Signature, Signatures, Stamp, Text
from tabellion.demo.weathering import Scan

FORM = Format("es", "EUR", "d 'de' MMMM 'de' yyyy")


def drafts(case: Case) -> tuple[Draft, ...]:
    """The papers of the case, oldest first."""
    return (_invoice(case), _demand(case))


def _cantabrica(case: Case) -> House:
    creditor = case.creditor
    return House(
        name=creditor.name,
        strap="Almacén de maderas nobles desde 1974",
        colour="#7a3b1e",
        mark="beam",
        header="band",
        contact=(*creditor.address, "Tel. 942 000 215"),
        foot=(
            f"{creditor.name}, {', '.join(creditor.address)}. CIF {creditor.identifier('cif')}.",
            f"Registro Mercantil de Cantabria, tomo 812, folio 44, hoja S-9120. IBAN {spaced(creditor.iban)}.",
        ),
    )


def _invoice(case: Case) -> Draft:
    (invoice,) = case.invoices
    letter = Letter(
        house=_cantabrica(case),
        recipient=address(case.debtor),
        place_and_date=f"Camargo, {FORM.day(invoice.issued)}",
        references=(
            ("Factura n.º", invoice.number),
            ("Pedido n.º", case.contract),
            ("VAT del cliente", f"GB{case.debtor.identifier('vat')}"),
        ),
        subject=f"Factura {invoice.number}",
        language="es",
        page_word="página",
        body=(
            invoice_grid(
                invoice,
                FORM,
                ("Concepto", "Cantidad", "Unidad", "Precio", "Importe"),
                ("Base imponible", f"IVA {invoice.rate} %", "Total factura"),
            ),
            Facts(
                (
                    ("Total a pagar", FORM.money(invoice.total)),
                    ("Vencimiento", FORM.day(invoice.due)),
                    ("IBAN", spaced(case.creditor.iban)),
                    ("Concepto", f"Factura {invoice.number}"),
                ),
                framed=True,
            ),
            Text(
                "Mercancía retirada en nuestra nave por el transportista del cliente; se repercute el IVA español. "
                "Reserva de dominio hasta el pago completo.",
                "small",
            ),
        ),
    )
    return Draft("01-factura", "invoice", "es", invoice.issued, case, letter)


def _demand(case: Case) -> Draft:
    (invoice,) = case.invoices
    dated = date(2024, 7, 22)
    interest = case.interest(dated)
    letter = Letter(
        house=_cantabrica(case),
        recipient=address(case.debtor, "A la atención de la dirección"),
        recipient_side="right",
        place_and_date=f"Camargo, {FORM.day(dated)}",
        references=(("Factura n.º", invoice.number), ("Pedido n.º", case.contract)),
        subject="Requerimiento de pago",
        language="es",
        page_word="página",
        body=(
            Text("Muy señores nuestros:"),
            Text(
                f"La factura {invoice.number}, emitida el {FORM.day(invoice.issued)} y vencida el "
                f"{FORM.day(invoice.due)}, sigue pendiente de pago a pesar de nuestros avisos. Por la presente les "
                "requerimos para que abonen la cantidad siguiente antes del "
                f"<b>{FORM.day(dated + timedelta(days=10))}</b>:"
            ),
            money_grid(
                ("Concepto", "Importe"),
                (
                    ("Principal", FORM.money(case.principal)),
                    (
                        f"Intereses de demora al {FORM.rate(case.interest_rate)} desde el "
                        f"{FORM.short(case.interest_from)}",
                        FORM.money(interest),
                    ),
                ),
                ("Total adeudado", FORM.money(case.principal + interest)),
            ),
            Facts((("IBAN", spaced(case.creditor.iban)), ("Titular", case.creditor.name)), framed=True),
            Text(
                "De no recibir el pago en el plazo indicado iniciaremos las acciones judiciales oportunas, "
                "incluido el proceso monitorio europeo, y reclamaremos los costes de cobro previstos en la Ley "
                "3/2004."
            ),
            Text("Atentamente,"),
            Signatures((Signature("Íñigo Peña Villar", "Administración", "Íñigo Peña Villar"),)),
        ),
        stamps=(Stamp(("MADERAS CANTÁBRICA S.L.", "39600 Camargo"), 1, 76, 66, 7, "#5a2d1a"),),
    )
    scan = Scan("pdf", colour=False, skew=1.5, folds=True, uneven=0.15)
    return Draft("02-requerimiento", "dunning_letter", "es", dated, case, letter, scan)
