"""`/imports`: hand in a file of debtors or claims, see how far it is and what is wrong with which row."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import Action, Actor
from api.pages.record_history import lines_of, names_in
from api.pages.render import page, speaker_of
from api.request import Ask, service_of
from api.trials import trial_rows
from archive.registry import list_portfolios
from ingest.importing.columns import FIELDS
from ingest.importing.jobs import get_import, list_imports, problems_of
from ingest.importing.mappings import list_mappings
from ingest.importing.problems import Outcome

router = APIRouter(prefix="/imports", include_in_schema=False)
Writer = Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))]

PER_PAGE = 50


@router.get("")
def start(
    request: Request,
    actor: Writer,
    before: Annotated[str | None, Query(max_length=36)] = None,
    write: Literal["debtors", "claims"] | None = None,
) -> Response:
    """The form, set to write what was tried where `write` says so, and the imports before, newest first."""
    with service_of(request).archive.catalogue.read() as connection:
        rows = list_imports(connection, PER_PAGE + 1, before)
        context = {
            "imports": rows[:PER_PAGE],
            "following": rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None,
            "mappings": [*list_mappings(connection, "debtors"), *list_mappings(connection, "claims")],
            "portfolios": list_portfolios(connection),
            "fields": FIELDS,
            "write": write,
        }
    return page(request, "imports.html", context, actor=actor, here="debtors")


@router.get("/{import_id}")
def show(
    request: Request,
    import_id: Annotated[str, Path(max_length=36)],
    actor: Writer,
    after: Annotated[int, Query(ge=0)] = 0,
    rows: Annotated[int, Query(ge=0)] = 0,
    only: Outcome | None = None,
) -> Response:
    """One import with its report; of a trial what would become of each row from that place on, or of those `only`."""
    say = speaker_of(request, actor)
    with service_of(request).archive.catalogue.read() as connection:
        row = get_import(connection, import_id)
        found = problems_of(connection, import_id, PER_PAGE + 1, after)
        listed = trial_rows(connection, actor, import_id, row.what, PER_PAGE + 1, rows, only)
        names = names_in(connection, actor, [one for each in listed for one in each.changes])
    context = {
        "one": row,
        "problems": found[:PER_PAGE],
        "following": found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
        "rows": [(each, lines_of(each.changes, names, say)) for each in listed[:PER_PAGE]],
        "further": listed[PER_PAGE - 1].place if len(listed) > PER_PAGE else None,
        "only": only,
        "fields": FIELDS[row.what],
        "listed": bool(listed) or only is not None or rows > 0,
    }
    return page(request, "import.html", context, actor=actor, here="debtors")
