"""What the catalogue says of a matter, as the JSON value of its record: its selections and packages with it."""

from typing import Any

from sqlalchemy import Connection, Row, select

from archive.catalogue.schema import (
    claims,
    matter_claims,
    matter_packages,
    matters,
    selection_items,
    selections,
)
from archive.document_state import present
from tabellion.base.errors import NotFound


def matter_state(connection: Connection, matter_id: str) -> dict[str, Any]:
    """The present state; raises `NotFound`."""
    row = connection.execute(select(matters).where(matters.c.id == matter_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no matter {matter_id}")
    named = connection.execute(
        select(matter_claims.c.claim_id, claims.c.number, claims.c.external_id)
        .outerjoin(claims, claims.c.id == matter_claims.c.claim_id)
        .where(matter_claims.c.matter_id == matter_id)
        .order_by(matter_claims.c.claim_id)
    ).all()
    ordered = connection.execute(
        select(matter_packages)
        .where(matter_packages.c.matter_id == matter_id)
        .order_by(matter_packages.c.ordered_at, matter_packages.c.package_id)
    ).all()
    found = connection.execute(
        select(selections).where(selections.c.matter_id == matter_id).order_by(selections.c.number)
    ).all()
    return present(
        name=row.name,
        court=row.court,
        case_numbers=row.case_numbers,
        state=row.state,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        claims=[present(claim=c.claim_id, number=c.number, external_id=c.external_id) for c in named],
        selections=[
            present(id=one.id, number=one.number, frozen_at=one.frozen_at, items=_items(connection, one.id))
            for one in found
        ],
        packages=[
            present(
                package=one.package_id,
                selection=one.selection_id,
                ordered_by=one.ordered_by,
                ordered_at=one.ordered_at,
                filed_at=one.filed_at,
                filed_by=one.filed_by,
            )
            for one in ordered
        ],
    )


def _items(connection: Connection, selection_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(selection_items)
        .where(selection_items.c.selection_id == selection_id)
        .order_by(selection_items.c.position)
    ).all()
    return [_item(row) for row in rows]


def _item(row: Row[Any]) -> dict[str, Any]:
    return present(
        document=row.document_id,
        first=row.first_page,
        last=row.last_page,
        label=row.label,
        passed_over=row.passed_over,
    )
