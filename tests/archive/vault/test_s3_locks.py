"""A locked original under attack, with our own keys and another client; and stores that do not keep their promise.

What SeaweedFS answers is said where S3 leaves a choice or SeaweedFS departs from it.
"""

import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.retention import Retention
from minio.versioningconfig import SUSPENDED, VersioningConfig

from archive.vault import (
    ArchiveKeyFile,
    KeyMissing,
    KeyRing,
    Objects,
    Ref,
    VaultLocked,
    VaultUnsafe,
    inventory,
)
from archive.vault.s3 import Address, LockModes, S3Vault, Store, parse_modes, prepare, probe
from archive.vault.s3.vault import PART
from tabellion.base.clock import ManualClock, SystemClock
from tabellion.base.ids import Randomness
from tests.archive.vault.contract import put, stored

pytestmark = pytest.mark.services

KEY = "deposits/one/original"
BYTES = b"the paper as it was received"
BYPASS = {"x-amz-bypass-governance-retention": "true"}


@pytest.fixture
def store(bucket: Address) -> Store:
    return Store(bucket, SystemClock())


@pytest.fixture
def vault(store: Store) -> S3Vault:
    return S3Vault(store, LockModes(), SystemClock(), os.urandom)


@pytest.fixture
def until() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


@pytest.fixture
def locked(vault: S3Vault, until: datetime) -> Ref:
    return vault.put(KEY, io.BytesIO(BYTES), until)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(S3Error) as raised:
        action()
    return str(raised.value.code)


@pytest.mark.parametrize("mode", [COMPLIANCE, GOVERNANCE])
def test_a_locked_original_outlives_every_attack(store: Store, until: datetime, mode: str) -> None:
    vault = S3Vault(store, LockModes(mode), SystemClock(), os.urandom)
    ref = vault.put(KEY, io.BytesIO(BYTES), until)
    client, bucket = store.client, store.bucket

    with pytest.raises(VaultLocked):
        vault.delete(ref)
    with pytest.raises(VaultLocked):
        vault.retain_until(ref, until - timedelta(hours=1))

    def retain(mode: str, instant: datetime) -> str:
        change = Retention(mode, instant)
        return refused(lambda: client.set_object_retention(bucket, KEY, change, version_id=ref.version))

    other = GOVERNANCE if mode == COMPLIANCE else COMPLIANCE
    assert retain(mode, until - timedelta(hours=1)) == "AccessDenied"
    # S3 lets a lock of the mode governance become one of the mode compliance; SeaweedFS refuses every change of mode.
    assert retain(other, until + timedelta(hours=1)) == "AccessDenied"

    assert refused(lambda: client.remove_object(bucket, KEY, version_id=ref.version)) == "AccessDenied"
    errors = list(client.remove_objects(bucket, [DeleteObject(KEY, ref.version)]))
    assert [error.code for error in errors] == ["AccessDenied"]

    client.put_object(bucket, KEY, io.BytesIO(b"a forgery"), 9)
    client.remove_object(bucket, KEY)
    assert not list(client.remove_objects(bucket, [DeleteObject(KEY)])), "a marker more, and no more"
    assert refused(lambda: client.stat_object(bucket, KEY)) == "NoSuchKey"

    if mode == COMPLIANCE:
        query = {"versionId": ref.version}
        assert refused(lambda: store.send("DELETE", KEY, query=query, headers=BYPASS)) == "AccessDenied"
        bulk = client.remove_objects(bucket, [DeleteObject(KEY, ref.version)], bypass_governance_mode=True)
        assert [error.code for error in bulk] == ["AccessDenied"]

    assert stored(vault, ref) == BYTES
    assert inventory.check_object(vault, ref) == len(BYTES)
    stat = vault.stat(ref)
    assert (stat.retain_until, stat.held) == (until, False)
    assert vault.versions(KEY)[0] == ref
    assert vault.put(KEY, io.BytesIO(BYTES)) == ref, "found again below the forgery and the markers"


def test_a_bucket_with_locked_versions_stays(store: Store, vault: S3Vault, locked: Ref) -> None:
    with pytest.raises(S3Error):
        store.client.remove_bucket(store.bucket)
    assert stored(vault, locked) == BYTES


def test_versioning_cannot_be_suspended_under_locks(store: Store, vault: S3Vault, locked: Ref) -> None:
    with pytest.raises(S3Error):
        store.client.set_bucket_versioning(store.bucket, VersioningConfig(SUSPENDED))
    put(vault, KEY, b"another")
    assert stored(vault, locked) == BYTES


