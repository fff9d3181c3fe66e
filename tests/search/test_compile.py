"""What the compiler makes of a tree: variants are bounded, negation is strict, filters do not score."""

import pytest

from search import Analyser
from search import plan as p
from search.compile import Compiled, Compiler
from search.leaves import MOST_RANKING_WORDS
from search.query import parse
from search.ranking import TIER

ANALYSER = Analyser()


def compiled(query: str, variants: dict[str, list[str]] | None = None) -> Compiled:
    known = variants or {}
    return Compiler(ANALYSER, lambda word, distance, limit: known.get(word, [])).compile(parse(query))


def fields(plan: p.Plan) -> set[str]:
    """All fields that a plan looks into."""
    match plan:
        case p.Everything() | p.Nothing():
            return set()
        case p.All(of, but_not):
            return set().union(*(fields(node) for node in (*of, *but_not)))
        case p.Any(of) | p.Best(of):
            return set().union(*(fields(node) for node in of))
        case p.Weighted(node) | p.Constant(node):
            return fields(node)
        case p.Prefer(node, preferred):
            return fields(node) | fields(preferred)
        case _:
            return {plan.field}


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        ("", p.Everything()),
        ("§ —", p.Nothing()),
        ('""', p.Nothing()),
        ("kind:Invoice", p.OneOf("kind", ("invoice",))),
        ("-kind:invoice", p.All((p.Everything(),), (p.OneOf("kind", ("invoice",)),))),
        ("NOT (NOT kind:invoice)", p.OneOf("kind", ("invoice",))),
        (
            "kind:invoice OR -language:pl",
            p.Any(
                (
                    p.OneOf("kind", ("invoice",)),
                    p.All((p.Everything(),), (p.OneOf("language", ("pl",)),)),
                )
            ),
        ),
        ("amount:1..2", p.Between("amount", 100, 200)),
        ('batch:"Box  7"', p.OneOf("batch", ("box 7",))),
    ],
)
def test_plans(query: str, plan: p.Plan) -> None:
    assert compiled(query).plan == plan


def test_filters_alone_do_not_score() -> None:
    assert not compiled("kind:invoice date:2024 -language:pl").scored
    assert not compiled("kind:invoice -umowa").scored
    assert compiled("kind:invoice umowa").scored


def test_a_word_with_variants_is_lifted_where_it_is_written() -> None:
    plan = compiled("wezwanie", {"wezwanie": ["wezwanle"]}).plan
    assert isinstance(plan, p.Prefer)
    assert plan.score == TIER
    assert "wezwanle" in repr(plan.node)
    assert "wezwanle" not in repr(plan.preferred)


def test_variants_are_asked_for_long_words_only_and_for_few_of_them() -> None:
    asked: list[tuple[str, int]] = []

    def variants(word: str, distance: int, limit: int) -> list[str]:
        asked.append((word, distance))
        return []

    words = ["dług", "umowa", "wierzyciel", "-negowane", '"cytowane"', "przed*", "12345678"]
    Compiler(ANALYSER, variants).compile(parse(" ".join(words)))
    assert asked == [("umowa", 1), ("wierzyciel", 2)]
    asked.clear()
    many = " ".join(f"{'abcdefghijklmnopqrst'[n]}umowa" for n in range(20))
    Compiler(ANALYSER, variants).compile(parse(many))
    assert len(asked) == MOST_RANKING_WORDS


def test_an_identifier_is_looked_for_as_one_and_a_year_as_a_word() -> None:
    assert {"identifier", "gram"} <= fields(compiled("526-10-40-828").plan)
    assert fields(compiled("99").plan) == {"exact", "part"}


def test_what_is_negated_is_not_marked() -> None:
    assert len(compiled("umowa -kredytu -(a OR b)").needles) == 1
