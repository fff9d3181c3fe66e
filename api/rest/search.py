"""/search: pages that match, grouped by document, with the boxes of the matched words."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ConfigDict, Field

from api.access import Action, Actor
from api.finding import find, promised
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict
from api.rest.debtors import DebtorCard
from api.turns import SEARCHING

router = APIRouter(prefix="/search", tags=["search"])


class KnownClaim(Strict):
    """A claim in scope with a number that matches."""

    id: str
    number: str
    currency: str | None
    principal_minor: int | None
    parties: list[str]


class HitParty(Strict):
    """A party that a matching page is linked to."""

    id: str
    role: str
    name: str


class HitPage(Strict):
    """A page that matches; boxes are x0, y0, x1, y1 in pixels of the upright page."""

    page: int
    width: int
    height: int
    dpi: int
    snippet: str
    boxes: list[tuple[int, int, int, int]]


class Hit(Strict):
    """A document with its best pages; `why` is the strongest reason first."""

    document: str
    kind: str
    date: str | None
    score: float
    why: list[str]
    parties: list[HitParty]
    pages: list[HitPage]


class FacetValue(Strict):
    """A value, its name for people, and how many documents have it."""

    value: str
    label: str
    count: int


class Found(Strict):
    """The answer; `total` counts documents, `not_yet_searchable` papers in scope that are still to be read."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "total": 1,
                    "not_yet_searchable": 0,
                    "debtors": [
                        {
                            "id": "0193",
                            "name": "Bartłomiej Wiśniowski",
                            "kind": "person",
                            "birth_year": 1984,
                            "town": "Kielce",
                            "identifier_tail": "2318",
                        }
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
                    "known_papers": [],
                    "next": None,
                }
            ]
        },
    )

    total: int
    not_yet_searchable: int
    debtors: list[DebtorCard]
    claims: list[KnownClaim]
    hits: list[Hit]
    known_papers: list[Hit] = Field(
        description="Where no page has the words: the newest papers of the debtors and claims that they name."
    )
    facets: dict[str, list[FacetValue]] = Field(description="By kind, year, party, language, portfolio.")
    next: str | None


@router.get("", dependencies=[SEARCHING])
def search(
    request: Request,
    actor: Annotated[Actor, Depends(Ask(Action.SEARCH))],
    q: Annotated[str, Query(max_length=20_000, description="The query language is in docs/search.md.")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
    order: Literal["relevance", "date"] = "relevance",
) -> Found:
    """Search the pages that are open to the asker; the search is an entry of the log, its words are not."""
    service = service_of(request)
    answer = find(service, actor, q, limit=limit, cursor=cursor, by_date=order == "date")
    return Found(**promised(service, actor, q, answer))
