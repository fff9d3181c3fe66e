"""The pages that throughput is measured on: light scans bound to PDFs of six pages, each in one language."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from ocr import LANGUAGES
from tabellion.demo import iter_portfolio

SHARED = Path(__file__).parents[1].parent / "shared" / "evalset" / "pages"
PAGES_A_FILE = 6


@dataclass(frozen=True, slots=True)
class Bound:
    """A PDF of scanned pages, its language (ISO 639-1) and how many pages it has."""

    path: Path
    language: str
    pages: int

    @property
    def models(self) -> str:
        """The language as Tesseract's `-l` takes it."""
        return "+".join(LANGUAGES[self.language].models)


def bound_pages(folder: Path, languages: Iterable[str] | None = None, source: Path = SHARED) -> list[Bound]:
    """Write the PDFs into `folder`; without the evaluation pages beside the checkout, the demo's scans are taken."""
    scans = _evaluation(source) if source.is_dir() else _demo()
    wanted = set(languages) if languages is not None else set(scans)
    return [
        _bind(folder, language, number, files[start : start + PAGES_A_FILE])
        for language, files in sorted(scans.items())
        if language in wanted
        for number, start in enumerate(range(0, len(files), PAGES_A_FILE), start=1)
    ]


def _evaluation(source: Path) -> dict[str, list[bytes]]:
    return {
        folder.name: [file.read_bytes() for file in sorted(folder.glob("*.light.pdf"))]
        for folder in sorted(source.iterdir())
        if folder.is_dir()
    }


def _demo() -> dict[str, list[bytes]]:
    scans: dict[str, list[bytes]] = {}
    for paper in iter_portfolio():
        if paper.scanned and paper.media_type == "application/pdf":
            scans.setdefault(paper.language, []).append(paper.content)
    return scans


def _bind(folder: Path, language: str, number: int, files: list[bytes]) -> Bound:
    path = folder / f"{language}-{number}.pdf"
    with pikepdf.new() as bound:
        for file in files:
            with pikepdf.open(io.BytesIO(file)) as part:
                bound.pages.extend(part.pages)
        bound.save(path)
        return Bound(path, language, len(bound.pages))
