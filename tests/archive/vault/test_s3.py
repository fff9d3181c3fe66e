"""The adapter of object stores, on a real one: the contract, and what lies in the bucket."""

import hashlib
import io
import os
import pickle
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from urllib3.util import Retry

from archive.vault import BadKey, PointerMoved, Ref, VaultAltered, VaultMissing, VaultTaken
from archive.vault.s3 import Address, LockModes, S3Vault, Store, exists
from archive.vault.s3.listing import KIND, WRITE, Listing
from archive.vault.s3.pointer import AFTER, POINTER, Pointers
from archive.vault.s3.store import RETRY, Precondition
from archive.vault.s3.uploads import abort_uploads
from archive.vault.s3.vault import PART
from tabellion.base.clock import SystemClock
from tabellion.base.errors import Unavailable
from tabellion.base.ids import Randomness
from tests.archive.vault.contract import VaultContract, put, stored
from tests.archive.vault.cutting_proxy import CuttingProxy

pytestmark = pytest.mark.services


@pytest.fixture
def store(bucket: Address) -> Store:
    return Store(bucket, SystemClock())


@pytest.fixture
def vault(store: Store, randomness: Randomness) -> S3Vault:
    return S3Vault(store, LockModes(), SystemClock(), randomness)


@pytest.fixture
def now() -> Callable[[], datetime]:
    """The time in whole seconds, as the store keeps it."""
    return lambda: SystemClock().now().replace(microsecond=0)


@pytest.fixture
def let_pass() -> Callable[[timedelta], None]:
    return lambda delta: time.sleep(delta.total_seconds())


class TestS3Vault(VaultContract):
    """The contract holds; the fixtures are above."""


