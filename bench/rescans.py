"""How well papers that were scanned again are known: pairs of scans of the evaluation pages, and papers of the demo.

Each page of the set comes as a light, a medium and a hard scan: every two of them are one sheet. All other pairs, among
them the invoices of following months of the demo, are different papers.
"""

import argparse
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from bench._tables import publish, say, table
from bench.reading import SHARED, pages_of
from ocr import PageImages, Reader
from ocr.sameness import compare, marks_of
from ocr.values import PageReading
from tabellion.demo.papers import iter_portfolio
from tabellion.settings import LANGUAGES

LEVELS = ("light", "medium", "hard")
FEWEST_SHARED = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """The first page of a file: which sheet it shows, how it was scanned, what it says."""

    sheet: str
    level: str
    page: PageReading
    thumb: bytes
    marks: frozenset[int]


def main() -> None:
    """Read, compare every two, print."""
    parser = argparse.ArgumentParser(prog="script/bench rescans", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--set", type=Path, default=SHARED / "evalset", help="folder of the evaluation set")
    parser.add_argument(
        "--language", action="append", default=[], help="only this language (may be repeated)"
    )
    asked = parser.parse_args()
    with Reader(languages=LANGUAGES) as reader:
        shown = list(_shown(reader, asked.set, asked.language))
    result = measure(shown)
    heads = ("scans", "pairs of one sheet", "known", "recall %", "other pairs", "compared", "taken for one")
    rows = [[row[name] for name in heads] for row in result["rows"]]
    publish(result, table(heads, rows), as_json=asked.json)


def measure(shown: list[Shown]) -> dict[str, Any]:
    """Recall by the levels of the two scans, and what was wrongly taken for one sheet."""
    counts: dict[str, dict[str, int]] = {}
    for one, other in combinations(shown, 2):
        row = counts.setdefault(
            " and ".join(sorted((one.level, other.level))),
            {"one": 0, "known": 0, "others": 0, "compared": 0, "wrong": 0},
        )
        candidates = len(one.marks & other.marks) >= FEWEST_SHARED
        same = candidates and compare(one.page, one.thumb, other.page, other.thumb).same
        if one.sheet == other.sheet:
            row["one"] += 1
            row["known"] += same
        else:
            row["others"] += 1
            row["compared"] += candidates
            row["wrong"] += same
    total = {
        name: sum(row[name] for row in counts.values())
        for name in ("one", "known", "others", "compared", "wrong")
    }
    return {
        "rows": [
            {
                "scans": levels,
                "pairs of one sheet": row["one"],
                "known": row["known"],
                "recall %": 100 * row["known"] / row["one"] if row["one"] else None,
                "other pairs": row["others"],
                "compared": row["compared"],
                "taken for one": row["wrong"],
            }
            for levels, row in [*sorted(counts.items()), ("all", total)]
        ]
    }


def _shown(reader: Reader, folder: Path, languages: list[str]) -> Iterator[Shown]:
    files = [(path.name.split(".")[0], level, path) for path, level, _ in pages_of(folder, LEVELS, languages)]
    if not files:
        say(f"{folder} is not beside the checkout: the papers of the demo alone")
    for sheet, level, path in files:
        yield from _first(reader, sheet, level, path.read_bytes())
    for paper in iter_portfolio():
        if not languages or paper.language in languages:
            yield from _first(reader, paper.file_name, "demo", paper.content)


def _first(reader: Reader, sheet: str, level: str, data: bytes) -> Iterator[Shown]:
    made: list[PageImages] = []

    def keep(_number: int, _count: int, images: PageImages | None) -> None:
        if images is not None:
            made.append(images)

    page = reader.read(io.BytesIO(data), on_page=keep).pages[0]
    if made:
        yield Shown(sheet, level, page, made[0].thumb_jpeg, frozenset(marks_of(page)))


if __name__ == "__main__":
    main()
