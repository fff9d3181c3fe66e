"""Round the search: the form that makes a query, searches that are kept, lists and chosen pages to take along."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Action, Actor
from api.chosen_pages import choices_of, chosen_pages
from api.pages.render import page, speaker_of
from api.pages.words import N_
from api.request import Ask, service_of
from api.rest.searching import sent_list, sent_pages
from api.result_lists import result_list
from api.saved import delete_saved, save_search
from api.site import origin_of
from api.turns import EXPORTING
from search import QueryError
from search.builder import Wishes, query_of
from search.grammar import Alternatives
from search.query import parse

router = APIRouter(include_in_schema=False)
Searcher = Annotated[Actor, Depends(Ask(Action.SEARCH))]
Downloader = Annotated[Actor, Depends(Ask(Action.DOWNLOAD))]

TEXTS: Final = (
    ("kind", N_("Kind")),
    ("debtor", N_("Debtor")),
    ("creditor", N_("Creditor")),
    ("claim", N_("Claim number")),
    ("id", N_("Identifier")),
    ("iban", N_("Account")),
    ("currency", N_("Currency")),
    ("language", N_("Language")),
    ("direction", N_("Direction")),
    ("portfolio", N_("Portfolio")),
    ("batch", N_("Batch")),
    ("quality", N_("Reading")),
)
"""Fields of the query language that the form offers, and what they are called on it."""

RANGES: Final = (
    ("date", N_("Dated"), "date"),
    ("due", N_("To pay by"), "date"),
    ("received", N_("Came in"), "date"),
    ("amount", N_("Amount"), "text"),
)
_WORDS: Final = ("every", "phrase", "any_of", "without")


@router.get("/search/build")
def build(request: Request, actor: Searcher, q: Annotated[str, Query(max_length=20_000)] = "") -> Response:
    """The form; filled in it leads to the answer, whose box shows the query that was made."""
    given = {name: value[:2000] for name, value in request.query_params.items()}
    error: QueryError | None = None
    try:
        made = query_of(_wishes(given))
        if made:
            return RedirectResponse("/search?" + urlencode({"q": _within(q, made)}), 303)
    except QueryError as refused:
        error = refused
    context = {
        "given": given,
        "texts": TEXTS,
        "ranges": RANGES,
        "error": error,
        "reading_languages": service_of(request).options.languages,
        "sent": "send" in given,
    }
    return page(
        request, "search_build.html", context, actor=actor, here="search", status=400 if error else 200
    )


@router.get("/search/list.csv", dependencies=[EXPORTING])
def take_list(
    request: Request,
    actor: Annotated[Actor, Depends(Ask(Action.SEARCH_EXPORT))],
    q: Annotated[str, Query(max_length=20_000)] = "",
) -> Response:
    """The list of an answer."""
    return sent_list(result_list(service_of(request), actor, q, origin_of(request)))


@router.get("/search/pages.pdf", dependencies=[EXPORTING])
def take_pages(
    request: Request, actor: Downloader, take: Annotated[list[str] | None, Query(max_length=200)] = None
) -> Response:
    """Pages that were ticked among the answers."""
    return _pages(request, actor, take or [])


@router.get("/documents/{document_id}/pages.pdf", dependencies=[EXPORTING])
def take_of_paper(
    request: Request,
    document_id: Annotated[str, Path(max_length=36)],
    actor: Downloader,
    pages: Annotated[str, Query(max_length=400)] = "1",
) -> Response:
    """Pages of the paper that is being read."""
    return _pages(request, actor, [f"{document_id}:{pages}"])


@router.post("/search/saved")
def save(
    request: Request,
    actor: Searcher,
    q: Annotated[str, Form(max_length=10_000)],
    name: Annotated[str, Form(max_length=120)],
) -> Response:
    """Keep a query under a name."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        save_search(archive, connection, actor, name, q)
    return RedirectResponse("/search?" + urlencode({"q": q}) + "#kept", 303)


@router.post("/search/saved/{saved_id}/delete")
def forget(request: Request, actor: Searcher, saved_id: Annotated[str, Path(max_length=36)]) -> Response:
    """Keep a search no longer."""
    with service_of(request).archive.catalogue.write() as connection:
        delete_saved(connection, actor, saved_id)
    return RedirectResponse("/search", 303)


def _pages(request: Request, actor: Actor, take: list[str]) -> Response:
    say = speaker_of(request, actor)
    return sent_pages(chosen_pages(service_of(request), actor, choices_of(take), say.language, say.zone))


def _wishes(given: dict[str, str]) -> Wishes:
    return Wishes(
        **{name: given.get(name, "") for name in _WORDS},
        filters=tuple((name, given.get(name, "")) for name, _ in TEXTS),
        ranges=tuple(
            (name, given.get(f"{name}_from", ""), given.get(f"{name}_to", "")) for name, _, _ in RANGES
        ),
    )


def _within(query: str, made: str) -> str:
    """What was made, asked within what was in the box before. Raises QueryError where that is wrong."""
    if not query.strip():
        return made
    before = query.strip()
    return f"({before}) {made}" if isinstance(parse(before), Alternatives) else f"{before} {made}"
