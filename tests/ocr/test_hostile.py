"""Files that mean harm, or were harmed: each ends with a reading or with a reason, and the reader lives on."""

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ocr import REASONS, Limits, Reader, ReadingRefused
from tests.ocr.papers import drawn, pdf_of, read, saved
from tests.shared import SHARED, needs_shared

GIB = 1 << 30
NAMED = {
    "qpdf-enc-R3,V2,U=view,O=view.pdf": "ENCRYPTED",
    "qpdf-append-xref-loop.pdf": "read",
    "pillow-crash-0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif": "DAMAGED",
    "pillow-multipage_out_of_order.tiff": "read",
}


def refusal(reader: Reader, data: bytes) -> ReadingRefused:
    """Why the file is refused; the reader must work after it."""
    with pytest.raises(ReadingRefused) as refused:
        read(reader, data)
    assert refused.value.reason in REASONS
    assert refused.value.diagnostics() == REASONS[refused.value.reason].advice
    return refused.value


def tiff(width: int, height: int, *, following: int = 0, strip: bytes = b"\x00") -> bytes:
    """A bilevel TIFF of one directory, whose next directory is said to lie at `following`."""
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 1),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8 + 2 + 9 * 12 + 4),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, len(strip)),
    ]
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", following) + strip


def png(width: int, height: int) -> bytes:
    """A PNG that is small as a file and huge as a picture: a bilevel sheet of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\x00" * ((width + 7) // 8 + 1)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def test_an_empty_file(reader: Reader) -> None:
    assert refusal(reader, b"").reason == "EMPTY"


@pytest.mark.parametrize("data", [b"PK\x03\x04 a letter.docx", b"%!PS-Adobe-3.0", b"\x00" * 5000, b"GIF89a"])
def test_an_unknown_type(reader: Reader, data: bytes) -> None:
    assert refusal(reader, data).reason == "UNKNOWN_TYPE"


def test_the_name_of_a_file_does_not_matter(reader: Reader) -> None:
    """A TIFF that was named .pdf is a TIFF: nothing but the content is looked at."""
    assert read(reader, saved(drawn(), "TIFF")).media_type == "image/tiff"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_a_truncated_picture(reader: Reader, form: str) -> None:
    data = saved(drawn(), form)
    assert refusal(reader, data[: len(data) // 3]).reason in ("TRUNCATED", "DAMAGED")


def test_a_truncated_pdf(reader: Reader) -> None:
    data = saved(drawn(mode="RGB"), "PDF")
    assert refusal(reader, data[: len(data) // 2]).reason == "TRUNCATED"


def test_a_pdf_with_junk_before_its_header(reader: Reader) -> None:
    data = b"\r\n--boundary--\r\n" + saved(drawn(mode="RGB"), "PDF", resolution=200.0)
    assert "HS-20417" in read(reader, data).pages[0].text


def test_an_encrypted_pdf(reader: Reader) -> None:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(1))) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    refused = refusal(reader, target.getvalue())
    assert refused.reason == "ENCRYPTED"
    assert "password" in refused.diagnostics()


def test_a_pdf_of_ten_thousand_pages(reader: Reader) -> None:
    assert refusal(reader, pdf_of(10_000)).reason == "TOO_MANY_PAGES"


def test_a_tiff_of_too_many_directories() -> None:
    sheet = Image.new("1", (8, 8), 1)
    data = saved(sheet, "TIFF", save_all=True, append_images=[sheet] * 6)
    with Reader(Limits(max_pages=5), ("en",)) as reader:
        assert refusal(reader, data).reason == "TOO_MANY_PAGES"


def test_a_tiff_whose_directories_loop(reader: Reader) -> None:
    """The chain ends where it comes back to itself: one page, not endlessly many."""
    data = tiff(8, 8, following=8, strip=b"\xff" * 8)
    assert len(read(reader, data).pages) == 1


def test_a_tiff_whose_first_directory_is_nowhere(reader: Reader) -> None:
    assert refusal(reader, b"II*\x00" + struct.pack("<I", 1 << 30)).reason == "TRUNCATED"


@pytest.mark.parametrize("data", [png(10_000, 10_000), tiff(60_000, 60_000), tiff(1 << 31, 1 << 31)])
def test_a_picture_of_too_many_pixels(reader: Reader, data: bytes) -> None:
    assert refusal(reader, data).reason in ("TOO_LARGE_PAGE", "DAMAGED", "TRUNCATED")
    assert resident(reader) < GIB


def test_a_large_jpeg_is_decoded_at_a_reduced_size() -> None:
    """What is too large as it stands may still be read at half its size or less."""
    data = saved(drawn(dpi=600), "JPEG", dpi=(600, 600))
    with Reader(Limits(max_pixels=6_000_000), ("en",)) as reader:
        reading = read(reader, data)
    assert "HS-20417" in reading.pages[0].text
    assert reading.pages[0].quality["scan_dpi"] < 600


def test_one_bad_page_loses_none_of_the_others(reader: Reader) -> None:
    """The second of three pages says it is larger than any page may be."""
    data = bytearray(saved(drawn(), "TIFF", save_all=True, append_images=[drawn(), drawn()]))
    second = struct.unpack_from("<I", data, after_directory(data, struct.unpack_from("<I", data, 4)[0]))[0]
    for entry in range(struct.unpack_from("<H", data, second)[0]):
        place = second + 2 + 12 * entry
        if struct.unpack_from("<H", data, place)[0] in (256, 257):
            struct.pack_into("<HII", data, place + 2, 4, 1, 60_000)
    reading = read(reader, bytes(data))
    assert [page.error is None for page in reading.pages] == [True, False, True]
    assert str(reading.pages[1].error).startswith("TOO_LARGE_PAGE")
    assert "error" in reading.promised("f")["pages"][1]
    assert "HS-20417" in reading.pages[2].text


def after_directory(data: bytearray, start: int) -> int:
    """Where a directory of a little-endian TIFF says which comes next."""
    return start + 2 + 12 * int(struct.unpack_from("<H", data, start)[0])


def test_a_bomb_in_the_content_of_a_page(reader: Reader) -> None:
    """Three hundred megabytes of spaces, a hundred thousandth as large in the file."""
    bomb = zlib.compress(b" " * (300 << 20), 9)
    pdf = pikepdf.open(io.BytesIO(pdf_of(1)))
    content = pdf.make_stream(bomb)
    content.Filter = pikepdf.Name.FlateDecode
    content.write(bomb, filter=pikepdf.Name.FlateDecode)
    pdf.pages[0].Contents = content
    target = io.BytesIO()
    pdf.save(target)
    try:
        read(reader, target.getvalue())
    except ReadingRefused as refused:
        assert refused.reason in REASONS
    assert resident(reader) < 2 * GIB
    assert "HS-20417" in read(reader, saved(drawn(), "PNG")).pages[0].text


def test_memory_has_an_end() -> None:
    """With little room the page is refused, not the machine."""
    with Reader(Limits(memory=900 << 20, max_pixels=400_000_000), ("en",)) as reader:
        refused = refusal(reader, saved(Image.new("RGB", (14_000, 14_000), "white"), "JPEG", quality=10))
        assert refused.reason in ("MEMORY_LIMIT", "READER_DIED", "DAMAGED")
        assert "HS-20417" in read(reader, saved(drawn(), "PNG")).pages[0].text


def resident(reader: Reader) -> int:
    """Bytes that the reading process holds; 0 where it was replaced."""
    if reader.process is None:
        return 0
    status = Path(f"/proc/{reader.process}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024


@needs_shared("samples", "hostile")
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_files_that_broke_other_readers(reader: Reader) -> None:
    """Crashes and fuzzed files of qpdf and Pillow: never a hang, never unbounded memory, always an end."""
    files = sorted((SHARED / "samples" / "hostile").iterdir())
    files = [path for place, path in enumerate(files) if place % 4 == 0 or path.name in NAMED]
    ends = {}
    for path in files:
        with path.open("rb") as file:
            try:
                reading = reader.read(file)
                assert reading.pages
                ends[path.name] = "read"
            except ReadingRefused as refused:
                ends[path.name] = refused.reason
        assert resident(reader) < 2 * GIB
    assert len(ends) == len(files)
    assert {name: ends[name] for name in NAMED} == NAMED
