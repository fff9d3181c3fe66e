"""The card of a page: the little that an engine keeps as it is, to show in a list of answers; no text."""

from datetime import date
from typing import Any

from search.port import PageHit, PageParty, PageRecord


def card_of(record: PageRecord) -> dict[str, Any]:
    """What is kept of a page."""
    return {
        "page": record.page,
        "deposit": record.deposit,
        "kind": record.kind,
        "language": record.language,
        "date": record.document_date.isoformat() if record.document_date else None,
        "parties": [[party.id, party.role, party.name] for party in record.parties],
    }


def page_hit(document: str, card: dict[str, Any], score: float, outline: bytes) -> PageHit:
    """A page that matches, by its card and its outline."""
    return PageHit(
        document=document,
        page=card["page"],
        score=score,
        deposit=card["deposit"],
        kind=card["kind"],
        language=card["language"],
        date=date.fromisoformat(card["date"]) if card["date"] else None,
        parties=tuple(PageParty(*party) for party in card["parties"]),
        outline=outline,
    )
