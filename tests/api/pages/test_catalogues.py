"""Every text of pages and templates has its translation, and the translations fit."""

import pytest
from babel.messages import Message

from api.languages import languages, offered_languages
from api.pages.texts import translations
from tests.api.pages.extraction import MIRRORED, catalogue, extracted, mirror_language, mirrored
from tests.catalogues import as_bytes

TRANSLATED = [language for language in languages() if language not in ("en", MIRRORED)]


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def test_polish_and_italian_are_there() -> None:
    assert {"it", "pl"} <= set(TRANSLATED)


def test_pages_and_templates_are_extracted() -> None:
    found = {message.id for message in extracted() if isinstance(message.id, str)}
    assert {"Keep the paper.", "Demand for payment", "The file has no bytes.", "Check now"} <= found


def test_the_mirrored_language_is_offered_only_to_who_reads_in_it() -> None:
    assert set(offered_languages("pl")) == {"en", *TRANSLATED}
    assert MIRRORED in offered_languages(MIRRORED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = [
        message.id
        for message in extracted()
        if message.id and ((there := known.get(message.id)) is None or not all(texts(there)))
    ]
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_fuzzy_or_left_over(language: str) -> None:
    known = catalogue(language)
    wanted = {message.id for message in extracted()}
    assert [message.id for message in known if message.id and message.fuzzy] == []
    assert [message.id for message in known if message.id and message.id not in wanted] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_and_plurals_fit(language: str) -> None:
    known = catalogue(language)
    assert [(message.id, str(error)) for message in known for error in message.check(known)] == []


def test_the_mirrored_language_is_made_of_the_sources() -> None:
    """`python -m tests.api.pages.extraction` brings it up to date."""
    there = {message.id: message.string for message in catalogue(MIRRORED)}
    wanted = {message.id: message.string for message in mirror_language()}
    assert {key: there.get(key) for key in wanted if key} == {key: wanted[key] for key in wanted if key}


def test_the_mirrored_language_keeps_places() -> None:
    text = 'hit <span id="hit-at">1</span> of %(n)s, 5 %%'
    assert mirrored(text) == 'hïţ <span id="hit-at">1</span> öf %(n)s, 5 %% ~'


def test_catalogues_are_stored_in_one_form() -> None:
    """Sorted and without dates, so that two people's changes meet in few lines."""
    from tests.api.pages.extraction import LOCALE

    for language in (*TRANSLATED, MIRRORED):
        assert (LOCALE / f"{language}.po").read_bytes() == as_bytes(catalogue(language))


def test_polish_plurals() -> None:
    spoken = translations("pl")
    forms = [spoken.ngettext("%(count)s paper", "%(count)s papers", n) for n in (1, 2, 5, 22)]
    assert forms == [
        "%(count)s dokument",
        "%(count)s dokumenty",
        "%(count)s dokumentów",
        "%(count)s dokumenty",
    ]


def test_italian_plurals() -> None:
    spoken = translations("it")
    forms = [spoken.ngettext("%(count)s paper", "%(count)s papers", n) for n in (1, 2, 5)]
    assert forms == ["%(count)s documento", "%(count)s documenti", "%(count)s documenti"]
