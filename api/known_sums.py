"""A wrong sum that a person knows of: what does not add up on a paper, and whose word it is that it says so."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from api.access import DocumentAccess
from archive.doubts import Discord, known_discord, values_of
from ingest.describing import WITHDRAWN, current_fields


@dataclass(frozen=True, slots=True)
class KnownSum:
    """Amounts that contradict each other and are meant so; `by` (a pseudonym) said it."""

    discord: Discord
    by: str | None
    at: datetime


def known_sum(connection: Connection, opened: DocumentAccess) -> KnownSum | None:
    """The wrong sum of a paper that was meant; None where there is none, or an amount of it is on a closed page."""
    rows = [
        row
        for row in current_fields(connection, opened.document_id)
        if row.state != WITHDRAWN and opened.page(row.page)
    ]
    known = known_discord(values_of(rows))
    return None if known is None else KnownSum(known[0], rows[known[1]].actor, rows[known[1]].at)
