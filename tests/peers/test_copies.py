"""veraPDF accepts searchable copies in every language, whatever their pages were: scans, faxes, born-digital pages."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from archive.copies.writing import write_pdf
from ocr import LANGUAGES
from ocr.carried import Carried
from ocr.limits import Limits
from ocr.raster.images import ImageSource
from ocr.raster.pdf import PdfSource
from ocr.values import PageReading
from tests.archive.reporting.sample import LINES, jpeg, words
from tests.ocr.papers import pdf_of
from tests.peers.verapdf import judge, needs_verapdf
from tests.shared import SHARED, needs_shared

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("verapdf")]


def _image(kind: str, mode: str, **options: object) -> Carried:
    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg(0, 620, 877))).convert(mode).save(out, kind, dpi=(75, 75), **options)
    media_type = {"TIFF": "image/tiff", "JPEG": "image/jpeg", "PNG": "image/png"}[kind]
    return ImageSource(out, media_type, Limits()).carry(1)


def _pdf(data: bytes) -> Carried:
    source = PdfSource(io.BytesIO(data), Limits())
    try:
        return source.carry(1)
    finally:
        source.close()


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


PICTURES: tuple[Callable[[], Carried], ...] = (
    lambda: _image("JPEG", "L"),
    lambda: _image("JPEG", "RGB", progressive=True),
    lambda: _image("JPEG", "CMYK"),
    lambda: _image("JPEG", "RGB", exif=_turned()),
    lambda: _image("TIFF", "1", compression="group4", strip_size=1 << 30),
    lambda: _image("TIFF", "1", compression="tiff_lzw"),
    lambda: _image("PNG", "RGBA"),
    lambda: _pdf(
        pdf_of(1, b"0.2 0.4 0.6 rg 50 50 200 20 re f 3 w [6 2] 0 d 20 20 m 90 90 200 10 90 300 c S")
    ),
)


def _copy(language: str, pictures: list[Carried]) -> bytes:
    out = io.BytesIO()
    pages = [
        (
            PageReading(
                number,
                1240,
                1754,
                150,
                language=language,
                words=words(language if language in LINES else "pl"),
                rotation=rotation,
            ),
            lambda picture=picture: picture,
        )
        for number, (picture, rotation) in enumerate(zip(pictures, [0, 90, 180, 270] * 2, strict=False), 1)
    ]
    made_at = datetime(2026, 3, 12, 9, 14, tzinfo=UTC)
    write_pdf(
        out, pages, title="FV/17 & Söhne <2026>", language=language, archive="localhost/x", made_at=made_at
    )
    return out.getvalue()


def _judged(copies: dict[str, bytes], folder: Path) -> dict[str, list[str]]:
    for name, data in copies.items():
        (folder / f"{name}.pdf").write_bytes(data)
    said = judge(sorted(folder.iterdir()))
    return {line.split()[1]: line.split()[2:] for line in said if line.startswith("file ")}


@needs_verapdf
def test_verapdf_accepts_copies_in_every_language(tmp_path: Path) -> None:
    pictures = [make() for make in PICTURES]
    copies = {language: _copy(language, pictures) for language in LANGUAGES}
    assert _judged(copies, tmp_path) == {f"{name}.pdf": ["2b", "compliant"] for name in copies}


@needs_verapdf
@needs_shared("evalset", "pages")
def test_verapdf_accepts_copies_of_pages_by_others(tmp_path: Path) -> None:
    """Scans, and born-digital pages: those that are drawn, and in Thai those that are not."""
    copies = {}
    for language in LANGUAGES:
        born = next((SHARED / "evalset" / "pages" / language).glob("*_dunning_letter.clean.pdf"))
        drawn = _pdf(born.read_bytes())
        assert drawn.coding == ("jpeg" if language == "th" else "drawing")
        copies[f"{language}-born"] = _copy(language, [drawn])
        file = next((SHARED / "evalset" / "pages" / language).glob("*.light.pdf"))
        carried = _pdf(file.read_bytes())
        assert carried.own
        copies[language] = _copy(language, [carried])
    assert _judged(copies, tmp_path) == {f"{name}.pdf": ["2b", "compliant"] for name in copies}
