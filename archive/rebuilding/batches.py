"""Batches, portfolios and stations out of the newest batch records."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import announced, batch_items, batches, portfolios, stations
from archive.catalogue.upsert import insert_if_absent
from archive.rebuilding.records_read import Newest
from tabellion.base.clock import parse_rfc3339


def write_batches(connection: Connection, found: Iterable[Newest]) -> dict[str, dict[str, Any]]:
    """Write the batches; gives the items that are not simply held, by identifier, for `write_items`."""
    items: dict[str, dict[str, Any]] = {}
    supplements: dict[str, str] = {}
    for record in found:
        value = record.value
        opened_at = parse_rfc3339(value["opened_at"])
        if "portfolio" in value:
            write_portfolio(connection, value["portfolio"], opened_at)
        if "station" in value:
            _write_station(connection, value["station"], opened_at)
        connection.execute(
            insert(batches).values(
                id=record.id,
                name=value["name"],
                origin=value["origin"],
                portfolio_id=value.get("portfolio", {}).get("id"),
                station_id=value.get("station", {}).get("id"),
                operator=value.get("operator"),
                sides_mode=value["sides_mode"],
                sheets=value.get("sheets"),
                sides=value.get("sides"),
                state=value["state"],
                close_reason=value.get("close_reason"),
                opened_at=opened_at,
                closed_at=_instant(value.get("closed_at")),
                version=record.number,
                record_n=record.number,
            )
        )
        if "supplement_of" in value:
            supplements[record.id] = value["supplement_of"]
        for item in value["items"]:
            items[item["id"]] = {**item, "batch": record.id}
        for one in value["announced"]:
            connection.execute(insert(announced).values(batch_id=record.id, **one))
    written = set(connection.execute(select(batches.c.id)).scalars())
    for batch, other in supplements.items():
        if other not in written:
            continue
        connection.execute(update(batches).where(batches.c.id == batch).values(supplement_of=other))
    return items


def write_portfolio(connection: Connection, value: Mapping[str, Any], at: datetime) -> None:
    """A portfolio as a record names it, unless it is there."""
    row = {
        "id": value["id"],
        "name": value["name"],
        "external_id": value.get("external_id"),
        "created_at": at,
    }
    insert_if_absent(connection, portfolios, row, key=("id",))


def write_items(
    connection: Connection,
    items: Mapping[str, Mapping[str, Any]],
    held: Iterable[Mapping[str, Any]],
    deposits: Mapping[str, datetime],
    batch_of: Callable[[str], str],
) -> None:
    """Write the items of all batches: those of batch records, and the held ones that document records tell of.

    `deposits` are those that were rebuilt, with the time of their receipt; `batch_of` gives a batch that is there.
    """
    replaced: dict[str, str] = {}
    for item in items.values():
        if item.get("deposit") is not None and item["deposit"] not in deposits:
            continue
        connection.execute(
            insert(batch_items).values(
                id=item["id"],
                batch_id=item["batch"],
                sequence=item["sequence"],
                deposit_id=item.get("deposit"),
                state=item["state"],
                reason=item.get("reason"),
                source=item.get("source"),
                repeats=0,
                at=parse_rfc3339(item["at"]),
                actor=item["actor"],
            )
        )
        if "replaced_by" in item:
            replaced[item["id"]] = item["replaced_by"]
    written = set(items)
    for one in held:
        if one.get("item") is None or one["item"] in written or one["deposit"] not in deposits:
            continue
        written.add(one["item"])
        connection.execute(
            insert(batch_items).values(
                id=one["item"],
                batch_id=batch_of(one["batch"]),
                sequence=one["sequence"],
                deposit_id=one["deposit"],
                state="held",
                source=one.get("source"),
                repeats=0,
                at=deposits[one["deposit"]],
                actor=one.get("actor", SYSTEM_ACTOR),
            )
        )
    for item_id, other in replaced.items():
        if other in written:
            connection.execute(
                update(batch_items).where(batch_items.c.id == item_id).values(replaced_by=other)
            )


def _write_station(connection: Connection, value: Mapping[str, Any], at: datetime) -> None:
    row = {"id": value["id"], "name": value["name"], "device": {}, "created_at": at}
    insert_if_absent(connection, stations, row, key=("id",))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_rfc3339(text)
