"""The English case: timber on account, two unpaid invoices, reminders, an assignment, a judgment, a remittance."""

import random
from datetime import date, timedelta

from tabellion.demo.cases import Invoice, TriedCase
from tabellion.demo.drafts import Draft, Format, address, invoice_grid, money_grid
from tabellion.demo.identifiers import spaced
from tabellion.demo.letter import (
    Break,
    Clause,
    Facts,
    Grid,
    House,
    Letter,
    Signature,
    Signatures,
    Stamp,
    Text,
)
from tabellion.demo.registry import Party
from tabellion.demo.weathering import Scan

FORM = Format("en_GB", "GBP", "d MMMM yyyy")


def drafts(case: TriedCase, rng: random.Random) -> tuple[Draft, ...]:
    """The papers of the case, oldest first."""
    first, second = case.invoices
    return (
        _contract(case),
        _invoice(case, first, "02"),
        _invoice(case, second, "03"),
        _reminder(case),
        _assignment(case),
        _judgment(case),
        _payment(case, rng),
    )


def _vat(party: Party) -> str:
    number = party.identifier("vat")
    return f"GB {number[:3]} {number[3:7]} {number[7:]}"


def _company_foot(party: Party) -> tuple[str, ...]:
    return (
        f"{party.name}. Registered in England and Wales, company number {party.identifier('company_number')}.",
        f"Registered office: {', '.join(party.address)}. VAT registration {_vat(party)}.",
    )


def _marlow(case: TriedCase) -> House:
    return House(
        name=case.creditor.name,
        strap="Hardwoods, softwoods and sheet materials",
        colour="#2f5233",
        mark="tree",
        header="mark",
        contact=(", ".join(case.creditor.address), "01632 960 118", "accounts@marlowfinch.example"),
        foot=_company_foot(case.creditor),
        face="serif",
    )


def _amberline(present: Party) -> House:
    return House(
        name=present.name,
        strap="Commercial debt purchase and collection",
        colour="#a0461f",
        mark="drop",
        header="mark",
        contact=(*present.address, "01632 960 774"),
        foot=(
            *_company_foot(present),
            "Authorised and regulated. Member of the Credit Services Register (fictional).",
        ),
    )


