"""A compiled query as a tree that every engine can run: the fields are those of `search.terms`."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Everything:
    """Every page, with score 1."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No page."""


@dataclass(frozen=True, slots=True)
class Term:
    """Pages that have the token in the field, scored by BM25."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Pages that have any of the tokens, all scored 1."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Pages that have the tokens (two at least) next to each other, scored by BM25; of PHRASE_FIELDS alone."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Pages that have a token beginning so, all scored 1."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Between:
    """Pages with a number in the field within the bounds, both included."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class All:
    """Pages that match all of `of` and none of `but_not`; scores add up."""

    of: "tuple[Plan, ...]"
    but_not: "tuple[Plan, ...]" = ()


@dataclass(frozen=True, slots=True)
class Any:
    """Pages that match one at least; scores add up."""

    of: "tuple[Plan, ...]"


@dataclass(frozen=True, slots=True)
class Best:
    """Pages that match one at least; the best score counts."""

    of: "tuple[Plan, ...]"


@dataclass(frozen=True, slots=True)
class Weighted:
    """The same pages, their scores multiplied."""

    node: "Plan"
    factor: float


@dataclass(frozen=True, slots=True)
class Constant:
    """The same pages, all with this score."""

    node: "Plan"
    score: float


@dataclass(frozen=True, slots=True)
class Prefer:
    """The pages of `node`, lifted by `score` where they match `preferred` as well."""

    node: "Plan"
    preferred: "Plan"
    score: float


Plan: TypeAlias = (
    Everything
    | Nothing
    | Term
    | OneOf
    | Phrase
    | Prefix
    | Between
    | All
    | Any
    | Best
    | Weighted
    | Constant
    | Prefer
)
