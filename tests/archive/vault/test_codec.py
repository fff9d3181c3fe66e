"""The codec: vectors, an independent reading of the format, ranges, and everything that must be refused."""

import hashlib
import io
import json
from pathlib import Path
from typing import BinaryIO

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import example, given
from hypothesis import strategies as st

from archive.vault.codec import (
    CHUNK,
    HEADER_SIZE,
    SEALED_CHUNK,
    DecryptingReader,
    EncryptingReader,
    decrypted,
    plain_size,
    stored_size,
)
from archive.vault.errors import VaultAltered
from tests.archive.vault.contract import Crumbs

SECRET, SALT, NAME = bytes(range(32)), bytes(range(100, 132)), "deposits/a/original"
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17]
VECTORS = json.loads(Path(__file__).with_name("codec-vectors.json").read_text())["vectors"]


def plain_of(size: int) -> bytes:
    return hashlib.shake_128(b"plain").digest(size)


def encrypt(data: bytes, name: str = NAME, secret: bytes = SECRET, salt: bytes = SALT) -> bytes:
    reader, out = EncryptingReader(io.BytesIO(data), secret, name, salt), []
    while piece := reader.read(100_000):
        out.append(piece)
    return b"".join(out)


def reader_of(
    stored: bytes, name: str = NAME, secret: bytes = SECRET, start: int = 0, length: int | None = None
) -> io.BufferedReader:
    def fetch(position: int, size: int) -> BinaryIO:
        return io.BytesIO(stored[position : position + size])

    return io.BufferedReader(DecryptingReader(fetch, len(stored), secret, name, start, length))


def decrypt(stored: bytes, name: str = NAME, secret: bytes = SECRET) -> bytes:
    """The plain bytes, by the reader of ranges and by that of whole objects, which refuse the same."""
    try:
        whole = b"".join(decrypted(io.BytesIO(stored), len(stored), secret, name))
    except VaultAltered:
        with reader_of(stored, name, secret) as reader, pytest.raises(VaultAltered):
            reader.read()
        raise
    with reader_of(stored, name, secret) as reader:
        assert reader.read() == whole
    return whole


def independent_reading(stored: bytes, name: str, secret: bytes) -> bytes:
    """The format as docs/vault.md describes it, written a second time."""
    header, body = stored[:40], stored[40:]
    key = HKDF(SHA256(), 32, salt=header[8:], info=header + name.encode()).derive(secret)
    chunks = [body[i : i + 65_552] for i in range(0, len(body), 65_552)]
    return b"".join(
        AESGCM(key).decrypt(i.to_bytes(11, "big") + (b"\1" if i == len(chunks) - 1 else b"\0"), chunk, None)
        for i, chunk in enumerate(chunks)
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: str(v["size"]))
def test_vectors(vector: dict[str, str | int]) -> None:
    size = int(vector["size"])
    stored = encrypt(
        plain_of(size),
        str(vector["name"]),
        bytes.fromhex(str(vector["secret"])),
        bytes.fromhex(str(vector["salt"])),
    )
    assert stored[:64].hex() == vector["begins"]
    assert hashlib.sha256(stored).hexdigest() == vector["sha256"]


@pytest.mark.parametrize("size", EDGES)
def test_round_trip(size: int) -> None:
    stored = encrypt(plain_of(size))
    assert len(stored) == stored_size(size)
    assert plain_size(len(stored)) == size
    assert decrypt(stored) == plain_of(size)
    assert independent_reading(stored, NAME, SECRET) == plain_of(size)


def test_short_pieces_of_the_source_make_no_difference() -> None:
    data = plain_of(CHUNK + 100)
    reader = EncryptingReader(Crumbs(data), SECRET, NAME, SALT)
    assert reader.read(1 << 20) == encrypt(data)
    assert reader.read(1) == b""


@given(st.integers(0, 4 * CHUNK), st.integers(0, 4 * CHUNK), st.integers(0, 4 * CHUNK) | st.none())
@example(3 * CHUNK, CHUNK, CHUNK)
@example(3 * CHUNK, 3 * CHUNK, None)
@example(0, 0, None)
def test_ranges(size: int, start: int, length: int | None) -> None:
    data = plain_of(size)
    expected = data[start:] if length is None else data[start : start + length]
    with reader_of(encrypt(data), start=start, length=length) as reader:
        assert reader.read() == expected


