"""Copies over REST and for people: the kept one for who may see all, one of the open pages for anybody else."""

import io
import re
from datetime import date
from typing import Any

import pikepdf
import pytest
from lxml import etree
from sqlalchemy import select

from api.paper_names import PaperName, attachment
from archive.catalogue import schema as t
from tests.api.pages.reading import HTML
from tests.api.support import UNKNOWN, Client, House, good, problem

PAGES = (["Faktura VAT nr FV/2024/17", "Razem do zaplaty: 2 926,05 PLN"], ["Zalacznik"], ["Potwierdzenie"])


@pytest.fixture
def collector(house: House) -> Client:
    return house.client("collector")


@pytest.fixture
def document(house: House) -> str:
    received: dict[str, Any] = house.hand_in(house.client("operator"), *PAGES)
    house.settle()
    return str(received["document"])


def _pages(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)


def _downloads(house: House, document: str) -> int:
    entries = t.log_outbox.c
    return house.count(select(entries.id).where(entries.type == "download", entries.object_id == document))


def test_a_copy_is_made_on_demand_and_kept(house: House, collector: Client, document: str) -> None:
    path = f"/api/v1/documents/{document}/pdf"
    first = collector.get(path)
    assert (first.status_code, first.headers["location"]) == (202, path)
    assert int(first.headers["retry-after"]) > 0
    waiting = collector.get(f"/documents/{document}/copy")
    assert waiting.status_code == 202 and waiting.headers["refresh"] == "2"
    assert _downloads(house, document) == 0
    house.worker.drain()
    answer = collector.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["repr-digest"].startswith("sha-256=")
    assert _pages(answer.content) == 3
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "invoice, FV/2024/17"
    assert _downloads(house, document) == 1
    assert collector.get(path).content == answer.content
    for_people = collector.get(f"/documents/{document}/copy")
    assert for_people.content == answer.content
    assert answer.headers["content-disposition"].startswith('attachment; filename="invoice_FV-2024-17.pdf"; ')
    assert for_people.headers["content-disposition"] == answer.headers["content-disposition"]


def test_who_may_not_see_all_pages_gets_a_copy_of_his_own(house: House, document: str) -> None:
    administrator = house.client("administrator")
    body = {"scope": "matter:17", "first_page": 2, "last_page": 3}
    good(administrator.post(f"/api/v1/documents/{document}/scopes", json=body), 201)
    narrow = house.client("collector", scopes=["matter:17"])
    answer = narrow.get(f"/api/v1/documents/{document}/pdf")
    assert answer.status_code == 200
    assert _pages(answer.content) == 2
    assert "repr-digest" not in answer.headers
    assert house.count(select(t.work.c.id).where(t.work.c.kind == "copy")) == 0
    assert b"FV/2024/17" not in narrow.get(f"/api/v1/documents/{document}/hocr").content


def test_hocr_has_every_word_in_its_place(collector: Client, document: str) -> None:
    answer = collector.get(f"/api/v1/documents/{document}/hocr")
    assert answer.headers["content-type"].startswith("application/xhtml+xml")
    tree = etree.fromstring(answer.content)
    words = tree.xpath("//*[@class='ocrx_word']")
    assert [word.text for word in words][:4] == ["Faktura", "VAT", "nr", "FV/2024/17"]
    assert len(tree.xpath("//*[@class='ocr_page']")) == 3
    assert all(word.get("title").startswith("bbox ") for word in words)


def test_text_and_hocr_stand_beside_the_pdf(house: House, document: str) -> None:
    client = house.client("legal")
    panel = client.get(f"/documents/{document}", params={"tab": "evidence"}, headers=HTML).text
    paths = re.findall(rf'href="(/documents/{document}/copy[^"]*)"', panel)
    assert paths == [f"/documents/{document}/copy{way}" for way in ("", "/text", "/hocr")]
    text, hocr = (client.get(path) for path in paths[1:])
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "filename*=UTF-8''invoice_FV-2024-17.txt" in text.headers["content-disposition"]
    assert [page.split("\n")[0] for page in text.text.split("\f")] == [page[0] for page in PAGES]
    assert "filename*=UTF-8''invoice_FV-2024-17.hocr" in hocr.headers["content-disposition"]
    tree = etree.fromstring(hocr.content)
    assert tree.xpath("string(//*[local-name()='title'])") == "invoice, FV/2024/17"
    assert len(tree.xpath("//*[@class='ocr_page']")) == 3
    assert _downloads(house, document) == 2


def test_copies_for_people_hold_to_scopes_and_rights(house: House, document: str) -> None:
    body = {"scope": "matter:17", "first_page": 2, "last_page": 3}
    good(house.client("administrator").post(f"/api/v1/documents/{document}/scopes", json=body), 201)
    narrow = house.client("collector", scopes=["matter:17"])
    text = narrow.get(f"/documents/{document}/copy/text")
    assert [page.split("\n")[0] for page in text.text.split("\f")] == ["Zalacznik", "Potwierdzenie"]
    # Neither the number nor the date of a page that is closed is told by the name.
    assert f"filename*=UTF-8''invoice_{document[-8:]}.txt" in text.headers["content-disposition"]
    for path in ("/copy/text", "/copy/hocr"):
        assert house.client("operator").get(f"/documents/{document}{path}").status_code == 404
        outsider = house.client("collector", scopes=["portfolio:other"])
        assert outsider.get(f"/documents/{document}{path}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "number", "day", "file"),
    [
        ("faktura", "FV/2024/17", date(2024, 3, 1), "faktura_FV-2024-17_2024-03-01.pdf"),
        ("invoice", "../../etc/passwd\u202e\0", None, "invoice_etc-passwd.pdf"),
        ("pismo", "№ 17/א", None, "pismo_17-א.pdf"),
        ("paper", "", None, "paper_12345678.pdf"),
        ("contract", "x" * 300, None, f"contract_{'x' * 60}.pdf"),
    ],
)
def test_files_are_named_by_the_paper(kind: str, number: str, day: date | None, file: str) -> None:
    assert PaperName(kind, number, day, "12345678").file(".pdf") == file
    assert "\n" not in attachment(file) and attachment(file).isascii()


def test_nothing_for_those_who_may_not(house: House, document: str) -> None:
    for path in ("pdf", "hocr"):
        outsider = house.client("collector", scopes=["portfolio:other"])
        problem(outsider.get(f"/api/v1/documents/{document}/{path}"), 404, "NOT_FOUND")
        reader = house.client("collector")
        problem(reader.get(f"/api/v1/documents/{UNKNOWN}/{path}"), 404, "NOT_FOUND")
    operator = house.client("operator")
    problem(operator.get(f"/api/v1/documents/{document}/pdf"), 404, "NOT_FOUND")


def test_before_it_was_read_there_is_nothing_to_copy(house: House, collector: Client) -> None:
    received = house.hand_in(house.client("operator"), *PAGES)
    problem(collector.get(f"/api/v1/documents/{received['document']}/pdf"), 404, "NOT_FOUND")
