"""Numbers that a paper has in common with papers whose debtor is known: an annex follows the letter it came with.

Only what was read as the number of a contract, case or invoice, here or there, is taken for common. Dates, sums,
accounts, telephones and postcodes stand on papers of people who have nothing to do with each other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from archive.catalogue.schema import current, fields, links
from archive.catalogue.schema.registry import document_keys
from archive.document_keys import NUMBER_FIELDS, number_key
from archive.histories import FIELD_KEY, LINK_KEY
from archive.pieces import in_pieces
from ingest.linking.candidates import OWING
from ingest.linking.said import SHORTEST_IN_TEXT, SHORTEST_NUMBER, Said

WORTH_SHARING = 0.7
"""A debtor less likely than this is not passed on to other papers with the same numbers."""

_MOST_SHARED = 2_000
_FEW = 2


@dataclass(frozen=True, slots=True)
class Common:
    """A number on this paper, bare, with its pages here, and the other papers of one debtor that carry it."""

    number: str
    pages: frozenset[int]
    papers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shared:
    """What a paper has in common with the papers of one debtor; `sure`: one of those is his without a doubt."""

    sure: bool
    numbers: tuple[Common, ...]

    @property
    def pages(self) -> frozenset[int]:
        """The pages of this paper on which such a number stands."""
        return frozenset().union(*(one.pages for one in self.numbers))


@dataclass(slots=True)
class _Held:
    """The papers of a debtor that carry one key."""

    sure: bool
    papers: set[str]


def by_shared_numbers(connection: Connection, document_id: str, said: Said) -> dict[str, Shared]:
    """The debtors of other papers that carry a number of this one, by the debtor's id.

    A number that leads to the papers of several debtors is somebody's own: of a court, of a firm.
    """
    numbers = _numbers_of(said)
    read_here = {number_key(number) for number in said.numbers}
    held = {key: _of_few(owners) for key, owners in _holders(connection, document_id, numbers).items()}
    merely = {key: owners for key, owners in held.items() if key not in read_here}
    there = _read_there(
        connection, {paper for owners in merely.values() for one in owners.values() for paper in one.papers}
    )
    found: dict[str, Shared] = {}
    for key, owners in sorted(held.items()):
        for party_id, one in owners.items():
            papers = one.papers if key in read_here else one.papers & there.get(key, set())
            if not papers:
                continue
            bare, pages = numbers[key]
            known = found.get(party_id, Shared(sure=False, numbers=()))
            common = Common(bare, pages, frozenset(papers))
            found[party_id] = Shared(known.sure or one.sure, (*known.numbers, common))
    return found


def _numbers_of(said: Said) -> dict[str, tuple[str, frozenset[int]]]:
    """What could be a number, by its key: as it stands here, bare, and its pages. A field's reading comes first."""
    found: dict[str, tuple[str, frozenset[int]]] = {}
    for number, pages in [*said.numbers.items(), *said.tokens.items()]:
        if len(number) >= SHORTEST_IN_TEXT and sum(map(str.isdigit, number)) >= SHORTEST_NUMBER:
            bare, known = found.get(key := number_key(number), (number, frozenset[int]()))
            found[key] = bare, known | pages
    return found


def _holders(
    connection: Connection, document_id: str, keys: Mapping[str, object]
) -> dict[str, dict[str, _Held]]:
    """By key and debtor: the other papers that carry the key."""
    holders: dict[str, dict[str, _Held]] = {}
    for some in in_pieces(sorted(keys)):
        rows = connection.execute(
            select(document_keys.c.key, document_keys.c.document_id, links.c.target_id, links.c.state)
            .join(links, links.c.document_id == document_keys.c.document_id)
            .where(
                document_keys.c.key.in_(some),
                document_keys.c.document_id != document_id,
                links.c.target_type == "party",
                links.c.role.in_(OWING),
                links.c.state != "rejected",
                or_(links.c.score >= WORTH_SHARING, links.c.state == "confirmed"),
                current(links, *LINK_KEY),
            )
            .limit(_MOST_SHARED)
        )
        for row in rows:
            one = holders.setdefault(row.key, {}).setdefault(row.target_id, _Held(False, set()))
            one.sure |= row.state != "proposed"
            one.papers.add(row.document_id)
    return holders


def _of_few(owners: Mapping[str, _Held]) -> dict[str, _Held]:
    """Those that are sure, or all where none is; nobody where there are too many."""
    chosen = {party_id: one for party_id, one in owners.items() if one.sure} or dict(owners)
    return chosen if len(chosen) <= _FEW else {}


def _read_there(connection: Connection, papers: Collection[str]) -> dict[str, set[str]]:
    """The keys of what was read on these papers as a number, with the papers."""
    found: dict[str, set[str]] = {}
    for some in in_pieces(sorted(papers)):
        rows = connection.execute(
            select(fields.c.document_id, fields.c.value).where(
                fields.c.document_id.in_(some),
                fields.c.name.in_(NUMBER_FIELDS),
                fields.c.state != "withdrawn",
                current(fields, *FIELD_KEY),
            )
        )
        for row in rows:
            found.setdefault(number_key(row.value), set()).add(row.document_id)
    return found
