"""The registry that papers are linked to: portfolios, parties with names and identifiers, claims with roles.

The collection system owns these records; `external_id` is its name for them, and an upsert by it changes nothing where
nothing changed.
"""

from archive.names import fold_name, fold_number
from archive.registry.claims import (
    NewAssignment,
    add_assignment,
    assignments_of,
    former_claims,
    put_claim,
    put_claims,
    sales_of,
)
from archive.registry.differences import Difference, Snapshot
from archive.registry.history import RecordChange, changes_of
from archive.registry.lookup import claims_in, find_claims, find_parties, parties_in
from archive.registry.parties import former_parties, put_parties, put_party
from archive.registry.portfolios import add_portfolio, find_portfolio, list_portfolios
from archive.registry.values import PARTY_KINDS, ROLES, NewClaim, NewParty, Put

__all__ = [
    "PARTY_KINDS",
    "ROLES",
    "Difference",
    "NewAssignment",
    "NewClaim",
    "NewParty",
    "Put",
    "RecordChange",
    "Snapshot",
    "add_assignment",
    "add_portfolio",
    "assignments_of",
    "changes_of",
    "claims_in",
    "find_claims",
    "find_parties",
    "find_portfolio",
    "fold_name",
    "fold_number",
    "former_claims",
    "former_parties",
    "list_portfolios",
    "parties_in",
    "put_claim",
    "put_claims",
    "put_parties",
    "put_party",
    "sales_of",
]
