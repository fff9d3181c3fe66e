"""Who else stands on the pages that go out: debtors who are none of the matter's."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from api.selected import Line
from archive.catalogue.schema import claim_parties, current, links
from archive.histories import LINK_KEY
from archive.registry import ROLES

SURE = ("automatic", "confirmed")


def debtors_of(connection: Connection, claim_ids: Sequence[str]) -> frozenset[str]:
    """The parties of these claims."""
    query = select(claim_parties.c.party_id).where(claim_parties.c.claim_id.in_(claim_ids))
    return frozenset(connection.scalars(query))


def strangers_on(
    connection: Connection, lines: Sequence[Line], own: frozenset[str]
) -> dict[str, dict[int, int]]:
    """For each item (by its key) and page that goes out, how many debtors besides `own` it is linked to.

    Without own debtors one of them is taken to be the matter's. Pages without others are left out.
    """
    rows = connection.execute(
        select(links.c.document_id, links.c.first_page, links.c.last_page, links.c.target_id).where(
            links.c.document_id.in_([line.item.document for line in lines]),
            links.c.target_type == "party",
            links.c.role.in_(ROLES),
            links.c.state.in_(SURE),
            current(links, *LINK_KEY),
        )
    ).all()
    linked: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for row in rows:
        linked[row.document_id].append((row.first_page, row.last_page, row.target_id))
    found: dict[str, dict[int, int]] = {}
    for line in lines:
        counts = {page: _others(linked[line.item.document], page, own) for page in line.pages}
        told = {page: count for page, count in counts.items() if count > 0}
        if told:
            found[line.item.key] = told
    return found


def _others(spans: Sequence[tuple[int, int, str]], page: int, own: frozenset[str]) -> int:
    here = {target for first, last, target in spans if first <= page <= last}
    return len(here - own) if own else len(here) - 1
