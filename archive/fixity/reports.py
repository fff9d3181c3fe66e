"""Reports of fixity: counted as objects are read, closed once a day, kept in the vault and named by the log.

inventory/checks/<id>   JSON (RFC 8785): how many objects there are, how many of them were read within the period, the
                        oldest look, what is missing or altered, and how much was read since the report before
"""

from datetime import timedelta

from sqlalchemy import Connection, insert, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import fixity_reports
from archive.fixity.figures import Figures, figures
from archive.log import record
from archive.stamp_files import LOCK_FOR
from archive.stored import note_object
from signing import canonical
from tabellion.base.clock import rfc3339

CHECKS = "inventory/checks/"
SCHEMA = "urn:tabellion:fixity-report:v1"
EVERY = timedelta(days=1)


def count(
    archive: Archive,
    connection: Connection,
    *,
    objects: int = 0,
    size: int = 0,
    faults: int = 0,
    repaired: int = 0,
) -> None:
    """Add to the open report; one is begun where none is open."""
    report = fixity_reports
    added = (
        update(report)
        .where(report.c.ended_at.is_(None))
        .values(
            objects=report.c.objects + objects,
            bytes=report.c.bytes + size,
            faults=report.c.faults + faults,
            repaired=report.c.repaired + repaired,
        )
    )
    if connection.execute(added).rowcount:
        return
    connection.execute(
        insert(report).values(
            report=archive.ids.new(),
            begun_at=archive.clock.now(),
            objects=objects,
            bytes=size,
            faults=faults,
            repaired=repaired,
        )
    )


def close_due(archive: Archive, lease: int) -> bool:
    """Close the open report where it is a day old, and have the log tell of it. Raises `LeaseLost`."""
    now = archive.clock.now()
    is_open = fixity_reports.c.ended_at.is_(None)
    with archive.catalogue.read() as connection:
        row = connection.execute(select(fixity_reports).where(is_open)).one_or_none()
        # Counted over all objects, so only for a report that is due: this is asked in every round.
        due = row is not None and now - row.begun_at >= EVERY
        found = figures(connection, now) if due else None
    if row is None:
        with archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            count(archive, connection)
        return False
    if found is None:
        return False
    body = canonical.dumps(
        {
            "$schema": SCHEMA,
            "archive": archive.id,
            "begun_at": rfc3339(row.begun_at),
            "ended_at": rfc3339(now),
            "read": {
                "objects": row.objects,
                "bytes": row.bytes,
                "faults": row.faults,
                "repaired": row.repaired,
            },
            **found.to_json(),
        }
    )
    # The same report after an interruption is a further version; the one counts whose digest the log names.
    ref = archive.objects.put_raw(f"{CHECKS}{row.report}", body, now + LOCK_FOR)
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", lease)
        ended = update(fixity_reports).where(fixity_reports.c.id == row.id)
        connection.execute(ended.values(ended_at=now, digest=ref.digest))
        note_object(connection, ref, None, ref.digest, now, retain_until=now + LOCK_FOR)
        count(archive, connection)
        record(
            connection,
            type="fixity",
            object_type="archive",
            object_id=archive.id,
            subject=ref.digest,
            actor=SYSTEM_ACTOR,
            time=now,
            reason=outcome(found),
        )
    return True


def outcome(found: Figures) -> str:
    """As a reason of a `fixity` entry: failed where something is lost, undecided where not everything was read."""
    if found.faults:
        return "failed"
    return "passed" if found.complete else "undecided"
