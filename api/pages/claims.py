"""`/claims/ID`: a claim as its dossier: who, how much, its papers in order of date, what a court will ask for."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from api.access import Action, Actor
from api.claim_dossier import claim_dossier, open_claim
from api.claim_needs import REASONS, Missing
from api.pages.debtors import desk
from api.pages.record_history import record_history
from api.pages.render import page, speaker_of
from api.request import Ask, service_of

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.REGISTRY_READ))]
_APART = Markup("<bdi>{}</bdi>")  # a name keeps its own direction inside a sentence


@router.get("/claims/{claim_id}")
def show(
    request: Request,
    claim_id: Annotated[str, Path(max_length=36)],
    actor: Reader,
    paper: Annotated[str | None, Query(max_length=36)] = None,
    number: Annotated[int | None, Query(alias="page", ge=1)] = None,
) -> Response:
    """Everything of one claim that is in scope; opening it is an entry of the log about each of its debtors."""
    archive = service_of(request).archive
    row = open_claim(archive, actor, claim_id)
    with archive.catalogue.read() as connection:
        found = claim_dossier(archive, connection, actor, row)
        context: dict[str, Any] = {
            **desk(connection, actor, found.papers, found.maybe, paper, number),
            "base": f"/claims/{row.id}",
            "claim": row,
            "dossier": found,
            "waiting": found.waiting,
            "record": record_history(connection, actor, "claim", row.id, speaker_of(request, actor)),
            "since": row.created_at,
            "reasons": REASONS,
            "values_of": values_of,
        }
    return page(request, "claim.html", context, actor=actor, here="debtors")


def values_of(missing: Missing, claim: Any, say: Any) -> Mapping[str, str]:
    """The values of a reason, as the reader writes them."""
    return {
        "day": say.day(missing.on),
        "to": _APART.format(missing.to or ""),
        "number": _APART.format(missing.number or ""),
        "before": say.amount(missing.before_minor, claim.currency),
        "now": say.amount(claim.principal_minor, claim.currency),
    }
