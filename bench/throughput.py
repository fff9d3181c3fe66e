"""Seconds, CPU seconds and memory a page: Tabellion's whole way and OCRmyPDF, over the same pages in the same run.

OCRmyPDF is given each file's language, as its users do; Tabellion finds it. Tabellion's way is the whole of
`tabellion ingest FILES --wait` in an archive of its own: received, sealed, read, described, indexed; once as it comes,
once with a searchable PDF/A of every file (`TABELLION_PDFA=eager`), as OCRmyPDF makes it. Wall times on a shared
machine are noise; only the ratio of one run means something.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._long import read_long
from bench._measure import CommandFailed, Measured, measure
from bench._pages import Bound, bound_pages
from bench._tables import publish, say, table

BIN = Path(sys.executable).parent
GOALS = {"tabellion": 0.20, "tabellion_with_pdfa": 0.25}
"""Of OCRmyPDF's wall time: without a searchable PDF/A, and with one."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One run of one program over all files."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    worker_bytes: int

    def figures(self, pages: int) -> dict[str, Any]:
        """The promised figures."""
        return {
            "seconds_a_page": round(self.seconds / pages, 3),
            "cpu_seconds_a_page": round(self.cpu_seconds / pages, 3),
            "peak_bytes": self.peak_bytes,
            "worker_bytes": self.worker_bytes,
        }


def ocrmypdf(files: Sequence[Bound], folder: Path) -> Contender:
    """OCRmyPDF, a call a file, two jobs, PDF/A as it comes without Ghostscript."""
    runs = []
    for file in files:
        command: list[str | Path] = [
            BIN / "ocrmypdf",
            "-l",
            file.models,
            "--jobs",
            "2",
            "--output-type",
            "auto",
            "--quiet",
        ]
        runs.append(measure([*command, file.path, folder / file.path.name]))
        say(f"  OCRmyPDF {file.path.name}: {runs[-1].seconds / file.pages:.2f} s a page")
    return _summed("OCRmyPDF", runs)


def tabellion(files: Sequence[Bound], home: Path, *, pdfa: bool = False) -> Contender:
    """`tabellion ingest --wait` as a whole process, in a new archive; every file must come out searchable.

    With `pdfa`, every paper that a file holds must have its searchable copy in the vault as well.
    """
    environment = {"TABELLION_HOME": str(home), "TABELLION_PDFA": "eager" if pdfa else "on-demand"}
    measure([BIN / "tabellion", "init"], environment=environment)
    paths = [file.path for file in files]
    run = measure([BIN / "tabellion", "ingest", *paths, "--wait", "--json"], environment=environment)
    lines = [json.loads(line) for line in run.output.splitlines() if line.strip()]
    left = [line for line in lines if line["status"] != "searchable"]
    if left or len(lines) != len(files):
        raise CommandFailed(f"{len(lines)} of {len(files)} files answered; not searchable: {left}")
    copies = sum("/copy-" in name and ".pdf" in name for name in _vault_names(home))
    listed = measure(
        [BIN / "tabellion", "documents", "list", "--limit", "10000", "--json"], environment=environment
    )
    papers = sum(row["state"] != "void" for row in json.loads(listed.output))
    if copies != (papers if pdfa else 0):
        raise CommandFailed(f"{copies} searchable copies of {papers} papers in {len(files)} files")
    return _summed("Tabellion, with PDF/A" if pdfa else "Tabellion", [run])


def _vault_names(home: Path) -> list[str]:
    return [path.as_posix() for path in (home / "vault").rglob("*") if path.is_file()]


def reading(files: Sequence[Bound]) -> Contender:
    """The reading alone: one warm reader a core, nothing kept."""
    run = measure([sys.executable, "-m", "bench._read", *(file.path for file in files)])
    return _summed("Tabellion, reading only", [run])


def _summed(name: str, runs: Sequence[Measured]) -> Contender:
    return Contender(
        name,
        sum(run.seconds for run in runs),
        sum(run.cpu_seconds for run in runs),
        max(run.peak_bytes for run in runs),
        max(run.worker_bytes for run in runs),
    )


