"""The tables of the catalogue, by noun; `metadata` holds them all.

Histories (`fields`, `links`, `document_scopes`, `relations`, `account_facts`, `assignments`) are append-only;
`current` selects the present out of one.
"""

from functools import cache

from sqlalchemy import ColumnElement, Table, and_, exists

from archive.catalogue.schema.checks import checks
from archive.catalogue.schema.columns import metadata
from archive.catalogue.schema.documents import (
    document_deposits,
    document_pages,
    document_scopes,
    documents,
    field_doubts,
    fields,
    links,
    relations,
)
from archive.catalogue.schema.evidence import (
    archive_state,
    fixity_reports,
    log_entries,
    log_heads,
    log_outbox,
    objects,
    renewals,
    stamps,
)
from archive.catalogue.schema.hooks import webhook_outbox, webhooks
from archive.catalogue.schema.intake import (
    announced,
    batch_items,
    batches,
    cuts,
    deposits,
    manifests,
    page_marks,
    pages,
    portfolios,
    readings,
    stations,
)
from archive.catalogue.schema.matters import (
    matter_claims,
    matter_packages,
    matters,
    selection_items,
    selections,
    trays,
)
from archive.catalogue.schema.others import cosignatures, stamp_asks, stamp_tokens, witnesses
from archive.catalogue.schema.packages import package_deposits, package_documents, packages
from archive.catalogue.schema.people import (
    account_facts,
    accounts,
    api_tokens,
    idempotency,
    limited,
    result_lists,
    saved_searches,
    sessions,
    signin_attempts,
)
from archive.catalogue.schema.registry import (
    assignments,
    claim_numbers,
    claim_parties,
    claims,
    parties,
    party_identifiers,
    party_names,
)
from archive.catalogue.schema.sign_ins import identities, recovery_codes, second_factors, sign_in_steps
from archive.catalogue.schema.work import beats, index_outbox, leases, work

SAME_PAGE = and_(pages.c.deposit_id == document_pages.c.deposit_id, pages.c.number == document_pages.c.page)
"""The condition that a row of `pages` is the page that a row of `document_pages` names."""


@cache
def current(history: Table, *key: str) -> ColumnElement[bool]:
    """The condition that a row of a history is the newest of its key (column names)."""
    newer = history.alias()
    same = and_(*(newer.c[name] == history.c[name] for name in key))
    return ~exists().where(same, newer.c.id > history.c.id)


__all__ = [
    "SAME_PAGE",
    "account_facts",
    "accounts",
    "announced",
    "api_tokens",
    "archive_state",
    "assignments",
    "batch_items",
    "batches",
    "beats",
    "checks",
    "claim_numbers",
    "claim_parties",
    "claims",
    "cosignatures",
    "current",
    "cuts",
    "deposits",
    "document_deposits",
    "document_pages",
    "document_scopes",
    "documents",
    "field_doubts",
    "fields",
    "fixity_reports",
    "idempotency",
    "identities",
    "index_outbox",
    "leases",
    "limited",
    "links",
    "log_entries",
    "log_heads",
    "log_outbox",
    "manifests",
    "matter_claims",
    "matter_packages",
    "matters",
    "metadata",
    "objects",
    "package_deposits",
    "package_documents",
    "packages",
    "page_marks",
    "pages",
    "parties",
    "party_identifiers",
    "party_names",
    "portfolios",
    "readings",
    "recovery_codes",
    "relations",
    "renewals",
    "result_lists",
    "saved_searches",
    "second_factors",
    "selection_items",
    "selections",
    "sessions",
    "sign_in_steps",
    "signin_attempts",
    "stamp_asks",
    "stamp_tokens",
    "stamps",
    "stations",
    "trays",
    "webhook_outbox",
    "webhooks",
    "witnesses",
    "work",
]
