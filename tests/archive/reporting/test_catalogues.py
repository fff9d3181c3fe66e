"""The catalogues of the papers are in step with the texts, and complete."""

import pytest

from archive.reporting.texts import Texts, languages, places
from archive.reporting.wording import EVENTS, REASONS
from signing.registry import ENTRY_TYPES
from signing.registry import REASONS as REGISTERED
from tests.archive.reporting.extraction import LANGUAGES, catalogue, extracted
from tests.archive.reporting.sample import START


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def named(text: str) -> set[str]:
    return {part for part, is_place in places(text) if is_place}


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_step_and_complete(language: str):
    known = catalogue(language)
    texts = {message.id: message for message in extracted() if message.id}
    assert {message.id for message in known if message.id} == set(texts)
    untranslated = [message.id for message in known if message.id and not all(forms(message.string))]
    assert untranslated == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_is_kept(language: str):
    for message in catalogue(language):
        if message.id:
            wanted = named(forms(message.id)[-1])
            assert all(named(form) == wanted for form in forms(message.string)), message.id


def test_languages():
    assert set(languages()) == {"en", *LANGUAGES}


def test_plural_forms():
    polish = Texts.of("pl")
    said = [polish.ngettext("%(n)s page", "%(n)s pages", count) for count in (1, 3, 5, 122)]
    assert said == ["1 strona", "3 strony", "5 stron", "122 strony"]


def test_values():
    english = Texts.of("en")
    assert english.moment(START) == "21 Nov 2026, 08:14:05 UTC"
    assert english.size(999) == "999 byte"
    assert english.size(1_234_567) == "1.2 MB"
    assert english.day(START.date()) == "21 November 2026"


def test_every_type_and_reason_of_the_custody_of_a_paper_has_words():
    about_papers = {
        "receive compose derive quality clear read correct link grant revoke export hold release retain erase "
        "verify fixity stamp renew migrate restore incident"
    }
    types = set(" ".join(about_papers).split())
    assert set(EVENTS) == types
    assert types < set(ENTRY_TYPES)
    assert set(REASONS) <= set(REGISTERED)
