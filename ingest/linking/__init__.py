"""Links page spans of documents to parties and claims by what was read on them.

Identifiers whose check digit holds come first, then the numbers of claims, accounts, and names with something beside
them. Where several records fit alike, or the score lies between the thresholds, a person decides; what a person
decided is never touched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy import Connection

from archive.archive import Archive
from archive.catalogue.schema import fields
from archive.document_keys import NUMBER_FIELDS, number_key, write_keys
from archive.histories import FIELD_KEY
from archive.names import begin_pairs
from archive.present import present_rows
from archive.relinking import queue_unsettled
from ingest.linking import candidates, weighing
from ingest.linking.candidates import OWING as _OWING
from ingest.linking.candidates import Known
from ingest.linking.said import Said, said_of
from ingest.linking.sharing import WORTH_SHARING, Shared, by_shared_numbers
from ingest.linking.weighing import BASES, IBAN, IDENTIFIER, NUMBER, Opinion
from ingest.linking.writing import Wanted, write_links
from ingest.spans import Span, spans_of

__all__ = ["BASES", "CLAIM_ROLE", "NUMBER_FIELDS", "link_document"]

CLAIM_ROLE = "claim"
_SCORES = {IDENTIFIER: 1.0, NUMBER: 0.95, IBAN: 0.9}
_DOUBTFUL = 0.6
_LIKE_NOBODY = 0.5
_MOST_KEYS = 400
_LONG = 9


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a paper is about, on some of its pages."""

    type: str
    id: str
    role: str
    score: float
    basis: str
    sure: bool
    pages: frozenset[int]


def link_document(
    archive: Archive,
    connection: Connection,
    document_id: str,
    parts: Sequence[Span],
    texts: Mapping[int, str] | None = None,
) -> bool:
    """Bring the machine's links of a document in line with its present fields; the caller records the document.

    `parts` are the runs of pages that are one paper each, `texts` what its pages say. A target that is alone in its
    role within a paper is linked to the whole paper, one of several to the pages that name it. True: something changed.
    """
    rows = [
        row for row in present_rows(connection, fields, FIELD_KEY, document_id) if row.state != "withdrawn"
    ]
    wanted: list[Wanted] = []
    keys: set[str] = set()
    telling: set[str] = set()
    for first, last in parts:
        said = said_of(rows, texts or {}, first, last)
        found = find(connection, said, document_id)
        keys |= _keys(said, settled=any(one.sure and one.role in _OWING for one in found))
        if any(one.role in _OWING and one.score >= WORTH_SHARING for one in found):
            telling |= {number_key(number) for number in {*said.numbers, *said.tokens}}
        for one in found:
            alone = all(
                other.id == one.id or (other.type, other.role) != (one.type, one.role) for other in found
            )
            spans = [(first, last)] if alone or not one.pages else spans_of(one.pages)
            wanted += (
                Wanted(span, one.type, one.id, one.role, one.score, one.basis, one.sure) for span in spans
            )
    write_keys(connection, document_id, keys)
    changed = write_links(archive, connection, document_id, wanted, BASES)
    if changed and telling:
        queue_unsettled(archive, connection, telling, document_id)
    return changed


def find(connection: Connection, said: Said, document_id: str) -> list[Found]:
    """The parties and claims that one paper is about, sure and doubtful ones; reads the registry's indexes only."""
    shared = by_shared_numbers(connection, document_id, said)
    said = replace(said, shared={party: one.pages for party, one in shared.items()})
    claims = _by_numbers(connection, said)
    debtors = candidates.debtors_of(connection, [claim for claim, _ in claims])
    ids = {party for held in debtors.values() for party, _ in held} | set(shared)
    ids |= candidates.by_names(connection, (mention.name for mention in said.mentions))
    values = {value for _, value in said.identifiers}
    carried = candidates.by_value(connection, values.union(said.tokens))
    owners = {key: parties for key, parties in carried.items() if key in said.identifiers}
    ids |= {
        party
        for (_, value), parties in carried.items()
        if len(value) >= _LONG and value in said.tokens
        for party in parties
    }
    registry = candidates.known(connection, ids | {party for held in owners.values() for party in held})
    named = _by_identifiers(said, owners, registry)
    opinions = _opinions(said, registry.values(), named, shared)
    recognised = any(one.role in _OWING and one.sure for one in named)
    if not recognised and not any(one.role in _OWING and one.likeness for one in opinions):
        for page, words in said.words.items():
            more = candidates.by_words(connection, words, said.squashed[page]) - registry.keys()
            strangers = candidates.known(connection, more)
            opinions += _opinions(said, strangers.values(), named, shared)
            registry |= strangers
    parties = named + [
        Found("party", one.party, one.role, one.score, one.basis, one.sure, one.pages)
        for one in weighing.settle(opinions)
    ]
    parties = _without_labels_alone(parties, registry)
    return parties + _claims(claims, debtors, parties)


