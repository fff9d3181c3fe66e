"""Tells in the log which algorithm policy is in force, and when another one is (EVIDENCE section 6)."""

from sqlalchemy import exists, select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import archive_state, log_entries
from archive.catalogue.upsert import upsert
from archive.log import record
from signing.algorithm_policy import policy_bytes, policy_digest
from signing.algorithms import AlgorithmPolicy

STATE = "algorithm_policy"
"""Row of `archive_state`: the exact bytes of the policy whose digest was logged last."""


def note_policy(archive: Archive, lease: int, policy: AlgorithmPolicy) -> int:
    """Write a `config` entry with the policy's digest where the last one named another; gives the number of entries.

    Raises `LeaseLost`.
    """
    body, digest = policy_bytes(policy).decode(), policy_digest(policy)
    with archive.catalogue.read() as connection:
        known = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == STATE))
    if known == body:
        return 0
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", lease)
        upsert(connection, archive_state, {"name": STATE, "value": body}, key=("name",))
        logged = exists().where(log_entries.c.type == "config", log_entries.c.subject == digest)
        if known is None and connection.scalar(select(logged)):
            return 0  # the catalogue was rebuilt
        record(
            connection,
            type="config",
            object_type="archive",
            object_id=archive.id,
            subject=digest,
            actor=SYSTEM_ACTOR,
            time=archive.clock.now(),
            reason="init" if known is None else "changed",
        )
    return 1
