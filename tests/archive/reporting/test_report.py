"""The report says what it must, in every language, and the same content gives the same bytes."""

from dataclasses import replace
from datetime import timedelta

import pikepdf
import pytest

from archive.reporting import report_pdf
from archive.reporting.content import ReportContent
from tests.archive.reporting.reading import pages_of, text_of
from tests.archive.reporting.sample import NAMES, START, digest, proof, report_content

LANGUAGES = ("en", "pl", "it")
TWO_LINES = {
    "en": (
        "Received 21 Nov 2026, 09:14, by this archive's clock",
        "Existed no later than 21 Nov 2026, 09:31, proved by",
    ),
    "pl": (
        "Przyjęto 21 lis 2026, 09:14, według zegara tego archiwum",
        "Istniało nie później niż 21 lis 2026, 09:31, dowodzi tego",
    ),
    "it": (
        "Ricevuto il 21 nov 2026, 09:14, secondo l’orologio di questo archivio",
        "Esisteva non oltre il 21 nov 2026, 09:31, lo prova",
    ),
}
PENDING = {"en": "Time proof pending", "pl": "Dowód czasu w toku", "it": "Prova del tempo in attesa"}
NO_VALUE = {
    "en": "Test authority: no legal value",
    "pl": "Urząd testowy: bez mocy prawnej",
    "it": "Autorità di prova: nessun valore legale",
}


def pending(content: ReportContent) -> ReportContent:
    return replace(content, deposits=tuple(replace(each, time=None) for each in content.deposits))


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_lines_on_page_one_and_with_the_file(language: str):
    pages = pages_of(report_pdf(report_content(), language))
    for line in TWO_LINES[language]:
        assert line in pages[0]
        assert line in pages[1]
    assert PENDING[language] not in " ".join(pages)
    assert NO_VALUE[language] not in " ".join(pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pending_says_so_on_every_page(language: str):
    pages = pages_of(report_pdf(pending(report_content(2)), language))
    assert all(PENDING[language] in page for page in pages)
    assert TWO_LINES[language][0] in pages[0]
    assert TWO_LINES[language][1] not in " ".join(pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_test_authority_has_no_legal_value_on_every_page(language: str):
    pages = pages_of(report_pdf(report_content(time_class="test"), language))
    assert all(NO_VALUE[language] in page for page in pages)


def test_what_is_compared_is_printed():
    content = report_content(2)
    text = text_of(report_pdf(content, "en"))
    for deposit in content.deposits:
        assert deposit.sha256 in text
        assert deposit.sha512 in text.replace(" ", "")
        assert deposit.deposit in text
    assert content.checkpoint.root in text
    assert all(key.sha256 in text for key in content.keys)
    assert "Seen outside by: nobody." in text
    assert "tabellion verify PACKAGE.asice --trust FOLDER" in text


def test_names_of_every_script_can_be_found():
    text = text_of(report_pdf(report_content(4), "pl"))
    for party, file in NAMES[:2]:
        assert party in text
        assert file in text
    assert "ישראל ישראלי" in text
    assert "הלוואה" in text
    assert "จำกัด" in text


def test_all_that_can_be_said_is_said():
    text = text_of(report_pdf(report_content(4, rich=True), "en"))
    for words in (
        "KM 1234/26",
        "Seen outside by: auditor.example/witness (21 Nov 2026, 13:14)",
        "pages 2 (here 1), 4 (here 2) out of 7",
        "attested by the archive, not proved",
        "Words in it are blackened",
        digest("whole"),
        "5 pages of the files that the extracts come from",
        "It is not in this package",
        "1 other scan of these papers",
        "erased 21 Nov 2026, 09:14 and is not in this package (log entry 47,000)",
        "skaner-3, as the sender claims",
        "linked to a person, company or claim (an identifier on the page names them)",
        "and 8 more pages",
    ):
        assert words in text, words
    assert "showed everybody the same log" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "of page 3 (here 1) out of 7"),
        ("pl", "ze strony 3 (tutaj 1)"),
        ("it", "dalla pagina 3 (qui 1)"),
    ],
)
def test_an_extract_of_one_page_is_of_a_page(language: str, words: str):
    content = report_content(2, rich=True)
    deposits = [
        each if each.extract is None else replace(each, extract=replace(each.extract, pages=(3,)))
        for each in content.deposits
    ]
    assert words in text_of(report_pdf(replace(content, deposits=tuple(deposits)), language))


def test_authorities_and_times_that_differ_are_all_named():
    content = report_content(2)
    later = replace(content.deposits[1], time=replace(proof(60, "qualified"), authority="Poste CA"))
    page, *_ = pages_of(report_pdf(replace(content, deposits=(content.deposits[0], later)), "en"))
    assert "proved by Urząd Znakowania Czasem S.A. (time-stamp authority, not qualified)" in page
    assert "10:14:05 UTC+01:00, bit for bit as they are here: proved by Poste CA (qualified" in page


def test_a_name_cannot_turn_the_words_round_it():
    content = report_content()
    deceiving = replace(content.deposits[0], file_name="rachunek\u202egpj.exe")
    text = text_of(report_pdf(replace(content, deposits=(deceiving,)), "en"))
    assert "rachunek‹U+202E›gpj.exe" in text


def test_codes_that_are_not_known_go_by_their_own_names():
    content = report_content()
    event = replace(content.documents[0].events[0], type="teleport", reason="by-magic")
    document = replace(content.documents[0], events=(event,))
    assert "teleport (by-magic)" in text_of(report_pdf(replace(content, documents=(document,)), "pl"))


def test_a_language_without_a_catalogue_is_answered_in_english():
    content = report_content()
    assert report_pdf(content, "th") == report_pdf(content, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_equal_contents_give_equal_bytes(language: str):
    first = report_pdf(report_content(4, rich=True), language)
    assert first == report_pdf(report_content(4, rich=True), language)
    content = report_content(4, rich=True)
    moved = replace(content.checkpoint, at=content.checkpoint.at + timedelta(seconds=1))
    assert first != report_pdf(replace(content, checkpoint=moved), language)


def test_what_the_file_says_of_itself(tmp_path):  # type: ignore[no-untyped-def]
    path = tmp_path / "report.pdf"
    path.write_bytes(report_pdf(report_content(), "pl"))
    with pikepdf.open(path) as document:
        assert document.check_pdf_syntax() == []
        assert str(document.docinfo["/Title"]) == "Czego dowodzi ta paczka"
        assert str(document.docinfo["/CreationDate"]) == "D:20261121111405Z"
        assert document.Root.Lang == "pl"
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == "Czego dowodzi ta paczka"
            assert metadata.pdfa_status == "2B"


def test_many_papers_and_long_names():
    content = report_content(60)
    named = replace(
        content.documents[0], title="Bardzo długi tytuł " * 12, parties=tuple("Firma " * 20 for _ in range(4))
    )
    pages = pages_of(report_pdf(replace(content, documents=(named, *content.documents[1:])), "en"))
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert "How to verify" in pages[-1]
    assert START.year == 2026
