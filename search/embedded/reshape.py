"""Plans in the shape that tantivy runs quickest: the same pages with the same scores."""

from collections.abc import Iterable

from search import plan as p
from search.analysis import fold
from search.plan import Plan


def narrowed(plan: Plan) -> Plan:
    """The plan with its condition (the user's scope, as `search.scoping` puts it) in each of its alternatives as well.

    A union of words that are on half of all pages goes through all of these, where a word within a condition skips
    from page to page of it. Only a condition of one term is handed down: a set of terms is made anew for each.
    """
    match plan:
        case p.All((node, p.Constant(p.OneOf(_, (_,)), 0.0) as condition), ()):
            return p.All((_within(node, condition), condition))
        case _:
            return plan


def lean(plan: Plan) -> Plan:
    """The plan without what changes no score: what only lifts, or has one score for all, needs none of its own.

    What a page is known to match is not asked again where it is lifted.
    """
    match plan:
        case p.Prefer(node, preferred, score):
            return p.Prefer(lean(node), _beyond(unscored(preferred), unscored(node)), score)
        case p.Constant(node, score):
            return p.Constant(unscored(node), score)
        case p.Weighted(node, factor):
            return p.Weighted(lean(node), factor)
        case p.All(of, but_not):
            return p.All(tuple(map(lean, of)), tuple(map(unscored, but_not)))
        case p.Any(of) | p.Best(of):
            return type(plan)(tuple(map(lean, of)))
        case _:
            return plan


def unscored(plan: Plan) -> Plan:
    """The same pages, where nobody asks for scores: what only lifts them falls away."""
    match plan:
        case p.Weighted(node) | p.Constant(node) | p.Prefer(node):
            return unscored(node)
        case p.All(of, but_not):
            return p.All(tuple(map(unscored, of)), tuple(map(unscored, but_not)))
        case p.Any(of) | p.Best(of):
            return p.Any(_without_exact(dict.fromkeys(map(unscored, of))))
        case _:
            return plan


def _without_exact(nodes: Iterable[Plan]) -> tuple[Plan, ...]:
    """Alternatives without the words as they are written that are among them folded: no page has but the one."""
    kept = tuple(nodes)
    folded = {node.value for node in kept if isinstance(node, p.Term) and node.field == "folded"}
    return tuple(
        node
        for node in kept
        if not (
            isinstance(node, p.Term) and node.field == "exact" and (fold(node.value) or node.value) in folded
        )
    )


def _beyond(plan: Plan, known: Plan) -> Plan:
    """What is to be asked of a page that matches `known` to see whether it matches the plan."""
    if not isinstance(plan, p.All) or not isinstance(known, p.All):
        return plan
    rest = tuple(node for node in plan.of if node not in known.of)
    without = tuple(node for node in plan.but_not if node not in known.but_not)
    if not rest:
        return p.All((p.Everything(),), without)
    return rest[0] if len(rest) == 1 and not without else p.All(rest, without)


def _within(plan: Plan, condition: Plan) -> Plan:
    match plan:
        case p.Any(of) | p.Best(of):
            return type(plan)(tuple(_alternative(node, condition) for node in of))
        case p.All(of, but_not):
            return p.All(tuple(_within(node, condition) for node in of), but_not)
        case p.Prefer(node, preferred, score):
            # Asked of the pages of the node alone, words are quicker as they are; a phrase runs on to its next page.
            lifting = _alternative(preferred, condition) if _has_phrase(preferred) else preferred
            return p.Prefer(_within(node, condition), lifting, score)
        case p.Weighted(node, number) | p.Constant(node, number):
            return type(plan)(_within(node, condition), number)
        case _:
            return plan


def _alternative(plan: Plan, condition: Plan) -> Plan:
    """An alternative within the condition, which adds nothing to its score."""
    return _within(plan, condition) if _has_union(plan) else p.All((plan, condition))


def _has_phrase(plan: Plan) -> bool:
    match plan:
        case p.Phrase():
            return True
        case p.All(of) | p.Any(of) | p.Best(of):
            return any(map(_has_phrase, of))
        case p.Weighted(node) | p.Constant(node) | p.Prefer(node):
            return _has_phrase(node)
        case _:
            return False


def _has_union(plan: Plan) -> bool:
    match plan:
        case p.Any() | p.Best():
            return True
        case p.Weighted(node) | p.Constant(node) | p.Prefer(node):
            return _has_union(node)
        case p.All(of):
            return any(map(_has_union, of))
        case _:
            return False
