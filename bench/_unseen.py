"""Over-fitting: pages whose words, layouts and fonts no rule was made for; and how well boxes lie on their words."""

import io
import statistics
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bench._lettering import Box
from bench._scoring import Score, f1, score
from bench._sheets import Made, Sheet, overlap, sheets
from bench._tables import say
from ocr import Reader, Reading

FIGURES = ("word_f1", "field_f1", "kind", "language_right")


def read_made(reader: Reader, made: Made, languages: Sequence[str] = ()) -> dict[str, Any]:
    """Figures by language and their mean; the overlap of word boxes of all, of turned, of right-to-left pages."""
    scores: dict[str, list[Score]] = defaultdict(list)
    overlaps: dict[str, list[float]] = defaultdict(list)
    for number, sheet in enumerate(sheets(made, tuple(languages)), start=1):
        reading = reader.read(io.BytesIO(sheet.picture))
        language = sheet.truth["language"]
        scores[language].append(score(reading, sheet.truth, sheet.text))
        found = overlaps_of(sheet, reading)
        overlaps["all"] += found
        if sheet.turned:
            overlaps["turned"] += found
        if language == "he":
            overlaps["right_to_left"] += found
        if number % 12 == 0:
            say(f"  {number} made pages read")
    rows = [_row(language, found) for language, found in scores.items()]
    rows.append({"language": "all", "files": sum(row["files"] for row in rows)} | _means(rows))
    return {
        "rows": rows,
        "overlap": {name: round(statistics.median(found), 3) for name, found in overlaps.items()},
        "words": len(overlaps["all"]),
    }


def overlaps_of(sheet: Sheet, reading: Reading) -> list[float]:
    """For each word of the sheet, how far the words that were read in its place cover it, 0 to 1."""
    page = reading.pages[0]
    found: list[Box] = [
        (
            word.box.x0 * page.width,
            word.box.y0 * page.height,
            word.box.x1 * page.width,
            word.box.y1 * page.height,
        )
        for word in page.words
    ]
    return [overlap(box, found) for box in sheet.boxes]


def _row(language: str, found: Sequence[Score]) -> dict[str, Any]:
    return {
        "language": language,
        "files": len(found),
        "word_f1": f1([one.words for one in found]),
        "field_f1": f1([one.fields for one in found]),
        "kind": 100 * statistics.fmean(one.kind for one in found),
        "language_right": 100 * statistics.fmean(one.language for one in found),
    }


def _means(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    return {name: statistics.fmean(row[name] for row in rows) for name in FIGURES}
