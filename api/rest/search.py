"""/search: pages that match, grouped by document, with the boxes of the matched words."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from api.access import Action, Actor
from api.finding import find
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit

router = APIRouter(prefix="/search", tags=["search"])

EXAMPLE = {
    "total": 1,
    "not_yet_searchable": 0,
    "debtors": [
        {"id": "0193", "name": "Bartłomiej Wiśniowski", "birth_year": 1984, "identifier_tail": "2318"}
    ],
    "claims": [],
    "hits": [
        {
            "document": "0193",
            "kind": "dunning_letter",
            "date": "2024-06-18",
            "score": 7.1,
            "why": ["exact"],
            "parties": [],
            "pages": [
                {
                    "page": 1,
                    "width": 1654,
                    "height": 2339,
                    "dpi": 200,
                    "snippet": "… do zapłaty 3 044,51 zł …",
                    "boxes": [[240, 450, 860, 475]],
                }
            ],
        }
    ],
    "facets": {"kind": [{"value": "dunning_letter", "label": "dunning_letter", "count": 1}]},
    "next": None,
}


@router.get("", responses={200: {"content": {"application/json": {"example": EXAMPLE}}}})
def search(
    request: Request,
    actor: Annotated[Actor, Depends(Ask(Action.SEARCH))],
    q: Annotated[str, Query(max_length=20_000, description="The query language is in docs/search.md.")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
    order: Annotated[str, Query(pattern="^(relevance|date)$")] = "relevance",
) -> dict[str, Any]:
    """Search; boxes are pixels of the upright page."""
    answer = find(service_of(request), actor, q, limit=limit, cursor=cursor, by_date=order == "date")
    return answer.promised()
