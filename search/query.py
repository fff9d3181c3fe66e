"""The query language of docs/search.md: text to a tree, errors with their position.

query    = either
either   = both { "OR" both }
both     = { ["-" | "NOT"] atom ["AND"] }
atom     = "(" either ")" | phrase | field ":" value | word ["*"]
"""

from typing import Final

import regex

from search import ranges
from search.analysis.segments import Sort, segments
from search.errors import QueryError
from search.grammar import (
    Alternatives,
    Conjunction,
    Negated,
    Node,
    Quoted,
    RangeField,
    TextField,
    Word,
)

LONGEST: Final = 10_000
DEEPEST: Final = 20
MOST_LEAVES: Final = 128
SHORTEST_PREFIX: Final = 2

TEXT_FIELDS = frozenset(
    (
        *(
            "kind",
            "language",
            "direction",
            "quality",
            "currency",
            "document",
            "portfolio",
            "batch",
            "station",
        ),
        *("party", "debtor", "creditor", "claim", "id", "iban"),
    )
)
DAY_FIELDS = frozenset(("date", "due", "received"))
AMOUNT_FIELDS = frozenset(("amount",))
FIELDS = TEXT_FIELDS | DAY_FIELDS | AMOUNT_FIELDS

_QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb'
_SPACE = regex.compile(r"\s*")
# A quotation mark between Hebrew letters is the abbreviation mark and part of the word.
_BARE = regex.compile(rf'(?:[^\s(){_QUOTES}]|(?<=\p{{Hebrew}})["\u201d](?=\p{{Hebrew}}))+')
_FIELD = regex.compile(r"(\p{L}[\p{L}_]*):(?=\S)")


def parse(text: str) -> Node:
    """The tree of a query; an empty query is an empty conjunction, which every page matches.

    Raises QueryError with a reason of docs/search.md and the position.
    """
    if len(text) > LONGEST:
        raise QueryError("TOO_LONG", f"a query has at most {LONGEST} characters", LONGEST)
    parser = _Parser(text)
    node = parser.either(0)
    if parser.at < len(text):
        raise QueryError("UNOPENED_PARENTHESIS", "this parenthesis was never opened", parser.at)
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.leaves = 0
        self._skip_space()

    def either(self, depth: int) -> Node:
        alternatives = [self._both(depth)]
        while self._keyword("OR"):
            position = self.at
            alternatives.append(self._both(depth))
            if _is_empty(alternatives[-1]) or _is_empty(alternatives[0]):
                raise QueryError("EMPTY_ALTERNATIVE", "OR needs something on both sides", position)
        return alternatives[0] if len(alternatives) == 1 else Alternatives(tuple(alternatives))

    def _both(self, depth: int) -> Node:
        nodes: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] != ")" and not self._sees("OR"):
            if self._keyword("AND"):
                continue
            nodes.append(self._signed(depth))
        return nodes[0] if len(nodes) == 1 else Conjunction(tuple(nodes))

    def _signed(self, depth: int) -> Node:
        position = self.at
        minus = self.text[self.at] == "-" and self.text[self.at + 1 : self.at + 2].strip() not in ("", "-")
        if minus:
            self.at += 1
        elif not self._keyword("NOT"):
            return self._atom(depth)
        if self.at >= len(self.text) or self.text[self.at] == ")":
            raise QueryError("NOTHING_NEGATED", "there is nothing here to leave out", position)
        return Negated(self._atom(depth))

    def _atom(self, depth: int) -> Node:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise QueryError("TOO_MANY_WORDS", f"a query has at most {MOST_LEAVES} words", self.at)
        character = self.text[self.at]
        if character == "(":
            return self._group(depth)
        if character in _QUOTES:
            position = self.at
            return Quoted(self._quoted(), position)
        found = _FIELD.match(self.text, self.at)
        if found is not None:
            return self._field(found)
        return self._word()

    def _group(self, depth: int) -> Node:
        position = self.at
        if depth >= DEEPEST:
            raise QueryError("TOO_DEEP", f"parentheses go at most {DEEPEST} deep", position)
        self._advance(self.at + 1)
        node = self.either(depth + 1)
        if self.at >= len(self.text):
            raise QueryError("UNCLOSED_PARENTHESIS", "this parenthesis is never closed", position)
        if _is_empty(node):
            raise QueryError("EMPTY_PARENTHESES", "there is nothing between these parentheses", position)
        self._advance(self.at + 1)
        return node

    def _quoted(self) -> str:
        position = self.at
        end = next((at for at in range(position + 1, len(self.text)) if self._closes(at)), None)
        if end is None:
            raise QueryError("UNCLOSED_QUOTE", "this quotation mark is never closed", position)
        self._advance(end + 1)
        return self.text[position + 1 : end]

    def _closes(self, at: int) -> bool:
        return self.text[at] in _QUOTES and not _BARE.fullmatch(self.text, max(at - 1, 0), at + 2)

    def _field(self, found: "regex.Match[str]") -> Node:
        name, position = found[1].lower(), found.start()
        if name not in FIELDS:
            raise QueryError(
                "UNKNOWN_FIELD", f"there is no field {found[1]}; put the words in quotes", position
            )
        start = self.at = found.end()
        if self.text[start] in _QUOTES:
            value, prefix = self._quoted(), False
        else:
            bare = _BARE.match(self.text, start)
            if bare is None:
                raise QueryError("EMPTY_FIELD", f"the field {name} needs a value", start)
            value = self._in_groups(start) if name in ("id", "iban") else bare[0]
            self._advance(start + len(value))
            prefix = value.endswith("*")
            value = value.removesuffix("*")
        if not value.strip():
            raise QueryError("EMPTY_FIELD", f"the field {name} needs a value", start)
        if name in DAY_FIELDS:
            return RangeField(name, *ranges.days(value, start), position)
        if name in AMOUNT_FIELDS:
            return RangeField(name, *ranges.amounts(value, start), position)
        return TextField(name, value, start, prefix)

    def _in_groups(self, start: int) -> str:
        """What stands up to the next space; an identifier or number that is written in groups is one value."""
        bare = _BARE.match(self.text, start)
        end = bare.end() if bare else start
        first = next(segments(self.text[start:]), None)
        if first is not None and first.start == 0 and first.sort in (Sort.IDENTIFIER, Sort.NUMBER):
            end = max(end, start + first.end)
        return self.text[start:end]

    def _word(self) -> Node:
        start = self.at
        value = self._in_groups(start)
        if not value:
            raise QueryError("UNEXPECTED", f"{self.text[start]} cannot stand here", start)
        prefix = len(value) > 1 and value.endswith("*")
        self._advance(start + len(value))
        text = value.rstrip("*") if prefix else value
        if prefix and len(text) < SHORTEST_PREFIX:
            raise QueryError("PREFIX_TOO_SHORT", f"at least {SHORTEST_PREFIX} letters before the star", start)
        return Word(text, start, prefix)

    def _sees(self, keyword: str) -> bool:
        end = self.at + len(keyword)
        return self.text.startswith(keyword, self.at) and (
            end == len(self.text) or self.text[end].isspace() or self.text[end] in "()"
        )

    def _keyword(self, keyword: str) -> bool:
        if self._sees(keyword):
            self._advance(self.at + len(keyword))
            return True
        return False

    def _advance(self, to: int) -> None:
        self.at = to
        self._skip_space()

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at


def _is_empty(node: Node) -> bool:
    return isinstance(node, Conjunction) and not node.nodes
