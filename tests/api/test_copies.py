"""Copies over REST and for people: the kept one for who may see all, one of the open pages for anybody else."""

import io
from typing import Any

import pikepdf
import pytest
from lxml import etree
from sqlalchemy import select

from archive.catalogue import schema as t
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
    assert _downloads(house, document) == 1
    assert collector.get(path).content == answer.content
    assert collector.get(f"/documents/{document}/copy").content == answer.content


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
