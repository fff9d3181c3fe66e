"""Which fields a kind of document carries: what a date or an amount means depends on the paper it stands on."""

from collections.abc import Mapping

from ocr.values import Kind

DATES: Mapping[Kind, tuple[str, ...]] = {
    "contract": ("document_date",),
    "invoice": ("due_date", "document_date"),
    "assignment_notice": ("assignment_date", "document_date"),
    "dunning_letter": ("due_date", "document_date"),
    "court_order": ("interest_from", "document_date"),
    "payment_confirmation": ("payment_date", "document_date"),
    "correspondence": ("document_date",),
    "other": ("due_date", "document_date"),
}

AMOUNTS: Mapping[Kind, tuple[str, ...]] = {
    "contract": ("amounts.deposit", "amounts.monthly_fee", "amounts.credit_limit"),
    "invoice": ("amounts.total", "amounts.net", "amounts.vat"),
    "assignment_notice": ("amounts.principal", "amounts.interest", "amounts.costs", "amounts.total"),
    "dunning_letter": ("amounts.principal", "amounts.interest", "amounts.costs", "amounts.total"),
    "court_order": ("amounts.principal", "amounts.interest", "amounts.costs", "amounts.total"),
    "payment_confirmation": ("amounts.total",),
    "correspondence": (),
    "other": ("amounts.total",),
}

NUMBERS: Mapping[Kind, tuple[str, ...]] = {
    "contract": ("contract_number",),
    "invoice": ("invoice_number", "contract_number"),
    "assignment_notice": ("contract_number", "invoice_number", "reference"),
    "dunning_letter": ("reference", "contract_number", "invoice_number"),
    "court_order": ("case_number", "enforcement_number", "contract_number", "invoice_number"),
    "payment_confirmation": ("reference", "case_number", "contract_number", "invoice_number"),
    "correspondence": ("reference", "case_number", "contract_number", "invoice_number"),
    "other": ("reference", "case_number", "contract_number", "invoice_number"),
}
