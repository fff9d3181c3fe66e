"""Files of several papers: whether each is found where it begins, and each page upright and rightly described."""

import json
from pathlib import Path
from typing import Any

from bench._scoring import f1
from bench._tables import say
from ocr import Reader, Reading

FORMS = {"light_pdf": "_light.pdf", "hard_tif": "_hard.tif"}


def read_bundles(reader: Reader, folder: Path) -> dict[str, Any]:
    """The bundles of a folder: F1 of the pages that begin a paper, and percent of the pages that are right."""
    begins: list[tuple[int, int, int]] = []
    pages: list[tuple[bool, bool, bool]] = []
    for path in sorted(folder.glob("*.json")):
        for form, told in json.loads(path.read_text(encoding="utf-8")).items():
            file = path.with_name(path.stem + FORMS[form])
            if not file.exists():
                continue
            with file.open("rb") as stream:
                reading = reader.read(stream)
            begins.append(_begins(reading, told))
            pages += _pages(reading, told, path.name[:2])
            say(f"  {file.name} read")
    return {
        "files": len(begins),
        "papers": sum(wanted for _, wanted, _ in begins),
        "boundary_f1": f1(begins),
        "upright": _percent([upright for upright, _, _ in pages]),
        "language_right": _percent([language for _, language, _ in pages]),
        "kind_right": _percent([kind for _, _, kind in pages]),
    }


def _begins(reading: Reading, told: list[dict[str, Any]]) -> tuple[int, int, int]:
    documents = [page["doc"] for page in told]
    wanted = {
        page["page"]
        for page, before in zip(told, [None, *documents], strict=False)
        if page["doc"] is not None and page["doc"] != before
    }
    given = {part.first for part in reading.parts}
    return len(wanted & given), len(wanted), len(given)


def _pages(reading: Reading, told: list[dict[str, Any]], language: str) -> list[tuple[bool, bool, bool]]:
    return [
        (read.rotation == page.get("turned_ccw", 0), read.language == language, read.kind == page["doc_type"])
        for read, page in zip(reading.pages, told, strict=True)
        if page["doc"] is not None
    ]


def _percent(right: list[bool]) -> float | None:
    return 100 * sum(right) / len(right) if right else None
