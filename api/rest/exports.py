"""/packages, and /documents/{id}/package: packages for a court, of documents that are named; made once and kept."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.access import Action, Actor
from api.exports import find_exported, order_documents, take_out
from api.request import Ask, service_of
from api.rest.common import IdempotencyKey, Strict
from api.rest.document_shapes import DocumentId
from api.rest.uploads import repr_digest
from api.turns import EXPORTING
from archive.packages import Choice, Order, Package, Recipient, open_package

router = APIRouter(tags=["packages"])
Exporter = Annotated[Actor, Depends(Ask(Action.EXPORT))]
PackageId = Annotated[str, Path(max_length=36)]
Language = Literal["en", "pl", "it"]
MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"
PIECE = 1 << 18

CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The ASiC-E container, byte for byte; docs/evidence.md says what is in it.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Chosen(Strict):
    """A document, or some of its pages."""

    document: str = Field(max_length=36, examples=["0193"])
    pages: list[int] = Field(
        default=[], max_length=10_000, examples=[[1, 2]], description="From 1; none: all of them."
    )
    label: str | None = Field(default=None, max_length=200, description="What it is called in the case.")


class Terms(Strict):
    """How a package is made."""

    language: Language = Field(default="en", description="Of the report and the labels of readable copies.")
    recipient: Recipient = Field(default="court", description="For whom it is; the log says so.")
    checkpoint: int | None = Field(
        default=None,
        ge=1,
        description="Size of the log to prove against; null: the newest under a verified stamp, else the newest.",
    )


AS_USUAL = Terms()


class NewPackage(Terms):
    """What a package is to hold, in this order."""

    documents: list[Chosen] = Field(min_length=1, max_length=1000)


class PackageState(Strict):
    """A package, as far as it has come."""

    package: str
    state: Literal["building", "ready", "failed", "erased"]
    documents: list[str]
    done: int = Field(description="How many of the documents are done; after the last comes the report.")
    language: str
    checkpoint: int
    pending: bool = Field(description="A time proof was still to come when it was ordered.")
    sha256: str | None = Field(description="Of the container, once it is ready.")
    size: int | None
    ordered_at: datetime
    made_at: datetime | None
    reason_code: str | None = Field(examples=["PACKAGE_UNSOUND"], description="Why it could not be made.")
    reason: str | None
    content: str | None = Field(description="Where its bytes are, once it is ready.")


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": PackageState, "description": "It is kept already: fetch it from `content`."},
    202: {"description": "It is being made; `Location` tells when it is there."},
}


@router.post(
    "/packages",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=PackageState,
    responses=ANSWERS,
    dependencies=[EXPORTING],
)
def order(
    request: Request,
    response: Response,
    body: NewPackage,
    actor: Exporter,
    idempotency_key: IdempotencyKey = None,
) -> PackageState:
    """Order a package of documents. The same papers under the same evidence give the package that is kept."""
    choices = tuple(Choice(one.document, tuple(one.pages), one.label) for one in body.documents)
    return _ordered(request, response, actor, choices, body, idempotency_key)


@router.post(
    "/documents/{document_id}/package",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=PackageState,
    responses=ANSWERS,
    dependencies=[EXPORTING],
)
def order_one(
    request: Request,
    response: Response,
    document_id: DocumentId,
    actor: Exporter,
    body: Terms = AS_USUAL,
    idempotency_key: IdempotencyKey = None,
) -> PackageState:
    """Order a package of one document; without a body, in English and for a court."""
    return _ordered(request, response, actor, (Choice(document_id),), body, idempotency_key)


@router.get("/packages/{package_id}")
def show(request: Request, package_id: PackageId, actor: Exporter) -> PackageState:
    """How far a package has come; it needs the right to all that is in it."""
    with service_of(request).archive.catalogue.read() as connection:
        return _answer(find_exported(connection, actor, package_id))


@router.get("/packages/{package_id}/content", response_class=StreamingResponse, responses=CONTENT)
def content(request: Request, package_id: PackageId, actor: Exporter) -> StreamingResponse:
    """The bytes of a package that is ready; needs the right to all that is in it, and is an entry of the log."""
    archive = service_of(request).archive
    package = take_out(archive, actor, package_id)
    stream = open_package(archive, package_id)

    def pieces() -> Iterator[bytes]:
        with stream:
            while piece := stream.read(PIECE):
                yield piece

    name = f"{package_id}{'.TIME-PROOF-PENDING' if package.pending else ''}.asice"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(package.size),
        "Repr-Digest": repr_digest(package.digest or ""),
    }
    return StreamingResponse(pieces(), media_type=MEDIA_TYPE, headers=headers)


def _ordered(
    request: Request,
    response: Response,
    actor: Actor,
    choices: tuple[Choice, ...],
    terms: Terms,
    key: str | None,
) -> PackageState:
    wanted = Order(choices, terms.language, terms.checkpoint, terms.recipient)
    package = order_documents(service_of(request), actor, wanted, key)
    response.headers["Location"] = f"/api/v1/packages/{package.id}"
    if package.state == "ready":
        response.status_code = status.HTTP_200_OK
    return _answer(package)


def _answer(package: Package) -> PackageState:
    return PackageState(
        package=package.id,
        state=package.state,
        documents=list(package.documents),
        done=package.done,
        language=package.language,
        checkpoint=package.checkpoint,
        pending=package.pending,
        sha256=package.digest,
        size=package.size,
        ordered_at=package.ordered_at,
        made_at=package.made_at,
        reason_code=package.reason_code,
        reason=package.reason,
        content=f"/api/v1/packages/{package.id}/content" if package.state == "ready" else None,
    )
