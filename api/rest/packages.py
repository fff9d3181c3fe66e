"""/matters/.../packages: what was ordered for a legal case, where it stands, and whether it was filed."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response, status
from pydantic import Field

from api import access
from api.access import Action, Actor
from api.exporting import order_for
from api.packages import PackageShown, find_shown, packages_shown
from api.request import Ask, service_of
from api.rest.common import Strict
from api.turns import EXPORTING
from archive.matter_packages import file_package
from archive.packages import Recipient

router = APIRouter(prefix="/matters/{matter_id}/packages", tags=["matters"])
Reader = Annotated[Actor, Depends(Ask(Action.MATTER_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.MATTER_WRITE))]
Exporter = Annotated[Actor, Depends(Ask(Action.EXPORT))]
MatterId = Annotated[str, Path(max_length=36)]
PackageId = Annotated[str, Path(max_length=36)]


class PackageIn(Strict):
    """What is ordered: a selection of the matter, and for whom."""

    selection: str = Field(max_length=36)
    language: Literal["en", "pl", "it"] = "en"
    recipient: Recipient = "court"
    decisions: list[str] = Field(
        default=[],
        max_length=1000,
        examples=[["0193….0-0:0194…:this"]],
        description="Where a paper was scanned more than once: DOCUMENT.FIRST-LAST:TWIN:this, other or both.",
    )
    looked: bool = Field(
        default=False,
        description="Who orders has looked himself at who else stands on the pages: needed where no claim of the "
        "matter names a debtor, so that nobody could check it (else `OTHERS_UNCHECKED`).",
    )


class PackageOut(Strict):
    """A package of a matter, as far as it has come."""

    package: str
    selection: str
    stage: Literal["building", "ready", "pending", "filed", "failed", "erased"] = Field(
        description="`pending`: it is ready, and a time proof was still to come when it was made."
    )
    done: int = Field(description="How many of its documents are done; after the last comes the report.")
    documents: int = Field(description="How many documents it holds.")
    language: str | None
    checkpoint: int | None
    sha256: str | None
    size: int | None
    ordered_at: datetime
    made_at: datetime | None
    filed_at: datetime | None
    reason_code: str | None = Field(description="Why it could not be made.")
    reason: str | None
    content: str | None = Field(description="Where its bytes are, once it is ready.")


class Filed(Strict):
    """Whether it went to the court."""

    filed: bool = Field(examples=[True])


@router.post("", status_code=status.HTTP_202_ACCEPTED, dependencies=[EXPORTING])
def order(
    request: Request, response: Response, matter_id: MatterId, body: PackageIn, actor: Exporter, _: Writer
) -> PackageOut:
    """Order a package; equal orders under one checkpoint give the same one. `Location` tells when it is there."""
    service = service_of(request)
    made = order_for(
        service,
        actor,
        matter_id,
        body.selection,
        body.language,
        body.recipient,
        body.decisions,
        looked=body.looked,
    )
    service.nudge()
    response.headers["Location"] = f"/api/v1/matters/{matter_id}/packages/{made.id}"
    with service.archive.catalogue.read() as connection:
        return _answer(find_shown(service.archive, connection, actor, Action.MATTER_READ, matter_id, made.id))


@router.get("")
def list_all(request: Request, matter_id: MatterId, actor: Reader) -> list[PackageOut]:
    """The packages of a matter, newest first."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_matter(connection, actor, Action.MATTER_READ, matter_id)
        return [_answer(one) for one in packages_shown(archive, connection, [matter_id])]


@router.get("/{package_id}")
def show(request: Request, matter_id: MatterId, package_id: PackageId, actor: Reader) -> PackageOut:
    """A package of a matter, as far as it has come."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        return _answer(find_shown(archive, connection, actor, Action.MATTER_READ, matter_id, package_id))


@router.put("/{package_id}/filed")
def set_filed(
    request: Request, matter_id: MatterId, package_id: PackageId, body: Filed, actor: Writer
) -> PackageOut:
    """Say that the package went to the court, or that this was said in error."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        find_shown(archive, connection, actor, Action.MATTER_WRITE, matter_id, package_id)
        file_package(archive, connection, matter_id, package_id, actor.pseudonym, filed=body.filed)
        return _answer(find_shown(archive, connection, actor, Action.MATTER_READ, matter_id, package_id))


def _answer(shown: PackageShown) -> PackageOut:
    kept = shown.kept
    return PackageOut(
        package=shown.ordered.package,
        selection=shown.ordered.selection,
        stage=shown.stage,
        done=0 if kept is None else kept.done,
        documents=0 if kept is None else len(kept.documents),
        language=None if kept is None else kept.language,
        checkpoint=None if kept is None else kept.checkpoint,
        sha256=None if kept is None else kept.digest,
        size=None if kept is None else kept.size,
        ordered_at=shown.ordered.ordered_at,
        made_at=None if kept is None else kept.made_at,
        filed_at=shown.ordered.filed_at,
        reason_code=None if kept is None else kept.reason_code,
        reason=None if kept is None else kept.reason,
        content=f"/api/v1/packages/{kept.id}/content" if kept is not None and kept.state == "ready" else None,
    )
