"""UN/CEFACT Cross Industry Invoice, the XML of Factur-X and ZUGFeRD 1 and 2 (EN 16931-3-3)."""

from collections.abc import Iterator

from ocr.einvoice import values
from ocr.einvoice.tree import Element, find, find_all, text

ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")

_HEADER = "ExchangedDocument|HeaderExchangedDocument"
_DEAL = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREEMENT = f"{_DEAL}/ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_SETTLEMENT = f"{_DEAL}/ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMS = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"


def fields(root: Element) -> Iterator[tuple[str, str]]:
    """Field names with values, in the order of the document."""
    header, agreement, settlement = find(root, _HEADER), find(root, _AGREEMENT), find(root, _SETTLEMENT)
    yield "invoice_number", text(header, "ID")
    yield "document_date", values.date(text(header, "IssueDateTime/DateTimeString"))
    if agreement is not None:
        yield "contract_number", text(agreement, "ContractReferencedDocument/IssuerAssignedID|ID")
        yield from _party(find(agreement, "SellerTradeParty"), "creditor")
        yield from _party(find(agreement, "BuyerTradeParty"), "debtor")
    if settlement is None:
        return
    currency = text(settlement, "InvoiceCurrencyCode")
    yield "currency", currency
    yield (
        "due_date",
        values.date(text(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
    )
    for means in find_all(settlement, "SpecifiedTradeSettlementPaymentMeans"):
        yield "iban.creditor", values.account(text(means, "PayeePartyCreditorFinancialAccount/IBANID"))
        yield "iban.debtor", values.account(text(means, "PayerPartyDebtorFinancialAccount/IBANID"))
    sums = find(settlement, _SUMS)
    if sums is None:
        return
    yield "amounts.net", values.amount(text(sums, "TaxBasisTotalAmount"))
    # The tax may be told in the currency of the accounts as well.
    taxes = find_all(sums, "TaxTotalAmount")
    own = [tax for tax in taxes if tax.get("currencyID", currency) == currency] or taxes
    if own:
        yield "amounts.vat", values.amount(text(own[0]))
    yield "amounts.total", values.amount(text(sums, "GrandTotalAmount"))


def lines(root: Element) -> Iterator[tuple[str, str, str, str]]:
    """Description, quantity, net amount and VAT rate of each line."""
    for item in find_all(root, f"{_DEAL}/IncludedSupplyChainTradeLineItem"):
        yield (
            text(item, "SpecifiedTradeProduct/Name"),
            text(item, "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity"),
            text(
                item,
                "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement/"
                "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation/LineTotalAmount",
            ),
            text(
                item,
                "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement/"
                "ApplicableTradeTax/RateApplicablePercent|ApplicablePercent",
            ),
        )


def _party(party: Element | None, role: str) -> Iterator[tuple[str, str]]:
    if party is None:
        return
    yield f"parties.{role}.name", text(party, "Name")
    country = text(party, "PostalTradeAddress/CountryID")
    for number in find_all(party, "SpecifiedTaxRegistration/ID"):
        if number.get("schemeID") == "VA" and text(number):
            name, value = values.tax_number(country, text(number))
            yield f"parties.{role}.{name}", value