def _contract(case: TriedCase) -> Draft:
    debtor, creditor = case.debtor, case.creditor
    letter = Letter(
        house=_marlow(case),
        recipient=(),
        place_and_date=f"Dated {FORM.day(case.contract_date)}",
        references=(("Account no.", case.contract),),
        recipient_side="right",
        subject="Trade Credit Account Agreement",
        subject_centred=True,
        language="en",
        page_word="page",
        body=(
            Text(
                f"THIS AGREEMENT is made between <b>{creditor.name}</b> (company number "
                f"{creditor.identifier('company_number')}) of {', '.join(creditor.address)} (the <b>Supplier</b>) "
                "and the Customer named below.",
                "legal",
            ),
            Facts(
                (
                    ("Customer", debtor.name),
                    ("Company number", debtor.identifier("company_number")),
                    ("Trading address", ", ".join(debtor.address)),
                    ("Agreement number", case.contract),
                    ("Credit limit", "£12,000.00"),
                ),
                framed=True,
            ),
            Clause(
                "1. Credit account",
                (
                    "1.1 The Supplier opens a credit account for the Customer up to the credit limit. The "
                    "Supplier may lower the limit or close the account by notice in writing.",
                    "1.2 Every order placed under the account number is an order under this Agreement.",
                ),
            ),
            Clause(
                "2. Payment",
                (
                    "2.1 Each invoice is payable in full within thirty days of its date, without deduction or "
                    "set-off.",
                    "2.2 If an invoice is not paid when due, the Supplier may charge interest at the rate fixed "
                    "under the Late Payment of Commercial Debts (Interest) Act 1998, being "
                    f"{FORM.rate(case.interest_rate)} a year at the date of this Agreement, together with the "
                    "compensation which that Act allows.",
                    "2.3 When any invoice is more than sixty days overdue, everything owed on the account falls "
                    "due at once.",
                ),
            ),
            Clause(
                "3. Title",
                (
                    "3.1 Goods remain the property of the Supplier until they have been paid for in full.",
                    "3.2 Risk passes on delivery. The Customer shall insure the goods and keep them identifiable.",
                ),
            ),
            Clause(
                "4. Claims about goods",
                (
                    "4.1 The Customer shall inspect the goods on delivery and report shortage or visible damage "
                    "within three working days; hidden defects within seven days of their discovery.",
                ),
            ),
            Clause(
                "5. Assignment",
                (
                    "5.1 The Supplier may assign debts arising under this Agreement. The Customer shall pay the "
                    "assignee from the day on which notice in writing of the assignment is received.",
                ),
            ),
            Clause(
                "6. Law",
                (
                    "6.1 This Agreement is governed by the law of England and Wales, whose courts have jurisdiction.",
                    "6.2 No variation is effective unless it is in writing and signed by both parties.",
                ),
            ),
            Break(),
            Text("Schedule", "title"),
            Grid(
                heads=("Service", "Terms", "Charge"),
                rows=(
                    ("Delivery within 30 miles, orders from £250.00", "next working day", "free"),
                    ("Delivery within 30 miles, smaller orders", "next working day", "£25.00"),
                    ("Tail-lift vehicle", "two days' notice", "£65.00"),
                    ("Cutting to list", "per hour or part", "£42.00"),
                    ("Kiln drying to order", "by quotation", "–"),
                ),
                totals=(),
                widths=(0.52, 0.28, 0.2),
                figures_from=2,
            ),
            Clause(
                "7. Guarantee",
                (
                    "7.1 The director who signs for the Customer states that the Customer is able to pay its "
                    "debts as they fall due and that the accounts shown to the Supplier are the latest.",
                    "7.2 This Agreement does not bind the director personally.",
                ),
            ),
            Signatures(
                (
                    Signature("Edmund Finch", "Director, for the Supplier", "Edmund Finch"),
                    Signature("Rosalind Tidewell", "Director, for the Customer", "Rosalind Tidewell"),
                )
            ),
        ),
        stamps=(Stamp(("ACCOUNT OPENED", "10 FEB 2022", "Limit £12,000"), 1, 164, 236, -9, "#7d1d2b"),),
    )
    scan = Scan("pdf", colour=True, skew=0.9, holes=True, uneven=0.12)
    return Draft("01-trade-account", "contract", "en", case.contract_date, case, letter, scan)


def _invoice(case: TriedCase, invoice: Invoice, order: str) -> Draft:
    letter = Letter(
        house=_marlow(case),
        recipient=address(case.debtor),
        place_and_date="",
        references=(
            ("Invoice no.", invoice.number),
            ("Invoice date", FORM.day(invoice.issued)),
            ("Due date", FORM.day(invoice.due)),
            ("Account no.", case.contract),
        ),
        subject="Invoice",
        language="en",
        page_word="page",
        body=(
            invoice_grid(
                invoice,
                FORM,
                ("Description", "Quantity", "Unit", "Unit price", "Amount"),
                ("Net total", f"VAT {invoice.rate}%", "Total due"),
            ),
            Facts(
                (
                    ("Total due", FORM.money(invoice.total)),
                    ("Payable by", FORM.day(invoice.due)),
                    ("IBAN", spaced(case.creditor.iban)),
                    ("Payment reference", f"{case.contract} / {invoice.number}"),
                ),
                framed=True,
            ),
            Text(
                "Goods remain our property until paid for in full. Interest and compensation may be charged on "
                "late payment under the Late Payment of Commercial Debts (Interest) Act 1998.",
                "small",
            ),
        ),
        stamps=(Stamp(("GOODS RECEIVED", "24 FEB 2024"), 1, 150, 66, 12),) if order == "03" else (),
    )
    scan = Scan("pdf", colour=True, skew=-1.9, uneven=0.18, stain=True) if order == "03" else None
    return Draft(f"{order}-invoice", "invoice", "en", invoice.issued, case, letter, scan)