def _median(runs: Sequence[Contender]) -> Contender:
    return Contender(
        runs[0].name,
        statistics.median(run.seconds for run in runs),
        statistics.median(run.cpu_seconds for run in runs),
        max(run.peak_bytes for run in runs),
        max(run.worker_bytes for run in runs),
    )


def run(
    languages: Sequence[str] | None, repeat: int, *, reading_only: bool
) -> tuple[dict[str, Any], list[Contender], int]:
    """All contenders in turn, `repeat` times over; the medians, and how many pages there were."""
    taken: dict[str, list[Contender]] = {}
    with tempfile.TemporaryDirectory(prefix="throughput-") as scratch:
        pages_folder = Path(scratch) / "pages"
        pages_folder.mkdir()
        files = bound_pages(pages_folder, languages)
        pages = sum(file.pages for file in files)
        for turn in range(repeat):
            say(f"round {turn + 1} of {repeat}: {len(files)} files, {pages} pages")
            out = Path(scratch) / f"peer-{turn}"
            out.mkdir()
            for contender in (
                *_ours(files, Path(scratch), turn, reading_only=reading_only),
                ocrmypdf(files, out),
            ):
                taken.setdefault(contender.name, []).append(contender)
    contenders = [_median(runs) for runs in taken.values()]
    peer = contenders[-1]
    names = ["reading"] if reading_only else list(GOALS)
    result: dict[str, Any] = {"files": len(files), "pages": pages, "rounds": repeat}
    for name, one in zip(names, contenders, strict=False):
        result[name] = {
            **one.figures(pages),
            "ratio": round(one.seconds / peer.seconds, 3),
            "cpu_ratio": round(one.cpu_seconds / peer.cpu_seconds, 3),
            "goal": GOALS.get(name),
        }
    result["ocrmypdf"] = peer.figures(pages)
    return result, contenders, pages


def _ours(files: Sequence[Bound], scratch: Path, turn: int, *, reading_only: bool) -> list[Contender]:
    if reading_only:
        return [reading(files)]
    return [
        tabellion(files, scratch / f"home-{turn}"),
        tabellion(files, scratch / f"home-pdfa-{turn}", pdfa=True),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code says whether it could be measured, not whether the goal was met."""
    parser = argparse.ArgumentParser(prog="script/bench throughput", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--languages", help="only files in these languages, such as pl,en")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="rounds; medians are printed")
    parser.add_argument(
        "--reading-only", action="store_true", help="our reading alone instead of the whole way"
    )
    parser.add_argument(
        "--long",
        type=int,
        default=500,
        metavar="N",
        help="pages of the long file whose memory is watched; 0: none",
    )
    options = parser.parse_args(arguments)
    languages = options.languages.split(",") if options.languages else None
    try:
        result, contenders, pages = run(languages, options.repeat, reading_only=options.reading_only)
        long = read_long(options.long) if options.long else None
    except CommandFailed as error:
        say(str(error))
        return 1
    heads = ("", "s a page", "CPU s a page", "peak MiB", "worker MiB", "of OCRmyPDF's time")
    peer = contenders[-1]
    rows = [
        (
            one.name,
            one.seconds / pages,
            one.cpu_seconds / pages,
            one.peak_bytes // 2**20,
            one.worker_bytes // 2**20,
            one.seconds / peer.seconds,
        )
        for one in contenders
    ]
    goals = " and ".join(f"{goal:.2f}" for goal in GOALS.values())
    people = table(heads, rows) + (
        f"\n\n{pages} pages in {result['files']} files; the goals are {goals} or less without and with a PDF/A."
    )
    if long is not None:
        result["long"] = long.figures()
        people += (
            f"\nA file of {long.pages} pages: {long.reported} reported one by one; the reader held {long.warm_mib} MiB "
            f"when it was warm and {long.peak_mib} MiB at most, its parent grew by {long.parent_growth_mib} MiB."
        )
    publish(result, people, as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
