"""A plan within the user's scopes: the condition is part of the query, so that counts and facets hold to it."""

from search import plan as p
from search.port import Scopes


def scoped(plan: p.Plan, scopes: Scopes) -> p.Plan:
    """The pages of the plan that these scopes open; scores stay as they are."""
    if scopes.everything:
        return plan
    if not scopes.names:
        return p.Nothing()
    return p.All((plan, p.Constant(p.OneOf("scope", tuple(sorted(scopes.names))), 0.0)))
