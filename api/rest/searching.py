"""/search/export, /search/saved and /search/pages: what is done with answers beside reading them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, BinaryIO
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request, status
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.access import Action, Actor
from api.chosen_pages import choices_of, chosen_pages
from api.request import Ask, service_of
from api.rest.common import Strict
from api.result_lists import result_list
from api.saved import delete_saved, list_saved, save_search
from api.site import origin_of
from api.turns import EXPORTING

router = APIRouter(prefix="/search", tags=["search"])
Searcher = Annotated[Actor, Depends(Ask(Action.SEARCH))]
Asked = Annotated[str, Query(max_length=20_000, description="The query language is in docs/search.md.")]
PIECE = 1 << 18


class SavedSearch(Strict):
    """A query that its owner keeps; it is run by asking it, with the rights that he has then."""

    id: str
    name: str = Field(examples=["Reminders of June"])
    query: str = Field(examples=["kind:dunning_letter date:2024-06"])
    created_at: datetime


class NewSaved(Strict):
    """A query and what to call it; one of that name is replaced."""

    name: str = Field(min_length=1, max_length=120, examples=["Reminders of June"])
    query: str = Field(min_length=1, max_length=10_000, examples=["kind:dunning_letter date:2024-06"])


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "The list."}},
    dependencies=[EXPORTING],
)
def export(
    request: Request, actor: Annotated[Actor, Depends(Ask(Action.SEARCH_EXPORT))], q: Asked = ""
) -> StreamingResponse:
    """The documents of an answer as CSV, newest first, at most 10 000; two entries of the log.

    Cells that a spreadsheet would run begin with a quote. Addresses begin with TABELLION_PUBLIC_URL; without it they
    are paths.
    """
    return sent_list(result_list(service_of(request), actor, q, origin_of(request)))


@router.get(
    "/pages",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/pdf": {}}, "description": "The pages, in this order."}},
    dependencies=[EXPORTING],
)
def pages(
    request: Request,
    actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))],
    take: Annotated[
        list[str],
        Query(max_length=200, description="`DOCUMENT:PAGES`, such as `0193…:1,3-5`; at most 200 pages."),
    ],
) -> StreamingResponse:
    """Chosen pages as PDF/A-2b; under each stand document, page, digest of the original, and dates."""
    service = service_of(request)
    zone = ZoneInfo(actor.zone) if actor.zone else service.options.zone
    return sent_pages(chosen_pages(service, actor, choices_of(take), actor.locale, zone))


@router.get("/saved")
def saved(request: Request, actor: Searcher) -> list[SavedSearch]:
    """One's own saved searches, by name."""
    with service_of(request).archive.catalogue.read() as connection:
        return [_shown(row) for row in list_saved(connection, actor)]


@router.post("/saved", status_code=status.HTTP_201_CREATED)
def save(request: Request, body: NewSaved, actor: Searcher) -> SavedSearch:
    """Keep a query under a name."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        return _shown(save_search(archive, connection, actor, body.name, body.query))


@router.delete("/saved/{saved_id}", status_code=status.HTTP_204_NO_CONTENT)
def forget(request: Request, saved_id: Annotated[str, Path(max_length=36)], actor: Searcher) -> None:
    """Keep a search no longer."""
    with service_of(request).archive.catalogue.write() as connection:
        delete_saved(connection, actor, saved_id)


def sent_list(parts: Iterator[bytes]) -> StreamingResponse:
    """The answer that carries a list."""
    headers = {"Content-Disposition": 'attachment; filename="papers.csv"'}
    return StreamingResponse(parts, media_type="text/csv; charset=utf-8", headers=headers)


def sent_pages(file: BinaryIO) -> StreamingResponse:
    """The answer that carries a file of pages, which it closes."""

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield piece

    headers = {"Content-Disposition": 'attachment; filename="pages.pdf"'}
    return StreamingResponse(pieces(), media_type="application/pdf", headers=headers)


def _shown(row: object) -> SavedSearch:
    return SavedSearch.model_validate(row, from_attributes=True)
