"""/documents/.../evidence, history, verify, retry, and /verify: what is proved of a paper, and by whom."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import and_, or_, select

from api import access, proof
from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from api.rest.document_shapes import DocumentId
from api.rest.log_shapes import LogEntries, log_entry
from api.turns import VERIFYING
from archive.catalogue.schema import (
    batches,
    deposits,
    document_deposits,
    documents,
    log_entries,
    stations,
)
from archive.checks import Check as WholeCheck
from archive.checks import find_check, order_check
from ingest.retrying import retry_reading
from signing.verdict import Report
from tabellion.base.errors import Conflict, Forbidden

router = APIRouter(tags=["evidence"])
Reader = Annotated[Actor, Depends(Ask(Action.EVIDENCE))]
MOST_VERIFIED = 1000
NOT_PROVED = "That the paper was genuine or complete."


class DepositProof(Strict):
    """What is proved of one deposit. `received_at` is this archive's clock; `existed_by` is proved by the authority."""

    deposit: str
    received_at: datetime
    station: str | None = Field(description="As it claims.")
    sha256: str
    size: int
    receipt: bool
    erased_at: datetime | None
    entry: int | None = Field(description="Number of its entry in the log; null: not in the log yet.")
    consistent_to: int | None = Field(description="Size of the published checkpoint that covers the entry.")
    existed_by: datetime | None = Field(description="Null: time proof pending.")
    authority: str | None
    time_class: Literal["test", "ordinary", "qualified", "unknown"] | None
    failure: str | None = Field(description="Why the time proof does not come; null: nothing is wrong.")
    authorities: tuple[str, ...] = Field(
        description="All authorities that prove the time, each alone; the first is `authority`."
    )
    witnesses: tuple[str, ...] = Field(
        description="Witnesses outside that have cosigned a checkpoint with the entry."
    )


class Check(Strict):
    """The last time that the evidence was checked by reading the bytes again."""

    at: datetime
    outcome: Literal["passed", "failed", "undecided"]


class Evidence(Strict):
    """What the evidence panel shows."""

    document: str
    deposits: list[DepositProof]
    last_check: Check | None
    not_proved: str = NOT_PROVED


class Finding(Strict):
    """Something that a reader of the report must know."""

    code: str = Field(examples=["TIME_PENDING"])
    detail: str
    document: str | None = None


class Trusted(Strict):
    """Something that was trusted, and where it came from."""

    use: str
    fingerprint: str
    source: str


Verdict = Literal["PASSED", "FAILED", "INDETERMINATE"]


class Verification(Strict):
    """The report of a verification, as `tabellion verify --json` prints it."""

    overall: Verdict
    policy: str
    headline: str = Field(examples=["PASSED under policy embedded: test authority, no legal value"])
    integrity: Verdict
    time: Verdict
    origin: Verdict
    log: Verdict
    witness: Verdict
    completeness: Verdict
    time_class: str
    time_authorities: list[str]
    findings: list[Finding]
    checked: dict[str, int] = Field(examples=[{"documents": 1, "originals": 1}])
    trust: list[Trusted]


class Running(Strict):
    """A verification of everything, as far as it has come."""

    verification: str
    state: Literal["running", "done", "failed"]
    done: int = Field(description="Things that are checked.")
    total: int = Field(description="Things that there are; 0: not counted yet.")
    report: Verification | None
    reason_code: str | None
    reason: str | None
    asked_at: datetime
    finished_at: datetime | None


class Accepted(Strict):
    """It will be done; what comes of it is seen at this address."""

    at: str


class ToVerify(Strict):
    """The documents to verify; null: everything that the archive holds, for auditors."""

    documents: list[str] | None = Field(
        default=None, min_length=1, max_length=MOST_VERIFIED, examples=[["0193"]]
    )


