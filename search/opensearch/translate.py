"""Plans as queries of OpenSearch: scored where scores are asked for, and as plain conditions where they are not."""

from collections.abc import Iterable
from typing import Any, assert_never

from search import plan as p
from search.plan import Plan

Query = dict[str, Any]


def scored(plan: Plan, boost: float = 1.0) -> Query:
    """The query of a plan, with its scores multiplied by `boost`."""
    match plan:
        case p.Term(field, value):
            query: Query = {"term": {field: {"value": value, "boost": boost}}}
        case p.Phrase(field, values):
            query = {"match_phrase": {field: {"query": " ".join(values), "boost": boost}}}
        case p.Everything() | p.Nothing() | p.OneOf() | p.Prefix():
            query = _constant(plan, boost)
        case p.Between():
            query = _constant(plan, 0.0)
        case p.Constant(node, score):
            query = _constant(node, score * boost)
        case p.Weighted(node, factor):
            query = scored(node, boost * factor)
        case p.All(of, but_not):
            query = _bool(
                boost, must=[scored(node) for node in of], must_not=[condition(node) for node in but_not]
            )
        case p.Any(of):
            query = _bool(boost, should=[scored(node) for node in of])
        case p.Best(of):
            query = {"dis_max": {"queries": [scored(node) for node in of], "boost": boost}}
        case p.Prefer(node, preferred, score):
            query = _bool(boost, must=[scored(node)], should=[_constant(preferred, score)])
        case _:
            assert_never(plan)
    return query


def condition(plan: Plan) -> Query:
    """The same pages without scores; alternatives in one field become one set, which servers bound the number of."""
    match plan:
        case p.Everything():
            query: Query = {"match_all": {}}
        case p.Nothing():
            query = {"match_none": {}}
        case p.Term(field, value):
            query = {"terms": {field: [value]}}
        case p.OneOf(field, values):
            query = {"terms": {field: list(values)}}
        case p.Phrase(field, values):
            query = {"match_phrase": {field: {"query": " ".join(values)}}}
        case p.Prefix(field, value):
            query = {"prefix": {field: {"value": value}}}
        case p.Between(field, low, high):
            bounds = {"gte": low, "lte": high}
            query = {"range": {field: {name: value for name, value in bounds.items() if value is not None}}}
        case p.Constant(node) | p.Weighted(node) | p.Prefer(node):
            query = condition(node)
        case p.All(of, but_not):
            query = _bool(
                filter=[condition(node) for node in of], must_not=[condition(node) for node in but_not]
            )
        case p.Any(of) | p.Best(of):
            query = _either(of)
        case _:
            assert_never(plan)
    return query


def _either(nodes: Iterable[Plan]) -> Query:
    values: dict[str, list[str]] = {}
    others: list[Query] = []
    for query in map(condition, nodes):
        if set(query) == {"terms"}:
            for field, items in query["terms"].items():
                values.setdefault(field, []).extend(items)
        else:
            others.append(query)
    merged = [{"terms": {field: sorted(set(items))}} for field, items in values.items()]
    return _bool(should=[*merged, *others])


def _constant(node: Plan, score: float) -> Query:
    return {"constant_score": {"filter": condition(node), "boost": score}}


def _bool(boost: float = 1.0, **clauses: list[Query]) -> Query:
    """A bool query; one that only wraps a single query is left out, since servers bound their depth."""
    kept = {name: queries for name, queries in clauses.items() if queries}
    if boost == 1.0 and len(kept) == 1:
        ((name, queries),) = kept.items()
        if len(queries) == 1 and name != "must_not":
            return queries[0]
    return {"bool": {**kept, "boost": boost}}
