"""Parties and claims as they come in from the collection system, checked."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Literal

from archive.registry.differences import Difference
from tabellion.base.errors import BadRequest

PARTY_KINDS = ("person", "company", "court", "authority")
ROLES = ("debtor", "co_debtor", "guarantor")
LARGEST_NAME = 300
LARGEST_IDENTIFIER = 64
LARGEST_NUMBER = 120

Outcome = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a record that was put, or would: its id, whether it is new, and what changed of it."""

    id: str
    outcome: Outcome
    changes: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party as it is imported; `identifiers` are (type, value) with types as in the field names.

    An address has the members street, postcode, town, country; each may be absent.
    """

    name: str
    kind: str = "person"
    external_id: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    other_names: tuple[str, ...] = ()
    birth_date: date | None = None
    town: str | None = None
    address: dict[str, str] = field(default_factory=dict)
    other_addresses: tuple[dict[str, str], ...] = ()

    def check(self) -> None:
        """Raise BadRequest where it cannot be a party."""
        if self.kind not in PARTY_KINDS:
            raise BadRequest(f"a party is one of {', '.join(PARTY_KINDS)}")
        if not self.name.strip():
            raise BadRequest("a party has a name")

    @property
    def digest(self) -> str:
        """The same for the same content."""
        return _digest(asdict(self))


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim as it is imported; `parties` are (party id, role), `numbers` (type, value)."""

    number: str
    portfolio: str | None = None
    external_id: str | None = None
    creditor: str | None = None
    original_creditor: str | None = None
    currency: str | None = None
    principal_minor: int | None = None
    principal_source: str | None = None
    principal_as_of: date | None = None
    parties: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    dates: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise BadRequest where it cannot be a claim."""
        if not self.number.strip():
            raise BadRequest("a claim has a number")
        if any(role not in ROLES for _, role in self.parties):
            raise BadRequest(f"a party of a claim is one of {', '.join(ROLES)}")

    @property
    def digest(self) -> str:
        """The same for the same content."""
        return _digest(asdict(self))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
