"""Where objects are kept: the port, the folder adapter, the codec, the keys of owners, and all of them together."""

from archive.vault import inventory
from archive.vault.archive_key import ArchiveKeyFile, KeyWrapper
from archive.vault.backup import (
    Backup,
    BackupReport,
    check_backup,
    restore_archive_key,
    restore_keys,
    write_backup,
)
from archive.vault.errors import (
    ArchiveKeyRefused,
    BadKey,
    KeyMissing,
    PointerMoved,
    VaultAltered,
    VaultLocked,
    VaultMissing,
    VaultTaken,
    VaultUnsafe,
)
from archive.vault.folder import FolderVault
from archive.vault.keys import KeyRing
from archive.vault.objects import RAW, NewObject, Objects, is_raw
from archive.vault.passphrase import make_passphrase_file, read_passphrase_file
from archive.vault.port import Put, Readable, Ref, Stat, Vault, check_key

__all__ = [
    "RAW",
    "ArchiveKeyFile",
    "ArchiveKeyRefused",
    "Backup",
    "BackupReport",
    "BadKey",
    "FolderVault",
    "KeyMissing",
    "KeyRing",
    "KeyWrapper",
    "NewObject",
    "Objects",
    "PointerMoved",
    "Put",
    "Readable",
    "Ref",
    "Stat",
    "Vault",
    "VaultAltered",
    "VaultLocked",
    "VaultMissing",
    "VaultTaken",
    "VaultUnsafe",
    "check_backup",
    "check_key",
    "inventory",
    "is_raw",
    "make_passphrase_file",
    "read_passphrase_file",
    "restore_archive_key",
    "restore_keys",
    "write_backup",
]
