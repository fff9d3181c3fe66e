"""Builds the parts out of the settings, once; nothing else in the project reads settings or opens files of the home."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from celery import Celery
from pydantic import SecretStr
from sqlalchemy import select

from archive.archive import Archive
from archive.catalogue import Catalogue, check
from archive.catalogue.schema import archive_state
from archive.identity import Identity
from archive.lost_identity import identity_of
from archive.second import Second
from archive.vault import FolderVault, KeyRing, Objects, Vault
from ingest.queue import Nudge, build_app
from ocr import Limits, Reader
from search import Engine, engine_of
from signing.algorithms import AlgorithmPolicy
from tabellion.algorithms import algorithm_policy
from tabellion.base.clock import Clock, SystemClock
from tabellion.base.errors import NotInitialised, SettingsError, Unavailable
from tabellion.base.ids import Ids
from tabellion.homes import agree
from tabellion.keychest import KeyChest, open_keys
from tabellion.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """The opened archive and the keys; `close` gives connections back."""

    settings: Settings
    identity: Identity
    vault: Vault
    keyring: KeyRing | None
    chest: KeyChest
    archive: Archive

    @property
    def algorithms(self) -> AlgorithmPolicy:
        """Which algorithms are trusted, and until when."""
        return algorithm_policy(self.settings)

    @property
    def retention(self) -> timedelta:
        """How long originals are locked."""
        return timedelta(days=self.settings.retention_days)


def celery_app(settings: Settings) -> Celery:
    """The Celery application of the nudges."""
    url = None if settings.broker_url is None else settings.broker_url.get_secret_value()
    return build_app(url, settings.home / "broker")


def nudger(settings: Settings) -> Callable[[], None]:
    """Tells some worker to look for work; never fails."""
    return Nudge(celery_app(settings))


def search_engine(settings: Settings) -> Engine:
    """The engine of the search index."""
    url = None if settings.search_url is None else settings.search_url.get_secret_value()
    return engine_of(url, settings.home / "index")


def open_vault(settings: Settings, clock: Clock, *, make: bool = False) -> Vault | None:
    """The vault that the settings name; None where its folder or bucket is absent, unless it is to be made.

    An object store is probed at each opening; raises VaultUnsafe where it does not keep what it promises.
    """
    if settings.vault_url is None or not settings.vault_url.startswith("s3:"):
        return FolderVault(settings.vault_folder, clock) if make or settings.vault_folder.is_dir() else None
    keys = settings.vault_access_key, settings.vault_secret_key
    return _open_bucket(settings.vault_url, *keys, settings.vault_lock, clock, make=make)


def open_second(settings: Settings, clock: Clock) -> Vault:
    """The second vault that the settings name; its bucket, or its folder in one that is there, is made where absent.

    Raises Unavailable where the folder's own folder is not there (a disk that is not mounted), or the store is down.
    """
    url = settings.second_vault_url or ""
    if not url.startswith("s3:"):
        folder = settings.second_vault_folder
        if not folder.parent.is_dir():
            raise Unavailable(f"the second vault's place is not there: {folder.parent}")
        return FolderVault(folder, clock)
    keys = settings.second_vault_access_key, settings.second_vault_secret_key
    vault = _open_bucket(url, *keys, settings.vault_lock, clock, make=True)
    if vault is None:
        raise Unavailable("the second vault's bucket is not there and cannot be made")
    return vault


def second_vault(settings: Settings, clock: Clock) -> Second | None:
    """The second vault, opened when it is first needed; None without one in the settings."""
    if settings.second_vault_url is None:
        return None
    # What follows the bucket's name are its endpoint and files, which concern nobody who reads a page.
    name = settings.second_vault_url.partition("?")[0]
    return Second(name, lambda: open_second(settings, clock))


def _open_bucket(
    url: str, access_key: str | None, secret_key: SecretStr | None, lock: str, clock: Clock, *, make: bool
) -> Vault | None:
    # The client of object stores takes a quarter of a second to load, in every process, also where none is used.
    from archive.vault import s3  # noqa: PLC0415

    secret = "" if secret_key is None else secret_key.get_secret_value()
    address = s3.parse_address(url, access_key or "", secret)
    store, modes = s3.Store(address, clock), s3.parse_modes(lock)
    if make:
        s3.prepare(store)
    elif not s3.exists(store):
        return None
    s3.probe(store, modes, clock, os.urandom)
    return s3.S3Vault(store, modes, clock, os.urandom)


def make_reader(settings: Settings) -> Reader:
    """The reader of files, in a subprocess of its own."""
    limits = Limits(
        max_pages=settings.max_pages, max_pixels=settings.max_pixels, page_seconds=settings.page_seconds
    )
    return Reader(limits, settings.language_list)


@contextmanager
def drawing(settings: Settings, file: BinaryIO) -> Iterator[Callable[[int, int], bytes]]:
    """Draws pages of a file, in a subprocess that lives as long as the block."""
    with make_reader(settings) as reader, reader.drawing(file) as draw:
        yield draw


@contextmanager
def opened(settings: Settings, *, ready: bool = True, moving_index: bool = False) -> Iterator[Parts]:
    """The parts of the archive that the settings name; raises NotInitialised or SettingsError that say what to do.

    Without `ready` the catalogue may be empty or outdated, as `rebuild` and `db upgrade` need it; with `moving_index`
    the index may lie elsewhere until now.
    """
    settings.check()
    clock: Clock = SystemClock()
    # Nothing is made where a mistaken setting points.
    vault = open_vault(settings, clock)
    identity = None if vault is None else identity_of(vault)
    if vault is None or identity is None:
        raise NotInitialised(f"there is no archive at {settings.vault_url or settings.home}")
    _check_fixed(settings, identity)
    chest = open_keys(settings)
    keyring = KeyRing(vault, chest.wrapper, os.urandom, clock) if identity.encrypted else None
    catalogue = Catalogue(settings.catalogue_address, settings.database_connections)
    try:
        if ready:
            check(catalogue)
            _check_catalogue(catalogue, identity)
            agree(catalogue, settings, chest, clock, moving_index=moving_index)
        objects = Objects(vault, keyring, os.urandom)
        archive = Archive(identity.archive, identity.origin, catalogue, objects, clock, Ids(clock))
        yield Parts(settings, identity, vault, keyring, chest, archive)
    finally:
        catalogue.close()


def _check_fixed(settings: Settings, identity: Identity) -> None:
    if settings.origin is not None and settings.origin != identity.origin:
        raise SettingsError(
            f"TABELLION_ORIGIN is {settings.origin!r}, but this archive's log was begun as {identity.origin!r}",
            advice="Remove the setting, or point TABELLION_HOME to the archive that you mean.",
        )
    if "vault_encryption" in settings.model_fields_set and settings.vault_encryption != identity.encrypted:
        raise SettingsError(
            "TABELLION_VAULT_ENCRYPTION differs from what was fixed when this archive was made",
            advice="Remove the setting.",
        )


def _check_catalogue(catalogue: Catalogue, identity: Identity) -> None:
    with catalogue.read() as connection:
        known = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == "archive"))
    if known is None:
        raise NotInitialised(
            "the catalogue is empty, but the vault holds an archive",
            advice="Restore the catalogue from a backup, or run `tabellion rebuild`.",
        )
    if known != identity.archive:
        raise SettingsError(
            "the catalogue belongs to another archive than the vault",
            advice="Check TABELLION_DATABASE_URL and TABELLION_VAULT_URL: they must belong together.",
        )
