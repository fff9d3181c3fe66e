"""FatturaPA, the Italian e-invoice (Agenzia delle Entrate, specifiche tecniche 1.2); of a lot, its first invoice."""

from collections.abc import Iterator

from ocr.einvoice import values
from ocr.einvoice.tree import Element, find, find_all, text

ROOTS = ("FatturaElettronica", "FatturaElettronicaSemplificata")

_HEAD, _BODY = "FatturaElettronicaHeader", "FatturaElettronicaBody"


def fields(root: Element) -> Iterator[tuple[str, str]]:
    """Field names with values, in the order of the document."""
    head, body = find(root, _HEAD), find(root, _BODY)
    yield from _party(find(head, "CedentePrestatore") if head is not None else None, "creditor")
    yield from _party(find(head, "CessionarioCommittente") if head is not None else None, "debtor")
    if body is None:
        return
    general = find(body, "DatiGenerali/DatiGeneraliDocumento")
    yield "invoice_number", text(general, "Numero")
    yield "document_date", values.date(text(general, "Data"))
    yield "currency", text(general, "Divisa")
    yield "contract_number", text(body, "DatiGenerali/DatiContratto/IdDocumento")
    net = [text(item) for item in find_all(body, "DatiBeniServizi/DatiRiepilogo/ImponibileImporto")]
    tax = [text(item) for item in find_all(body, "DatiBeniServizi/DatiRiepilogo/Imposta")]
    yield "amounts.net", values.total(net)
    yield "amounts.vat", values.total(tax)
    yield (
        "amounts.total",
        values.amount(text(general, "ImportoTotaleDocumento")) or values.total([*net, *tax]),
    )
    for payment in find_all(body, "DatiPagamento/DettaglioPagamento"):
        yield "due_date", values.date(text(payment, "DataScadenzaPagamento"))
        yield "iban.creditor", values.account(text(payment, "IBAN"))


def lines(root: Element) -> Iterator[tuple[str, str, str, str]]:
    """Description, quantity, net amount and VAT rate of each line."""
    for item in find_all(root, f"{_BODY}/DatiBeniServizi/DettaglioLinee"):
        rate = text(item, "AliquotaIVA")
        yield text(item, "Descrizione"), text(item, "Quantita"), text(item, "PrezzoTotale"), rate


def _party(party: Element | None, role: str) -> Iterator[tuple[str, str]]:
    if party is None:
        return
    about = find(party, "DatiAnagrafici")
    # The simplified invoice has the same data one level higher.
    about = party if about is None else about
    names = find(about, "Anagrafica")
    names = about if names is None else names
    person = f"{text(names, 'Nome')} {text(names, 'Cognome')}".strip()
    yield f"parties.{role}.name", text(names, "Denominazione") or person
    number = text(about, "IdFiscaleIVA/IdCodice")
    if number:
        field, value = values.tax_number(text(about, "IdFiscaleIVA/IdPaese"), number)
        yield f"parties.{role}.{field}", value
    yield f"parties.{role}.codice_fiscale", text(about, "CodiceFiscale")
