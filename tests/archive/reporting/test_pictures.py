"""Pictures go into a file as they are, or without loss; what is damaged is refused."""

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from archive.reporting.errors import PictureRefused
from archive.reporting.pdf.document import About, PdfDocument
from archive.reporting.pdf.scan_page import Scan, put_scan
from tests.archive.reporting.sample import START, jpeg

ABOUT = About("A scan", "en", START, "Archive", "Pictures")


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def page_with(data: bytes, rotation: int = 0) -> bytes:
    out = io.BytesIO()
    with PdfDocument(out, ABOUT) as pdf:
        put_scan(pdf, Scan(data, 60, 90, rotation=rotation))
    return out.getvalue()


def image_of(data: bytes) -> tuple[bytes, str]:
    with pikepdf.open(io.BytesIO(data)) as document:
        (image,) = document.pages[0].Resources.XObject.values()
        return image.read_raw_bytes(), str(image.get("/Filter"))


def pixels(data: bytes) -> np.ndarray:
    """The page as pdfium shows it, a pixel a point."""
    with pypdfium2.PdfDocument(data) as document:
        return np.asarray(document[0].render(scale=1).to_pil().convert("L"))


PAGE = Image.open(io.BytesIO(jpeg(0, 240, 360)))
QUARTER = Image.new("L", (60, 90), "white")
QUARTER.paste(0, (0, 0, 30, 45))


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_is_copied(mode: str):
    data = encoded(PAGE.convert(mode), "JPEG", progressive=True)
    assert image_of(page_with(data)) == (data, "/DCTDecode")


@pytest.mark.parametrize("inverted", [False, True])
def test_group_4_is_copied_and_black_stays_black(inverted: bool):
    data = encoded(QUARTER.convert("1"), "TIFF", compression="group4", tiffinfo={262: 1 if inverted else 0})
    with Image.open(io.BytesIO(data)) as tiff:
        start, count = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
        expected = np.asarray(tiff.convert("L"))
    made = page_with(data)
    assert image_of(made) == (data[start : start + count], "/CCITTFaxDecode")
    assert np.array_equal(pixels(made) > 127, expected > 127)


@pytest.mark.parametrize(
    ("picture", "kind", "options"),
    [
        (QUARTER.convert("1"), "TIFF", {"compression": "tiff_lzw"}),
        (QUARTER.convert("1"), "PNG", {}),
        (QUARTER, "PNG", {}),
        (QUARTER.convert("RGB"), "TIFF", {"compression": "tiff_lzw"}),
        (QUARTER.convert("P"), "PNG", {}),
        (QUARTER.convert("CMYK"), "JPEG", {"quality": 100}),
    ],
    ids=["bilevel LZW", "bilevel PNG", "grey PNG", "colour TIFF", "palette", "CMYK JPEG"],
)
def test_other_kinds_look_the_same(picture: Image.Image, kind: str, options: dict[str, object]):
    shown = pixels(page_with(encoded(picture, kind, **options)))
    assert np.abs(shown.astype(int) - np.asarray(QUARTER).astype(int)).max() <= 2


def test_transparency_becomes_paper():
    clear = Image.new("RGBA", (60, 90), (0, 0, 0, 0))
    assert pixels(page_with(encoded(clear, "PNG"))).min() == 255


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))]
)
def test_a_picture_is_turned_upright(rotation: int, corner: tuple[int, int]):
    upright = pixels(page_with(encoded(QUARTER, "PNG"), rotation))
    row, column = corner
    assert upright[row, column] == 0
    assert sorted(int(upright[r, c]) for r in (0, -1) for c in (0, -1)) == [0, 255, 255, 255]


def test_a_picture_is_written_once():
    out = io.BytesIO()
    with PdfDocument(out, ABOUT) as pdf:
        assert pdf.picture(jpeg()) == pdf.picture(jpeg())
        put_scan(pdf, Scan(jpeg(), 60, 90))
    assert out.getvalue().count(b"/Subtype /Image") == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", jpeg()[:400], encoded(PAGE, "GIF"), encoded(PAGE, "PNG")[:300]],
    ids=["empty", "a PDF", "half a JPEG", "GIF", "half a PNG"],
)
def test_what_is_no_picture_is_refused(data: bytes):
    with pytest.raises(PictureRefused):
        page_with(data)


@pytest.mark.parametrize("size", [(40_000, 6_000), (9_000, 10_000), (8_950, 9_960)])
def test_a_bomb_is_refused(size: tuple[int, int]):
    data = encoded(Image.new("1", size), "PNG")
    with pytest.raises(PictureRefused, match="pixels"):
        page_with(data)
