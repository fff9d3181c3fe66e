"""What a claim needs before a court, by its history and its papers."""

from datetime import date

import pytest

from api.claim_needs import REASONS, Known, Missing, Seen, Transfer, missing_papers

FIRST, SECOND = date(2023, 5, 2), date(2024, 3, 1)
ONCE = Known(transfers=(Transfer("Alfa Sp. z o.o.", FIRST),))
TWICE = Known(transfers=(Transfer("Alfa Sp. z o.o.", FIRST), Transfer("Beta S.A.", SECOND)))
ASKED = (Seen("c", "contract"), Seen("d", "dunning_letter"))


def notice(document: str = "n", day: str = "", buyer: str = "", dated: date | None = None) -> Seen:
    return Seen(
        document,
        "assignment_notice",
        dated,
        assigned_on=frozenset({day} - {""}),
        assignees=frozenset({buyer} - {""}),
    )


def lacking(claim: Known, *papers: Seen) -> list[tuple[str, date | None]]:
    return [(one.reason, one.on) for one in missing_papers(claim, [*ASKED, *papers])]


def test_of_a_claim_without_papers_the_bare_needs_are_told() -> None:
    assert missing_papers(Known(), []) == (
        Missing(("contract", "invoice"), "origin"),
        Missing(("dunning_letter",), "asked"),
    )
    assert missing_papers(Known(), [Seen("i", "invoice"), Seen("d", "dunning_letter")]) == ()


@pytest.mark.parametrize(
    ("papers", "left"),
    [
        ([], [FIRST, SECOND]),
        ([notice(day="2024-03-01")], [FIRST]),
        ([notice(buyer="BETA s.a.")], [FIRST]),
        ([notice("m", day="2023-05-02"), notice("n", buyer="Beta S.A.")], []),
        ([notice(dated=date(2023, 6, 1))], [SECOND]),  # it is older than the second
        ([notice(dated=date(2022, 1, 1))], [FIRST, SECOND]),
        ([notice(day="2019-01-01", buyer="Gamma")], [FIRST, SECOND]),  # of another assignment
    ],
)
def test_each_assignment_needs_a_notice_of_its_own(papers: list[Seen], left: list[date]) -> None:
    assert lacking(TWICE, *papers) == [("assigned", day) for day in left]


def test_the_paper_that_the_registry_names_tells_of_its_assignment_and_no_other() -> None:
    named = Transfer("Alfa", FIRST, basis="n")
    assert lacking(Known(transfers=(named, Transfer("Beta", SECOND))), notice()) == [("assigned", SECOND)]
    assert lacking(Known(transfers=(named,))) == [("assigned", FIRST)]  # it is not among the papers


def test_a_new_creditor_without_a_day_needs_a_notice_too() -> None:
    (one,) = missing_papers(Known(transfers=(Transfer("Alfa"),)), ASKED)
    assert (one.reason, one.to, one.on) == ("passed", "Alfa", None)


@pytest.mark.parametrize(
    ("claim", "total", "expected"),
    [
        (Known(principal_minor=300, most_minor=500, currency="PLN"), None, ("reduced", 500)),
        (Known(principal_minor=500, most_minor=300, currency="PLN"), None, None),
        (Known(principal_minor=300, currency="PLN"), 400, ("invoiced", 400)),
        (Known(principal_minor=300, currency="EUR"), 400, None),  # another currency
        (Known(principal_minor=400, currency="PLN"), 400, None),
        (Known(most_minor=400, currency="PLN"), 400, None),
    ],
)
def test_what_was_paid_in_part_needs_a_confirmation(
    claim: Known, total: int | None, expected: tuple[str, int] | None
) -> None:
    invoice = Seen("i", "invoice", total_minor=total, currency="PLN")
    found = missing_papers(claim, [*ASKED, invoice])
    assert [(one.reason, one.before_minor) for one in found] == ([expected] if expected else [])
    assert missing_papers(claim, [*ASKED, invoice, Seen("p", "payment_confirmation")]) == ()


def test_a_case_or_an_enforcement_needs_an_order() -> None:
    case = Known(cases=("I Nc 12/24",))
    both = Known(cases=("I Nc 12/24",), enforcements=("KM 7/25",))
    assert [(one.reason, one.number) for one in missing_papers(case, ASKED)] == [("case", "I Nc 12/24")]
    assert [(one.reason, one.number) for one in missing_papers(both, ASKED)] == [("enforced", "KM 7/25")]
    assert lacking(both, Seen("o", "court_order")) == []


def test_every_reason_names_only_values_that_there_are() -> None:
    values = dict.fromkeys(("day", "to", "number", "before", "now"), "x")
    assert all(text % values for text in REASONS.values())