def _reminder(case: TriedCase) -> Draft:
    dated = date(2024, 5, 13)
    interest = case.interest(dated)
    letter = Letter(
        house=_marlow(case),
        recipient=address(case.debtor, "The Directors"),
        place_and_date=FORM.day(dated),
        references=(("Account no.", case.contract), ("Our ref.", "RT/CC/118")),
        subject="Letter before claim: overdue account",
        language="en",
        page_word="page",
        body=(
            Text("Dear Ms Tidewell,"),
            Text(
                "Despite our statements of March and April the invoices below remain unpaid. We therefore give "
                f"you notice that, unless the total is received by <b>{FORM.day(dated + timedelta(days=14))}</b>, "
                "we shall begin proceedings without writing to you again."
            ),
            money_grid(
                ("Item", "Amount"),
                (
                    *(
                        (f"Invoice {item.number}, due {FORM.day(item.due)}", FORM.money(item.total))
                        for item in case.invoices
                    ),
                    (
                        f"Interest at {FORM.rate(case.interest_rate)} from {FORM.day(case.interest_from)}",
                        FORM.money(interest),
                    ),
                ),
                ("Total due", FORM.money(case.principal + interest)),
            ),
            Facts(
                (
                    ("Pay to", case.creditor.name),
                    ("IBAN", spaced(case.creditor.iban)),
                    ("Payment reference", case.contract),
                ),
                framed=True,
            ),
            Text(
                "If you dispute any part of this account, tell us now which part and why, and send us the papers "
                "you rely on. If you cannot pay at once, telephone me: we have agreed instalments with you before."
            ),
            Text("Yours sincerely,"),
            Signatures((Signature("Cecily Crane", "Credit Controller", "Cecily Crane"),)),
        ),
        stamps=(Stamp(("RECEIVED", "15 MAY 2024"), 1, 168, 216, 6, "#a02626"),),
    )
    scan = Scan("pdf", colour=True, skew=1.3, folds=True, uneven=0.13)
    return Draft("04-letter-before-claim", "dunning_letter", "en", dated, case, letter, scan)


def _assignment(case: TriedCase) -> Draft:
    dated, assigned = date(2024, 6, 24), date(2024, 6, 20)
    interest = case.interest(assigned)
    creditor, present = case.creditor, case.present
    letter = Letter(
        house=_amberline(present),
        recipient=address(case.debtor, "The Directors"),
        place_and_date=FORM.day(dated),
        references=(("Our reference", case.number), ("Account no.", case.contract)),
        subject="Notice of assignment of debt",
        language="en",
        page_word="page",
        body=(
            Text("Dear Directors,"),
            Text(
                "We give you notice under section 136 of the Law of Property Act 1925 that by a deed dated "
                f"{FORM.day(assigned)} <b>{creditor.name}</b> (company number "
                f"{creditor.identifier('company_number')}) assigned to <b>{present.name}</b> (company number "
                f"{present.identifier('company_number')}) absolutely all sums owed by you under the Trade Credit "
                f"Account Agreement {case.contract} dated {FORM.day(case.contract_date)}."
            ),
            money_grid(
                (f"Owed on {FORM.day(assigned)}", "Amount"),
                (("Principal", FORM.money(case.principal)), ("Interest", FORM.money(interest))),
                ("Total", FORM.money(case.principal + interest)),
            ),
            Text("From the receipt of this notice only a payment to us discharges the debt. Please pay to:"),
            Facts(
                (
                    ("Payee", present.name),
                    ("IBAN", spaced(present.iban)),
                    ("Payment reference", case.number),
                ),
                framed=True,
            ),
            Text(
                "Nothing else in your agreement changes. We enclose a copy of the deed with the price left out."
            ),
            Text("Yours faithfully,"),
            Signatures(
                (
                    Signature("Edmund Finch", f"for {creditor.name}"),
                    Signature("Imogen Strand", f"for {present.name}"),
                )
            ),
        ),
    )
    return Draft("05-notice-of-assignment", "assignment_notice", "en", dated, case, letter)


