"""What every vault must keep to: the suite is inherited by the tests of each adapter."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from archive.vault import (
    BadKey,
    PointerMoved,
    Put,
    Ref,
    Vault,
    VaultLocked,
    VaultMissing,
    VaultTaken,
)

BAD_KEYS = [
    "",
    "/a",
    "a/",
    "a//b",
    "..",
    "a/../b",
    "./a",
    ".a",
    "a/.b",
    "a b",
    "a\nb",
    "a\\b",
    "a@b",
    "ł",
    "a" * 121,
]


def stored(vault: Vault, ref: Ref, start: int = 0, length: int | None = None) -> bytes:
    with vault.get(ref, start, length) as stream:
        return stream.read()


def put(vault: Vault, key: str, data: bytes, **options: bool) -> Ref:
    return vault.put(key, io.BytesIO(data), **options)


class Broken:
    """A sender who goes away after a while."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int, /) -> bytes:
        if not self._left:
            raise ConnectionError("the sender went away")
        size = min(size, self._left)
        self._left -= size
        return b"x" * size


class Crumbs:
    """A sender whose pieces are shorter than what was asked for."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, 7))


class VaultContract:
    """An adapter's tests give the fixtures `vault`, `now` (its clock's instant) and `let_pass` (moves that clock)."""

    @pytest.mark.parametrize("size", [0, 1, 4096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
    def test_gives_back_what_was_put(self, vault: Vault, size: int) -> None:
        data = bytes(i % 251 for i in range(size))
        ref = put(vault, "deposits/a/original", data)
        assert (ref.key, ref.digest, ref.size) == (
            "deposits/a/original",
            hashlib.sha256(data).hexdigest(),
            size,
        )
        assert stored(vault, ref) == data

    def test_takes_short_pieces(self, vault: Vault) -> None:
        assert stored(vault, vault.put("a", Crumbs(b"0123456789" * 9))) == b"0123456789" * 9

    @pytest.mark.parametrize("start", [0, 1, 9, 10, 11])
    @pytest.mark.parametrize("length", [None, 0, 1, 5, 99])
    def test_gives_ranges(self, vault: Vault, start: int, length: int | None) -> None:
        ref = put(vault, "a", b"0123456789")
        assert (
            stored(vault, ref, start, length)
            == b"0123456789"[start : None if length is None else start + length]
        )

    def test_same_bytes_are_the_same_version(self, vault: Vault) -> None:
        first = put(vault, "a/b", b"one")
        assert put(vault, "a/b", b"one") == first
        assert vault.versions("a/b") == [first]

    def test_other_bytes_are_another_version(self, vault: Vault) -> None:
        refs = [put(vault, "a/b", data) for data in (b"one", b"two", b"six")]
        assert vault.versions("a/b") == refs
        assert [stored(vault, ref) for ref in refs] == [b"one", b"two", b"six"]
        assert put(vault, "a/b", b"two") == refs[1]

    def test_nothing_of_a_broken_put_is_there(self, vault: Vault) -> None:
        with pytest.raises(ConnectionError):
            vault.put("a/b", Broken(3 << 20))
        assert vault.versions("a/b") == []
        assert list(vault.list()) == []

    def test_puts_only_where_nothing_is(self, vault: Vault) -> None:
        first = put(vault, "a", b"one", if_absent=True)
        for data in (b"one", b"two"):
            with pytest.raises(VaultTaken):
                put(vault, "a", data, if_absent=True)
        second = put(vault, "a", b"two")
        vault.delete(first)
        with pytest.raises(VaultTaken):
            put(vault, "a", b"three", if_absent=True)
        assert vault.versions("a") == [second]

    def test_one_of_many_is_first(self, vault: Vault) -> None:
        start = Barrier(8)

        def attempt(number: int) -> Ref | None:
            start.wait()
            try:
                return put(vault, "keys/a", b"%d" % number, if_absent=True)
            except VaultTaken:
                return None

        with ThreadPoolExecutor(8) as pool:
            won = [ref for ref in pool.map(attempt, range(8)) if ref is not None]
        assert vault.versions("keys/a") == won
        assert len(won) == 1

    def test_many_put_the_same(self, vault: Vault) -> None:
        start = Barrier(8)

        def attempt(_: int) -> Ref:
            start.wait()
            return put(vault, "a/b/c", b"same" * 1000)

        with ThreadPoolExecutor(8) as pool:
            refs = set(pool.map(attempt, range(8)))
        assert refs == set(vault.versions("a/b/c"))
        assert len(refs) == 1

    def test_puts_groups(self, vault: Vault, now: Callable[[], datetime]) -> None:
        until = now() + timedelta(days=1)
        puts = [Put(f"log/tile/0/{i:03}", io.BytesIO(b"%d" % i), until if i % 2 else None) for i in range(5)]
        refs = vault.put_many(puts)
        assert [ref.key for ref in refs] == [p.key for p in puts]
        assert [stored(vault, ref) for ref in refs] == [b"0", b"1", b"2", b"3", b"4"]
        assert [vault.stat(ref).retain_until for ref in refs] == [None, until, None, until, None]
        assert vault.put_many([]) == []

    def test_lists_in_the_order_of_keys(self, vault: Vault) -> None:
        keys = ["a", "a-b/c", "a.b", "b/c/d", "b/c-d", "b/c.p/1", "b/d", "bc"]
        refs = {key: put(vault, key, key.encode()) for key in keys}
        second = put(vault, "b/d", b"again")
        assert [ref.key for ref in vault.list()] == sorted([*keys, "b/d"])
        assert list(vault.list("b/")) == [refs["b/c-d"], refs["b/c.p/1"], refs["b/c/d"], refs["b/d"], second]
        assert [ref.key for ref in vault.list("b/c")] == ["b/c-d", "b/c.p/1", "b/c/d"]
        assert [ref.key for ref in vault.list("b")] == ["b/c-d", "b/c.p/1", "b/c/d", "b/d", "b/d", "bc"]
        assert list(vault.list("x/y")) == []

    def test_what_is_not_there_is_missing(self, vault: Vault) -> None:
        put(vault, "a/b", b"one")
        for ref in (Ref("a/b", "0" * 32, "0" * 64, 3), Ref("a/c", "0" * 32, "0" * 64, 3)):
            for action in (vault.get, vault.stat, vault.hold, vault.release, vault.delete):
                with pytest.raises(VaultMissing):
                    action(ref)
            with pytest.raises(VaultMissing):
                vault.retain_until(ref, datetime(2100, 1, 1, tzinfo=UTC))
        assert vault.versions("a/c") == []

    def test_a_version_never_comes_to_mean_other_bytes(self, vault: Vault) -> None:
        first = put(vault, "a/b", b"one")
        vault.delete(first)
        assert list(vault.list()) == []
        second = put(vault, "a/b", b"two")
        with pytest.raises(VaultMissing):
            vault.get(first)
        assert vault.versions("a/b") == [second]

    def test_deletes_one_version(self, vault: Vault) -> None:
        first, second = put(vault, "a/b", b"one"), put(vault, "a/b", b"two")
        vault.delete(first)
        assert vault.versions("a/b") == [second]
        assert stored(vault, second) == b"two"
        assert put(vault, "a/b", b"two") == second
        with pytest.raises(VaultMissing):
            vault.delete(first)

    def test_a_hold_locks_until_it_is_released(
        self, vault: Vault, let_pass: Callable[[timedelta], None]
    ) -> None:
        ref = put(vault, "a", b"one")
        vault.hold(ref)
        let_pass(timedelta(seconds=2))
        assert vault.stat(ref).held
        with pytest.raises(VaultLocked):
            vault.delete(ref)
        vault.release(ref)
        assert not vault.stat(ref).held
        vault.delete(ref)
        assert vault.versions("a") == []

    def test_retention_locks_until_its_end(
        self, vault: Vault, now: Callable[[], datetime], let_pass: Callable[[timedelta], None]
    ) -> None:
        ref = vault.put("a", io.BytesIO(b"one"), now() + timedelta(seconds=2))
        vault.hold(ref)
        vault.release(ref)
        with pytest.raises(VaultLocked):
            vault.delete(ref)
        let_pass(timedelta(seconds=3))
        vault.delete(ref)

    def test_retention_is_never_shortened(self, vault: Vault, now: Callable[[], datetime]) -> None:
        ref = put(vault, "a", b"one")
        until = now() + timedelta(days=1)
        vault.retain_until(ref, until)
        vault.retain_until(ref, until)
        with pytest.raises(VaultLocked):
            vault.retain_until(ref, until - timedelta(seconds=1))
        assert vault.stat(ref).retain_until == until
        vault.retain_until(ref, until + timedelta(days=1))
        assert vault.stat(ref).retain_until == until + timedelta(days=1)

    def test_locks_belong_to_a_version(self, vault: Vault) -> None:
        first, second = put(vault, "a", b"one"), put(vault, "a", b"two")
        vault.hold(first)
        assert not vault.stat(second).held
        vault.delete(second)
        with pytest.raises(VaultLocked):
            vault.delete(first)

    def test_knows_size_and_time(self, vault: Vault, now: Callable[[], datetime]) -> None:
        ref = put(vault, "a", b"one")
        stat = vault.stat(ref)
        assert (stat.size, stat.retain_until, stat.held) == (3, None, False)
        assert abs(stat.stored_at - now()) < timedelta(minutes=1)

    @pytest.mark.parametrize("key", [*BAD_KEYS, "a/" * 260 + "a"])
    def test_refuses_names(self, vault: Vault, key: str) -> None:
        with pytest.raises(BadKey):
            put(vault, key, b"")
        with pytest.raises(BadKey):
            vault.get(Ref(key, "0" * 32, "0" * 64, 0))
        with pytest.raises(BadKey):
            vault.versions(key)
        with pytest.raises(BadKey):
            vault.read_pointer(key)
        with pytest.raises(BadKey):
            vault.swap_pointer(key, None, b"")

    @pytest.mark.parametrize("prefix", ["/", "../", "a/../", ".", "a b"])
    def test_refuses_prefixes(self, vault: Vault, prefix: str) -> None:
        with pytest.raises(BadKey):
            list(vault.list(prefix))

    def test_the_pointer_is_compared_and_swapped(self, vault: Vault) -> None:
        assert vault.read_pointer("log/checkpoint") is None
        with pytest.raises(PointerMoved):
            vault.swap_pointer("log/checkpoint", b"one", b"two")
        vault.swap_pointer("log/checkpoint", None, b"one")
        with pytest.raises(PointerMoved):
            vault.swap_pointer("log/checkpoint", None, b"two")
        vault.swap_pointer("log/checkpoint", b"one", b"two")
        assert vault.read_pointer("log/checkpoint") == b"two"

    def test_a_pointer_is_not_an_object(self, vault: Vault) -> None:
        vault.swap_pointer("log/checkpoint", None, b"one")
        assert list(vault.list("log/")) == []
        assert vault.versions("log/checkpoint") == []

    def test_no_swap_is_lost(self, vault: Vault) -> None:
        vault.swap_pointer("log/checkpoint", None, b"0")

        def count(times: int) -> None:
            while times:
                seen = vault.read_pointer("log/checkpoint")
                assert seen is not None
                try:
                    vault.swap_pointer("log/checkpoint", seen, b"%d" % (int(seen) + 1))
                except PointerMoved:
                    continue
                times -= 1

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(count, [10] * 4))
        assert int(vault.read_pointer("log/checkpoint") or b"-1") == 40
