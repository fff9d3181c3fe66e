"""A wrong sum that a person knows of: what does not add up on a paper, and whose word it is that it says so."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from api.access import Actor, DocumentAccess
from api.decided_elsewhere import told_of
from archive.doubts import Discord, known_discord, values_of
from ingest.describing import WITHDRAWN, current_fields


@dataclass(frozen=True, slots=True)
class KnownSum:
    """Amounts that contradict each other and are meant so; `by` (a pseudonym) said it, if the asker may be told."""

    discord: Discord
    by: str | None
    at: datetime


def known_sum(connection: Connection, actor: Actor, opened: DocumentAccess) -> KnownSum | None:
    """The wrong sum of a paper that was meant; None where there is none, or an amount of it is on a closed page."""
    rows = [
        row
        for row in current_fields(connection, opened.document_id)
        if row.state != WITHDRAWN and opened.page(row.page)
    ]
    known = known_discord(values_of(rows))
    if known is None:
        return None
    row = rows[known[1]]
    return KnownSum(known[0], told_of(connection, actor, [row]).by(row), row.at)
