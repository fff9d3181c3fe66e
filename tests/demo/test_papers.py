"""The portfolio as a whole: kinds, languages, media, determinism, and that the papers say what they should."""

import io
import random
from pathlib import Path

import pdfplumber
import pytest
from PIL import Image
from stdnum import iban

from tabellion.demo import DemoPaper, FontsMissing, Registry, iter_portfolio, registry
from tabellion.demo.cases import make_namesake_cases
from tabellion.demo.cast import make_cast
from tabellion.demo.fonts import find_fonts
from tabellion.demo.letter import Text
from tabellion.demo.polish import by_name_alone

# One worker makes the papers once; two would make them twice.
pytestmark = pytest.mark.xdist_group("demo")


def pages(paper: DemoPaper) -> int:
    if paper.media_type == "application/pdf":
        with pdfplumber.open(io.BytesIO(paper.content)) as pdf:
            return len(pdf.pages)
    return getattr(Image.open(io.BytesIO(paper.content)), "n_frames", 1)


def text(paper: DemoPaper) -> str:
    with pdfplumber.open(io.BytesIO(paper.content)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def test_about_thirty_pages_of_four_debtors_in_five_languages(papers: list[DemoPaper]) -> None:
    assert 28 <= sum(map(pages, papers)) <= 36
    assert len({paper.debtor for paper in papers}) == 4
    assert {paper.language for paper in papers} == {"pl", "it", "en", "de", "es"}
    assert len({paper.file_name for paper in papers}) == len(papers)
    kinds = {
        "contract",
        "invoice",
        "assignment_notice",
        "dunning_letter",
        "court_order",
        "payment_confirmation",
    }
    *numbered, by_name = papers
    for language in ("pl", "it", "en"):
        assert {paper.kind for paper in numbered if paper.language == language} == kinds
    assert by_name.kind == "correspondence"


def test_one_paper_is_for_a_person_to_decide(papers: list[DemoPaper], records: Registry) -> None:
    """Its debtor has a namesake, and nothing else that the registry says of either stands on it but the town."""
    mine = records.party(papers[-1].debtor)
    assert [party.name for party in records.parties].count(mine.name) == 2
    rng = random.Random(1)
    cases = make_namesake_cases(rng, make_cast(rng))
    letter = by_name_alone(cases[1]).letter
    said = " ".join((*letter.recipient, *(block.text for block in letter.body if isinstance(block, Text))))
    assert mine.name in said and "Wrocław" in said
    for case in cases:
        assert case.debtor.name == mine.name
        told = (*dict(case.debtor.identifiers).values(), case.debtor.address[0], case.number, case.contract)
        assert not any(value in said for value in told)


def test_media(papers: list[DemoPaper]) -> None:
    by_type = {paper.media_type: paper for paper in papers}
    assert set(by_type) == {"application/pdf", "image/tiff", "image/jpeg"}
    tiffs = [Image.open(io.BytesIO(p.content)) for p in papers if p.media_type == "image/tiff"]
    assert all(tiff.info["compression"] == "group4" and tiff.mode == "1" for tiff in tiffs)
    assert any(getattr(tiff, "n_frames", 1) > 1 for tiff in tiffs)
    for paper in papers:
        if paper.media_type == "application/pdf":
            assert bool(text(paper).strip()) is not paper.scanned, paper.file_name


def test_the_same_seed_gives_the_same_bytes(papers: list[DemoPaper]) -> None:
    again = iter_portfolio()
    for paper in papers[:5]:
        assert next(again) == paper
    assert registry() == registry()
    assert registry(1) != registry(2)


def test_born_digital_papers_name_their_parties_and_claim(papers: list[DemoPaper], records: Registry) -> None:
    claims = {claim.external_id: claim for claim in records.claims}
    for paper in papers:
        if paper.scanned:
            continue
        said = text(paper)
        claim = claims[paper.claim]
        assert records.party(paper.debtor).name in said, paper.file_name
        assert any(number in said for number in (claim.number, *claim.contract_numbers)), paper.file_name
        assert any(_spaced(party.iban) in said for party in records.parties if party.ibans), paper.file_name


def test_the_registry_holds_together(papers: list[DemoPaper], records: Registry) -> None:
    parties = {party.external_id for party in records.parties}
    for claim in records.claims:
        assert {claim.original_creditor, claim.present_creditor} <= parties
        assert {debtor for debtor, _ in claim.debtors} <= parties
        assert claim.principal > 0
    assert set(records.portfolio.claims) == {claim.external_id for claim in records.claims}
    # One of two namesakes has no paper.
    assert {paper.claim for paper in papers} == set(records.portfolio.claims) - {"K-7006"}
    assert all(iban.is_valid(account) for party in records.parties for account in party.ibans)


def test_fonts_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match="Liberation") as raised:
        find_fonts([tmp_path])
    assert "fonts-liberation" in raised.value.diagnostics()


def _spaced(account: str) -> str:
    return " ".join(account[start : start + 4] for start in range(0, len(account), 4))
