"""Whether a drawing looks as the page does that it was made of."""

import io
from typing import Any

import cv2
import numpy as np
import pypdfium2

from ocr.carried import Carried
from ocr.drawing import Drawing
from ocr.raster.source import Pixels

_SEEN_DPI, _TILE, _ALIKE = 216, 5, 90
"""Both are seen at so many dots an inch; the mean shades of tiles of half a millimetre may be so far apart. On pages in
eight languages they were 25 to 43 apart where all was right, up to 100 in thin Courier, and from 171 where a letter was
missing or another."""
_MAX_PIXELS = 24_000_000
"""A larger page, beyond A2, becomes a picture."""


def looks_like(drawing: Drawing, page: Any) -> bool:
    """Whether the drawing looks as the page does, tile by tile: a letter that is missing or another is seen."""
    if drawing.width * drawing.height * (_SEEN_DPI / 72) ** 2 > _MAX_PIXELS:
        return False
    rotation = page.get_rotation()
    with pypdfium2.PdfDocument(_shown(drawing)) as document:
        drawn = _tiles(document[0], 0)
    seen = _tiles(page, rotation)
    return drawn.shape == seen.shape and int(cv2.absdiff(drawn, seen).max()) < _ALIKE


def _tiles(page: Any, rotation: int) -> Pixels:
    bitmap = page.render(
        scale=_SEEN_DPI / 72, may_draw_forms=True, rev_byteorder=True, rotation=-rotation % 360
    )
    pixels = np.asarray(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
    return np.asarray(cv2.blur(pixels, (_TILE, _TILE)), dtype=np.uint8)


def _shown(drawing: Drawing) -> bytes:
    """A PDF of the drawing alone."""
    # Loaded by those who carry pages over, not by every reader as it starts.
    import pikepdf  # noqa: PLC0415

    with pikepdf.new() as pdf:
        names: dict[str, Any] = {}
        for number, glyph in enumerate(drawing.glyphs):
            names[f"/G{number}"] = pdf.make_stream(
                glyph, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[-5000, -5000, 5000, 5000]
            )
        for number, picture in enumerate(drawing.pictures):
            names[f"/P{number}"] = _picture(pikepdf, pdf, picture)
        pdf.add_blank_page(page_size=(drawing.width, drawing.height))
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(names))
        pdf.pages[0].Contents = pdf.make_stream(drawing.content)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _picture(pikepdf: Any, pdf: Any, picture: Carried) -> Any:
    members: dict[str, Any] = {"Filter": pikepdf.Name.DCTDecode, "BitsPerComponent": 8}
    if picture.coding == "group4":
        parameters = pikepdf.Dictionary(
            K=-1, Columns=picture.width, Rows=picture.height, BlackIs1=picture.black_is_1
        )
        members = {"Filter": pikepdf.Name.CCITTFaxDecode, "BitsPerComponent": 1, "DecodeParms": parameters}
    return pdf.make_stream(
        picture.data,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceRGB if picture.colours == 3 else pikepdf.Name.DeviceGray,
        **members,
    )
