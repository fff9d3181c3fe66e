"""The vault in an object store that speaks S3 with versioning and Object Lock."""

from archive.vault.s3.address import Address, LockModes, parse_address, parse_modes
from archive.vault.s3.probe import exists, prepare, probe
from archive.vault.s3.store import Store
from archive.vault.s3.vault import S3Vault

__all__ = [
    "Address",
    "LockModes",
    "S3Vault",
    "Store",
    "exists",
    "parse_address",
    "parse_modes",
    "prepare",
    "probe",
]
