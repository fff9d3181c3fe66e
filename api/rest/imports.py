"""/imports: files of the collection system, read by a worker; what became of their rows, or would.

/import-mappings beside.
"""

import json
from collections.abc import Mapping as AnyMapping
from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy import Row

from api.access import Action, Actor
from api.addresses import inside
from api.forms import form_of, streams_form
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from api.rest.record_history import FieldChange, told_fields
from api.rest.uploads import BodyReader, check_length, upload_body
from api.trials import trial_rows
from api.turns import UPLOADING
from archive.registry import find_portfolio
from ingest.importing.columns import Mapping, What
from ingest.importing.days import Order
from ingest.importing.jobs import NewImport, get_import, list_imports, problems_of, receive_import
from ingest.importing.mappings import list_mappings, load_mapping, save_mapping
from ingest.importing.problems import ADVICE, Outcome
from tabellion.base.errors import BadRequest

router = APIRouter(tags=["registry"])
Writer = Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))]
ImportId = Annotated[str, Path(max_length=36)]
_FORM_FIELDS = ("what", "mapping", "encoding", "separator", "portfolio", "dates", "dry_run", "to")


class ImportCounts(Strict):
    """How many rows were read so far, and what became of them."""

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: int
    warned: int = Field(description="Rows that were taken although something is wrong with them.")
    emptied: dict[str, int] = Field(
        default={},
        description="Fields that lose all they held, and in how many records.",
        examples=[{"iban": 3}],
    )


class ImportState(Strict):
    """An import, and how far it is."""

    id: str
    what: Literal["debtors", "claims"]
    file_name: str
    dry_run: bool
    state: Literal["waiting", "running", "done", "failed"]
    reason: str | None = Field(description="Why it failed as a whole.")
    columns: dict[str, str | None] | None = Field(
        description="Columns of the file and the fields that they were taken for; null: for none."
    )
    counts: ImportCounts
    at: datetime
    finished_at: datetime | None


class Imports(Strict):
    """A part of the list, newest first."""

    imports: list[ImportState]
    next: str | None


class RowProblem(Strict):
    """Something wrong with a row of the file."""

    line: int
    field: str
    code: str = Field(examples=["BAD_DATE"])
    value: str = Field(
        description="The cell that cannot be taken, or its beginning.", examples=["31.02.2024"]
    )
    reason: str
    advice: str


class RowProblems(Strict):
    """A part of the report, in the order of the file."""

    problems: list[RowProblem]
    next: str | None


class TrialRow(Strict):
    """What would become of a row of the file."""

    line: int
    outcome: Outcome
    external_id: str | None
    title: str | None = Field(description="The name or number, as the row has it; null of a refused one.")
    record: str | None = Field(description="The debtor or claim that there is already, if it is in scope.")
    in_scope: bool = Field(description="False: what stands in the record now (`from`) is left empty.")
    changes: list[FieldChange] = Field(description="What would change of the record.")
    problems: list[str] = Field(description="Codes of what is wrong with it.", examples=[["CHECK_DIGIT"]])


class TrialRows(Strict):
    """A part of the rows of a trial, in the order of the file."""

    rows: list[TrialRow]
    next: str | None


class SavedMapping(Strict):
    """Columns and the fields that they hold."""

    columns: dict[str, str] = Field(
        examples=[{"Numer": "external_id", "Nazwisko i imię": "name"}], max_length=500
    )


class NamedMapping(SavedMapping):
    """A mapping with its name."""

    name: str


