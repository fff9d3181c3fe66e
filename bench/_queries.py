"""Queries as people type them, about papers whose true text and fields are known, and which papers are right."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from archive.transliteration import to_latin
from search.analysis import fold, identifier_form, normalise

_NAMED = ("parties.debtor.name", "parties.creditor.name", "parties.assignee.name")
_BENT = {"0": "O", "1": "l", "5": "S", "8": "B", "2": "Z", "6": "G"}
_ENDINGS = {
    # Cases of names as letters write them: genitive and dative, or what is written together with the name.
    "pl": (("ski", "skiego"), ("ski", "skiemu")),
    "ru": (("ов", "ова"), ("ов", "ову")),
    "de": (("", "s"),),
    "en": (("", "'s"), ("", "\u2019s")),
    "he": (),
}
_HEBREW_LETTERS = ("ל", "של ", "ו")
_WHOLE, _SOME = 12, 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, of what sort it is, and the papers that are right (each stands for all its scans)."""

    sort: str
    query: str
    right: frozenset[str]


@dataclass(frozen=True)
class Paper:
    """What is true of a paper."""

    name: str
    language: str
    kind: str
    fields: dict[str, str]
    text: str = field(repr=False)

    @cached_property
    def plain(self) -> str:
        """Its text, letters and digits alone."""
        return identifier_form(self.text)

    @cached_property
    def words(self) -> str:
        """Its text in folded words."""
        return " ".join(fold(normalise(self.text)).split())


def papers(folder: Path) -> list[Paper]:
    """All papers of the evaluation set."""
    found = []
    for file in sorted(folder.glob("*/*.txt")):
        truth: dict[str, Any] = json.loads(file.with_suffix(".json").read_text())
        found.append(Paper(file.stem, file.parent.name, truth["doc_type"], truth["fields"], file.read_text()))
    return found


def queries(all_papers: Sequence[Paper]) -> list[Asked]:
    """All queries; the same for the same papers."""
    asked: list[Asked] = []
    for language in sorted({paper.language for paper in all_papers}):
        ours = [paper for paper in all_papers if paper.language == language]
        dice = Random(f"queries {language}")
        asked += _identifiers(ours, all_papers, dice)
        asked += _names(ours, all_papers)
        asked += _phrases(ours, all_papers, dice)
        asked += _filters(ours)
    return [one for one in asked if one.right]


def _holding(papers: Sequence[Paper], form: str) -> frozenset[str]:
    return frozenset(paper.name for paper in papers if form in paper.plain)


def _identifiers(ours: Sequence[Paper], every: Sequence[Paper], dice: Random) -> Iterator[Asked]:
    values = sorted(
        {
            value
            for paper in ours
            for name, value in paper.fields.items()
            if not name.startswith(("amounts.", "bik.", "parties.court"))
            and not name.endswith((".name", "_date", "_from", "currency"))
            and len(identifier_form(value)) >= 6
            and any(map(str.isdigit, value))
            and " " not in value
        }
    )
    for value in values[:_WHOLE]:
        yield Asked("identifier, whole", value, _holding(every, identifier_form(value)))
    long = [value for value in values if len(identifier_form(value)) >= 9]
    for value in dice.sample(long, min(_SOME, len(long))):
        tail = identifier_form(value)[-6:]
        yield Asked("identifier, in part", tail, _holding(every, tail))
    for value in dice.sample(long, min(_SOME, len(long))):
        places = [at for at, character in enumerate(value) if character in _BENT]
        if len(places) >= 2:
            bent = list(value)
            for at in dice.sample(places, 2):
                bent[at] = _BENT[bent[at]]
            yield Asked("identifier, two OCR errors", "".join(bent), _holding(every, identifier_form(value)))


def _names(ours: Sequence[Paper], every: Sequence[Paper]) -> Iterator[Asked]:
    language = ours[0].language
    name = next(value for paper in ours if (value := paper.fields.get("parties.debtor.name")))
    words = name.split()[-3:] if language == "ru" else name.removeprefix("นาย").split()
    family = words[0] if language == "ru" else words[-1]
    short = " ".join(words[:2])
    # In other cases the end of a name changes, its beginning stands.
    begin = fold(normalise(family))[: max(4, len(family) - 3)]
    right = frozenset(paper.name for paper in every if begin in paper.words)
    for typed in dict.fromkeys(
        (short, family, fold(normalise(short)), short.upper(), " ".join(reversed(short.split())))
    ):
        yield Asked("name", typed, right)
    if language == "ru":
        yield Asked("name, in another script", to_latin(fold(normalise(family))), right)
    for ending, other in _ENDINGS.get(language, ()):
        if family.endswith(ending):
            yield Asked("name, inflected", family[: len(family) - len(ending)] + other, right)
    if language == "he":
        for letter in _HEBREW_LETTERS:
            yield Asked("name, inflected", letter + family, right)
    for field_name in _NAMED[1:]:
        firm = next((value for paper in ours if (value := paper.fields.get(field_name))), None)
        if firm is not None:
            # The first words of a firm, without its form, are what people type of it.
            typed = " ".join([word.strip("«»,") for word in firm.split() if len(word) > 3][:2])
            wanted = fold(normalise(typed))
            holding = frozenset(paper.name for paper in every if wanted in paper.words.replace("«", ""))
            yield Asked("name", typed, holding)


def _phrases(ours: Sequence[Paper], every: Sequence[Paper], dice: Random) -> Iterator[Asked]:
    for paper in dice.sample(list(ours), min(_SOME, len(ours))):
        lines = [line.split() for line in paper.text.split("\n") if not any(map(str.isdigit, line))]
        runs = [words[at : at + 3] for words in lines for at in range(len(words) - 2)]
        plain = [run for run in runs if all(len(word) > 2 and word.isalpha() for word in run)]
        if plain:
            phrase = " ".join(dice.choice(plain))
            wanted = fold(normalise(phrase))
            yield Asked("phrase", f'"{phrase}"', frozenset(one.name for one in every if wanted in one.words))


def _filters(ours: Sequence[Paper]) -> Iterator[Asked]:
    number = next(value for paper in ours if (value := paper.fields.get("contract_number")))
    for paper in ours:
        if identifier_form(number) in paper.plain:
            yield Asked("filter", f'kind:{paper.kind} id:"{number}"', frozenset({paper.name}))
        day = paper.fields.get("document_date") or paper.fields.get("invoice_date")
        if day is not None:
            right = frozenset(one.name for one in ours if day in one.fields.values())
            yield Asked("filter", f"date:{day} language:{paper.language}", right)
