"""Where Tesseract's models lie, and the table of words (TSV) that both adapters read."""

import os
from pathlib import Path

from ocr.engines.port import RecognisedWord
from ocr.errors import ReadingRefused

_WORD_LEVEL = "5"
_COLUMNS = 12


def find_tessdata() -> Path:
    """The folder of `*.traineddata`: TESSDATA_PREFIX, else the newest of Debian's, else the usual local ones."""
    prefix = os.environ.get("TESSDATA_PREFIX")
    candidates = [Path(prefix), Path(prefix) / "tessdata"] if prefix else []
    candidates += sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    candidates += [
        Path("/usr/share/tessdata"),
        Path("/usr/local/share/tessdata"),
        Path("/opt/homebrew/share/tessdata"),
    ]
    for folder in candidates:
        if any(folder.glob("*.traineddata")):
            return folder
    raise ReadingRefused("ENGINE_MISSING", "no folder with Tesseract's models was found")


def installed_models(folder: Path) -> frozenset[str]:
    """The models of that folder."""
    return frozenset(path.name.removesuffix(".traineddata") for path in folder.glob("*.traineddata"))


def words_of(tsv: str) -> list[RecognisedWord]:
    """The words of Tesseract's TSV.

    Its columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
    """
    words = []
    for row in tsv.splitlines():
        cells = row.split("\t")
        if len(cells) < _COLUMNS or cells[0] != _WORD_LEVEL:
            continue
        text = "\t".join(cells[11:]).strip()
        if not text:
            continue
        left, top, width, height = (int(cell) for cell in cells[6:10])
        words.append(
            RecognisedWord(
                text=text,
                x0=left,
                y0=top,
                x1=left + width,
                y1=top + height,
                confidence=min(1.0, max(0.0, float(cells[10]) / 100)),
                block=int(cells[2]),
                paragraph=int(cells[3]),
                line=int(cells[4]),
            )
        )
    return words
