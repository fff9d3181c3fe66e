"""The history of a record of the registry as it is told over REST: each change with its fields, newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from api.rest.common import Strict
from archive.registry import Difference, RecordChange


class FieldChange(Strict):
    """A field that changed; parties and portfolios stand as their ids, amounts in minor units."""

    field: str = Field(examples=["town"])
    before: list[str] = Field(alias="from", description="Values that it has no more.", examples=[["Kielce"]])
    after: list[str] = Field(alias="to", description="Values that it had not before.", examples=[["Radom"]])


class Former(Strict):
    """A change of a record: what it was, and which of its fields got other values."""

    version: int = Field(description="Of the record before the change.")
    changes: list[FieldChange]
    before: dict[str, Any] = Field(description="The whole record as it was.")
    by: str = Field(description="Pseudonym of who changed it.")
    import_id: str | None = Field(description="The import that changed it, if it was one.")
    at: datetime


def told_fields(fields: Sequence[Difference]) -> list[FieldChange]:
    """The fields that differ, in that shape."""
    return [
        FieldChange(**{"field": one.field, "from": list(one.before), "to": list(one.after)}) for one in fields
    ]


def told(changes: Sequence[RecordChange]) -> list[Former]:
    """The changes in that shape."""
    return [
        Former(
            version=change.version,
            changes=told_fields(change.fields),
            before=dict(change.before),
            by=change.actor,
            import_id=change.import_id,
            at=change.at,
        )
        for change in changes
    ]
