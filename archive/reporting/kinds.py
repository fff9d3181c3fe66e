"""What kinds of papers are called, in the papers of a package and on screens alike."""

from collections.abc import Mapping

from ocr.values import Kind


def N_(
    message: str,
) -> str:  # gettext's own name for a message that is translated where it is printed or shown
    """Mark a message for extraction."""
    return message


KINDS: Mapping[Kind, str] = {
    "contract": N_("Contract"),
    "invoice": N_("Invoice"),
    "assignment_notice": N_("Assignment notice"),
    "dunning_letter": N_("Demand for payment"),
    "court_order": N_("Court order"),
    "payment_confirmation": N_("Payment confirmation"),
    "correspondence": N_("Letter"),
    "other": N_("Paper"),
}
