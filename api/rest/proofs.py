"""/manifests and /stamps/.../proof: what auditors check on their own machines; no word of any paper is in it."""

import base64
from typing import Annotated, Any

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field
from sqlalchemy import Connection, Row, select

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import BYTES, Strict
from archive.catalogue.schema import deposits, manifests, stamps
from archive.evidence_records import EvidenceRecords
from archive.originals import Erased
from archive.packaging.folders import manifest_bytes
from archive.verification.stamp_check import PROVED
from tabellion.base.errors import NotFound

router = APIRouter(tags=["evidence"])
Auditor = Annotated[Actor, Depends(Ask(Action.LOG_READ))]
Digest = Annotated[str, Path(max_length=64, description="SHA-256, hexadecimal: what an entry names.")]


class TimeProof(Strict):
    """The evidence record over a manifest and its files; both null while the time proof is pending."""

    stamp: str | None = Field(description="The stamp with which the record begins.")
    record: str | None = Field(description="DER of an RFC 4998 EvidenceRecord, base64.")


class OtherOperator(Strict):
    """A token of another operator over the root of a stamp."""

    token: str = Field(description="DER, base64.")
    record: str | None = Field(
        description="The evidence record over the token, where it was renewed; base64."
    )


class StampProof(Strict):
    """What helps on the way from a stamp's tokens to the CAs that a verifier trusts; all of it base64 of DER."""

    others: list[OtherOperator]
    certificates: list[str]
    lists: list[str] = Field(description="Revocation lists.")


@router.get("/manifests/{digest}", response_class=Response, responses={200: {"content": BYTES}})
def manifest(request: Request, digest: Digest, _: Auditor) -> Response:
    """An evidence manifest, byte for byte: what entries of the log name as their subject."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        row = _row(connection, digest)
        data = manifest_bytes(archive, connection, row.deposit_id, row.version)
    return Response(data, media_type="application/octet-stream")


@router.get("/manifests/{digest}/time")
def time_proof(request: Request, digest: Digest, _: Auditor) -> TimeProof:
    """The evidence record that proves since when the manifest and its files exist."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        row = _row(connection, digest)
    history = EvidenceRecords(archive).of_manifest(row.deposit_id, row.version)
    if history is None:
        return TimeProof(stamp=None, record=None)
    return TimeProof(stamp=row.stamp_id, record=_text(history.to_bytes()))


@router.get("/stamps/{stamp_id}/proof")
def stamp_proof(request: Request, stamp_id: Annotated[str, Path(max_length=36)], _: Auditor) -> StampProof:
    """Certificates and revocation lists for the tokens of a stamp, and tokens of other operators over its root."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        state = connection.scalar(select(stamps.c.state).where(stamps.c.id == stamp_id))
    if state not in PROVED:
        raise NotFound("there is no such stamp, or its token is still to come")
    records = EvidenceRecords(archive)
    certificates, lists = records.helpers(stamp_id)
    return StampProof(
        others=[
            OtherOperator(token=_text(one.der), record=None if one.record is None else _text(one.record))
            for one in records.others(stamp_id)
        ],
        certificates=[_text(one.public_bytes(Encoding.DER)) for one in certificates],
        lists=[_text(one.public_bytes(Encoding.DER)) for one in lists],
    )


def _row(connection: Connection, digest: str) -> Row[Any]:
    row = connection.execute(
        select(manifests, deposits.c.erased_at)
        .join(deposits, deposits.c.id == manifests.c.deposit_id)
        .where(manifests.c.digest == digest)
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such manifest")
    if row.erased_at is not None:
        raise Erased("the deposit of this manifest was erased")
    return row


def _text(der: bytes) -> str:
    return base64.b64encode(der).decode()
