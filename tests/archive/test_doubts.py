"""What waits for a person: unsure values, sums, check digits, dates; and what a person said ends the doubt."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.doubts import SUMS, Value, checks, discord_of, doubts_of, known_discord, sums_of


def reasons(
    *values: Value, kind: str = "invoice", received: date | None = None
) -> dict[str, tuple[str, ...]]:
    found = doubts_of(values, kind, received)
    return {values[place].name: why for place, why in found.reasons.items()}


def test_what_is_unsure_waits_and_what_is_sure_does_not() -> None:
    assert reasons(Value("reference", "7", 0.89), Value("invoice_number", "8", 0.9)) == {
        "reference": ("unsure",)
    }


def test_amounts_that_do_not_add_up_wait_together() -> None:
    total, net, vat = (
        Value("amounts.total", "123.00", 0.99),
        Value("amounts.net", "100.00", 0.99),
        Value("amounts.vat", "23.00", 0.99),
    )
    assert reasons(total, net, vat) == {}
    wrong = reasons(total._replace(value="132.00"), net, vat)
    assert wrong == dict.fromkeys(("amounts.total", "amounts.net", "amounts.vat"), ("sum",))
    assert reasons(total._replace(value="20.00"), net) == dict.fromkeys(
        ("amounts.total", "amounts.net"), ("sum",)
    )


def test_what_a_person_decided_is_not_doubted_but_what_disagrees_with_it_is() -> None:
    found = reasons(
        Value("amounts.total", "132.00", 0.2, decided=True),
        Value("amounts.net", "100.00", 0.99),
        Value("amounts.vat", "23.00", 0.99),
    )
    assert set(found) == {"amounts.net", "amounts.vat"}


def test_amounts_that_a_person_meant_are_doubted_again_only_when_they_are_others() -> None:
    total, net, vat = (
        Value("amounts.total", "132.00", 1.0, decided=True),
        Value("amounts.net", "100.00", 0.99),
        Value("amounts.vat", "23.00", 0.99),
    )
    discord = discord_of([total, net, vat])
    assert discord is not None and discord.complete
    assert (discord.whole, sum(discord.parts)) == (132, 123)
    assert discord.figures == "amounts.net=100.00 amounts.total=132.00 amounts.vat=23.00"
    meant = total._replace(despite=discord.figures)
    assert reasons(meant, net, vat) == {}
    assert set(reasons(meant, net._replace(value="101.00"), vat)) == {"amounts.net", "amounts.vat"}
    assert discord_of([total._replace(value="123.00"), net, vat]) is None


def test_a_sum_vouches_for_the_last_of_its_amounts_that_is_not_a_persons_word() -> None:
    total, net, vat = (
        Value("amounts.total", "123.00", 1.0, decided=True),
        Value("amounts.net", "100.00", 1.0, decided=True),
        Value("amounts.vat", "23.00", 0.89),
    )
    assert reasons(total, net, vat) == {}
    # Another doubt remains, and another value of the same name is another matter.
    assert reasons(total, net, vat._replace(printed="24.00")) == {"amounts.vat": ("print",)}
    assert reasons(total, net, vat, Value("amounts.vat", "8.00", 0.5)) == {"amounts.vat": ("unsure",)}
    # A sum of the machine's own values vouches for none of them.
    net = net._replace(confidence=0.88, decided=False)
    unsure = dict.fromkeys(("amounts.net", "amounts.vat"), ("unsure",))
    assert reasons(total._replace(decided=False), net, vat) == unsure
    # What is meant though it is wrong is not asked about again; what nobody meant is.
    wrong = total._replace(value="132.00")
    discord = discord_of([wrong, net, vat])
    assert discord is not None
    assert set(reasons(wrong, net, vat)) == set(unsure)
    assert reasons(wrong._replace(despite=discord.figures), net, vat) == {}
    assert known_discord([wrong, net, vat]) is None
    checked = [one._replace(decided=True) for one in (wrong, net, vat)]
    assert known_discord(checked) == (discord, 2)
    assert known_discord([net, wrong._replace(despite=discord.figures), vat]) == (discord, 1)


def test_amounts_that_were_misread_alike_or_exchanged_add_up_and_wait_nevertheless() -> None:
    """A paper says 123.00 = 100.00 + 23.00; a worn 1 was read as 7 in both places where it stands."""
    alike = (
        Value("amounts.total", "723.00", 0.7),
        Value("amounts.net", "700.00", 0.7),
        Value("amounts.vat", "23.00", 1.0, decided=True),
    )
    assert discord_of(alike) is None
    assert reasons(*alike) == dict.fromkeys(("amounts.total", "amounts.net"), ("unsure",))
    # Interest and costs were taken for each other.
    exchanged = (
        Value("amounts.total", "1150.00", 1.0, decided=True),
        Value("amounts.principal", "1000.00", 0.95),
        Value("amounts.interest", "50.00", 0.7),
        Value("amounts.costs", "100.00", 0.7),
    )
    assert discord_of(exchanged) is None
    assert reasons(*exchanged) == dict.fromkeys(("amounts.interest", "amounts.costs"), ("unsure",))


@given(
    parts=st.lists(st.decimals(0, 10**6, places=2), min_size=2, max_size=3),
    said=st.sets(st.integers(0, 3)),
)
def test_an_amount_that_two_readings_could_share_is_never_settled(
    parts: list[Decimal], said: set[int]
) -> None:
    names = SUMS[0] if len(parts) == 2 else SUMS[1]
    values = [
        Value(name, f"{amount:.2f}", 0.5, decided=place in said)
        for place, (name, amount) in enumerate(zip(names, [sum(parts), *parts], strict=True))
    ]
    unsaid = {one.name for one in values if not one.decided}
    assert set(reasons(*values)) == (unsaid if len(unsaid) > 1 else set())


def test_a_broken_rule_puts_the_whole_amount_in_doubt() -> None:
    total, number = Value("amounts.total", "1000.00", 0.95), Value("invoice_number", "8", 0.88)
    sure = doubts_of([total], "invoice")
    unsure = doubts_of([total, number, Value("reference", "7", 0.75)], "invoice")
    broken = doubts_of([total, number, Value("amounts.net", "2000.00", 0.95)], "invoice")
    assert (sure.weight, unsure.weight, broken.weight) == (0, 25_000, 200_000)


def test_check_digits() -> None:
    good, bad = "9563655204", "9563655205"
    assert reasons(Value("parties.creditor.nip", good, 0.99)) == {}
    assert reasons(Value("parties.creditor.nip", bad, 0.99)) == {"parties.creditor.nip": ("check_digit",)}
    assert not checks("iban.creditor", "PL28999095788528029501131512")
    assert checks("iban.creditor", "PL28 9990 9578 8528 0295 0113 1511")
    # Nothing can be said of what has no check digit.
    assert checks("parties.creditor.name", "Nobody") and checks("bik.creditor", "046577999")


@pytest.mark.parametrize(
    ("kind", "first", "second", "wrong"),
    [
        ("invoice", "document_date", "due_date", True),
        # A reminder prints the day on which the invoice was due, which lies before its own.
        ("dunning_letter", "document_date", "due_date", False),
        ("dunning_letter", "invoice_date", "due_date", True),
        ("assignment_notice", "assignment_date", "document_date", True),
        ("court_order", "document_date", "interest_from", False),
    ],
)
def test_dates_in_an_order_that_cannot_be(kind: str, first: str, second: str, wrong: bool) -> None:
    late, early = Value(first, "2024-05-02", 0.99), Value(second, "2024-05-01", 0.99)
    assert bool(reasons(late, early, kind=kind)) is wrong
    assert reasons(late._replace(value="2024-05-01"), early, kind=kind) == {}


def test_what_is_dated_after_it_arrived_waits() -> None:
    dated = Value("document_date", "2042-05-01", 0.99)
    assert reasons(dated, received=date(2024, 5, 3)) == {"document_date": ("date_order",)}
    assert reasons(dated._replace(value="2024-05-03"), received=date(2024, 5, 3)) == {}


def test_what_is_printed_otherwise_waits() -> None:
    assert reasons(Value("amounts.total", "9.00", 0.95, printed="8.00")) == {"amounts.total": ("print",)}


def test_of_several_values_of_a_name_the_surest_counts_for_the_sum() -> None:
    values = (
        Value("amounts.total", "99.00", 0.3),
        Value("amounts.total", "123.00", 0.95),
        Value("amounts.net", "100.00", 0.95),
        Value("amounts.vat", "23.00", 0.95),
    )
    found = doubts_of(values, "invoice")
    assert found.reasons == {0: ("unsure",)}


@given(st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), max_size=4))
def test_the_stake_is_the_largest_amount(amounts: list[object]) -> None:
    names = ("amounts.total", "amounts.principal", "amounts.interest", "amounts.costs")
    values = [Value(name, str(amount), 0.99) for name, amount in zip(names, amounts, strict=False)]
    largest = max((abs(float(str(amount))) for amount in amounts), default=0.0)
    assert doubts_of(values, "other").stake == round(largest * 100)


def test_values_that_are_none_are_no_error() -> None:
    assert reasons(Value("amounts.total", "NaN", 0.99), Value("due_date", "soon", 0.99)) == {}
    assert doubts_of([Value("amounts.total", "1e30", 0.99)], "other").stake == 2**62


def test_sums_are_known_where_all_their_parts_are() -> None:
    assert sums_of(("amounts.total", "amounts.net")) == ()
    assert sums_of(("amounts.vat", "amounts.total", "amounts.net"))[0] == "amounts.total"
