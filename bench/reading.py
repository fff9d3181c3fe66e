"""How well papers are read: words, fields, kinds and languages of an evaluation set, and e-invoices from print alone.

`--set` names another set of the same shape: pages/LANGUAGE/*.json beside *.clean.pdf, *.light.pdf, *.medium.tif and
*.hard.tif. Where a set is absent, the bench says so and goes on.
"""

import argparse
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from bench._scoring import Score, f1, score
from bench._tables import publish, say, table
from ocr import FieldReading, Reader, Reading
from ocr.document import describe
from tabellion.settings import LANGUAGES

SHARED = Path(__file__).parents[1].parent / "shared"
SUFFIXES = {"clean": ".clean.pdf", "light": ".light.pdf", "medium": ".medium.tif", "hard": ".hard.tif"}
SURE = 0.9

Scores = dict[tuple[str, str], list[Score]]


def pages_of(
    folder: Path, levels: Sequence[str], languages: Sequence[str]
) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Files of the set with their level and what is true of them."""
    for truth_path in sorted(folder.glob("pages/*/*.json")):
        if truth_path.name.endswith(".degrade.json"):
            continue
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        truth["text"] = truth_path.with_suffix(".txt").read_text(encoding="utf-8")
        for level in levels:
            path = truth_path.with_name(truth_path.stem + SUFFIXES[level])
            if path.exists() and (not languages or truth["language"] in languages):
                yield path, level, truth


def read_set(
    reader: Reader, folder: Path, levels: Sequence[str], languages: Sequence[str]
) -> tuple[Scores, list[float]]:
    """The score of each file by language and level, and the seconds each took."""
    scores: Scores = defaultdict(list)
    seconds: list[float] = []
    for number, (path, level, truth) in enumerate(pages_of(folder, levels, languages), start=1):
        start = monotonic()
        with path.open("rb") as file:
            reading = reader.read(file)
        seconds.append(monotonic() - start)
        scores[truth["language"], level].append(score(reading, truth, truth["text"]))
        if number % 24 == 0:
            say(f"  {number} files read")
    return scores, seconds


def rows_of(scores: Scores) -> list[dict[str, Any]]:
    """A row for each language and level; `all` is the mean of the languages, so that none outweighs another."""
    rows: list[dict[str, Any]] = [
        {
            "language": language,
            "level": level,
            "files": len(found),
            "letters_wrong": 100
            * sum(one.letters[0] for one in found)
            / max(1, sum(one.letters[1] for one in found)),
            "word_f1": f1([one.words for one in found]),
            "field_f1": f1([one.fields for one in found]),
            "kind": 100 * statistics.fmean(one.kind for one in found),
            "language_right": 100 * statistics.fmean(one.language for one in found),
        }
        for (language, level), found in scores.items()
    ]
    for level in SUFFIXES:
        own = [row for row in rows if row["level"] == level and row["language"] != "all"]
        if own:
            means = {
                name: statistics.fmean(row[name] for row in own)
                for name in ("letters_wrong", "word_f1", "field_f1", "kind", "language_right")
            }
            rows.append(
                {"language": "all", "level": level, "files": sum(row["files"] for row in own), **means}
            )
    order = list(SUFFIXES)
    return sorted(
        rows, key=lambda row: (row["language"] == "all", row["language"], order.index(row["level"]))
    )


def calibration(scores: Scores, levels: Sequence[str]) -> dict[str, Any]:
    """Of the fields that are said to be sure, how many are right; of those that are wrong, how many are doubted."""
    given = [
        item for (_, level), found in scores.items() if level in levels for one in found for item in one.wrong
    ]
    sure = [right for confidence, right in given if confidence >= SURE]
    doubted = [confidence < SURE for confidence, right in given if not right]
    return {
        "levels": list(levels),
        "fields": len(given),
        "sure": len(sure),
        "sure_and_right": 100 * statistics.fmean(sure) if sure else None,
        "wrong": len(doubted),
        "wrong_and_doubted": 100 * statistics.fmean(doubted) if doubted else None,
    }


def review_queue(scores: Scores, levels: Sequence[str]) -> dict[str, Any]:
    """How much of what is wrong a person is shown, and how much of everything he has to look at for it."""
    found = [one for (_, level), many in scores.items() if level in levels for one in many]
    shown = [
        (queued, right) for one in found for queued, (_, right) in zip(one.queued, one.wrong, strict=True)
    ]
    wrong = [queued for queued, right in shown if not right]
    return {
        "levels": list(levels),
        "fields": len(shown),
        "queued": 100 * statistics.fmean(queued for queued, _ in shown) if shown else None,
        "wrong": len(wrong),
        "wrong_and_queued": 100 * statistics.fmean(wrong) if wrong else None,
    }


def read_invoices(reader: Reader, folder: Path) -> dict[str, Any]:
    """E-invoices: how many are read from their data, and how much of it is found where only the print is read."""
    embedded = 0
    parts: list[tuple[int, int, int]] = []
    files = sorted(folder.glob("*.pdf"))
    for path in files:
        with path.open("rb") as file:
            reading = reader.read(file)
        own = {field.name: field for field in reading.fields if field.rule.startswith("embedded")}
        embedded += bool(own)
        parts.append(_print_alone(reading, own))
    return {"files": len(files), "read_from_data": embedded, "print_alone_f1": f1(parts)}


def _print_alone(reading: Reading, own: dict[str, FieldReading]) -> tuple[int, int, int]:
    pages = [
        replace(page, source="text" if page.source == "embedded" else page.source) for page in reading.pages
    ]
    printed = describe(pages, reading.sha256, reading.media_type, reading.engine).fields
    wanted = {
        (field.name, field.value.casefold())
        for field in own.values()
        if "not found in print" not in field.rule
    }
    given = {(field.name, field.value.casefold()) for field in printed if field.name in own}
    return len(wanted & given), len(wanted), len(given)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench reading", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--set", type=Path, default=SHARED / "evalset", help="folder of an evaluation set")
    parser.add_argument("--levels", default=",".join(SUFFIXES), help="levels to read, parted by commas")
    parser.add_argument("--languages", default="", help="languages to read, parted by commas; all by default")
    asked = parser.parse_args()
    levels = asked.levels.split(",")
    result: dict[str, Any] = {"bench": "reading", "skipped": []}
    people: list[str] = []
    with Reader(languages=LANGUAGES) as reader:
        if (asked.set / "pages").is_dir():
            scores, seconds = read_set(
                reader, asked.set, levels, [code for code in asked.languages.split(",") if code]
            )
            rows = rows_of(scores)
            missed = Counter(name for found in scores.values() for one in found for name in one.missed)
            result |= {
                "rows": rows,
                "calibration": [
                    calibration(scores, ("light", "medium")),
                    calibration(scores, tuple(SUFFIXES)),
                ],
                "review_queue": [review_queue(scores, (level,)) for level in levels]
                + [review_queue(scores, tuple(levels))],
                "missed": dict(missed.most_common(20)),
                "median_seconds": round(statistics.median(seconds), 2),
            }
            people.append(_table(rows))
            people.append(
                "most missed: " + ", ".join(f"{name} {count}" for name, count in missed.most_common(12))
            )
            people += [_calibrated(found) for found in result["calibration"] if found["fields"]]
            people += [_queued(found) for found in result["review_queue"] if found["fields"]]
        else:
            result["skipped"].append(f"pages: {asked.set} is not beside the checkout")
        invoices = SHARED / "samples" / "einvoices"
        if invoices.is_dir():
            result["einvoices"] = read_invoices(reader, invoices)
            people.append(
                "e-invoices: {files} files, {read_from_data} read from their data; from print alone field F1 "
                "{print_alone_f1:.1f}".format(**result["einvoices"])
            )
        else:
            result["skipped"].append(f"e-invoices: {invoices} is not beside the checkout")
    people += [f"skipped: {reason}" for reason in result["skipped"]]
    publish(result, "\n".join(people), as_json=asked.json)


def _table(rows: Sequence[dict[str, Any]]) -> str:
    heads = (
        "language",
        "level",
        "files",
        "letters wrong %",
        "word F1 %",
        "field F1 %",
        "kind %",
        "language %",
    )
    names = ("language", "level", "files", "letters_wrong", "word_f1", "field_f1", "kind", "language_right")
    return table(heads, [[row[name] for name in names] for row in rows])


def _queued(found: dict[str, Any]) -> str:
    wrong = found["wrong_and_queued"]
    return (
        f"review queue on {', '.join(found['levels'])}: {found['queued']:.0f} % of {found['fields']} fields, "
        f"{'-' if wrong is None else f'{wrong:.0f}'} % of the {found['wrong']} wrong ones"
    )


def _calibrated(found: dict[str, Any]) -> str:
    right, doubted = found["sure_and_right"], found["wrong_and_doubted"]
    return (
        f"confidence on {', '.join(found['levels'])}: of {found['sure']} fields with {SURE} or more "
        f"{'-' if right is None else f'{right:.1f}'} % are right; of {found['wrong']} wrong ones "
        f"{'-' if doubted is None else f'{doubted:.0f}'} % are below"
    )


if __name__ == "__main__":
    main()
