"""What papers print: titles, statutory phrases, labels, names and roles of parties. One TOML file for each language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from ocr.folding import fold
from ocr.values import Kind

_AS_PRINTED = ("after", "before")


@dataclass(frozen=True, slots=True)
class KindWords:
    """Folded words that tell a kind of document."""

    titles: tuple[str, ...]
    phrases: tuple[str, ...]
    heads: tuple[str, ...]
    """Nouns that say in a title of any wording what the paper is."""


@dataclass(frozen=True, slots=True)
class NameWords:
    """What stands in names and around them. `after` and `before` are legal forms as printed, the rest is folded."""

    after: tuple[str, ...]
    """Legal forms that end a company's name."""
    before: tuple[str, ...]
    """Legal forms that begin one."""
    small: tuple[str, ...]
    """Words in small letters that stand inside names."""
    stops: tuple[str, ...]
    """Words that stand before a name and are no part of it."""
    titles: tuple[str, ...]
    """Forms of address before a person's name."""
    officers: tuple[str, ...]
    """Those who judge, sign or represent: their names are no parties."""
    beside: tuple[str, ...]
    """What follows a person's name in running text: "residing at"."""
    addressed: tuple[str, ...]
    """What stands before or above the addressee of a letter."""
    streets: tuple[str, ...]
    courts: tuple[str, ...]
    """How the names of courts begin."""
    banks: tuple[str, ...]
    accounts: tuple[str, ...]
    """What an account is called on a label."""
    debited: tuple[str, ...]
    """What stands before an account from which somebody else collects."""
    called: tuple[str, ...]
    """What stands between a party's name and the word by which a contract calls it: "hereinafter"."""
    collectors: tuple[str, ...]
    """Parts of the names of those who buy or collect claims."""
    born: tuple[str, ...]
    saluted: tuple[str, ...]
    """How salutations begin: "dear"."""
    lead: tuple[str, ...]
    """Articles and words for a company that stand between a word for a role and its name: "the company"."""
    own: tuple[str, ...]
    """What an account is called by those who are paid: "our account"."""
    offices: tuple[str, ...]
    """What stands beside an account that is no party's but a court's or a bailiff's."""
    suppliers: tuple[str, ...]
    """Parts of the names of those who sue for what they have supplied themselves."""
    agents: tuple[str, ...]
    """How the names of those begin who write or act for others: law offices, bailiffs."""


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """Signs that a claim has changed hands; `given` as its former owner writes, `taken` as its new one does."""

    assigned: tuple[str, ...]
    given: tuple[str, ...]
    taken: tuple[str, ...]
    own: tuple[str, ...]
    """What an order says where the contract was made with the claimant himself."""
    gives: tuple[str, ...]
    """What follows the name of the one who gives a claim away: "has assigned"."""


RoleWords = Mapping[str, tuple[str, ...]]
"""For creditor, assignee, debtor or claimant: the words that name them."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words, folded as `ocr.folding.fold` does; patterns are regular expressions on the plain text.

    `roles` has the nouns for parties by the setting in which they are parties (deal, assignment, court, payment),
    and under `before` the running phrases that come right before a name.
    """

    kinds: Mapping[Kind, KindWords]
    labels: Mapping[str, tuple[str, ...]]
    dated: Mapping[Kind, tuple[str, ...]]
    """How words begin that name what a sentence may say the date of: a contract, an invoice, a judgment, a payment."""
    numbers: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[str, ...]]
    names: NameWords
    claims: ClaimWords
    roles: Mapping[str, RoleWords]


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language (ISO 639-1); of a language without a file, those of English."""
    file = files("ocr.lexicon") / f"{language}.toml"
    if not file.is_file():
        file = files("ocr.lexicon") / "en.toml"
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    kinds: dict[Kind, KindWords] = {}
    for kind in get_args(Kind):
        words = data["kinds"].get(kind)
        if words is not None:
            kinds[kind] = KindWords(
                _folded(words["titles"]), _folded(words["phrases"]), _folded(words.get("heads", []))
            )
    names = {
        part.name: tuple(sorted(data["names"][part.name], key=lambda form: (-len(form), form)))
        if part.name in _AS_PRINTED
        else _folded(data["names"].get(part.name, []))
        for part in fields(NameWords)
    }
    return Lexicon(
        kinds=kinds,
        labels={role: _folded(words) for role, words in data["labels"].items()},
        dated=_dated(file.name.removesuffix(".toml")),
        numbers={name: _folded(words) for name, words in data["numbers"].items()},
        patterns={name: tuple(words) for name, words in data["patterns"].items()},
        names=NameWords(**names),
        claims=ClaimWords(**{"own": (), **{name: _folded(words) for name, words in data["claims"].items()}}),
        roles={
            setting: {role: _folded(words) for role, words in roles.items()}
            for setting, roles in data["roles"].items()
        },
    )


def _dated(language: str) -> dict[Kind, tuple[str, ...]]:
    data = tomllib.loads((files("ocr.lexicon") / "dated.toml").read_text(encoding="utf-8"))
    return {kind: _folded(words) for kind, words in data[language].items()}


def _folded(words: list[str]) -> tuple[str, ...]:
    """Longest first, so that the most telling label is found before a part of it."""
    return tuple(sorted({fold(word).text for word in words}, key=lambda word: (-len(word), word)))
