"""Pictures carried over into copies: the file's own data where a PDF can hold it, the same picture otherwise."""

import io

import numpy as np
import pikepdf
import pytest
from PIL import Image

from ocr import Carried, Reader, ReadingRefused
from tests.ocr import papers

GREY = Image.fromarray(
    np.random.default_rng(7).integers(0, 255, (40, 30), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
)
BLACK = GREY.point(lambda shade: 255 if shade > 90 else 0).convert("1", dither=Image.Dither.NONE)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, dpi=(200, 200), **options)
    return out.getvalue()


def _carried(reader: Reader, data: bytes, number: int = 1) -> Carried:
    with reader.carrying(io.BytesIO(data)) as carry:
        return carry(number)


def _shown(carried: Carried) -> Image.Image:
    """The picture as a PDF reader shows it, upright."""
    if carried.coding == "jpeg":
        stored = Image.open(io.BytesIO(carried.data))
    else:
        with pikepdf.new() as pdf:
            stream = pdf.make_stream(
                carried.data,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=carried.width,
                Height=carried.height,
                ColorSpace=pikepdf.Name.DeviceGray,
                BitsPerComponent=1,
                Filter=pikepdf.Name.CCITTFaxDecode,
                DecodeParms=pikepdf.Dictionary(
                    K=-1, Columns=carried.width, Rows=carried.height, BlackIs1=carried.black_is_1
                ),
            )
            stored = pikepdf.PdfImage(stream).as_pil_image()
    assert stored.size == (carried.width, carried.height)
    return stored.rotate(-carried.rotation, expand=True).convert("L")


def _apart(one: Image.Image, other: Image.Image) -> float:
    difference = np.asarray(one, dtype=np.int16) - np.asarray(other.convert("L"), dtype=np.int16)
    return float(np.abs(difference).mean())


