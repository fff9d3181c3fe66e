"""Who is who on papers of eight countries, made up with words that stand on no page of an evaluation set."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ocr.fields import find_fields
from ocr.values import PageReading
from tests.ocr.papers import page_of

PAPERS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("papers.toml").read_text(encoding="utf-8")
)["papers"]


def laid_out(text: str, language: str) -> PageReading:
    """A page of single-spaced lines; of a language that is read from the right, mirrored."""
    page = page_of(text.split("\n"), language=language)
    words = []
    for word in page.words:
        box = word.box._replace(y0=0.05 + 0.022 * word.line, y1=0.062 + 0.022 * word.line)
        if language == "he":
            box = box._replace(x0=1 - word.box.x1, x1=1 - word.box.x0)
        words.append(replace(word, box=box))
    return replace(page, words=tuple(words))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: f"{paper['language']}-{paper['kind']}")
def test_the_parties_of_a_paper(paper: dict[str, Any]) -> None:
    page = laid_out(paper["text"], paper["language"])
    fields = {field.name: field for field in find_fields([page], paper["kind"], paper["language"])}
    wanted = paper["fields"]
    names = {name: field.value for name, field in fields.items() if name.endswith(".name")}
    assert names == {name: value for name, value in wanted.items() if name.endswith(".name")}
    assert {name: fields[name].value for name in wanted} == wanted


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: f"{paper['language']}-{paper['kind']}")
def test_every_field_has_its_place_and_its_reason(paper: dict[str, Any]) -> None:
    page = laid_out(paper["text"], paper["language"])
    for field in find_fields([page], paper["kind"], paper["language"]):
        assert field.page == page.number
        assert field.rule
        assert field.raw
        assert field.box.x1 > field.box.x0
        assert field.box.y1 > field.box.y0
        assert 0 < field.confidence <= 1


def test_a_name_stands_where_the_paper_tells_its_role_and_is_spelt_as_it_was_read_best() -> None:
    lines = (
        "Rybak i Syn s.c.",
        "",
        "Faktura VAT nr 7/2023",
        "Sprzedawca: Rybak i Svn s.c.",
        "Nabywca: Halina Mazurek",
        "Do zapłaty: 1 230,00 zł",
        "Rybak i Syn s.c. prosi o przelew w terminie.",
        "Halina Mazurek",
    )
    page = laid_out("\n".join(lines), "pl")
    # The seller's label was read on a line that is hard to read; his name is plain everywhere else.
    doubtful = [replace(word, confidence=0.4) if word.line == 3 else word for word in page.words]
    assert {word.text for word in doubtful if word.confidence == 0.4} >= {"Sprzedawca:", "Svn"}
    found = find_fields([replace(page, words=tuple(doubtful))], "invoice", "pl")
    names = {field.name: field for field in found if field.name.endswith(".name")}
    seller, buyer = names["parties.creditor.name"], names["parties.debtor.name"]
    assert seller.value == "Rybak i Syn s.c." and seller.raw == "Rybak i Svn s.c."
    assert "after “sprzedawca”" in seller.rule and "after “nabywc”" in buyer.rule
    assert seller.box.y0 == next(word.box.y0 for word in page.words if word.text == "Svn")
    first = next(word for word in page.words if word.text == "Halina")
    assert buyer.box.y0 == first.box.y0 and buyer.box.x0 == first.box.x0
    # How sure the value is, is told by the place where it was read best.
    assert seller.confidence == pytest.approx(buyer.confidence, abs=0.06)
