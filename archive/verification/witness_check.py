"""Checks what witnesses saw: the newest checkpoint that enough of them cosigned, and that the log extends it."""

from datetime import datetime

from sqlalchemy import Connection

from archive.archive import Archive
from archive.cosignatures import TOLERANCE, cosigned_notes
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck
from archive.verification.trust import VerifyTrust
from signing.checkpoint import Checkpoint
from signing.errors import NoteInvalid, QuorumNotMet
from signing.note import Note
from signing.quorum import QuorumPolicy
from signing.verdict import Aspect

LOOK_BACK = 100
"""Cosigned checkpoints that are looked at, from the newest, for one that meets the quorum."""


def check_witnesses(
    archive: Archive, trust: VerifyTrust, log: LogCheck, findings: Findings, newest: int = -1
) -> None:
    """Decide the aspect, where witnesses are trusted at all: undecided where they have not seen entry `newest` yet."""
    quorum = trust.quorum
    if quorum is None or not quorum.witnesses:
        return
    with archive.catalogue.read() as connection:
        try:
            found = _newest(connection, quorum, archive.clock.now() + TOLERANCE, findings)
        except NoteInvalid as error:
            findings.failed(Aspect.WITNESS, "WITNESS_FALSE", f"a cosignature does not hold: {error}")
            return
    if found is None:
        what = "no checkpoint of late has as many cosignatures as the policy of witnesses asks for"
        findings.undecided(Aspect.WITNESS, "WITNESS_QUORUM", what)
        return
    findings.looked(Aspect.WITNESS)
    log.require_extends(found.to_bytes(), "the newest checkpoint that witnesses have cosigned")
    size = Checkpoint.parse_text(found.text).size
    if newest >= size:
        findings.pending(Aspect.WITNESS, "WITNESS_PENDING", None)


def _newest(connection: Connection, quorum: QuorumPolicy, at: datetime, findings: Findings) -> Note | None:
    """The newest one that meets the quorum; raises `NoteInvalid` where one on the way is false."""
    for signed in cosigned_notes(connection, LOOK_BACK):
        note = Note.parse(signed)
        try:
            cosignatures = quorum.require(note, at)
        except QuorumNotMet:
            continue
        findings.checked["cosignatures"] += len(cosignatures)
        return note
    return None
