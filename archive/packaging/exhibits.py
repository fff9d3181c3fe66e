"""The contents of exhibits: a paper to read, page by page as it is seen, out of pictures and words that were kept."""

from collections.abc import Mapping
from datetime import datetime

from archive.packaging.pages import PagesRead
from archive.packaging.papers import Paper, pages_of
from archive.reporting.content import ExhibitContent, ExhibitPage, PageSource
from archive.reporting.pdf.scan_page import Scan


def exhibit_content(
    paper: Paper,
    number: int,
    read: Mapping[str, PagesRead | None],
    originals: Mapping[str, str],
    *,
    archive: str,
    made_at: datetime,
    title: str | None,
) -> ExhibitContent | None:
    """The readable copy of a paper; None where a page of it could not be read, so that the copy would have a gap.

    `originals` are the SHA-256 (hex) of the deposits' files, `made_at` is the time of the package's checkpoint.
    """
    pages = [_page(read[deposit], deposit, page, originals[deposit]) for _, deposit, page in pages_of(paper)]
    there = [page for page in pages if page is not None]
    if not there or len(there) != len(pages):
        return None
    return ExhibitContent(
        archive=archive,
        document=paper.document,
        title=title or paper.document,
        made_at=made_at,
        pages=tuple(there),
        number=number,
        language=paper.record["language"],
    )


def _page(read: PagesRead | None, deposit: str, number: int, sha256: str) -> ExhibitPage | None:
    if read is None or number not in read.pages or read.pages[number].pictures is None:
        return None

    def scan() -> Scan:
        return Scan.of(read.page(number), read.picture(number) or b"")

    return ExhibitPage(scan, PageSource(deposit, number, sha256))
