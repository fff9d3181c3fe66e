"""Papers that wait with links which nobody can decide who has only the paper's scopes: the record is out of them."""

from sqlalchemy import Connection, and_, exists, func, or_, select

from archive.catalogue.schema import claim_parties, claims, current, document_scopes, documents, links
from archive.histories import LINK_KEY

MOST_LOOKED_AT = 5_000
"""Of so many waiting links, those of the newest papers, it is asked."""

_SCOPE_KEY = ("document_id", "first_page", "last_page", "scope")


def count_unreachable(connection: Connection) -> int:
    """How many papers have a proposed link to a debtor or claim that their own portfolios and creditors do not have.

    It counts across all scopes: it is for those who see all papers, or administer and learn of no paper by it.
    """
    waiting = (
        select(links.c.document_id, links.c.target_type, links.c.target_id)
        .join(documents, documents.c.id == links.c.document_id)
        .where(
            links.c.state == "proposed",
            current(links, *LINK_KEY),
            documents.c.state.not_in(("void", "erased")),
        )
        # As the index of those that wait has them: in the order of all links, all of them would be gone through.
        .order_by(links.c.document_id.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    within = (
        exists()
        .where(
            document_scopes.c.document_id == waiting.c.document_id,
            document_scopes.c.granted == 1,
            current(document_scopes, *_SCOPE_KEY),
            or_(
                document_scopes.c.scope == "portfolio:" + claims.c.portfolio_id,
                document_scopes.c.scope == "creditor:" + claims.c.creditor,
            ),
        )
        # Of the very paper that waits: by itself, a question two deep asks of any.
        .correlate(waiting, claims)
    )
    owed = exists().where(
        claim_parties.c.party_id == waiting.c.target_id, claims.c.id == claim_parties.c.claim_id, within
    )
    known = exists().where(claims.c.id == waiting.c.target_id, within)
    reachable = or_(
        and_(waiting.c.target_type == "party", owed), and_(waiting.c.target_type == "claim", known)
    )
    found = select(waiting.c.document_id).where(~reachable).distinct().subquery()
    return connection.scalar(select(func.count()).select_from(found)) or 0
