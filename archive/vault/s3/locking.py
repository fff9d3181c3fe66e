"""Object Lock of a version: hold and retention, set, and believed only when they have been read back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from minio.error import S3Error
from minio.retention import Retention

from archive.vault.errors import VaultLocked, VaultUnsafe
from archive.vault.locks import Lock
from archive.vault.port import Ref, Stat
from archive.vault.s3.address import LockModes
from archive.vault.s3.store import Store, in_our_words
from tabellion.base.clock import Clock, rfc3339


@dataclass(frozen=True, slots=True)
class Status:
    """A version as its head shows it: with the mode of its retention."""

    stat: Stat
    mode: str | None

    def why(self, now: datetime) -> str | None:
        """Why the version cannot be deleted now, or None where it can."""
        return Lock(self.stat.held, self.stat.retain_until).why(now)


class Locking:
    """Reads and sets the locks of versions."""

    def __init__(self, store: Store, modes: LockModes, clock: Clock) -> None:
        self._store = store
        self._modes = modes
        self._clock = clock

    def status(self, ref: Ref) -> Status:
        """Size, time and locks of a version; raises `VaultMissing`."""
        with in_our_words(ref.key):
            head = self._store.client.stat_object(self._store.bucket, ref.key, version_id=ref.version)
        notes = head.metadata or {}
        until = notes.get("x-amz-object-lock-retain-until-date")
        return Status(
            Stat(
                head.size or 0,
                head.last_modified or datetime.fromtimestamp(0, UTC),
                None if until is None else datetime.fromisoformat(until).astimezone(UTC),
                notes.get("x-amz-object-lock-legal-hold", "OFF").upper() == "ON",
            ),
            notes.get("x-amz-object-lock-mode"),
        )

    def extend(self, ref: Ref, instant: datetime) -> None:
        """Retain until the instant, to whole seconds and never less; raises `VaultLocked` where it is longer already.

        A retention keeps the mode that it was begun with: neither is ever weakened.
        """
        wanted = instant if not instant.microsecond else instant.replace(microsecond=0) + timedelta(seconds=1)
        status = self.status(ref)
        present = status.stat.retain_until
        if present is not None and present > wanted:
            raise VaultLocked(f"{ref.key} is retained until {rfc3339(present)}, which cannot be shortened")
        mode = status.mode or self._modes.of(ref.key)
        if present != wanted:
            with in_our_words(ref.key):
                self._store.client.set_object_retention(
                    self._store.bucket, ref.key, Retention(mode, wanted), version_id=ref.version
                )
        self._confirm(ref, mode, wanted)

    def set_held(self, ref: Ref, held: bool) -> None:
        """Set or end a legal hold; raises `VaultUnsafe` where the store says yes and does not do it."""
        self.status(ref)
        client = self._store.client
        change = client.enable_object_legal_hold if held else client.disable_object_legal_hold
        with in_our_words(ref.key):
            change(self._store.bucket, ref.key, version_id=ref.version)
        if self.status(ref).stat.held is not held:
            raise VaultUnsafe(f"the object store does not {'keep' if held else 'end'} the hold of {ref.key}")

    def delete(self, ref: Ref) -> None:
        """Delete one version, unless it is locked; raises `VaultMissing` and `VaultLocked`."""
        if why := self.status(ref).why(self._clock.now()):
            raise VaultLocked(f"{ref.key} {why}")
        with in_our_words(ref.key):
            try:
                self._store.client.remove_object(self._store.bucket, ref.key, version_id=ref.version)
            except S3Error as error:
                # Locked at this very moment by somebody else, or by a store whose clock is behind ours.
                why = self.status(ref).why(self._clock.now() - timedelta(minutes=15))
                if error.code == "AccessDenied" and why:
                    raise VaultLocked(f"{ref.key} {why}") from error
                raise

    def _confirm(self, ref: Ref, mode: str, wanted: datetime) -> None:
        found = self.status(ref)
        until = found.stat.retain_until
        if found.mode != mode or until is None or until < wanted:
            raise VaultUnsafe(f"the object store accepted a lock of {ref.key} and does not show it")
