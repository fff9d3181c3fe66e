"""Backup of the catalogue, and the return from one: nothing that is missing then is accepted in silence."""

from archive.backup.comparing import BackupOther, Lost, Relation, Standing, compare, find_again, lost_objects
from archive.backup.file import CatalogueBackup, Head, write_catalogue
from archive.backup.returning import Returned, republish, restore

__all__ = [
    "BackupOther",
    "CatalogueBackup",
    "Head",
    "Lost",
    "Relation",
    "Returned",
    "Standing",
    "compare",
    "find_again",
    "lost_objects",
    "republish",
    "restore",
    "write_catalogue",
]
