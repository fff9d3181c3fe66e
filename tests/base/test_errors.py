"""Every error of every room is documented, carries advice, and answers with sensible numbers."""

import re

import pytest

from tabellion.base.errors import Forbidden, NotFound, TabellionError
from tests.house.errors_page import PAGE, error_classes, meaning, page


def test_the_errors_page_is_in_step() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run .venv/bin/python -m tests.house.errors_page and commit it"
    )


def test_every_error_says_what_it_is_and_what_to_do() -> None:
    for error in error_classes():
        name = f"{error.__module__}.{error.__qualname__}"
        assert re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)*", error.code), name
        assert error.__doc__ and meaning(error).endswith("."), f"{name} has no docstring that is a sentence"
        assert error.advice.strip(), f"{name} has no advice"
        assert "|" not in meaning(error) + error.advice, f"{name} breaks the table of the errors page"


def test_statuses_and_exit_codes_are_those_promised() -> None:
    for error in error_classes():
        assert 400 <= error.status < 600, error
        assert error.exit_code in {1, 2, 3, 70}, error


def test_one_code_means_one_thing() -> None:
    """Errors that share a code answer alike: so that from outside they cannot be told apart."""
    seen: dict[str, type[TabellionError]] = {}
    for error in error_classes():
        first = seen.setdefault(error.code, error)
        assert (error.status, error.exit_code) == (first.status, first.exit_code), (error, first)


def test_forbidden_and_unknown_answer_alike() -> None:
    forbidden, unknown = Forbidden("no such document"), NotFound("no such document")
    for attribute in ("code", "status", "exit_code", "message"):
        assert getattr(forbidden, attribute) == getattr(unknown, attribute)
    assert forbidden.diagnostics() == unknown.diagnostics()


def test_advice_of_one_case_replaces_that_of_the_class() -> None:
    with pytest.raises(TabellionError) as caught:
        raise TabellionError("the shelf is full", advice="Buy a shelf.")
    assert str(caught.value) == "the shelf is full"
    assert caught.value.diagnostics() == "Buy a shelf."
    assert TabellionError("x").diagnostics() == TabellionError.advice