def _judgment(case: TriedCase) -> Draft:
    dated = date(2024, 11, 5)
    interest = case.interest(dated)
    house = House(
        name=case.court.name,
        strap="Money claims",
        colour="#2b2b2b",
        mark="court",
        header="centred",
        contact=(),
        foot=(f"The Court Office, {', '.join(case.court.address)}. When writing, quote the claim number.",),
        face="serif",
    )
    letter = Letter(
        house=house,
        recipient=address(case.debtor, "To the Defendant"),
        place_and_date=f"Date: {FORM.day(dated)}",
        references=(("Claim number", case.case_number), ("Claimant's ref.", case.number)),
        subject="Judgment for Claimant\n(in default)",
        subject_centred=True,
        language="en",
        page_word="page",
        body=(
            Facts((("Claimant", case.present.name), ("Defendant", case.debtor.name))),
            Text(
                "You have not replied to the claim form. <b>It is ordered that you must pay the Claimant</b> the "
                f"sums below, owed under agreement {case.contract} and assigned to the Claimant by "
                f"{case.creditor.name}.",
                "legal",
            ),
            money_grid(
                ("Item", "Amount"),
                (
                    ("Principal", FORM.money(case.principal)),
                    (
                        f"Interest from {FORM.day(case.interest_from)} to {FORM.day(dated)}",
                        FORM.money(interest),
                    ),
                    ("Court fee and fixed costs", FORM.money(case.costs)),
                ),
                ("Total", FORM.money(case.principal + interest + case.costs)),
            ),
            Text("You must pay the Claimant the whole amount <b>forthwith</b>.", "legal"),
            Text("Warning", "title"),
            Text(
                "If you ignore this order your goods may be removed and sold, or other steps may be taken against "
                "you. If payment is made within one month, the entry in the register of judgments is cancelled; "
                "if later, it is marked as satisfied on request.",
                "legal",
            ),
            Text(
                "You may apply to have this judgment set aside, or to pay by instalments, on the forms which the "
                "court office provides. Payment is made to the Claimant, not to the court.",
                "legal",
            ),
            Signatures(
                (Signature("By order of the court", "District Judge Ashworth-Bell", "Ashworth-Bell"),)
            ),
        ),
        stamps=(
            Stamp(
                ("THE COUNTY COURT", "AT SALTMERE", f"{dated:%d %b %Y}".upper()),
                1,
                70,
                62,
                -11,
                "#7d1d2b",
                "round",
            ),
        ),
    )
    scan = Scan("tiff", colour=False, skew=-1.0, dpi=300)
    return Draft("06-judgment", "court_order", "en", dated, case, letter, scan)


def _payment(case: TriedCase, rng: random.Random) -> Draft:
    letter = Letter(
        house=_amberline(case.present),
        recipient=address(case.debtor),
        place_and_date=FORM.day(case.paid_on + timedelta(days=3)),
        references=(("Our reference", case.number), ("Receipt no.", f"R-{rng.randint(10_000, 99_999)}")),
        subject="Confirmation of payment received",
        language="en",
        page_word="page",
        body=(
            Text("Dear Ms Tidewell,"),
            Text(
                f"Thank you. We confirm that the following payment has reached us under claim {case.case_number}:"
            ),
            Facts(
                (
                    ("Amount received", FORM.money(case.paid)),
                    ("Date of payment", FORM.day(case.paid_on)),
                    ("Paid by", case.debtor.name),
                    ("From account", spaced(case.debtor.iban)),
                    ("To account", spaced(case.present.iban)),
                    ("Payment reference", case.number),
                ),
                framed=True,
            ),
            Text(
                "The payment has been set against the judgment debt; the second instalment is due in thirty days. "
                "This is not a confirmation that the debt has been discharged."
            ),
            Text("Yours sincerely,"),
            Signatures((Signature("Imogen Strand", "Accounts", "Imogen Strand"),)),
        ),
    )
    return Draft("07-payment-received", "payment_confirmation", "en", case.paid_on, case, letter)
