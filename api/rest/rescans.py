"""/documents/.../scans: other scans of the same paper, as far as they are open to the asker."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api import access
from api.access import Action, Actor
from api.request import Ask, service_of
from api.rescans import other_scans
from api.rest.common import Strict
from api.rest.document_shapes import DocumentId

router = APIRouter(prefix="/documents", tags=["documents"])


class Scan(Strict):
    """Another scan of the paper; all of them are evidence."""

    document: str
    basis: Literal["rescan", "same-bytes"]
    received_at: datetime
    state: str = Field(examples=["searchable"])
    quality: float = Field(description="The mean confidence of its words, 0 to 1.")
    better: bool = Field(description="Whether it was read better than the one that was asked for.")


@router.get("/{document_id}/scans")
def scans(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.READ))]
) -> list[Scan]:
    """Other scans of the paper, the best first."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_document(connection, actor, Action.READ, document_id)
        found = other_scans(connection, actor, [document_id]).get(document_id, ())
        return [Scan.model_validate(one, from_attributes=True) for one in found]