@router.post(
    "/imports",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ImportState,
    responses={303: {"description": "A form that named `to`: on to that page."}},
    openapi_extra=upload_body({name: {} for name in _FORM_FIELDS}),
    dependencies=[UPLOADING],
)
@streams_form
async def start(
    request: Request,
    response: Response,
    actor: Writer,
    what: Annotated[What | None, Query(description="What the rows are.")] = None,
    name: Annotated[str, Query(max_length=200, description="The sender's name of the file.")] = "",
    mapping: Annotated[
        str | None,
        Query(
            max_length=20_000, description="A saved mapping by name, or a JSON object of columns and fields."
        ),
    ] = None,
    encoding: Annotated[str | None, Query(max_length=40)] = None,
    separator: Annotated[str | None, Query(max_length=1)] = None,
    portfolio: Annotated[
        str | None, Query(max_length=200, description="Portfolio of claims whose rows name none.")
    ] = None,
    dates: Annotated[
        Order | None,
        Query(
            description="What comes first in dates such as 03/04/1975; without it the day, or the row is refused."
        ),
    ] = None,
    dry_run: Annotated[bool, Query(description="Only say what would become of the rows.")] = False,
) -> Any:
    """Take in a file of CSV, XLSX or JSON Lines: rows with a known external id are brought up to date.

    A worker reads it; `GET /imports/{id}` says how far it is, `/problems` what is wrong with which row.
    """
    service = service_of(request)
    check_length(request, service.options.max_upload_bytes)
    given: dict[str, Any] = {
        "what": what,
        "mapping": mapping,
        "encoding": encoding,
        "separator": separator,
        "portfolio": portfolio,
        "dates": dates,
        "dry_run": dry_run,
    }
    form = form_of(request)
    save_as = ""
    if form is None:
        reader = BodyReader(request.stream())
    else:
        fields = await form.fields()
        if (chosen := _chosen(fields)) is not None:
            given["mapping"], save_as = json.dumps(chosen), fields.get("save_as", "").strip()
        given |= {key: value for key in _FORM_FIELDS if (value := fields.get(key, "").strip())}
        name = await form.file_name()
        reader = BodyReader(form.pieces())
    to = given.pop("to", None)
    made = await to_thread.run_sync(
        lambda: _start(request, actor, reader, name, given, save_as), limiter=request.app.state.uploads
    )
    if to is not None:
        return RedirectResponse(f"{inside(to)}/{made.id}", status.HTTP_303_SEE_OTHER)
    response.headers["Location"] = f"/api/v1/imports/{made.id}"
    return made


@router.get("/imports")
def imports(request: Request, actor: Writer, limit: Limit = 20, cursor: Cursor = None) -> Imports:
    """Imports, newest first."""
    before = None if cursor is None else read_cursor(cursor, str)[0]
    with service_of(request).archive.catalogue.read() as connection:
        rows = list_imports(connection, limit + 1, before)
    following = write_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Imports(imports=[state_of(row) for row in rows[:limit]], next=following)


@router.get("/imports/{import_id}")
def show(request: Request, import_id: ImportId, actor: Writer) -> ImportState:
    """How far an import is."""
    with service_of(request).archive.catalogue.read() as connection:
        return state_of(get_import(connection, import_id))


@router.get("/imports/{import_id}/problems")
def problems(
    request: Request, import_id: ImportId, actor: Writer, limit: Limit = 100, cursor: Cursor = None
) -> RowProblems:
    """What is wrong with which row; the first ten thousand are kept."""
    after = 0 if cursor is None else read_cursor(cursor, int)[0]
    with service_of(request).archive.catalogue.read() as connection:
        get_import(connection, import_id)
        rows = problems_of(connection, import_id, limit + 1, after)
    following = write_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return RowProblems(problems=[problem_of(row) for row in rows[:limit]], next=following)


