"""The builder: whatever is typed into the form becomes a query that means it, and never another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.builder import Wishes, query_of
from search.errors import QueryError
from search.grammar import Alternatives, Conjunction, Negated, Quoted, RangeField, TextField, Word
from search.query import MOST_LEAVES, parse


def test_every_field_has_its_place() -> None:
    wishes = Wishes(
        every="faktura odsetki",
        phrase="wezwanie do zapłaty",
        any_of="rachunek nota",
        without="korekta",
        filters=(("kind", "invoice"), ("debtor", "Jan Kowalski"), ("currency", "")),
        ranges=(("date", "2024-01-01", "2024-06-30"), ("amount", "1 000,50", ""), ("due", "", "2024-03-01")),
    )
    assert query_of(wishes) == (
        'faktura odsetki "wezwanie do zapłaty" (rachunek OR nota) -korekta '
        'kind:invoice debtor:"Jan Kowalski" date:2024-01-01..2024-06-30 amount:1000,50.. due:..2024-03-01'
    )


def test_nothing_asked_is_an_empty_query() -> None:
    assert query_of(Wishes()) == ""
    assert (
        query_of(Wishes(every='  " ', phrase="“”", filters=(("kind", " "),), ranges=(("date", "", ""),)))
        == ""
    )


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("zapł*", "zapł*"),
        ("OR", '"OR"'),
        ("kind:invoice", '"kind:invoice"'),
        ("-not (or)", '"-not" "(or)"'),
        ('say "this" now', "say this now"),
        ('בע"מ חברה', 'בע"מ חברה'),
        ("526 10 40 828", "526 10 40 828"),
        ("a*", "a"),
        ("***", '"***"'),
    ],
)
def test_words_are_words(typed: str, query: str) -> None:
    assert query_of(Wishes(every=typed)) == query


def test_one_alternative_is_a_word() -> None:
    assert query_of(Wishes(any_of="faktura")) == "faktura"


def test_equal_ends_are_one_value() -> None:
    assert query_of(Wishes(ranges=(("amount", "2926.05", "2926.05"),))) == "amount:2926.05"


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        (("date", "yesterday", ""), "BAD_DATE"),
        (("date", "2024-06", "2024-01"), "RANGE_BACKWARDS"),
        (("amount", "much", ""), "BAD_AMOUNT"),
    ],
)
def test_what_is_no_range_is_refused(ends: tuple[str, str, str], reason: str) -> None:
    with pytest.raises(QueryError) as caught:
        query_of(Wishes(ranges=(ends,)))
    assert caught.value.reason == reason


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXT, TEXT, TEXT, TEXT, TEXT)
def test_nothing_that_is_typed_becomes_another_kind_of_question(
    every: str, phrase: str, any_of: str, without: str, debtor: str
) -> None:
    tree = parse(query_of(Wishes(every, phrase, any_of, without, (("debtor", debtor),))))
    nodes = tree.nodes if isinstance(tree, Conjunction) else (tree,)
    for node in nodes:
        match node:
            case Word() | Quoted():
                pass
            case Negated(inner):
                assert isinstance(inner, Word | Quoted)
            case Alternatives(inner):
                assert all(isinstance(each, Word | Quoted) for each in inner)
            case _:
                assert isinstance(node, TextField)
                assert node.name == "debtor"
    assert sum(isinstance(node, TextField) for node in nodes) <= 1
    assert not any(isinstance(node, RangeField) for node in nodes)


def test_too_many_words_are_refused() -> None:
    with pytest.raises(QueryError) as caught:
        query_of(Wishes(every="x " * (MOST_LEAVES + 1)))
    assert caught.value.reason == "TOO_MANY_WORDS"
