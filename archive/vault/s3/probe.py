"""Whether the store keeps what it promises: tried at each start, on versions of our own."""

from datetime import timedelta

from minio.commonconfig import ENABLED
from minio.error import S3Error

from archive.vault.errors import VaultMissing, VaultUnsafe
from archive.vault.port import Ref
from archive.vault.s3.address import COMPLIANCE, LockModes
from archive.vault.s3.listing import KIND, WRITE, Listing, Noted
from archive.vault.s3.locking import Locking
from archive.vault.s3.store import Precondition, Store, in_our_words
from tabellion.base.clock import Clock
from tabellion.base.errors import Unavailable
from tabellion.base.ids import Randomness

PREFIX = "probe/"
PROBE = "probe"
LOCKED_FOR = timedelta(days=1)
_STILL = timedelta(minutes=1)
_ADVICE = (
    "Use a bucket that was made with Object Lock, on a store that enforces it. Tabellion makes one by itself "
    "(`tabellion init`) where the keys may make buckets."
)


def prepare(store: Store) -> None:
    """Make the bucket, with versioning and Object Lock, where it is absent."""
    with in_our_words(f"the bucket {store.bucket}", versioned=False):
        if not store.client.bucket_exists(store.bucket):
            store.client.make_bucket(store.bucket, store.address.region, object_lock=True)


def exists(store: Store) -> bool:
    """Whether the bucket is there; raises `Unavailable`."""
    with in_our_words(f"the bucket {store.bucket}", versioned=False):
        return store.client.bucket_exists(store.bucket)


def probe(store: Store, modes: LockModes, clock: Clock, randomness: Randomness) -> None:
    """Try to delete a locked version, plainly and with the header that asks to bypass the lock.

    Raises `VaultUnsafe` where the bucket has no versioning or no Object Lock, or where the version is gone after.
    One small version a mode and a day stays behind; it is no object of the vault.
    """
    with in_our_words(f"the bucket {store.bucket}", versioned=False):
        if store.client.get_bucket_versioning(store.bucket).status != ENABLED:
            raise VaultUnsafe(f"the bucket {store.bucket} does not keep versions", advice=_ADVICE)
        try:
            store.client.get_object_lock_config(store.bucket)
        except S3Error as error:
            if error.code != "ObjectLockConfigurationNotFoundError":
                raise
            raise VaultUnsafe(f"the bucket {store.bucket} has no Object Lock", advice=_ADVICE) from error
    for mode in modes.used:
        _try_to_delete(store, _locked_version(store, mode, clock, randomness), mode, clock)


def _locked_version(store: Store, mode: str, clock: Clock, randomness: Randomness) -> Ref:
    """A version of ours that is locked now: that of an earlier start of today, or a new one."""
    locking = Locking(store, LockModes(mode), clock)
    key, listing, now = f"{PREFIX}{mode.lower()}", Listing(store), clock.now()
    found = listing.of_key(key)
    for each in found:
        until = locking.status(each.ref).stat.retain_until
        if until is not None and until > now + _STILL:
            return each.ref
    word = randomness(8).hex()
    try:
        with in_our_words(key, versioned=False):
            on_top = found[-1].etag if found and found[-1].latest else None
            store.put_if(key, word.encode(), {KIND: PROBE, WRITE: word}, on_top)
    except Precondition:
        pass  # Another process starts at this moment; its version serves us both.
    ref = listing.of_key(key)[-1].ref
    locking.extend(ref, now + LOCKED_FOR)
    _remove(locking, found)
    return ref


def _remove(locking: Locking, outdated: list[Noted]) -> None:
    for each in outdated:
        try:
            locking.delete(each.ref)
        except VaultMissing:
            continue  # another process was faster


def _try_to_delete(store: Store, ref: Ref, mode: str, clock: Clock) -> None:
    locking = Locking(store, LockModes(mode), clock)
    for headers in ({}, {"x-amz-bypass-governance-retention": "true"}):
        try:
            with in_our_words(ref.key):
                store.send("DELETE", ref.key, query={"versionId": ref.version}, headers=headers)
        except (Unavailable, VaultMissing):
            pass  # Refused, as it should be; whatever it said, what counts is whether the version is there.
        try:
            locking.status(ref)
        except VaultMissing as error:
            if headers and mode != COMPLIANCE:
                raise VaultUnsafe(
                    "the keys of the object store may lift locks of the mode `governance`",
                    advice="Take the permission s3:BypassGovernanceRetention from these keys, or set "
                    "TABELLION_VAULT_LOCK=compliance.",
                ) from error
            raise VaultUnsafe("the object store deleted a version that was locked", advice=_ADVICE) from error
