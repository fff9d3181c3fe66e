"""The figures of a case agree with each other."""

import random
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tabellion.demo.cases import make_cases
from tabellion.demo.cast import make_cast


@given(st.integers(0, 2**32))
def test_figures_agree(seed: int) -> None:
    rng = random.Random(seed)
    for case in make_cases(rng, make_cast(rng)).all():
        for invoice in case.invoices:
            assert invoice.net == sum(line.net for line in invoice.lines)
            assert invoice.net + invoice.vat == invoice.total
            assert abs(invoice.vat - invoice.net * invoice.rate / 100) <= Decimal("0.005")
            assert invoice.issued <= invoice.due
        assert case.principal == sum(invoice.total for invoice in case.invoices)
        assert case.interest_from > max(invoice.due for invoice in case.invoices)


def test_interest_of_a_year_is_the_rate() -> None:
    rng = random.Random(1)
    case = make_cases(rng, make_cast(rng)).polish
    year = case.interest(case.interest_from + timedelta(days=364))
    assert abs(year - case.principal * case.interest_rate / 100) <= Decimal("0.005")


def test_the_claim_is_what_is_left_after_the_payment() -> None:
    rng = random.Random(1)
    cases = make_cases(rng, make_cast(rng))
    claim = cases.polish.claim(cases.polish.paid_on)
    assert claim.principal == (cases.polish.principal - cases.polish.paid) * 100
    assert claim.as_of == cases.polish.paid_on
    assert cases.german.claim(cases.polish.paid_on).principal == cases.german.principal * 100
