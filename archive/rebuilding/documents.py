"""Documents with their pages, fields, links, scopes and relations out of the newest document records."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import (
    claims,
    cuts,
    document_deposits,
    document_pages,
    document_scopes,
    documents,
    fields,
    index_outbox,
    links,
    parties,
    relations,
)
from archive.catalogue.upsert import insert_if_absent
from archive.document_keys import write_field_keys
from archive.doubts import write_doubts
from archive.rebuilding.records_read import Newest
from archive.registry import fold_name
from tabellion.base.clock import parse_rfc3339

_DATES = ("document_date", "sent_date", "received_date")
_AS_THEY_ARE = ("reason_code", "reason", "kind_by", "subkind", "direction", "currency")


def write_documents(
    connection: Connection,
    found: Iterable[Newest],
    batch_of: Callable[[str], str],
    deposits: Mapping[str, datetime],
    now: datetime,
) -> int:
    """Write the documents and queue them for the index; gives how many.

    `deposits` are those that are there again; `batch_of` gives a batch that is, for the one that a record names.
    """
    records = list(found)
    for record in records:
        _write_document(connection, record, batch_of(record.value["batch"]), deposits, now)
        write_field_keys(connection, record.id)
        write_doubts(connection, record.id)
    known = {record.id for record in records}
    for record in records:
        for relation in record.value["relations"]:
            if relation["other"] in known:
                connection.execute(
                    insert(relations).values(
                        document_id=record.id,
                        other_id=relation["other"],
                        relation=relation["relation"],
                        first_page=relation.get("first"),
                        last_page=relation.get("last"),
                        granted=1,
                        actor=relation["actor"],
                        at=parse_rfc3339(relation["at"]),
                    )
                )
    return len(records)


def _write_document(
    connection: Connection, record: Newest, batch: str, deposits: Mapping[str, datetime], now: datetime
) -> None:
    value = record.value
    pages = [
        (span["deposit"], page)
        for span in value["spans"]
        if span["deposit"] in deposits and "last" in span
        for page in range(span["first"], span["last"] + 1)
    ]
    connection.execute(
        insert(documents).values(
            id=record.id,
            batch_id=batch,
            portfolio_id=value.get("portfolio", {}).get("id"),
            state=value["state"],
            kind=value["kind"],
            kind_confidence=float(value["kind_confidence"]),
            language=value["language"],
            amount_minor=int(value["amount_minor"]) if "amount_minor" in value else None,
            page_count=len(pages) or None,
            received_at=parse_rfc3339(value["received_at"]),
            version=record.number,
            record_n=record.number,
            **{name: value.get(name) for name in _AS_THEY_ARE},
            **{name: date.fromisoformat(value[name]) if name in value else None for name in _DATES},
        )
    )
    for position, one in enumerate(value["deposits"], 1):
        if one["deposit"] in deposits:
            connection.execute(
                insert(document_deposits).values(
                    document_id=record.id, position=position, deposit_id=one["deposit"]
                )
            )
    if pages:
        connection.execute(
            insert(document_pages),
            [
                {"document_id": record.id, "position": position, "deposit_id": deposit, "page": page}
                for position, (deposit, page) in enumerate(pages, 1)
            ],
        )
    _write_histories(connection, record.id, value, now)
    _write_cuts(connection, value, deposits)
    connection.execute(insert(index_outbox).values(document_id=record.id, at=now))


def _write_histories(connection: Connection, document: str, value: Mapping[str, Any], now: datetime) -> None:
    for one in value["fields"]:
        if read := one.get("machine"):
            # Before a person decided; the newer row of the same key is the present.
            _write_field(
                connection,
                document,
                {
                    **one,
                    **read,
                    "state": "machine",
                    "actor": None,
                    "despite": None,
                    "decided_on": {},
                },
            )
        _write_field(connection, document, one)
    for one in value["links"]:
        _write_target(connection, one, now)
        connection.execute(
            insert(links).values(
                link_id=one["link"],
                document_id=document,
                first_page=one["first"],
                last_page=one["last"],
                target_type=one["target_type"],
                target_id=one["target"],
                role=one["role"],
                score=float(one["score"]),
                basis=one["basis"],
                state=one["state"],
                actor=one.get("actor"),
                at=parse_rfc3339(one["at"]),
            )
        )
    for one in value["scopes"]:
        connection.execute(
            insert(document_scopes).values(
                document_id=document,
                first_page=one["first"],
                last_page=one["last"],
                scope=one["scope"],
                granted=1,
                actor=one.get("actor", SYSTEM_ACTOR),
                at=parse_rfc3339(one["at"]),
            )
        )


def _write_cuts(connection: Connection, value: Mapping[str, Any], deposits: Mapping[str, datetime]) -> None:
    """What was proposed and decided of papers that begin on the document's pages."""
    for one in value.get("cuts", ()):
        if one["deposit"] in deposits:
            connection.execute(
                insert(cuts).values(
                    deposit_id=one["deposit"],
                    page=one["page"],
                    confidence=float(one["confidence"]),
                    reasons=one["reasons"],
                    state=one["state"],
                    actor=one.get("actor"),
                    at=parse_rfc3339(one["at"]),
                )
            )


def _write_target(connection: Connection, link: Mapping[str, Any], now: datetime) -> None:
    """A skeleton of the party or claim that a link names, until the registry is imported again."""
    if "name" not in link:
        return
    row: dict[str, Any] = {
        "id": link["target"],
        "external_id": link.get("external_id"),
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    if link["target_type"] == "party":
        name = link["name"]
        row |= {
            "kind": link.get("party_kind", "person"),
            "display_name": name,
            "sort_name": fold_name(name),
            "address": {},
        }
        insert_if_absent(connection, parties, row, key=("id",))
    else:
        insert_if_absent(connection, claims, row | {"number": link["name"], "dates": {}}, key=("id",))


def _write_field(connection: Connection, document: str, one: Mapping[str, Any]) -> None:
    elsewhere = one.get("decided_on", {})
    connection.execute(
        insert(fields).values(
            document_id=document,
            name=one["name"],
            value=one["value"],
            raw=one["raw"],
            confidence=float(one["confidence"]),
            page=one["page"],
            box=[float(side) for side in one["box"]],
            rule=one["rule"],
            printed=one.get("printed"),
            state=one["state"],
            actor=one.get("actor"),
            despite=one.get("despite"),
            decided_on=elsewhere.get("document"),
            decided_at=parse_rfc3339(elsewhere["at"]) if elsewhere else None,
            at=parse_rfc3339(one["at"]),
        )
    )
