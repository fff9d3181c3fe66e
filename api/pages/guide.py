"""`/help/search`: what can be typed into the box."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.access import Action, Actor
from api.pages.render import page
from api.pages.words import N_
from api.request import Ask

router = APIRouter(include_in_schema=False)

EXAMPLES = (
    ("faktura odsetki", N_("pages with both words, in any of their forms, with or without diacritics")),
    ('"wezwanie do zapłaty"', N_("these words next to each other")),
    ("faktura OR rachunek", N_("pages with either word")),
    ("faktura -korekta", N_("pages with the first word and without the second")),
    ("zapł*", N_("words that begin so")),
    ("526-10-40-828", N_("an identifier, however it is separated")),
    ("2318", N_("identifiers with this tail or part, from four characters on")),
    ("2 926,05", N_("an amount as it is printed")),
    ("kind:invoice", N_("papers of this kind")),
    ("debtor:kowalski", N_("pages linked to a debtor of this name")),
    ("claim:KW-2024-088213", N_("pages linked to this claim")),
    ("date:2024-01..2024-06", N_("papers dated in this time; due: and received: likewise")),
    ("amount:1000..5000", N_("pages with an amount in this range")),
    ("currency:PLN", N_("pages with an amount in this currency")),
    ('batch:"Box 7"', N_("papers that came in this batch; station: and portfolio: likewise")),
    ("language:de", N_("pages in this language")),
    ("direction:in", N_("papers received (in) or sent (out)")),
    ("quality:doubtful", N_("pages that could be read badly")),
)


@router.get("/help/search")
def search(request: Request, actor: Annotated[Actor, Depends(Ask(Action.SEARCH))]) -> Response:
    """The query language, by example."""
    return page(request, "help_search.html", {"examples": EXAMPLES}, actor=actor, here="search")
