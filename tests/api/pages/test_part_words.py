"""The page of operations says in the reader's words what is wrong with a part."""

import pytest

from api.pages.part_words import in_words
from tests.api.pages.reading import see
from tests.api.support import House


@pytest.mark.parametrize(
    ("part", "reported", "text", "values"),
    [
        ("worker", "no worker is alive", "No worker runs: papers are received, and wait to be read.", {}),
        (
            "vault",
            "does not answer within 6 s",
            "It does not answer within %(seconds)s s.",
            {"seconds": "6"},
        ),
        (
            "log",
            "nothing was written to the log for 31 s",
            "Nothing was written to the log for %(seconds)s s. Mostly the vault is full, or refuses.",
            {"seconds": "31"},
        ),
        (
            "index",
            "INDEX_OUTDATED: the index is of another form",
            "The index must be made anew: tabellion rebuild --index",
            {},
        ),
    ],
)
def test_what_parts_report_has_words(part: str, reported: str, text: str, values: dict[str, str]) -> None:
    found = in_words(part, reported)
    assert (found.text, found.values, found.own_words) == (text, values, None)


@pytest.mark.parametrize(
    ("part", "reported", "text"),
    [
        (
            "index",
            "INDEX_UNREACHABLE: the search server does not answer: ConnectionError",
            "It does not answer.",
        ),
        ("vault", "PermissionError", "It does not answer."),
        (
            "log",
            "a witness has seen 12 entries, here are 9",
            "Nothing is added to it, because that would contradict what was published; files are still received. "
            "Bring back the newest catalogue and vault.",
        ),
    ],
)
def test_what_is_not_known_is_shown_as_it_was_reported(part: str, reported: str, text: str) -> None:
    found = in_words(part, reported)
    assert (found.text, found.own_words) == (text, reported)


def test_the_page_says_it_in_the_reader_s_language(house: House) -> None:
    administrator = house.client("administrator")
    assert "No keeper runs: what is received is kept, and waits" in see(administrator, "/operations")
    polish = see(administrator, "/operations", lang="pl")
    assert "Nie działa żaden opiekun" in polish
    assert "no keeper is alive" not in polish