@router.get("/imports/{import_id}/rows")
def rows(
    request: Request,
    import_id: ImportId,
    actor: Writer,
    outcome: Annotated[Outcome | None, Query(description="Only rows with this one.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> TrialRows:
    """What would become of each row of a trial (`dry_run`); the first 200,000 are kept, a day at most.

    They go as soon as the same account hands in another file. Of an import that was written there are none.
    """
    after = 0 if cursor is None else read_cursor(cursor, int)[0]
    with service_of(request).archive.catalogue.read() as connection:
        one = get_import(connection, import_id)
        found = trial_rows(connection, actor, import_id, one.what, limit + 1, after, outcome)
    following = write_cursor(found[limit - 1].place) if len(found) > limit else None
    told = [
        TrialRow(
            line=row.line,
            outcome=row.outcome,
            external_id=row.external_id,
            title=row.title,
            record=row.record,
            in_scope=row.within,
            changes=told_fields(row.changes),
            problems=[each.code for each in row.problems],
        )
        for row in found[:limit]
    ]
    return TrialRows(rows=told, next=following)


@router.get("/import-mappings")
def mappings(request: Request, actor: Writer, what: What) -> list[NamedMapping]:
    """Saved mappings by name."""
    with service_of(request).archive.catalogue.read() as connection:
        return [NamedMapping(name=row.name, columns=row.columns) for row in list_mappings(connection, what)]


@router.put("/import-mappings/{name}", status_code=status.HTTP_204_NO_CONTENT)
def put_mapping(
    request: Request,
    name: Annotated[str, Path(min_length=1, max_length=80)],
    body: SavedMapping,
    actor: Writer,
    what: What,
) -> None:
    """Save a mapping under a name, for files that come again; one of that name is replaced."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        save_mapping(archive, connection, name, Mapping(what, body.columns), actor.pseudonym)


def state_of(row: Row[Any]) -> ImportState:
    """An import as it is told."""
    return ImportState(
        id=row.id,
        what=row.what,
        file_name=row.file_name,
        dry_run=row.dry_run,
        state=row.state,
        reason=row.reason,
        columns=row.options.get("told"),
        counts=ImportCounts(**row.counts),
        at=row.at,
        finished_at=row.finished_at,
    )


def problem_of(row: Row[Any]) -> RowProblem:
    """A problem as it is told."""
    return RowProblem(
        line=row.line,
        field=row.field,
        code=row.code,
        value=row.value,
        reason=row.reason,
        advice=ADVICE.get(row.code, ""),
    )


def _start(
    request: Request, actor: Actor, reader: BodyReader, name: str, given: dict[str, Any], save_as: str
) -> ImportState:
    service = service_of(request)
    if given["what"] not in ("debtors", "claims"):
        raise BadRequest("say what the rows are: debtors or claims")
    with service.archive.catalogue.read() as connection:
        columns = _columns(connection, given["what"], given["mapping"])
        folder = given["portfolio"] and find_portfolio(connection, given["portfolio"])
    if save_as and columns is not None:
        with service.archive.catalogue.write() as connection:
            save_mapping(
                service.archive, connection, save_as, Mapping(given["what"], columns), actor.pseudonym
            )
    wanted = NewImport(
        what=given["what"],
        file_name=name or "import",
        columns=columns,
        encoding=given["encoding"],
        separator=given["separator"],
        portfolio=folder or None,
        dates=given["dates"],
        dry_run=given["dry_run"] in (True, "true", "on", "1"),
    )
    limit = service.options.max_upload_bytes
    made = receive_import(service.archive, reader, wanted, actor.pseudonym, limit)
    service.nudge()
    with service.archive.catalogue.read() as connection:
        return state_of(get_import(connection, made))


def _chosen(fields: AnyMapping[str, str]) -> dict[str, str] | None:
    """The mapping that somebody chose on the page of a trial, column by column; None on another form."""
    columns = {
        name.removeprefix("column."): value for name, value in fields.items() if name.startswith("column.")
    }
    if not columns:
        return None
    return {column: field for place, column in columns.items() if (field := fields.get(f"field.{place}", ""))}


def _columns(connection: Any, what: What, mapping: str | None) -> dict[str, str] | None:
    if mapping is None:
        return None
    if not mapping.lstrip().startswith("{"):
        return dict(load_mapping(connection, what, mapping).columns)
    try:
        columns = json.loads(mapping)
    except ValueError as error:
        raise BadRequest("the mapping is no JSON object") from error
    return SavedMapping(columns=columns).columns
