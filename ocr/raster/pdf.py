"""PDF as a source of pages: the embedded scan where a page is one, else a rendering; and the page's own text."""

import ctypes
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ocr.carried import Carried
from ocr.errors import PageRefused, ReadingRefused
from ocr.limits import Limits
from ocr.raster.carrying import own_jpeg, packed
from ocr.raster.images import DECODING_ERRORS
from ocr.raster.picture import decode, page_of
from ocr.raster.source import READING_DPI, Pixels, SourcePage
from ocr.raster.textlayer import TextLayer
from ocr.raster.vectors import drawing_of

_POINTS_PER_INCH = 72
_MAX_RENDERED_PIXELS = 24_000_000
_FULL_PAGE = 0.99
_MAX_OBJECTS = 200
_GLANCE, _ALIKE = 200, 24.0
"""The longer side of the renderings that are compared, in pixels, and how far shades of grey may be apart."""
_TAIL = 2048
_MAX_ATTACHMENTS = 50


class PdfSource:
    """Pages of a PDF."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        file.seek(0)
        try:
            self._document = pypdfium2.PdfDocument(file)
            self.count = len(self._document)
        except pypdfium2.PdfiumError as error:
            raise _refusal(file, error) from error
        if self.count > limits.max_pages:
            raise ReadingRefused("TOO_MANY_PAGES", f"{self.count} pages, at most {limits.max_pages}")
        if self.count == 0:
            raise ReadingRefused("DAMAGED", "the PDF has no pages")
        self._text = TextLayer(file)

    def page(self, number: int) -> SourcePage:
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise PageRefused("DAMAGED", "the page cannot be opened") from error
        try:
            scan = self._scan(page)
            if scan is not None:
                return scan
            rendered, dpi = self._render(page)
        finally:
            page.close()
        words = self._text.words(number, rendered)
        return SourcePage(rendered, dpi, dpi, words)

    def carry(self, number: int) -> Carried:
        """The page's own picture where it is one, else what is on it as a drawing, else a rendering."""
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise PageRefused("DAMAGED", "the page cannot be opened") from error
        try:
            return self._own(page) or _drawn(page) or self._redrawn(page)
        finally:
            page.close()

    def _redrawn(self, page: Any) -> Carried:
        return replace(packed(Image.fromarray(self._render(page)[0])), redrawn=True)

    def attachments(self) -> Iterator[bytes]:
        """The XML files that the PDF carries (ISO 32000-2 section 7.11.4), as far as they are of sane size."""
        for number in range(min(self._document.count_attachments(), _MAX_ATTACHMENTS)):
            try:
                attachment = self._document.get_attachment(number)
                if attachment.get_name().lower().endswith(".xml"):
                    yield bytes(attachment.get_data())
            except pypdfium2.PdfiumError:
                continue

    def close(self) -> None:
        self._text.close()
        self._document.close()

    def _render(self, page: Any) -> tuple[Pixels, int]:
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            raise PageRefused("DAMAGED", "the page has no size")
        dpi = READING_DPI
        pixels = width * height * (dpi / _POINTS_PER_INCH) ** 2
        if pixels > _MAX_RENDERED_PIXELS:
            dpi = max(1, int(dpi * (_MAX_RENDERED_PIXELS / pixels) ** 0.5))
        try:
            bitmap = page.render(scale=dpi / _POINTS_PER_INCH, rev_byteorder=True, may_draw_forms=True)
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise PageRefused("DAMAGED", "the page cannot be rendered") from error
        return np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8), dpi

    def _scan(self, page: Any) -> SourcePage | None:
        """The one JPEG that fills the page, decoded directly; None where the page is anything else."""
        try:
            image = _only_picture(page)
            if image is None or image.get_filters() != ["DCTDecode"]:
                return None
            picture = Image.open(io.BytesIO(bytes(image.get_data(decode_simple=False))), formats=("JPEG",))
            if picture.mode not in ("L", "RGB"):
                return None
            width, height = page.get_size()
            across, down = picture.size if page.get_rotation() % 180 == 0 else picture.size[::-1]
            told = across * _POINTS_PER_INCH / width, down * _POINTS_PER_INCH / height
            decoded = decode(picture, self._limits.max_pixels, told)
        except (pypdfium2.PdfiumError, ZeroDivisionError, *DECODING_ERRORS):
            return None
        turned = np.rot90(np.asarray(decoded, dtype=np.uint8), -(page.get_rotation() // 90))
        pixels = np.ascontiguousarray(turned)
        dpi = pixels.shape[1] * _POINTS_PER_INCH / width, pixels.shape[0] * _POINTS_PER_INCH / height
        return page_of(pixels, dpi)

    def _own(self, page: Any) -> Carried | None:
        """The one picture that fills the page: a JPEG as it is, another at its own resolution."""
        try:
            image = _only_picture(page)
            if image is None:
                return None
            rotation = page.get_rotation()
            if image.get_filters() == ["DCTDecode"]:
                return own_jpeg(bytes(image.get_data(decode_simple=False)), rotation)
            width, height = image.get_px_size()
            if width * height > self._limits.max_pixels:
                return None
            picture = image.get_bitmap().to_pil()
            return packed(picture, rotation) if _same(picture, page, rotation) else None
        except (pypdfium2.PdfiumError, *DECODING_ERRORS):
            return None


def _drawn(page: Any) -> Carried | None:
    """The page as a drawing that looks as it does."""
    drawing = drawing_of(page)
    if drawing is None:
        return None
    width, height = max(1, round(drawing.width)), max(1, round(drawing.height))
    return Carried(drawing.packed(), "drawing", width, height, 3, page.get_rotation())


def _only_picture(page: Any) -> Any | None:
    """The one upright picture that fills the page; None where the page shows anything else."""
    objects = []
    for item in page.get_objects(max_depth=1):
        objects.append(item)
        if len(objects) > _MAX_OBJECTS:
            return None
    images = [item for item in objects if item.type == pdfium.FPDF_PAGEOBJ_IMAGE]
    others = [item for item in objects if item.type != pdfium.FPDF_PAGEOBJ_IMAGE]
    if len(images) != 1 or not all(_invisible(item) for item in others):
        return None
    return images[0] if _upright(images[0]) and _fills(images[0], page) else None


def _same(picture: Image.Image, page: Any, rotation: int) -> bool:
    """Whether the page shows the picture as its data has it: masks, inverted scales and odd colours say no."""
    seen = page.render(scale=_GLANCE / max(page.get_size()), grayscale=True).to_pil().convert("L")
    shown = picture.convert("L").rotate(-rotation, expand=True).resize(seen.size, Image.Resampling.BOX)
    difference = np.asarray(seen, dtype=np.int16) - np.asarray(shown, dtype=np.int16)
    return float(np.abs(difference).mean()) < _ALIKE


def _invisible(item: Any) -> bool:
    """Text that a scanner's own recognition laid under its picture."""
    if item.type != pdfium.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def _upright(image: Any) -> bool:
    a, b, c, d, _, _ = image.get_matrix().get()
    return bool(a > 0 and d > 0 and abs(b) < 1e-3 * a and abs(c) < 1e-3 * d)


def _fills(image: Any, page: Any) -> bool:
    """Whether what is seen of the page is the whole of the picture, and nothing else."""
    left, bottom, right, top = image.get_bounds()
    x0, y0, x1, y1 = page.get_cropbox()
    slack_x, slack_y = (1 - _FULL_PAGE) * (x1 - x0), (1 - _FULL_PAGE) * (y1 - y0)
    return bool(
        abs(left - x0) < slack_x
        and abs(right - x1) < slack_x
        and abs(bottom - y0) < slack_y
        and abs(top - y1) < slack_y
    )


def _refusal(file: BinaryIO, error: pypdfium2.PdfiumError) -> ReadingRefused:
    if ctypes.c_ulong(getattr(error, "err_code", 0) or 0).value == pdfium.FPDF_ERR_PASSWORD:
        return ReadingRefused("ENCRYPTED")
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    ended = b"%%EOF" in file.read()
    return ReadingRefused("DAMAGED" if ended else "TRUNCATED")
