"""Universal Business Language 2.1: Invoice and CreditNote (EN 16931-3-2, Peppol BIS Billing, XRechnung)."""

from collections.abc import Iterator

from ocr.einvoice import values
from ocr.einvoice.tree import Element, find, find_all, text

ROOTS = ("Invoice", "CreditNote")


def fields(root: Element) -> Iterator[tuple[str, str]]:
    """Field names with values, in the order of the document."""
    yield "invoice_number", text(root, "ID")
    yield "document_date", values.date(text(root, "IssueDate"))
    yield "due_date", values.date(text(root, "DueDate") or text(root, "PaymentMeans/PaymentDueDate"))
    currency = text(root, "DocumentCurrencyCode")
    yield "currency", currency
    yield "contract_number", text(root, "ContractDocumentReference/ID")
    yield from _party(find(root, "AccountingSupplierParty/Party"), "creditor")
    yield from _party(find(root, "AccountingCustomerParty/Party"), "debtor")
    for found in find_all(root, "PaymentMeans/PayeeFinancialAccount/ID"):
        yield "iban.creditor", values.account(text(found))
    for found in find_all(root, "PaymentMeans/PaymentMandate/PayerFinancialAccount/ID"):
        yield "iban.debtor", values.account(text(found))
    # A second TaxTotal may tell the tax in the currency of the accounts.
    taxes = find_all(root, "TaxTotal/TaxAmount")
    own = [tax for tax in taxes if tax.get("currencyID", currency) == currency] or taxes
    if own:
        yield "amounts.vat", values.amount(text(own[0]))
    yield "amounts.net", values.amount(text(root, "LegalMonetaryTotal/TaxExclusiveAmount"))
    yield "amounts.total", values.amount(text(root, "LegalMonetaryTotal/TaxInclusiveAmount"))


def lines(root: Element) -> Iterator[tuple[str, str, str, str]]:
    """Description, quantity, net amount and VAT rate of each line."""
    for item in find_all(root, "InvoiceLine|CreditNoteLine"):
        quantity = text(item, "InvoicedQuantity|CreditedQuantity")
        rate = text(item, "Item/ClassifiedTaxCategory/Percent")
        yield text(item, "Item/Name"), quantity, text(item, "LineExtensionAmount"), rate


def _party(party: Element | None, role: str) -> Iterator[tuple[str, str]]:
    if party is None:
        return
    name = text(party, "PartyLegalEntity/RegistrationName") or text(party, "PartyName/Name")
    yield f"parties.{role}.name", name
    country = text(party, "PostalAddress/Country/IdentificationCode")
    for scheme in find_all(party, "PartyTaxScheme"):
        number = text(scheme, "CompanyID")
        if number and text(scheme, "TaxScheme/ID") in ("VAT", ""):
            field, value = values.tax_number(country, number)
            yield f"parties.{role}.{field}", value