def _pdf(picture: bytes, *, rotate: int = 0, **members: object) -> bytes:
    """A page that shows one picture, of 600 by 800 pixels, and nothing else."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(216, 288))
        image = pdf.make_stream(
            picture,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=600,
            Height=800,
            ColorSpace=pikepdf.Name.DeviceGray,
            **members,
        )
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=image))
        page.Contents = pdf.make_stream(b"q 216 0 0 288 0 0 cm /P Do Q")
        page.Rotate = rotate
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def test_a_jpeg_file_is_carried_as_it_is(reader: Reader) -> None:
    data = _saved(GREY, "JPEG")
    carried = _carried(reader, data)
    assert carried.own and carried.data == data and carried.colours == 1


@pytest.mark.parametrize(("orientation", "rotation"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_a_turned_jpeg_is_carried_as_it_is_and_turned_in_the_copy(
    reader: Reader, orientation: int, rotation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = _saved(GREY.rotate(rotation, expand=True), "JPEG", exif=exif)
    carried = _carried(reader, data)
    assert carried.own and carried.data == data
    assert _apart(_shown(carried), GREY) < 12


def test_a_mirrored_jpeg_is_packed_anew_and_stands_right(reader: Reader) -> None:
    exif = Image.Exif()
    exif[0x0112] = 2
    data = _saved(GREY.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "JPEG", exif=exif)
    carried = _carried(reader, data)
    assert not carried.own
    assert _apart(_shown(carried), GREY) < 12


def test_fax_data_of_a_tiff_is_carried_as_it_is(reader: Reader) -> None:
    data = _saved(BLACK, "TIFF", compression="group4", strip_size=1 << 30)
    carried = _carried(reader, data)
    assert carried.own and carried.data in data
    assert _apart(_shown(carried), BLACK) == 0


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "group3"])
def test_black_and_white_is_packed_without_loss(reader: Reader, compression: str) -> None:
    carried = _carried(reader, _saved(BLACK, "TIFF", compression=compression))
    assert carried.coding == "group4" and not carried.own
    assert _apart(_shown(carried), BLACK) == 0


def test_a_grey_png_becomes_a_jpeg(reader: Reader) -> None:
    carried = _carried(reader, _saved(GREY, "PNG"))
    assert carried.coding == "jpeg" and not carried.own
    assert _apart(_shown(carried), GREY) < 8


def test_of_several_pages_of_a_tiff_the_one_that_was_asked_for_comes(reader: Reader) -> None:
    other = BLACK.transpose(Image.Transpose.ROTATE_180)
    data = _saved(
        BLACK, "TIFF", compression="group4", save_all=True, append_images=[other], strip_size=1 << 30
    )
    assert _apart(_shown(_carried(reader, data, 2)), other) == 0


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_jpeg_of_a_scanned_pdf_is_carried_as_it_is(reader: Reader, rotate: int) -> None:
    jpeg = _saved(GREY, "JPEG")
    data = _pdf(jpeg, rotate=rotate, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode)
    carried = _carried(reader, data)
    assert carried.own and carried.data == jpeg and carried.rotation == rotate


@pytest.mark.parametrize("inverted", [False, True])
def test_black_and_white_in_a_pdf_keeps_its_resolution_and_its_polarity(
    reader: Reader, *, inverted: bool
) -> None:
    bits = np.packbits(np.asarray(BLACK) ^ inverted, axis=1).tobytes()
    data = _pdf(bits, BitsPerComponent=1, Decode=[1, 0] if inverted else [0, 1])
    carried = _carried(reader, data)
    assert carried.coding == "group4"
    shown = _shown(carried)
    assert _apart(shown, BLACK.resize(shown.size)) < 3


def test_a_page_that_cannot_be_drawn_is_a_picture_and_says_so(reader: Reader) -> None:
    """It is clipped, so that less is seen than what it draws."""
    carried = _carried(reader, papers.pdf_of(1, b"0 0 100 100 re W n 0.2 0.4 0.6 rg 50 50 200 200 re f"))
    assert carried.coding == "jpeg" and carried.redrawn and not carried.own
    assert np.asarray(_shown(carried)).min() < 110


def test_headers_that_no_picture_has_are_refused() -> None:
    header = Carried(b"x", "jpeg", 3, 4).header()
    assert Carried.from_header(header, b"x") == Carried(b"x", "jpeg", 3, 4)
    for wrong in ({"coding": "jbig2"}, {"width": 0}, {"rotation": 45}, {"colours": 4}):
        with pytest.raises(ValueError, match=r"header|argument"):
            Carried.from_header(header | wrong, b"x")


class TestDrawing:
    def test_a_page_is_drawn_as_it_is_read_and_turned(self, reader: Reader) -> None:
        page = papers.drawn()
        with reader.drawing(io.BytesIO(papers.saved(page, "PDF", resolution=200))) as draw:
            upright, turned = (Image.open(io.BytesIO(draw(1, degrees))) for degrees in (0, 90))
        assert (upright.format, upright.size, turned.size) == ("JPEG", page.size, page.size[::-1])
        assert _apart(upright.convert("L"), page) < 3
        assert _apart(turned.rotate(90, expand=True).convert("L"), page) < 3

    def test_nothing_but_pixels_is_in_it(self, reader: Reader) -> None:
        exif = Image.Exif()
        exif[0x010E] = "a note beside the picture"
        data = _saved(GREY, "JPEG", exif=exif, comment=b"and a comment")
        assert b"a note beside" in data and b"and a comment" in data
        with reader.drawing(io.BytesIO(data)) as draw:
            drawn = draw(1, 0)
        assert b"a note beside" not in drawn and b"and a comment" not in drawn

    def test_what_cannot_be_opened_or_has_no_such_page_is_refused(self, reader: Reader) -> None:
        with (
            pytest.raises(ReadingRefused),
            reader.drawing(io.BytesIO(_saved(GREY, "JPEG"))) as draw,
        ):
            draw(2, 0)
        with pytest.raises(ReadingRefused), reader.drawing(io.BytesIO(b"no paper")):
            pass
