"""Every language's words are complete, and say one thing each where two meanings would be a mistake."""

import re
from typing import get_args

import pytest

from ocr import LANGUAGES
from ocr.fields.allowed import AMOUNTS, DATES, NUMBERS
from ocr.folding import fold
from ocr.lexicon import lexicon
from ocr.values import Kind

SETTINGS = {
    "deal": {"creditor", "debtor"},
    "assignment": {"creditor", "assignee", "debtor"},
    "court": {"claimant", "debtor"},
    "payment": {"claimant", "debtor"},
    "before": {"creditor", "assignee", "claimant", "debtor"},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_every_field_has_words(language: str) -> None:
    words = lexicon(language)
    assert set(words.kinds) == set(get_args(Kind)) - {"other"}
    assert all(kind.titles and kind.phrases for kind in words.kinds.values())
    for wanted, found in ((DATES, words.labels), (AMOUNTS, words.labels)):
        assert {name for names in wanted.values() for name in names} <= set(found)
    numbers = {name for names in NUMBERS.values() for name in names}
    assert numbers <= set(words.numbers) | set(words.patterns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_its_roles(language: str) -> None:
    words = lexicon(language)
    assert {setting: set(roles) for setting, roles in words.roles.items()} == SETTINGS
    assert all(nouns for roles in words.roles.values() for nouns in roles.values())
    assert words.names.courts and words.names.officers and words.names.born and words.claims.assigned
    assert words.names.after or words.names.before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("setting", ["deal", "court", "payment"])
def test_no_noun_names_both_sides(language: str, setting: str) -> None:
    sides = [set(nouns) for nouns in lexicon(language).roles[setting].values()]
    assert not set.intersection(*sides)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_folded_and_patterns_compile(language: str) -> None:
    words = lexicon(language)
    for labels in (*words.labels.values(), *words.numbers.values()):
        assert all(label == fold(label).text and label for label in labels)
    for patterns in words.patterns.values():
        assert all(re.compile(pattern) for pattern in patterns)
