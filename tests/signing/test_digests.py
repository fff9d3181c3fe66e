import hashlib
import io

from hypothesis import given
from hypothesis import strategies as st

from signing.digests import DigestingReader, digest_bytes, digest_pieces, digest_stream


@given(st.binary(max_size=5000), st.lists(st.integers(1, 700), min_size=1))
def test_reading_in_any_steps_gives_the_same_digests(data, steps):
    reader = DigestingReader(io.BytesIO(data))
    read = b"".join(reader.read(step) for step in steps) + reader.read()
    assert read == data
    assert reader.digests == digest_bytes(data) == digest_stream(io.BytesIO(data))
    assert reader.digests.sha256 == hashlib.sha256(data).hexdigest()
    assert reader.digests.sha512 == hashlib.sha512(data).hexdigest()
    assert reader.digests.size == len(data)
    assert digest_pieces([data[:77], b"", data[77:]]) == reader.digests


def test_digests_are_of_what_was_read_so_far():
    reader = DigestingReader(io.BytesIO(b"abcdef"))
    reader.read(3)
    assert reader.digests == digest_bytes(b"abc")


def test_a_stream_larger_than_a_step():
    data = bytes(3_000_001)
    assert digest_stream(io.BytesIO(data)) == digest_bytes(data)
