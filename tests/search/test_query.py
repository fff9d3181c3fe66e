"""The query language: what it accepts, and that every refusal names its reason and place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import QueryError
from search.grammar import Alternatives, Conjunction, Negated, Quoted, RangeField, TextField, Word
from search.query import DEEPEST, LONGEST, MOST_LEAVES, parse


def ordinal(*parts: int) -> int:
    return date(*parts).toordinal()


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Conjunction(())),
        ("  ", Conjunction(())),
        ("umowa", Word("umowa", 0)),
        ("umowa kredytu", Conjunction((Word("umowa", 0), Word("kredytu", 6)))),
        ("a AND b", Conjunction((Word("a", 0), Word("b", 6)))),
        ("a OR b c", Alternatives((Word("a", 0), Conjunction((Word("b", 5), Word("c", 7)))))),
        ("(a OR b) c", Conjunction((Alternatives((Word("a", 1), Word("b", 6))), Word("c", 9)))),
        ("a -b", Conjunction((Word("a", 0), Negated(Word("b", 3))))),
        ("NOT b", Negated(Word("b", 4))),
        ("-(a b)", Negated(Conjunction((Word("a", 2), Word("b", 4))))),
        ("a - b", Conjunction((Word("a", 0), Word("-", 2), Word("b", 4)))),
        ("ORDER or", Conjunction((Word("ORDER", 0), Word("or", 6)))),
        ("zapł*", Word("zapł", 0, prefix=True)),
        ('"do zapłaty"', Quoted("do zapłaty", 0)),
        ("\u201edo zapłaty\u201d x", Conjunction((Quoted("do zapłaty", 0), Word("x", 13)))),
        ('בע"מ', Word('בע"מ', 0)),
        ('"דוגמה בע"מ"', Quoted('דוגמה בע"מ', 0)),
        ("12:30 Nr: 5", Conjunction((Word("12:30", 0), Word("Nr:", 6), Word("5", 10)))),
        ("kind:invoice", TextField("kind", "invoice", 5)),
        ("KIND:invoice", TextField("kind", "invoice", 5)),
        ('debtor:"Jan Kowalski"', TextField("debtor", "Jan Kowalski", 7)),
        ("debtor:Kow*", TextField("debtor", "Kow", 7, prefix=True)),
        (
            "iban:PL61 1090 1014 0000 0712 1981 2874",
            TextField("iban", "PL61 1090 1014 0000 0712 1981 2874", 5),
        ),
        ("PL61 1090 1014 0000 0712 1981 2874", Word("PL61 1090 1014 0000 0712 1981 2874", 0)),
        ("2 926,05 zł", Conjunction((Word("2 926,05", 0), Word("zł", 9)))),
        ("date:2024-01", RangeField("date", ordinal(2024, 1, 1), ordinal(2024, 1, 31), 0)),
        ("date:2024-01..2024-06", RangeField("date", ordinal(2024, 1, 1), ordinal(2024, 6, 30), 0)),
        ("date:2023..", RangeField("date", ordinal(2023, 1, 1), None, 0)),
        ("due:<2024-03-01", RangeField("due", None, ordinal(2024, 2, 29), 0)),
        ("due:<=2024-02", RangeField("due", None, ordinal(2024, 2, 29), 0)),
        ("received:>2024", RangeField("received", ordinal(2025, 1, 1), None, 0)),
        ("amount:1000..5000", RangeField("amount", 100000, 500000, 0)),
        ("amount:>=99,90", RangeField("amount", 9990, None, 0)),
        ("amount:12.5", RangeField("amount", 1250, 1250, 0)),
    ],
)
def test_accepts(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("a (b", "UNCLOSED_PARENTHESIS", 2),
        ("a) b", "UNOPENED_PARENTHESIS", 1),
        ("a ()", "EMPTY_PARENTHESES", 2),
        ('a "b', "UNCLOSED_QUOTE", 2),
        ("a OR", "EMPTY_ALTERNATIVE", 4),
        ("OR a", "EMPTY_ALTERNATIVE", 3),
        ("a NOT", "NOTHING_NEGATED", 2),
        ("colour:red", "UNKNOWN_FIELD", 0),
        ('kind:""', "EMPTY_FIELD", 5),
        ("kind:*", "EMPTY_FIELD", 5),
        ("kind:(a)", "EMPTY_FIELD", 5),
        ("date:yesterday", "BAD_DATE", 5),
        ("date:2024-02-30", "BAD_DATE", 5),
        ("date:2024-01..2024-13", "BAD_DATE", 14),
        ("date:2024..2023", "RANGE_BACKWARDS", 5),
        ("date:..", "EMPTY_RANGE", 5),
        ("date:9999999", "BAD_DATE", 5),
        ("date:0000", "BAD_DATE", 5),
        ("amount:many", "BAD_AMOUNT", 7),
        ("amount:1.000,00", "BAD_AMOUNT", 7),
        ("a*", "PREFIX_TOO_SHORT", 0),
        ("x" * (LONGEST + 1), "TOO_LONG", LONGEST),
        ("(" * (DEEPEST + 1) + "a", "TOO_DEEP", DEEPEST),
        ("a " * (MOST_LEAVES + 1), "TOO_MANY_WORDS", MOST_LEAVES * 2),
        ("-" * 5000 + "a", None, None),
    ],
)
def test_refuses_with_reason_and_position(text: str, reason: str | None, position: int | None) -> None:
    if reason is None:
        parse(text)
        return
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.reason, caught.value.position) == (reason, position)
    assert (caught.value.code, caught.value.status) == ("QUERY", 400)
    assert caught.value.diagnostics()


@given(st.text(alphabet=st.sampled_from('ab1é"„()-:*.<>=,OR NOTkind date:2024 amount:'), max_size=60))
def test_any_text_is_a_tree_or_a_query_error(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
