"""A change of the index: pages that take the place of all that is indexed of a document."""

from collections.abc import Iterable
from dataclasses import dataclass

from search.port import PageRecord


@dataclass(frozen=True, slots=True)
class Change:
    """The pages that a document has from now on; none: it is taken out."""

    document: str
    pages: tuple[PageRecord, ...] = ()


def change_of(document: str, pages: Iterable[PageRecord]) -> Change:
    """A change that engines can apply.

    Raises ValueError where a page belongs to another document or the pages disagree on the dates.
    """
    records = tuple(pages)
    if any(record.document != document for record in records):
        raise ValueError("every page must carry the document that it replaces")
    if len({(record.document_date, record.received_date) for record in records}) > 1:
        raise ValueError("the pages of a document must carry the same dates")
    return Change(document, records)
