"""Brings `archive.json` back where it is lost: an incident first, then a repair, out of what the log tells of it."""

import hashlib
import io
import math
from typing import Any

from sqlalchemy import Row, select, update

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import objects
from archive.fixity import reports
from archive.fixity.faults import Repaired, put_repairs, record_told
from archive.fixity.rolling import keep_looks, read_again
from archive.fixity.sides import FIRST, Looked, Place, ref_of
from archive.fixity.throttle import Throttle
from archive.identity import KEY
from archive.lost_identity import identity_from_log

SOURCE = "log"
"""Where the bytes came from, as the record of the repair says."""


def bring_back_identity(archive: Archive, token: int) -> bool:
    """Look at `archive.json`, and put it back where it is missing or altered; says whether it did.

    Without it nothing else could be opened, so this does not wait for its turn. Raises `LeaseLost`.
    """
    vault = archive.objects.vault
    with archive.catalogue.read() as connection:
        row = connection.execute(select(objects).where(objects.c.key == KEY, FIRST.present)).first()
    if row is None or (fault := read_again(vault, ref_of(row), Throttle(math.inf))) is None:
        return False
    if row.fault is None:
        keep_looks(archive, token, Place(FIRST, vault), [Looked(row, "first", fault, None)])
    identity = identity_from_log(vault)
    if identity is None:
        return False
    data = identity.to_bytes()
    # Where the catalogue tells of other bytes than the log, nothing is put: it would be put again at each look.
    if hashlib.sha256(data).hexdigest() != row.digest:
        return False
    ref = vault.put(KEY, io.BytesIO(data))
    _keep(archive, token, row, ref.version)
    return True


def _keep(archive: Archive, token: int, row: Row[Any], version: str) -> None:
    repaired = [Repaired(row.key, row.digest, row.size, row.version, version)]
    told = put_repairs(archive, "first", SOURCE, repaired)
    changes = {"version": version, "checked_at": archive.clock.now(), "fault": None, "locked": False}
    if version != row.version:
        changes["inventory"] = None
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", token)
        connection.execute(update(objects).where(objects.c.id == row.id).values(changes))
        record_told(archive, connection, told)
        reports.count(archive, connection, repaired=1)
