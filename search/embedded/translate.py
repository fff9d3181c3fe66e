"""Plans as tantivy queries."""

from typing import assert_never

import regex
import tantivy
from tantivy import Occur, Query

from search import plan as p
from search.embedded.reshape import lean, narrowed, unscored
from search.plan import Plan

_SYNTAX = regex.compile(r"[\\.+*?()|\[\]{}^$#&\-~]")


def scoring(plan: Plan, schema: tantivy.Schema) -> Query:
    """The tantivy query of a plan."""
    return _query(narrowed(lean(plan)), schema)


def matching(plan: Plan, schema: tantivy.Schema) -> Query:
    """The same pages, where nobody asks for their scores."""
    match plan:
        case p.All((node, condition), ()):
            # The condition keeps its shape, by which it is known.
            return _query(narrowed(p.All((unscored(node), condition))), schema)
        case _:
            return _query(unscored(plan), schema)


def _query(plan: Plan, schema: tantivy.Schema) -> Query:
    if isinstance(plan, p.All | p.Any | p.Best | p.Weighted | p.Constant | p.Prefer):
        return _inner(plan, schema)
    return _leaf(plan, schema)


def _inner(
    plan: p.All | p.Any | p.Best | p.Weighted | p.Constant | p.Prefer, schema: tantivy.Schema
) -> Query:
    match plan:
        case p.All(of, but_not):
            parts = [(Occur.Must, _query(node, schema)) for node in of]
            return Query.boolean_query(parts + [(Occur.MustNot, _query(node, schema)) for node in but_not])
        case p.Any(of):
            return Query.boolean_query([(Occur.Should, _query(node, schema)) for node in of])
        case p.Best(of):
            return Query.disjunction_max_query([_query(node, schema) for node in of])
        case p.Weighted(node, factor):
            return Query.boost_query(_query(node, schema), factor)
        case p.Constant(node, score):
            return Query.const_score_query(_query(node, schema), score)
        case p.Prefer(node, preferred, score):
            lifted = Query.const_score_query(_query(preferred, schema), score)
            return Query.boolean_query([(Occur.Must, _query(node, schema)), (Occur.Should, lifted)])
        case _:
            assert_never(plan)


def _leaf(
    plan: p.Everything | p.Nothing | p.Term | p.OneOf | p.Phrase | p.Prefix | p.Between,
    schema: tantivy.Schema,
) -> Query:
    match plan:
        case p.Everything():
            query = Query.all_query()
        case p.Nothing():
            query = Query.empty_query()
        case p.Term(field, value):
            # Scores need no positions; those of a word on half of all pages would cost more than all else.
            query = Query.term_query(schema, field, value, index_option="freq")
        case p.OneOf(field, (value,)):
            # The postings of one word skip ahead; a set of words is first written out for all pages.
            one = Query.term_query(schema, field, value, index_option="basic")
            query = Query.const_score_query(one, 1.0)
        case p.OneOf(field, values):
            query = Query.const_score_query(Query.term_set_query(schema, field, list(values)), 1.0)
        case p.Phrase(field, values):
            query = Query.phrase_query(schema, field, list(values))
        case p.Prefix(field, value):
            pattern = _SYNTAX.sub(lambda found: "\\" + found[0], value) + ".*"
            query = Query.const_score_query(Query.regex_query(schema, field, pattern), 1.0)
        case p.Between(field, low, high):
            kind = tantivy.FieldType.Unsigned if field == "place" else tantivy.FieldType.Integer
            query = Query.const_score_query(Query.range_query(schema, field, kind, low, high), 0.0)
        case _:
            assert_never(plan)
    return query
