"""A package of a matter: how its making goes on, its bytes, and that it was filed with the court."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy import Connection, func, select

from api.access import Action, Actor
from api.exporting import order_for
from api.packages import PackageShown, file_name, find_shown, hand_out
from api.pages.paper import names_of
from api.pages.render import page
from api.request import Ask, service_of
from api.selected import lines_of
from api.turns import EXPORTING
from archive.archive import Archive
from archive.catalogue.schema import work
from archive.matter_packages import file_package
from archive.matters import find_matter
from archive.packages import WORK, ExportNotReady, ExportRefused, preview
from archive.selections import find_selection
from tabellion.base.errors import NotFound

router = APIRouter(prefix="/matters/{matter_id}/packages/{package_id}", include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.MATTER_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.MATTER_WRITE))]
Exporter = Annotated[Actor, Depends(Ask(Action.EXPORT))]
MatterId = Annotated[str, Path(max_length=36)]
PackageId = Annotated[str, Path(max_length=36)]

LOOK_AGAIN = "2"
"""Seconds after which a browser loads the page of a package that is still being made."""

MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"


@router.get("")
def show(request: Request, matter_id: MatterId, package_id: PackageId, actor: Reader) -> Response:
    """Where the package stands; while it is being made, the page comes again by itself."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        shown = find_shown(archive, connection, actor, Action.MATTER_READ, matter_id, package_id)
        matter = find_matter(connection, matter_id)
        selection = find_selection(connection, matter_id, shown.ordered.selection)
        lines = lines_of(connection, actor, selection.items)
        people = {shown.ordered.ordered_by, shown.ordered.filed_by or ""}
        context: dict[str, Any] = {
            "matter": matter,
            "selection": selection,
            "shown": shown,
            "lines": lines,
            "name": file_name(matter.facts.name, shown),
            "people": names_of(connection, people),
            "before": _before(connection, package_id),
            "begun_at": _begun_at(connection, package_id),
            "proved_now": shown.pending and _proved(archive, shown),
            "now": archive.clock.now(),
        }
    answer = page(request, "package.html", context, actor=actor, here="matters")
    if shown.stage == "building":
        answer.headers["Refresh"] = LOOK_AGAIN
    return answer


@router.get("/file")
def download(request: Request, matter_id: MatterId, package_id: PackageId, actor: Exporter) -> Response:
    """The package; needs the right to all that is in it, and is an entry of the log."""
    archive = service_of(request).archive
    shown, pieces = hand_out(archive, actor, matter_id, package_id)
    with archive.catalogue.read() as connection:
        name = file_name(find_matter(connection, matter_id).facts.name, shown)
    size = 0 if shown.kept is None or shown.kept.size is None else shown.kept.size
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
    }
    return StreamingResponse(pieces, media_type=MEDIA_TYPE, headers=headers)


@router.post("/filed")
def filed(
    request: Request,
    matter_id: MatterId,
    package_id: PackageId,
    actor: Writer,
    act: Annotated[Literal["filed", "not"], Form()],
) -> Response:
    """Say that the package went to the court, or that this was said in error."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        find_shown(archive, connection, actor, Action.MATTER_WRITE, matter_id, package_id)
        file_package(archive, connection, matter_id, package_id, actor.pseudonym, filed=act == "filed")
    return RedirectResponse(f"/matters/{matter_id}/packages/{package_id}", 303)


@router.post("/stamp")
def stamp(
    request: Request,
    matter_id: MatterId,
    package_id: PackageId,
    actor: Reader,
    _: Annotated[Actor, Depends(Ask(Action.STAMP))],
) -> Response:
    """Get the time proof now, so that the package can be made again with it."""
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        find_shown(service.archive, connection, actor, Action.MATTER_READ, matter_id, package_id)
    service.close_stamp()
    return RedirectResponse(f"/matters/{matter_id}/packages/{package_id}", 303)


@router.post("/again", dependencies=[EXPORTING])
def again(
    request: Request, matter_id: MatterId, package_id: PackageId, actor: Exporter, _: Writer
) -> Response:
    """Order the same once more: what failed, or what was made before its time proof came."""
    service = service_of(request)
    archive = service.archive
    with archive.catalogue.read() as connection:
        shown = find_shown(archive, connection, actor, Action.EXPORT, matter_id, package_id)
    if shown.kept is None or shown.kept.order is None:
        raise NotFound("the package was erased")
    wanted = shown.kept.order
    # The selection is frozen: what was said of its pages when it was first ordered holds.
    made = order_for(
        service, actor, matter_id, shown.ordered.selection, wanted.language, wanted.recipient, looked=True
    )
    service.nudge()
    return RedirectResponse(f"/matters/{matter_id}/packages/{made.id}", 303)


def _proved(archive: Archive, shown: PackageShown) -> bool:
    """Whether the same order would hold all its time proofs by now, those of extracts too."""
    if shown.kept is None or shown.kept.order is None:
        return False
    try:
        return not preview(archive, replace(shown.kept.order, checkpoint=None)).pending
    except (ExportRefused, ExportNotReady):
        return False


def _before(connection: Connection, package_id: str) -> int:
    """How much other work of people is done before this package is begun."""
    mine = select(work.c.priority, work.c.ready_at).where(
        work.c.kind == WORK, work.c.object_id == package_id, work.c.state == "ready"
    )
    row = connection.execute(mine).one_or_none()
    if row is None:
        return 0
    earlier = select(func.count()).where(
        work.c.state.in_(("ready", "leased")),
        work.c.priority <= row.priority,
        work.c.ready_at < row.ready_at,
    )
    return connection.scalar(earlier) or 0


def _begun_at(connection: Connection, package_id: str) -> datetime | None:
    """Since when a worker is at it; None while it waits."""
    query = select(work.c.ready_at).where(
        work.c.kind == WORK, work.c.object_id == package_id, work.c.state == "leased"
    )
    begun: datetime | None = connection.scalar(query)
    return begun
