"""What a paper is called outside: the name of a file and the title of a copy, of what the asker may see of it."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy import Connection, select

from api.access import DocumentAccess
from archive.catalogue.schema import documents
from ingest.describing import WITHDRAWN, current_fields
from ingest.paper_titles import NUMBERS, number_of, told_of

_LONGEST = 60
_TAIL = 8


@dataclass(frozen=True, slots=True)
class PaperName:
    """Kind, number and date of a paper; `tail`, the end of its identifier, tells it from others that have neither."""

    kind: str
    number: str
    day: date | None
    tail: str

    @property
    def _parts(self) -> list[str]:
        return told_of(self.kind, self.number, self.day, self.tail)

    @property
    def title(self) -> str:
        """For people, "invoice, FV/2024/17, 2024-03-01"."""
        return ", ".join(self._parts)

    def file(self, suffix: str) -> str:
        """For any file system: letters and digits of any script and hyphens, "invoice_FV-2024-17_2024-03-01.pdf"."""
        return "_".join(part for part in map(safe, self._parts) if part) + suffix


def paper_name(
    connection: Connection, opened: DocumentAccess, kinds: dict[str, str] | None = None
) -> PaperName:
    """The name of a document by its open pages; `kinds` are the words for kinds, else their codes are taken."""
    row = connection.execute(select(documents).where(documents.c.id == opened.document_id)).one()
    numbers = {
        field.name: field.value
        for field in sorted(
            current_fields(connection, opened.document_id),
            key=lambda field: (field.actor is not None, field.confidence),
        )
        if field.name in NUMBERS and field.state != WITHDRAWN and opened.page(field.page)
    }
    return PaperName(
        kind=(kinds or {}).get(row.kind) or row.kind.replace("_", " "),
        number=number_of(row.kind, numbers),
        # The date may stand on a page that is closed to the asker.
        day=row.document_date if opened.complete else None,
        tail=opened.document_id[-_TAIL:],
    )


def attachment(name: str) -> str:
    """The Content-Disposition of a file that is kept under this name (RFC 6266, with ASCII for old programs)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def safe(text: str) -> str:
    """What of a text can stand in any file's name: letters, marks and digits, hyphens between; at most 60 of them."""
    kept = "".join(
        letter if letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc") else " "
        for letter in unicodedata.normalize("NFC", text)
    )
    return "-".join(kept.split())[:_LONGEST].strip("-")
