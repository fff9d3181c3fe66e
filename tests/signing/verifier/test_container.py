"""Hostile zips: each trick has its reason, and nothing is read beyond its bounds."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing.errors import PackageRefused
from signing.verdict import Verdict
from signing.verifier.container import Container
from tests.signing.package.sample import package_of, sample
from tests.signing.verifier.forging import pack, same_contents, verify

SMALL = pack({"mimetype": b"application/vnd.etsi.asic-e+zip", "a/b.txt": b"content", "c.txt": b"more"})
GOOD = package_of(sample(1).parts)


def _refused(data: bytes) -> str:
    with pytest.raises(PackageRefused) as caught:
        container = Container(io.BytesIO(data))
        for name in container.entries:
            container.read(name, 1 << 20)
    assert verify(data).overall is Verdict.FAILED
    return caught.value.reason


def _zip(
    *names: str, change: Callable[[zipfile.ZipInfo], None] = lambda info: None, method: int = 0
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = 0o100644 << 16
            change(info)
            archive.writestr(info, b"content of " + name.encode())
    return out.getvalue()


def test_reading():
    container = Container(io.BytesIO(SMALL))
    assert list(container.entries) == ["mimetype", "a/b.txt", "c.txt"]
    assert container.read("a/b.txt", 7) == b"content"
    assert container.digests("c.txt").size == 4
    with pytest.raises(PackageRefused) as caught:
        container.read("a/b.txt", 6)
    assert caught.value.reason == "FILE_TOO_LARGE"


def test_reading_what_others_compressed():
    data = b"scan" * 100_000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("empty.txt", b"")
        archive.writestr("a.txt", data)
    container = Container(io.BytesIO(out.getvalue()))
    assert container.read("a.txt", 1 << 20) == data
    assert container.read("empty.txt", 1) == b""


def test_reading_what_others_streamed():
    class Pipe(io.RawIOBase):
        """A file that cannot seek, so that zipfile writes data descriptors."""

        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.writestr("a.txt", b"content")
        archive.writestr("b.txt", b"more")
    assert Container(io.BytesIO(pipe.data)).read("b.txt", 9) == b"more"


def test_a_large_file_has_zip64_sizes():
    info = zipfile.ZipInfo("a.txt")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open(info, "w", force_zip64=True) as entry:
        entry.write(b"content")
    assert Container(io.BytesIO(out.getvalue())).read("a.txt", 9) == b"content"


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "a/../b",
        "/a",
        "a//b",
        "./a",
        "a\\b",
        "C:a",
        "~a",
        ".hidden",
        "a/.ssh",
        "a\nb",
        "ż.txt",
        "nul",
        "a/COM1.txt",
        "a.",
        "a ",
        "a" * 256,
        "",
    ],
)
def test_names(name: str):
    assert _refused(_zip(name)) == "ZIP_NAME"


@pytest.mark.parametrize(
    "names", [("a.txt", "A.TXT"), ("a/b", "a"), ("a/B", "A/b"), ("meta-inf/x", "META-INF/x")]
)
def test_names_that_collide(names: tuple[str, str]):
    assert _refused(_zip(*names)) == "ZIP_DUPLICATE"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice():
    assert _refused(_zip("a.txt", "a.txt")) == "ZIP_DUPLICATE"


@pytest.mark.parametrize("mode", [0o120777, 0o060644, 0o020644, 0o010644, 0o140644, 0o040755])
def test_links_and_devices(mode: int):
    def change(info: zipfile.ZipInfo) -> None:
        info.external_attr = mode << 16

    assert _refused(_zip("a.txt", change=change)) == "ZIP_LINK"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(method: int):
    assert _refused(_zip("a.txt", method=method)) == "ZIP_UNSUPPORTED"


def test_encryption():
    data = bytearray(_zip("a.txt"))
    for magic, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(magic) + at] |= 1
    assert _refused(bytes(data)) == "ZIP_UNSUPPORTED"


def test_a_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(4 << 20))
    assert _refused(out.getvalue()) == "ZIP_LIMITS"


def test_too_many_files():
    data = bytearray(SMALL)
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", data, end + 8, 0xFFFE, 0xFFFE)
    assert _refused(bytes(data)) == "ZIP_MALFORMED"


def test_bytes_before_and_behind():
    assert _refused(b"#!/bin/sh\n" + SMALL) == "ZIP_HIDDEN"
    assert _refused(SMALL + b"x") == "ZIP_MALFORMED"


def test_bytes_between_the_files():
    """A file that the directory does not name: local headers are found by some readers, and not by others."""
    hidden = _zip("hidden.txt")
    local = hidden[: hidden.index(b"PK\x01\x02")]
    at = SMALL.index(b"PK\x01\x02")
    data = bytearray(SMALL[:at] + local + SMALL[at:])
    end = data.rindex(b"PK\x05\x06")
    (offset,) = struct.unpack_from("<I", data, end + 16)
    struct.pack_into("<I", data, end + 16, offset + len(local))
    assert _refused(bytes(data)) == "ZIP_HIDDEN"


def test_a_second_central_directory():
    """Two zips in one: which one a reader sees depends on where it looks for the end."""
    assert _refused(_zip("other.txt") + SMALL) == "ZIP_HIDDEN"
    assert _refused(SMALL[:-2] + struct.pack("<H", 100) + _zip("other.txt")[:100]) in {
        "ZIP_HIDDEN",
        "ZIP_MALFORMED",
    }


def test_a_directory_with_bytes_of_its_own():
    data = bytearray(SMALL)
    end = data.rindex(b"PK\x05\x06")
    (size,) = struct.unpack_from("<I", data, end + 12)
    struct.pack_into("<I", data, end + 12, size + 4)
    data[end:end] = b"more"
    assert _refused(bytes(data)) == "ZIP_HIDDEN"


def test_two_headers_that_disagree():
    for old, new in ((b"c.txt", b"d.txt"), (zlib.crc32(b"more").to_bytes(4, "little"), b"\0\0\0\0")):
        first = SMALL.index(old)
        altered = SMALL[:first] + new + SMALL[first + len(old) :]
        assert _refused(altered) == "ZIP_MALFORMED"


def test_a_content_with_another_checksum():
    assert _refused(SMALL.replace(b"content", b"kontent")) == "ZIP_ALTERED"


def test_a_folder_that_is_a_file():
    assert _refused(_zip("a/")) == "ZIP_NAME"


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF-1.7", bytes(22), SMALL[:-1], SMALL[22:]])
def test_no_zips(data: bytes):
    assert _refused(data) in {"ZIP_MALFORMED", "ZIP_HIDDEN"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_byte_of_a_package_can_be_changed(at: int, mask: int):
    data = bytearray(GOOD)
    data[at] ^= mask
    report = verify(bytes(data))
    assert report.overall is not Verdict.PASSED or same_contents(bytes(data), GOOD)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(GOOD)), st.binary(max_size=40), st.integers(0, 400))
def test_damage_never_raises(at: int, data: bytes, drop: int):
    damaged = GOOD[:at] + data + GOOD[at + drop :]
    assert verify(damaged).overall is not Verdict.PASSED or same_contents(damaged, GOOD)