@given(st.lists(st.tuples(st.integers(0, 3 * CHUNK + 50), st.integers(0, CHUNK + 50)), max_size=6))
def test_seeks(steps: list[tuple[int, int]]) -> None:
    data = plain_of(3 * CHUNK + 17)
    with reader_of(encrypt(data)) as reader:
        for position, length in steps:
            assert reader.seek(position) == position
            assert reader.read(length) == data[position : position + length]
        assert reader.seek(-5, io.SEEK_END) == len(data) - 5
        assert reader.read() == data[-5:]


def test_a_range_is_a_stream_of_its_own() -> None:
    data = plain_of(2 * CHUNK)
    with reader_of(encrypt(data), start=CHUNK - 10, length=30) as reader:
        reader.seek(5)
        assert reader.read() == data[CHUNK - 5 : CHUNK + 20]
        with pytest.raises(ValueError, match="beginning"):
            reader.seek(-1)


def test_reads_only_what_a_range_needs() -> None:
    stored, asked = encrypt(plain_of(10 * CHUNK)), []

    def fetch(position: int, size: int) -> BinaryIO:
        asked.append(size)
        return io.BytesIO(stored[position : position + size])

    reader = DecryptingReader(fetch, len(stored), SECRET, NAME, 4 * CHUNK + 5, 100)
    assert len(reader.readall()) == 100
    assert sum(asked) == HEADER_SIZE + 2 * SEALED_CHUNK


@given(st.sampled_from(EDGES), st.data())
def test_a_changed_bit_is_refused(size: int, data: st.DataObject) -> None:
    stored = bytearray(encrypt(plain_of(size)))
    position = data.draw(st.integers(0, len(stored) - 1))
    stored[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(VaultAltered):
        decrypt(bytes(stored))


@given(st.sampled_from(EDGES), st.data())
def test_what_was_cut_is_refused(size: int, data: st.DataObject) -> None:
    stored = encrypt(plain_of(size))
    with pytest.raises(VaultAltered):
        decrypt(stored[: data.draw(st.integers(0, len(stored) - 1))])


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_a_cut_at_a_chunk_is_refused_even_for_a_range_before_it(chunks: int) -> None:
    stored = encrypt(plain_of(4 * CHUNK))[: HEADER_SIZE + chunks * SEALED_CHUNK]
    with pytest.raises(VaultAltered):
        reader_of(stored, start=0, length=1)


@given(st.sampled_from(EDGES), st.binary(min_size=1, max_size=2 * SEALED_CHUNK))
def test_what_was_extended_is_refused(size: int, more: bytes) -> None:
    with pytest.raises(VaultAltered):
        decrypt(encrypt(plain_of(size)) + more)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 2), (1, 2)])
def test_chunks_in_another_order_are_refused(first: int, second: int) -> None:
    stored = encrypt(plain_of(3 * CHUNK))
    chunks = [stored[HEADER_SIZE + i * SEALED_CHUNK :][:SEALED_CHUNK] for i in range(3)]
    chunks[first], chunks[second] = chunks[second], chunks[first]
    with pytest.raises(VaultAltered):
        decrypt(stored[:HEADER_SIZE] + b"".join(chunks))


def test_chunks_of_another_object_are_refused() -> None:
    one, other = encrypt(plain_of(2 * CHUNK)), encrypt(plain_of(2 * CHUNK), salt=bytes(32))
    with pytest.raises(VaultAltered):
        decrypt(one[: HEADER_SIZE + SEALED_CHUNK] + other[HEADER_SIZE + SEALED_CHUNK :])


@pytest.mark.parametrize("other", [{"name": "deposits/b/original"}, {"secret": bytes(32)}])
def test_another_name_or_key_is_refused(other: dict[str, str | bytes]) -> None:
    with pytest.raises(VaultAltered):
        decrypt(encrypt(b"one"), **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 39, 40, 55, HEADER_SIZE + SEALED_CHUNK + 16])
def test_sizes_that_no_object_has(size: int) -> None:
    with pytest.raises(VaultAltered):
        plain_size(size)


@pytest.mark.parametrize(("secret", "salt"), [(b"short", SALT), (SECRET, b"short")])
def test_keys_and_salts_of_a_wrong_size_are_refused(secret: bytes, salt: bytes) -> None:
    with pytest.raises(ValueError, match="bytes"):
        EncryptingReader(io.BytesIO(b""), secret, NAME, salt).read(1)