def _without_labels_alone(parties: Sequence[Found], registry: Mapping[str, Known]) -> list[Found]:
    """Where a likely debtor is sure, a firm that only labels call one too is left to a person."""
    likely = {
        one.id
        for one in parties
        if one.sure
        and one.role in _OWING
        and (registry[one.id].claims or registry[one.id].row.kind == "person")
    }
    return [
        replace(one, score=0.8 * one.score, sure=False)
        if likely and one.sure and one.role in _OWING and one.id not in likely
        else one
        for one in parties
    ]


def _by_identifiers(
    said: Said, owned: Mapping[tuple[str, str], Sequence[str]], registry: Mapping[str, Known]
) -> list[Found]:
    """The owners of identifiers and accounts that stand in fields; of several owners none is sure."""
    found: dict[tuple[str, str], Found] = {}
    for (kind, value), owners in owned.items():
        basis = IBAN if kind == "iban" else IDENTIFIER
        for party in owners:
            for role in {role for role, _ in said.identifiers[kind, value]}:
                sure = len(owners) == 1 and weighing.supports(said, registry[party], role)
                score = _SCORES[basis] * (1.0 if sure else 0.5 if len(owners) > 1 else 0.8)
                pages = frozenset(page for other, page in said.identifiers[kind, value] if other == role)
                one = Found("party", party, role, score, basis, sure, pages)
                known = found.get((party, role))
                found[party, role] = one if known is None else _joined(*sorted((one, known), key=_by_score))
    return list(found.values())


def _by_score(one: Found) -> float:
    return -one.score


def _joined(one: Found, other: Found) -> Found:
    return Found(one.type, one.id, one.role, one.score, one.basis, one.sure, one.pages | other.pages)


def _opinions(
    said: Said,
    parties: Iterable[Known],
    named: Sequence[Found],
    shared: Mapping[str, Shared],
) -> list[Opinion]:
    """What names, dates, addresses and numbers say of these parties, in roles that no identifier has given them."""
    filled = {(one.id, one.role) for one in named}
    strong = {one.role for one in named if one.sure and one.basis == IDENTIFIER}
    opinions = []
    for party in parties:
        for opinion in weighing.weigh(said, party):
            if (opinion.party, opinion.role) in filled:
                continue
            if opinion.role in strong and opinion.basis in (weighing.NAME, NUMBER):
                continue
            passed_on = shared.get(party.id)
            doubtful = opinion.basis == weighing.NUMBER_NAME and passed_on is not None and not passed_on.sure
            opinions.append(replace(opinion, score=_DOUBTFUL) if doubtful and not party.claims else opinion)
    return opinions


def _by_numbers(connection: Connection, said: Said) -> dict[tuple[str, bool], frozenset[int]]:
    """Claims by the numbers on the paper, with the pages; True: a field has it letter by letter, and alone."""
    found: dict[tuple[str, bool], set[int]] = {}
    known = candidates.by_number(connection, {*said.numbers, *said.tokens})
    for number, claims in known.items():
        for claim, exact in claims if number in said.numbers else ():
            found.setdefault((claim, exact and len(claims) == 1), set()).update(said.numbers[number])
    sure = {claim for claim, is_sure in found if is_sure}
    for number, claims in known.items():
        for claim, _ in claims if number in said.tokens else ():
            if claim not in sure:
                found.setdefault((claim, False), set()).update(said.tokens[number])
    return {key: frozenset(pages) for key, pages in found.items() if key[1] or key[0] not in sure}


def _claims(
    claims: Mapping[tuple[str, bool], frozenset[int]],
    debtors: Mapping[str, Sequence[tuple[str, str]]],
    parties: Sequence[Found],
) -> list[Found]:
    """The claims that the paper is about; one whose debtor is on the paper is sure, one of somebody else is not."""
    here = {one.id for one in parties if one.sure}
    maybe = {one.id for one in parties}
    others = any(one.sure and one.role in _OWING for one in parties)
    found = []
    for (claim, exact), pages in claims.items():
        held = [party for party, _ in debtors.get(claim, ())]
        supported = any(party in here for party in held)
        strange = bool(held) and not any(party in maybe for party in held) and others
        sure = supported or (exact and not strange)
        score = _SCORES[NUMBER] if sure else _DOUBTFUL
        found.append(Found("claim", claim, CLAIM_ROLE, score, NUMBER, sure, pages))
    return found


def _keys(said: Said, *, settled: bool) -> set[str]:
    """By what the paper is found again when the registry changes; its words only where its debtor is not known."""
    keys = {f"n:{pair}" for mention in said.mentions for pair in begin_pairs(mention.name.words)}
    keys |= {number_key(number) for number in said.numbers}
    more: set[str] = set()
    if not settled:
        more |= {number_key(number) for number in said.tokens} | set(said.tokens)
        for words in said.words.values():
            for one, other in pairwise(words):
                more |= {f"n:{pair}" for pair in begin_pairs((one, other))}
    return {key[:64] for key in [*keys, *sorted(more - keys)[:_MOST_KEYS]]}