def test_a_hold_stands_against_the_bypass(store: Store, vault: S3Vault) -> None:
    ref = put(vault, KEY, BYTES)
    vault.hold(ref)
    query = {"versionId": ref.version}
    assert refused(lambda: store.send("DELETE", KEY, query=query, headers=BYPASS)) == "AccessDenied"
    assert stored(vault, ref) == BYTES
    vault.release(ref)
    vault.delete(ref)


def test_a_store_that_keeps_its_promise_passes_and_keeps_one_probe(store: Store, vault: S3Vault) -> None:
    for _ in range(2):
        probe(store, LockModes(), SystemClock(), os.urandom)
    assert list(vault.list()) == [], "a probe is no object"
    found = list(store.client.list_objects(store.bucket, recursive=True, include_version=True))
    assert [each.object_name for each in found] == ["probe/compliance"]


def test_keys_that_may_lift_locks_are_refused(store: Store) -> None:
    # The account of the tests is an administrator, who may bypass governance, on SeaweedFS as on any S3.
    with pytest.raises(VaultUnsafe, match="may lift locks"):
        probe(store, parse_modes("compliance packages=governance"), SystemClock(), os.urandom)


@pytest.mark.parametrize(
    ("versioned", "words"), [(False, "does not keep versions"), (True, "no Object Lock")]
)
def test_buckets_without_locks_are_refused(bucket: Address, versioned: bool, words: str) -> None:
    store = Store(replace(bucket, bucket=bucket.bucket + "-plain"), SystemClock())
    store.client.make_bucket(store.bucket)
    if versioned:
        store.client.set_bucket_versioning(store.bucket, VersioningConfig("Enabled"))
    prepare(store)  # what is there is left as it is
    with pytest.raises(VaultUnsafe, match=words):
        probe(store, LockModes(), SystemClock(), os.urandom)


def test_a_retention_keeps_the_mode_that_it_was_begun_with(store: Store, until: datetime) -> None:
    first = S3Vault(store, LockModes(GOVERNANCE), SystemClock(), os.urandom)
    ref = first.put(KEY, io.BytesIO(BYTES), until)
    S3Vault(store, LockModes(), SystemClock(), os.urandom).retain_until(ref, until + timedelta(hours=1))
    found = store.client.get_object_retention(store.bucket, KEY, version_id=ref.version)
    assert found is not None
    assert (found.mode, found.retain_until_date) == (GOVERNANCE, until + timedelta(hours=1))


def test_erasing_destroys_the_key_that_no_lock_keeps(
    store: Store,
    vault: S3Vault,
    until: datetime,
    key_file: ArchiveKeyFile,
    randomness: Randomness,
    clock: ManualClock,
) -> None:
    keyring = KeyRing(vault, key_file, randomness, clock)
    objects = Objects(vault, keyring, randomness)
    ref = objects.put_bytes(KEY, BYTES, "deposits/one", until)
    assert objects.read_bytes(ref, "deposits/one", 1 << 20) == BYTES
    assert keyring.destroy("deposits/one") == 1
    found = store.client.list_objects(store.bucket, "keys/deposits/one", recursive=True, include_version=True)
    assert [each.object_name for each in found] == ["keys/deposits/one.destroyed"]
    with pytest.raises(KeyMissing):
        objects.read_bytes(ref, "deposits/one", 1 << 20)
    with pytest.raises(KeyMissing):
        keyring.for_writing("deposits/one")
    assert BYTES not in stored(vault, ref), "what is locked stays, and nobody can read it"


def test_keys_that_may_not_lift_locks_are_enough_for_all_of_it(store: Store, until: datetime) -> None:
    address = replace(store.address, access_key=f"{store.address.access_key}-service")
    own, modes = Store(address, SystemClock()), LockModes(GOVERNANCE)
    prepare(own)
    probe(own, modes, SystemClock(), os.urandom)
    vault = S3Vault(own, modes, SystemClock(), os.urandom)
    ref = vault.put(KEY, io.BytesIO(BYTES), until)
    query = {"versionId": ref.version}
    assert refused(lambda: own.send("DELETE", KEY, query=query, headers=BYPASS)) == "AccessDenied"
    vault.hold(ref)
    vault.release(ref)
    large = vault.put("deposits/two/original", io.BytesIO(bytes(PART)))
    assert list(vault.list()) == [ref, large]
    vault.delete(large)
    vault.swap_pointer("log/checkpoint", None, b"one")
    vault.swap_pointer("log/checkpoint", b"one", b"two")
    assert vault.sweep_temporary(timedelta(hours=1)) == 0
    assert stored(vault, ref) == BYTES