@router.get("/documents/{document_id}/evidence")
def evidence(request: Request, document_id: DocumentId, actor: Reader) -> Evidence:
    """What is proved of a document and what is not, out of the catalogue; `verify` reads the bytes again."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_evidence(connection, actor, document_id)
        rows = connection.execute(
            select(deposits, stations.c.name.label("station"))
            .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
            .join(batches, batches.c.id == deposits.c.batch_id)
            .outerjoin(stations, stations.c.id == batches.c.station_id)
            .where(document_deposits.c.document_id == document_id)
            .order_by(document_deposits.c.position)
        ).all()
        found = proof.proofs(archive, connection, rows)
        last = proof.last_check(connection, document_id)
    return Evidence(
        document=document_id,
        deposits=[DepositProof(**_members(one)) for one in found],
        last_check=None if last is None else Check(at=last.at, outcome=last.outcome),
    )


@router.get("/documents/{document_id}/history")
def history(
    request: Request,
    document_id: DocumentId,
    actor: Reader,
    limit: Limit = 100,
    cursor: Cursor = None,
    chain: Annotated[
        Literal["custody", "access"], Query(description="Who looked (`access`) only auditors may see.")
    ] = "custody",
) -> LogEntries:
    """The entries of the log about a document and its deposits, oldest first; keyset paging by number."""
    if chain == "access":
        access.require(actor, Action.LOG_READ)
    after = -1 if cursor is None else read_cursor(cursor, int)[0]
    with service_of(request).archive.catalogue.read() as connection:
        access.require_evidence(connection, actor, document_id)
        held = select(document_deposits.c.deposit_id).where(document_deposits.c.document_id == document_id)
        about = or_(
            and_(log_entries.c.object_type == "document", log_entries.c.object_id == document_id),
            and_(log_entries.c.object_type == "deposit", log_entries.c.object_id.in_(held)),
        )
        rows = connection.execute(
            select(log_entries)
            .where(about, log_entries.c.chain == chain, log_entries.c.seq > after)
            .order_by(log_entries.c.seq)
            .limit(limit + 1)
        ).all()
    following = write_cursor(rows[limit - 1].seq) if len(rows) > limit else None
    return LogEntries(entries=[log_entry(row) for row in rows[:limit]], next=following)


@router.post("/documents/{document_id}/verify", dependencies=[VERIFYING])
def verify_document(request: Request, document_id: DocumentId, actor: Reader) -> Verification:
    """Read the bytes of one document again and compare them with everything that is known of them; an entry."""
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        access.require_evidence(connection, actor, document_id)
    report = service.verify([document_id])
    proof.record_check(service.archive, actor, "document", document_id, report)
    return _verification(report)


@router.post(
    "/verify",
    response_model=Verification,
    responses={202: {"model": Running, "description": "Everything is being verified; see `Location`."}},
    dependencies=[VERIFYING],
)
def verify(
    request: Request, response: Response, body: ToVerify, actor: Reader
) -> Verification | JSONResponse:
    """Verify documents, as long as reading them takes; or everything, which a worker does: then 202 with `Location`.

    The check is an entry of the log.
    """
    service = service_of(request)
    archive = service.archive
    if body.documents is None:
        access.require(actor, Action.LOG_READ)
        with archive.catalogue.write() as connection:
            check = find_check(connection, order_check(archive, connection, actor.pseudonym))
        service.nudge()
        return JSONResponse(
            _running(check).model_dump(mode="json"),
            status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/verifications/{check.id}"},
        )
    with archive.catalogue.read() as connection:
        for document_id in body.documents:
            access.require_evidence(connection, actor, document_id)
    report = service.verify(body.documents)
    for document_id in body.documents:
        # One entry an object: an act on several is one entry each (EVIDENCE section 2).
        proof.record_check(archive, actor, "document", document_id, report)
    return _verification(report)


@router.get("/verifications/{check_id}")
def verification(
    request: Request,
    check_id: Annotated[str, Path(max_length=36)],
    _: Annotated[Actor, Depends(Ask(Action.LOG_READ))],
) -> Running:
    """A verification of everything: how far it is, and its report once it is done."""
    with service_of(request).archive.catalogue.read() as connection:
        return _running(find_check(connection, check_id))


@router.post("/documents/{document_id}/retry", status_code=status.HTTP_202_ACCEPTED)
def retry(
    request: Request,
    response: Response,
    document_id: DocumentId,
    actor: Annotated[Actor, Depends(Ask(Action.RETRY))],
) -> Accepted:
    """Have a document that could not be read tried again; what comes of it is in its state."""
    service = service_of(request)
    archive = service.archive
    with archive.catalogue.write() as connection:
        if not actor.may(Action.OPERATIONS):
            access.require_document(connection, actor, Action.RETRY, document_id)
        row = connection.execute(select(documents.c.state).where(documents.c.id == document_id)).one_or_none()
        if row is None:
            raise Forbidden(access.NO_DOCUMENT)
        if row.state != "failed":
            raise Conflict("the document did not fail", advice="Only what failed is tried again.")
        held = connection.scalars(
            select(document_deposits.c.deposit_id).where(document_deposits.c.document_id == document_id)
        ).all()
        if not retry_reading(archive, connection, held):
            raise Conflict("it is being tried already")
    service.nudge()
    response.headers["Location"] = f"/api/v1/documents/{document_id}"
    return Accepted(at=response.headers["Location"])


def _running(check: WholeCheck) -> Running:
    return Running(
        verification=check.id,
        state=check.state,
        done=check.done,
        total=check.total,
        report=None if check.report is None else Verification(**check.report),
        reason_code=check.reason_code,
        reason=check.reason,
        asked_at=check.asked_at,
        finished_at=check.finished_at,
    )


def _verification(report: Report) -> Verification:
    return Verification(**report.to_json())


def _members(one: proof.Proof) -> dict[str, Any]:
    return {name: getattr(one, name) for name in proof.Proof.__slots__}
