"""A PDF of pictures: other readers see the pages, and each JPEG stands in it byte for byte."""

import io

import pypdfium2
import pytest
from PIL import Image

from archive.packaging.picture_pdf import Picture, picture_pdf


def jpeg(mode: str, width: int, height: int, colour: int | tuple[int, ...]) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, "JPEG", quality=95)
    return out.getvalue()


def test_another_reader_sees_the_pages() -> None:
    pictures = [
        Picture(jpeg("L", 140, 198, 230), 595.0, 842.0),
        Picture(jpeg("RGB", 200, 100, (200, 30, 30)), 842.0, 421.0),
    ]
    data = picture_pdf(pictures)
    assert all(picture.jpeg in data for picture in pictures)
    document = pypdfium2.PdfDocument(data)
    try:
        assert [page.get_size() for page in document] == [(595.0, 842.0), (842.0, 421.0)]
        seen = [page.render(scale=0.2).to_pil().convert("RGB").getpixel((30, 30)) for page in document]
    finally:
        document.close()
    assert seen[0] == pytest.approx((230, 230, 230), abs=3)
    assert seen[1] == pytest.approx((200, 30, 30), abs=6)


def test_the_same_pictures_give_the_same_bytes() -> None:
    picture = Picture(jpeg("L", 10, 10, 0), 72.0, 72.0)
    assert picture_pdf([picture]) == picture_pdf([picture])


def test_other_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="CMYK"):
        picture_pdf([Picture(jpeg("CMYK", 10, 10, (0, 0, 0, 0)), 72.0, 72.0)])
