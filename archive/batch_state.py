"""What the catalogue says of a batch, as the JSON value of its record."""

from typing import Any

from sqlalchemy import Connection, select

from archive.catalogue.schema import announced, batch_items, batches, portfolios, stations
from archive.document_state import present
from tabellion.base.errors import NotFound


def batch_state(connection: Connection, batch_id: str) -> dict[str, Any]:
    """The present state; items that are simply held are not repeated, their deposits say so. Raises `NotFound`."""
    row = connection.execute(
        select(
            batches,
            portfolios.c.name.label("portfolio_name"),
            portfolios.c.external_id.label("portfolio_external_id"),
            stations.c.name.label("station_name"),
        )
        .outerjoin(portfolios, portfolios.c.id == batches.c.portfolio_id)
        .outerjoin(stations, stations.c.id == batches.c.station_id)
        .where(batches.c.id == batch_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no batch {batch_id}")
    items = connection.execute(
        select(batch_items)
        .where(batch_items.c.batch_id == batch_id, batch_items.c.state != "held")
        .order_by(batch_items.c.id)
    ).all()
    expected = connection.execute(
        select(announced.c.sequence, announced.c.sha256)
        .where(announced.c.batch_id == batch_id)
        .order_by(announced.c.sequence)
    ).all()
    return present(
        name=row.name,
        origin=row.origin,
        portfolio=row.portfolio_id
        and present(id=row.portfolio_id, name=row.portfolio_name, external_id=row.portfolio_external_id),
        station=row.station_id and {"id": row.station_id, "name": row.station_name},
        operator=row.operator,
        sides_mode=row.sides_mode,
        sheets=row.sheets,
        sides=row.sides,
        state=row.state,
        supplement_of=row.supplement_of,
        close_reason=row.close_reason,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        items=[
            present(
                id=item.id,
                sequence=item.sequence,
                deposit=item.deposit_id,
                state=item.state,
                reason=item.reason,
                replaced_by=item.replaced_by,
                source=item.source,
                at=item.at,
                actor=item.actor,
            )
            for item in items
        ],
        announced=[{"sequence": one.sequence, "sha256": one.sha256} for one in expected],
    )
