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
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

from bench._bundles import read_bundles
from bench._calibrating import Judged, folds, held_out
from bench._scoring import Score, f1, score
from bench._sheets import STRANGERS, UNSEEN
from bench._tables import publish, say, table
from bench._unseen import read_made
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


def cross_validated(scores: Scores) -> dict[str, Any]:
    """Confidence judged by curves fitted on the other seven languages, and on the other papers, all levels together."""
    by_language: dict[str, list[Judged]] = defaultdict(list)
    by_paper: dict[str, list[Judged]] = defaultdict(list)
    for (language, _), found in scores.items():
        for number, one in enumerate(found):
            by_language[language] += one.wrong
            by_paper[f"{language}-{number}"] += one.wrong
    return {"language": held_out(by_language), "paper": held_out(folds(by_paper))}


def read_invoices(reader: Reader, folder: Path) -> dict[str, Any]:
    """E-invoices: how many are read from their data, and how much of it is found where only the print is read."""
    embedded = 0
    parts: list[tuple[int, int, int]] = []
    lines: list[tuple[int, int, int]] = []
    files = sorted(folder.glob("*.pdf"))
    for path in files:
        with path.open("rb") as file:
            reading = reader.read(file)
        own = {field.name: field for field in reading.fields if field.rule.startswith("embedded")}
        embedded += bool(own)
        printed = _printed(reading)
        parts.append(_print_alone(printed.fields, own))
        lines.append(_lines_alone(printed, reading))
    return {
        "files": len(files),
        "read_from_data": embedded,
        "print_alone_f1": f1(parts),
        "lines": sum(wanted for _, wanted, _ in lines),
        "lines_print_alone": sum(hits for hits, _, _ in lines),
        "lines_print_alone_wrong": sum(given - hits for hits, _, given in lines),
    }


def _printed(reading: Reading) -> Reading:
    """What is read where only the print counts."""
    pages = [
        replace(page, source="text" if page.source == "embedded" else page.source, lines=())
        for page in reading.pages
    ]
    return describe(pages, reading.sha256, reading.media_type, reading.engine)


def _lines_alone(printed: Reading, reading: Reading) -> tuple[int, int, int]:
    """Lines by quantity and net amount: of print those that the data has, how many it has, how many print gave."""
    wanted, given = (
        Counter(
            (Decimal(line.quantity or 0), Decimal(line.net or 0)) for page in one.pages for line in page.lines
        )
        for one in (reading, printed)
    )
    return (wanted & given).total(), wanted.total(), given.total()


def _print_alone(printed: Sequence[FieldReading], own: dict[str, FieldReading]) -> tuple[int, int, int]:
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
    parser.add_argument(
        "--seen-only", action="store_true", help="without the made pages that no rule has seen"
    )
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
                "cross_validated": cross_validated(scores),
                "missed": dict(missed.most_common(20)),
                "median_seconds": round(statistics.median(seconds), 2),
            }
            people.append(_table(rows))
            people.append(
                "most missed: " + ", ".join(f"{name} {count}" for name, count in missed.most_common(12))
            )
            people += [_calibrated(found) for found in result["calibration"] if found["fields"]]
            people += [_queued(found) for found in result["review_queue"] if found["fields"]]
            people += [_held_out(name, found) for name, found in result["cross_validated"].items()]
        else:
            result["skipped"].append(f"pages: {asked.set} is not beside the checkout")
        invoices = SHARED / "samples" / "einvoices"
        if invoices.is_dir():
            result["einvoices"] = read_invoices(reader, invoices)
            people.append(
                "e-invoices: {files} files, {read_from_data} read from their data; from print alone field F1 "
                "{print_alone_f1:.1f}; of {lines} lines {lines_print_alone}, {lines_print_alone_wrong} wrong".format(
                    **result["einvoices"]
                )
            )
        else:
            result["skipped"].append(f"e-invoices: {invoices} is not beside the checkout")
        if (asked.set / "bundles").is_dir():
            result["bundles"] = read_bundles(reader, asked.set / "bundles")
            people.append(
                "bundles: {files} files, {papers} papers; where they begin F1 {boundary_f1:.1f}; pages upright "
                "{upright:.1f} %, language {language_right:.1f} %, kind {kind_right:.1f} %".format(
                    **result["bundles"]
                )
            )
        else:
            result["skipped"].append(f"bundles: {asked.set} is not beside the checkout")
        if not asked.seen_only:
            for name, made in (("unseen", UNSEEN), ("strangers", STRANGERS)):
                result[name] = read_made(reader, made, [code for code in asked.languages.split(",") if code])
                people.append(_made(name, result[name]))
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


def _held_out(name: str, found: dict[str, Any]) -> str:
    right, doubted, off = found["sure_and_right"], found["wrong_and_doubted"], found["off_by"]
    return (
        f"confidence fitted on other {name}s: of {found['sure']} fields with {SURE} or more "
        f"{'-' if right is None else f'{right:.1f}'} % are right; of {found['wrong']} wrong ones "
        f"{'-' if doubted is None else f'{doubted:.0f}'} % are below; off by {'-' if off is None else f'{off:.1f}'} %"
    )


def _made(name: str, found: dict[str, Any]) -> str:
    heads = (f"made pages ({name})", "files", "word F1 %", "field F1 %", "kind %", "language %")
    names = ("language", "files", "word_f1", "field_f1", "kind", "language_right")
    overlaps = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in found["overlap"].items())
    rows = table(heads, [[row[name] for name in names] for row in found["rows"]])
    return f"{rows}\noverlap of boxes with {found['words']} words, median: {overlaps}"


def _calibrated(found: dict[str, Any]) -> str:
    right, doubted = found["sure_and_right"], found["wrong_and_doubted"]
    return (
        f"confidence on {', '.join(found['levels'])}: of {found['sure']} fields with {SURE} or more "
        f"{'-' if right is None else f'{right:.1f}'} % are right; of {found['wrong']} wrong ones "
        f"{'-' if doubted is None else f'{doubted:.0f}'} % are below"
    )


if __name__ == "__main__":
    main()
