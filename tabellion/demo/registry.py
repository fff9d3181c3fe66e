"""The registry of the demo's portfolio: parties, claims and the portfolio that holds them, as plain records."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

PartyKind = Literal["person", "company", "court"]
Role = Literal["debtor", "co_debtor", "guarantor"]


@dataclass(frozen=True, slots=True)
class Party:
    """A person, a company or a court; identifiers are bare (no spaces, no country prefix), by their field names."""

    external_id: str
    kind: PartyKind
    name: str
    address: tuple[str, ...]
    country: str
    identifiers: tuple[tuple[str, str], ...] = ()
    ibans: tuple[str, ...] = ()
    birth_date: date | None = None

    def identifier(self, kind: str) -> str:
        """The identifier of that type; raises KeyError where there is none."""
        return dict(self.identifiers)[kind]

    @property
    def born(self) -> date:
        """The birth date of a person; raises LookupError for anybody else."""
        if self.birth_date is None:
            raise LookupError(f"{self.name} has no birth date")
        return self.birth_date

    @property
    def iban(self) -> str:
        """The account that stands on the party's papers."""
        return self.ibans[0]


@dataclass(frozen=True, slots=True)
class Claim:
    """What is owed: `principal` in minor units as of `as_of`; parties by their external ids."""

    external_id: str
    number: str
    original_creditor: str
    present_creditor: str
    debtors: tuple[tuple[str, Role], ...]
    currency: str
    principal: int
    as_of: date
    contract_date: date
    due_date: date
    contract_numbers: tuple[str, ...] = ()
    case_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Claims that were sold together."""

    external_id: str
    name: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registry:
    """All the records that the demo creates before its papers come in."""

    portfolio: Portfolio
    parties: tuple[Party, ...] = field(default=())
    claims: tuple[Claim, ...] = field(default=())

    def party(self, external_id: str) -> Party:
        """The party of that external id; raises KeyError for an unknown one."""
        return {party.external_id: party for party in self.parties}[external_id]
