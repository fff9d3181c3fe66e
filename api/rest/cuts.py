"""/batches/{id}/cuts and /documents/{id}/cuts: where new papers may begin within files, and what is decided of that.

Whoever decides must have every page of the document open, as whoever composes.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from api import access
from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.batch_shapes import BatchId
from api.rest.common import IfMatch, Strict, expected_version
from api.rest.composition import Composer, Parts, all_open
from api.rest.document_shapes import DocumentId
from archive.catalogue.schema import documents
from ingest import deciding
from ingest.cuts import OpenCut, open_cuts
from tabellion.base.errors import BadRequest

router = APIRouter(tags=["documents"])


class ProposedCut(Strict):
    """A page before which a new paper may begin; it waits for a decision."""

    document: str
    page: int = Field(description="The first page of the new paper, within the document.", examples=[3])
    confidence: float = Field(examples=[0.82])
    reasons: list[str] = Field(
        description="What speaks for it, the strongest first: separator, title, page-one, page-of-another, language, "
        "kind, number, date, letterhead, blank, size.",
        examples=[["title", "date"]],
    )
    version: int = Field(description="Of the document, for If-Match.")


class Decided(Strict):
    """What becomes of a proposal. `to` is the page that begins the new paper instead, where it is moved."""

    decision: Literal["accept", "refuse", "move"]
    to: int | None = Field(None, ge=2, examples=[4])


@router.get("/batches/{batch_id}/cuts")
def of_batch(
    request: Request, batch_id: BatchId, actor: Annotated[Actor, Depends(Ask(Action.BATCH_READ))]
) -> list[ProposedCut]:
    """What waits in the papers of a batch, of those whose pages the asker may all see."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_batch(connection, actor, Action.BATCH_READ, batch_id)
        waiting = open_cuts(connection, documents.c.batch_id == batch_id)
        opened = access.open_pages(connection, actor, sorted({cut.document for cut in waiting}))
    return _shown(cut for cut in waiting if cut.document in opened and opened[cut.document].complete)


@router.get("/documents/{document_id}/cuts")
def of_document(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.READ))]
) -> list[ProposedCut]:
    """What waits in one paper."""
    archive = all_open(request, actor, document_id)
    with archive.catalogue.read() as connection:
        return _shown(open_cuts(connection, documents.c.id == document_id))


@router.post("/documents/{document_id}/cuts/{page}")
def decide(
    request: Request,
    document_id: DocumentId,
    page: Annotated[int, Path(ge=1)],
    body: Decided,
    actor: Composer,
    if_match: IfMatch = None,
) -> Parts:
    """Accept, refuse or move what is proposed before that page; answers with the papers that came of it."""
    if (body.decision == "move") != (body.to is not None):
        raise BadRequest("`to` is given where the paper is to begin elsewhere, and only there")
    archive = all_open(request, actor, document_id)
    version = expected_version(if_match)
    if body.to is not None:
        made = deciding.move_cut(archive, document_id, page, body.to, actor.pseudonym, version=version)
    elif body.decision == "accept":
        made = deciding.accept_cut(archive, document_id, page, actor.pseudonym, version=version)
    else:
        deciding.refuse_cut(archive, document_id, page, actor.pseudonym, version=version)
        made = [document_id]
    return Parts(documents=made)


def _shown(cuts: Iterable[OpenCut]) -> list[ProposedCut]:
    return [
        ProposedCut(
            document=cut.document,
            page=cut.position,
            confidence=cut.confidence,
            reasons=list(cut.reasons),
            version=cut.version,
        )
        for cut in cuts
    ]
