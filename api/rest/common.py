"""Parts that several nouns use: keyset cursors, and models that refuse what they do not know."""

import base64
import binascii
import json
from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict

from tabellion.base.errors import BadRequest

Limit = Annotated[int, Query(ge=1, le=200, description="At most so many items.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the answer before.")]

IfMatch = Annotated[
    str | None,
    Header(max_length=80, description="ETag of what was looked at; 409 VERSION_MOVED where it has changed."),
]
IdempotencyKey = Annotated[
    str | None,
    Header(max_length=200, description="Sent again with the same key, a creation answers with what it made."),
]


class Strict(BaseModel):
    """A request or an answer with exactly these members: nothing can be assigned that was not meant to be."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Made(Strict):
    """The id of what was made or brought up to date."""

    id: str


BYTES: dict[str, Any] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
ANY_BYTES: dict[str, Any] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
"""The answer of a route that gives a file as what it was found to be."""

RECEIPT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The signed receipt, byte for byte; docs/evidence.md says how it is checked.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}},
    }
}
"""The answer of the receipt routes: bytes that are signed, so that no model of ours writes them anew."""


def write_cursor(*key: Any) -> str:
    """The place in a list after the row with that sort key."""
    return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *types: type) -> list[Any]:
    """The sort key that `write_cursor` wrote, of members of these types; raises BadRequest."""
    try:
        value = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadRequest("the cursor is not one of ours") from error
    if not isinstance(value, list) or [type(member) for member in value] != list(types):
        raise BadRequest("the cursor belongs to another list")
    return value


def etag(version: int) -> str:
    """The entity tag of an object at that version."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that an If-Match header asks for; None: any. Raises BadRequest for what is no tag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    if not tag.isdecimal():
        raise BadRequest("If-Match is not an ETag of ours", advice='Send the ETag as it came, as in "3".')
    return int(tag)
