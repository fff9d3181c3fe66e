"""The tree of a query as written: what the parser gives and the compiler takes."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a prefix where a star follows."""

    text: str
    position: int
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words in quotes: next to each other, as written."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class TextField:
    """`field:value` with a value of letters."""

    name: str
    text: str
    position: int
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class RangeField:
    """`field:low..high`: days as ordinals, amounts in minor units, both bounds included, None for open."""

    name: str
    low: int | None
    high: int | None
    position: int


@dataclass(frozen=True, slots=True)
class Negated:
    """What must not match."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All must match."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One must match."""

    nodes: "tuple[Node, ...]"


Node: TypeAlias = Word | Quoted | TextField | RangeField | Negated | Conjunction | Alternatives

_ABOUT_PEOPLE = ("party", "debtor", "creditor", "claim", "id", "iban")


def wording(node: Node) -> str:
    """The words of a query that may name a debtor or a claim: no filters, nothing that is left out."""
    match node:
        case Word(text) | Quoted(text):
            return text
        case TextField(name, text):
            return text if name in _ABOUT_PEOPLE else ""
        case Conjunction(nodes) | Alternatives(nodes):
            return " ".join(filter(None, map(wording, nodes)))
        case _:
            return ""
