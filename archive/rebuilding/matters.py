"""Matters with their claims, selections and packages out of the newest matter records."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from archive.catalogue.schema import (
    claims,
    matter_claims,
    matter_packages,
    matters,
    selection_items,
    selections,
)
from archive.catalogue.upsert import insert_if_absent
from archive.rebuilding.records_read import Newest
from tabellion.base.clock import parse_rfc3339


def write_matters(connection: Connection, found: Iterable[Newest], now: datetime) -> int:
    """Write the matters; gives how many. Their papers may have been erased: the selection still names them."""
    count = 0
    for record in found:
        count += 1
        value = record.value
        connection.execute(
            insert(matters).values(
                id=record.id,
                name=value["name"],
                court=value.get("court"),
                case_numbers=value["case_numbers"],
                state=value["state"],
                opened_by=value["opened_by"],
                opened_at=parse_rfc3339(value["opened_at"]),
                version=record.number,
                record_n=record.number,
            )
        )
        for claim in value["claims"]:
            _write_claim(connection, claim, now)
            connection.execute(insert(matter_claims).values(matter_id=record.id, claim_id=claim["claim"]))
        for selection in value["selections"]:
            _write_selection(connection, record.id, selection)
        for package in value["packages"]:
            connection.execute(
                insert(matter_packages).values(
                    matter_id=record.id,
                    selection_id=package["selection"],
                    package_id=package["package"],
                    ordered_by=package["ordered_by"],
                    ordered_at=parse_rfc3339(package["ordered_at"]),
                    filed_at=_instant(package.get("filed_at")),
                    filed_by=package.get("filed_by"),
                )
            )
    return count


def _write_claim(connection: Connection, claim: Mapping[str, Any], now: datetime) -> None:
    """A skeleton of the claim that the matter names, until the registry is imported again."""
    if "number" not in claim:
        return
    row = {
        "id": claim["claim"],
        "number": claim["number"],
        "external_id": claim.get("external_id"),
        "dates": {},
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    insert_if_absent(connection, claims, row, key=("id",))


def _write_selection(connection: Connection, matter_id: str, value: Mapping[str, Any]) -> None:
    connection.execute(
        insert(selections).values(
            id=value["id"],
            matter_id=matter_id,
            number=value["number"],
            frozen_at=_instant(value.get("frozen_at")),
        )
    )
    for position, item in enumerate(value["items"], 1):
        connection.execute(
            insert(selection_items).values(
                selection_id=value["id"],
                position=position,
                document_id=item["document"],
                first_page=item["first"],
                last_page=item["last"],
                label=item.get("label"),
                passed_over=item["passed_over"],
            )
        )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_rfc3339(text)