class Endless:
    """A sender of so many bytes, none of which are kept."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int, /) -> bytes:
        size = min(size, self._left, 1 << 20)
        self._left -= size
        return b"x" * size


def test_what_is_large_goes_in_parts_in_flat_memory(vault: S3Vault) -> None:
    size = 8 * PART
    tracemalloc.start()
    try:
        ref = vault.put("deposits/a/original", Endless(size))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 5 * PART
    assert ref.size == size
    assert vault.versions("deposits/a/original") == [ref]
    with vault.get(ref) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    assert digest == ref.digest
    assert stored(vault, ref, size - 5, 9) == b"xxxxx"


def test_the_same_in_parts_is_the_same_version(vault: S3Vault, store: Store) -> None:
    ref = vault.put("a", Endless(PART))
    assert vault.put("a", Endless(PART)) == ref
    assert vault.versions("a") == [ref]
    with pytest.raises(VaultTaken):
        vault.put("a", Endless(PART), if_absent=True)
    store.client.delete_object_tags(store.bucket, "a", version_id=ref.version)
    assert vault.versions("a") == [ref], "without the note the bytes are read"


def test_unfinished_uploads_are_swept(vault: S3Vault, store: Store) -> None:
    answer = store.send("POST", "a/b", query={"uploads": ""})
    assert b"UploadId" in answer.data
    assert vault.sweep_temporary(timedelta(hours=1)) == 0, "it is young"
    assert abort_uploads(store, SystemClock().now() + timedelta(minutes=1)) == 1
    assert abort_uploads(store, SystemClock().now() + timedelta(minutes=1)) == 0


def test_it_works_where_it_is_sent(store: Store) -> None:
    vault = S3Vault(store, LockModes(), SystemClock(), os.urandom)
    ref = put(vault, "a", b"one")
    assert stored(pickle.loads(pickle.dumps(vault)), ref) == b"one"  # noqa: S301 (our own)


def test_a_stream_can_be_read_from_anywhere(vault: S3Vault) -> None:
    data = bytes(i % 251 for i in range(1 << 19))
    with vault.get(put(vault, "a", data)) as stream:
        assert stream.read(10) == data[:10]
        stream.seek(-10, io.SEEK_END)
        assert stream.read() == data[-10:]
        stream.seek(5)
        assert stream.read(5) == data[5:10]


def test_other_bytes_and_sizes_are_noticed(vault: S3Vault) -> None:
    ref = put(vault, "a", b"one")
    with pytest.raises(VaultAltered):
        vault.get(replace(ref, size=4))
    with pytest.raises(VaultAltered):
        stored(vault, replace(ref, digest="0" * 64))


@pytest.mark.parametrize("version", ["", "null"])
def test_a_ref_names_one_version_for_good(vault: S3Vault, version: str) -> None:
    put(vault, "a", b"one")
    with pytest.raises(VaultMissing):
        vault.get(Ref("a", version, "0" * 64, 3))


def test_pointers_and_objects_do_not_mix(vault: S3Vault) -> None:
    put(vault, "a", b"one")
    with pytest.raises(BadKey):
        vault.swap_pointer("a", None, b"two")
    vault.swap_pointer("b", None, b"one")
    with pytest.raises(BadKey):
        put(vault, "b", b"two")


def test_the_pointer_is_found_below_what_others_put_on_it(vault: S3Vault, store: Store) -> None:
    vault.swap_pointer("log/checkpoint", None, b"one")
    store.client.remove_object(store.bucket, "log/checkpoint")
    assert vault.read_pointer("log/checkpoint") == b"one"
    vault.swap_pointer("log/checkpoint", b"one", b"two")
    store.client.put_object(store.bucket, "log/checkpoint", io.BytesIO(b"not ours"), 8)
    assert vault.read_pointer("log/checkpoint") == b"two"
    vault.swap_pointer("log/checkpoint", b"two", b"three")
    assert vault.read_pointer("log/checkpoint") == b"three"


def test_old_values_of_the_pointer_go(vault: S3Vault, store: Store, randomness: Randomness) -> None:
    before = None
    for number in range(3):
        vault.swap_pointer("log/checkpoint", before, before := b"%d" % number)
    assert len(Listing(store).of_key("log/checkpoint")) == 3, "a request under way may be about each of them"
    pointers = Pointers(store, Listing(store), randomness, kept=timedelta(0))
    for number in range(3, 5):
        pointers.swap("log/checkpoint", before, before := b"%d" % number)
    assert len(Listing(store).of_key("log/checkpoint")) == 2
    assert vault.read_pointer("log/checkpoint") == b"4"


class Intruded(Store):
    """A store where somebody else swaps the pointer at the moment of our PUT, before it or right after."""

    def __init__(self, address: Address, intrude: Callable[[], None], *, after: bool) -> None:
        super().__init__(address, SystemClock())
        self._intrude = intrude
        self._after = after

    def put_if(self, key: str, body: bytes, metadata: Mapping[str, str], etag: str | None) -> str:
        if self._after:
            super().put_if(key, body, metadata, etag)
            self._intrude()
            raise Precondition  # as where the answer was lost and the PUT sent again
        self._intrude()
        # What a store does that takes the condition as fulfilled although it is not.
        return super().put_if(key, body, metadata, self.client.stat_object(self.bucket, key).etag)


def test_of_two_swaps_that_the_store_takes_one_counts(
    vault: S3Vault, bucket: Address, store: Store, randomness: Randomness
) -> None:
    vault.swap_pointer("log/checkpoint", None, b"one")
    intruded = Intruded(bucket, lambda: vault.swap_pointer("log/checkpoint", b"one", b"theirs"), after=False)
    with pytest.raises(PointerMoved):
        Pointers(intruded, Listing(intruded), randomness).swap("log/checkpoint", b"one", b"ours")
    assert vault.read_pointer("log/checkpoint") == b"theirs"
    vault.swap_pointer("log/checkpoint", b"theirs", b"three")
    assert len(Listing(store).of_key("log/checkpoint")) == 3


def test_a_swap_whose_answer_is_lost_counts_where_others_followed(
    vault: S3Vault, bucket: Address, randomness: Randomness
) -> None:
    vault.swap_pointer("log/checkpoint", None, b"one")

    def go_on() -> None:
        for value in range(3):
            vault.swap_pointer("log/checkpoint", b"%d" % value, b"%d" % (value + 1))

    intruded = Intruded(bucket, go_on, after=True)
    Pointers(intruded, Listing(intruded), randomness).swap("log/checkpoint", b"one", b"0")
    assert vault.read_pointer("log/checkpoint") == b"3"


def test_of_two_that_were_killed_before_they_settled_the_first_stays(vault: S3Vault, store: Store) -> None:
    vault.swap_pointer("log/checkpoint", None, b"one")
    first = Listing(store).of_key("log/checkpoint")[0]
    etag: str | None = first.etag
    for word in ("two", "also two"):
        store.put_if(
            "log/checkpoint", word.encode(), {KIND: POINTER, WRITE: word, AFTER: first.ref.version}, etag
        )
        etag = store.client.stat_object(store.bucket, "log/checkpoint").etag
    assert vault.read_pointer("log/checkpoint") == b"two"
    vault.swap_pointer("log/checkpoint", b"two", b"three")
    assert vault.read_pointer("log/checkpoint") == b"three"


@pytest.fixture
def proxy(store: Store) -> Iterator[CuttingProxy]:
    with CuttingProxy(store.address.host) as proxy:
        yield proxy


@pytest.fixture
def lossy(store: Store, proxy: CuttingProxy, randomness: Randomness) -> S3Vault:
    address = replace(store.address, host=proxy.host)
    return S3Vault(Store(address, SystemClock()), LockModes(), SystemClock(), randomness)


def test_an_answer_that_breaks_off_is_taken_up_where_it_was(
    vault: S3Vault, lossy: S3Vault, proxy: CuttingProxy
) -> None:
    data = bytes(i % 251 for i in range(1 << 20))
    ref = put(vault, "a", data)
    proxy.cut(b"GET", 400_000, times=2)
    assert stored(lossy, ref) == data
    assert proxy.done == [b"GET", b"GET"]


@pytest.mark.parametrize("if_absent", [False, True])
def test_a_write_whose_answer_is_lost_is_one_version(
    vault: S3Vault, lossy: S3Vault, proxy: CuttingProxy, if_absent: bool
) -> None:
    proxy.cut(b"PUT", 0)
    ref = put(lossy, "a", b"one", if_absent=if_absent)
    proxy.cut(b"PUT", 0)
    lossy.swap_pointer("log/checkpoint", None, b"two")
    assert proxy.done == [b"PUT", b"PUT"]
    assert vault.versions("a") == [ref]
    assert vault.read_pointer("log/checkpoint") == b"two"


def test_a_store_that_is_away_is_named(bucket: Address) -> None:
    with CuttingProxy(bucket.host) as closed:
        address = replace(bucket, host=closed.host)
    with pytest.raises(Unavailable, match="does not answer"):
        exists(Store(address, SystemClock(), retry=Retry(total=1, backoff_factor=0.01)))


def test_a_store_that_hangs_is_named_after_few_tries(bucket: Address) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = replace(bucket, host=f"127.0.0.1:{silent.getsockname()[1]}")
        retry = RETRY.new(read=1, backoff_factor=0, backoff_jitter=0)
        with pytest.raises(Unavailable, match="does not answer: ReadTimeoutError"):
            exists(Store(address, SystemClock(), retry=retry, answer_seconds=0.1))
        silent.settimeout(0.1)
        asked = [silent.accept()[0] for _ in range(2)]
        with pytest.raises(TimeoutError):
            silent.accept()
        for connection in asked:
            connection.close()


def test_wrong_keys_are_named(bucket: Address, randomness: Randomness) -> None:
    store = Store(replace(bucket, secret_key="another"), SystemClock())
    with pytest.raises(Unavailable, match="SignatureDoesNotMatch"):
        put(S3Vault(store, LockModes(), SystemClock(), randomness), "a", b"one")
