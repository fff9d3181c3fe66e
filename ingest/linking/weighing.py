"""Weighs what a paper says against what the registry says of somebody: a score from 0 to 1, and what it rests on.

From `AUTOMATIC` on a link is made without a person, from `PROPOSED` on it is shown to one. A name alone never makes a
link to a debtor: somebody else may have it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from archive.names import fold_number, fold_text
from ingest.linking.candidates import Known
from ingest.linking.likeness import name_likeness, text_likeness
from ingest.linking.said import Said

AUTOMATIC, PROPOSED = 0.9, 0.5

IDENTIFIER, IBAN, NUMBER = "identifier", "iban", "number"
NUMBER_NAME, NAME_BIRTH_DATE, NAME_ADDRESS = "number_name", "name_birth_date", "name_address"
NAME_AMOUNT, NAME = "name_amount", "name"
BASES = (IDENTIFIER, IBAN, NUMBER, NUMBER_NAME, NAME_BIRTH_DATE, NAME_ADDRESS, NAME_AMOUNT, NAME)
"""What a link of the machine can rest on, the strongest first."""

DEBTOR = "debtor"
_OWING = ("debtor", "co_debtor", "guarantor")
_OWN_ROLES = ("court", "creditor", "assignee")
"""Roles in which a firm's or court's whole name is as good as an identifier."""

_SIMILAR, _ALIKE, _VERY_ALIKE, _SAME, _WHOLE = 0.6, 0.75, 0.85, 0.95, 0.97
_LONG_IDENTIFIER = 9
_MISREAD = 2
"""Letters in which an identifier on a paper may differ from the registry's before it is somebody else's."""

_DATES = ("birth_date",)


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely a party is the one in a role of a paper, on which pages, and why. `likeness` is that of the names."""

    party: str
    role: str
    score: float
    basis: str
    pages: frozenset[int]
    likeness: float

    @property
    def sure(self) -> bool:
        """Whether it links without a person."""
        return self.score >= AUTOMATIC


def weigh(said: Said, party: Known) -> list[Opinion]:
    """The opinions about a party, one a role in which it may stand on the paper; those below `PROPOSED` left out."""
    opinions = []
    roles = {mention.role for mention in said.mentions}
    for role in roles | _own_roles(said, party):
        if (opinion := _in_role(said, party, role)) is not None and opinion.score >= PROPOSED:
            opinions.append(opinion)
    return opinions


def settle(opinions: Iterable[Opinion]) -> list[Opinion]:
    """Set opinions about one paper against each other: rivals for a role are left to a person.

    Names count only where nothing better fills the role; of namesakes all are shown, and none is linked.
    """
    kept: list[Opinion] = []
    by_role: dict[str, list[Opinion]] = {}
    for opinion in opinions:
        by_role.setdefault(opinion.role, []).append(opinion)
    for found in by_role.values():
        found.sort(key=lambda one: (-one.score, one.party))
        strong = [one for one in found if one.sure and one.basis == IDENTIFIER]
        best = max((one.likeness for one in found), default=0.0)
        sure = [one for one in found if one.sure]
        for one in found:
            if one in strong:
                kept.append(one)
            elif one.sure:
                rivals = [other for other in sure if other.party != one.party and other.basis != IDENTIFIER]
                kept.append(replace(one, score=0.8) if rivals else one)
            elif one.basis == NUMBER or (not (sure and one.basis == NAME) and one.likeness >= best - 0.1):
                kept.append(one)
    return kept


def _own_roles(said: Said, party: Known) -> set[str]:
    """The roles that a party may have where no name on the paper says so."""
    owed = {claim.role for claim in party.claims}
    if owed:
        return owed
    if party.row.kind == "person" and not party.sells_or_buys:
        return {DEBTOR}
    return set()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a party in a role of a paper."""

    likeness: float
    whole: bool
    """The name is that of a field, not merely words of the text."""

    named: bool
    """Somebody is named in that role."""

    misplaced: bool
    """The registry knows the party as a creditor only, and the role is that of a debtor."""

    written: bool
    numbered: bool
    shared: bool
    born: bool
    lives: bool
    owes: bool
    firm: bool

    def verdict(self, role: str) -> tuple[float, str]:
        """Score and basis: the first ground that holds."""
        owing, alike = role in _OWING, self.likeness >= _ALIKE
        same = self.likeness >= _SAME
        grounds = (
            (self.misplaced, 0.5 * self.likeness, NAME),
            (self.written and self.likeness >= _SIMILAR, 0.97, IDENTIFIER),
            (self.written and owing, 0.92, IDENTIFIER),
            (alike and self.numbered, 0.95, NUMBER_NAME),
            (alike and self.shared, 0.92, NUMBER_NAME),
            (self.born and self.likeness >= _VERY_ALIKE, 0.97, NAME_BIRTH_DATE),
            (alike and self.lives, 0.93 if same else 0.8, NAME_ADDRESS),
            (alike and self.owes, 0.91 if same else 0.78, NAME_AMOUNT),
            (role in _OWN_ROLES and self.firm and self.whole and self.likeness >= _WHOLE, 0.9, NAME),
            (alike, 0.75 * self.likeness, NAME),
            (self.numbered, 0.5 if self.named else 0.6, NUMBER),
            (self.shared, 0.5 if self.named else 0.55, NUMBER),
        )
        return next(((score, basis) for holds, score, basis in grounds if holds), (0.0, NAME))


def supports(said: Said, party: Known, role: str) -> bool:
    """Whether it is likely that an identifier on the paper has been read in the right role.

    The labels of debtor and creditor stand close together; a name in the role, or the registry, must agree.
    """
    likeness = {
        other: max(
            name_likeness(mention.name, name)
            for mention in said.mentions
            if mention.role == other
            for name in party.names
        )
        for other in {mention.role for mention in said.mentions}
        if party.names
    }
    known_as = {"creditor": party.sells, "assignee": party.buys}
    if party.sells_or_buys and not party.claims and not known_as.get(role, role not in _OWING):
        return False
    if likeness.get(role, 0.0) >= _SIMILAR:
        return True
    if max(likeness.values(), default=0.0) >= _VERY_ALIKE:
        return False
    if role in _OWING:
        return bool(party.claims) or (party.row.kind == "person" and not party.sells_or_buys)
    return (role == "assignee" and party.buys) or (role == "creditor" and party.sells)


def _in_role(said: Said, party: Known, role: str) -> Opinion | None:
    if _contradicted(said, party, role):
        return None
    # What merely stands on the paper says nothing of a role: the registry must, or a name in that place.
    own = role in _own_roles(said, party)
    likeness, pages, in_text = _likeness(said, party, role, in_text=own)
    numbers = written = shared = frozenset[int]()
    if own or likeness >= _SIMILAR:
        numbers, written = _numbers(said, party), _identifiers(said, party)
        if role in _OWING:
            shared = said.shared.get(party.id, shared)
    evidence = Evidence(
        likeness=likeness,
        whole=not in_text,
        named=any(mention.role == role for mention in said.mentions),
        misplaced=role in _OWING and party.sells_or_buys and not party.claims,
        written=bool(written),
        numbered=bool(numbers),
        shared=bool(shared),
        born=_born(said, party, role),
        lives=_lives_there(said, party),
        owes=any(claim.principal_minor in said.amounts for claim in party.claims if claim.principal_minor),
        firm=party.row.kind != "person",
    )
    score, basis = evidence.verdict(role)
    return Opinion(party.id, role, score, basis, pages | numbers | written | shared, likeness)


def _likeness(said: Said, party: Known, role: str, *, in_text: bool) -> tuple[float, frozenset[int], bool]:
    """How alike the party's name is to one in that role, the pages where, and whether only the text has it."""
    best, pages = 0.0, set()
    for mention in said.mentions:
        if mention.role == role:
            likeness = max((name_likeness(mention.name, name) for name in party.names), default=0.0)
            if likeness >= _ALIKE:
                pages.add(mention.page)
            best = max(best, likeness)
    if best >= _ALIKE or role not in _OWING or not in_text:
        return best, frozenset(pages), False
    stands: dict[int, float] = {}
    for page, words in said.words.items():
        found = max((text_likeness(words, said.squashed[page], name) for name in party.names), default=0.0)
        if found >= 0.8:
            stands[page] = found
    if not stands:
        return best, frozenset(), False
    return 0.97 * max(stands.values()), frozenset(stands), True


def _numbers(said: Said, party: Known) -> frozenset[int]:
    """The pages on which a number of a claim of the party stands."""
    found: set[int] = set()
    for claim in party.claims:
        for number in claim.numbers:
            found |= said.stands(number)
    return frozenset(found)


def _identifiers(said: Said, party: Known) -> frozenset[int]:
    """The pages in whose text a whole identifier of the party stands."""
    found: set[int] = set()
    for kind, value in party.identifiers:
        if kind not in _DATES and kind != "iban" and len(value) >= _LONG_IDENTIFIER:
            found |= said.stands(value)
    return frozenset(found)


def _contradicted(said: Said, party: Known, role: str) -> bool:
    """Whether the paper gives this role an identifier or birth date that is not this party's."""
    own: dict[str, list[str]] = {}
    for kind, value in party.identifiers:
        own.setdefault(kind, []).append(value)
    for (kind, value), places in said.identifiers.items():
        if kind == "iban" or kind not in own or all(place[0] != role for place in places):
            continue
        if all(Levenshtein.distance(value, mine, score_cutoff=_MISREAD) > _MISREAD for mine in own[kind]):
            return True
    days = said.births.get(role)
    born = party.row.birth_date
    return bool(days) and born is not None and born.isoformat() not in (days or ())


def _born(said: Said, party: Known, role: str) -> bool:
    born = party.row.birth_date
    if born is None:
        return False
    return born.isoformat() in said.births.get(role, ()) or born in said.dates


def _lives_there(said: Said, party: Known) -> bool:
    """Whether an address of the party stands on the paper: street with number, and postcode or town."""
    addresses = [dict(party.row.address), *party.row.other_addresses]
    for address in addresses:
        town = fold_text(address.get("town") or party.row.town or "")
        postcode = fold_number(address.get("postcode", ""))
        street = fold_text(address.get("street", ""))
        for page, squashed in said.squashed.items():
            there = [
                bool(part) and len(part) >= least and part.replace(" ", "") in squashed
                for part, least in ((street, 6), (town, 3))
            ]
            there.append(len(postcode) >= 4 and postcode.casefold() in said.skeletons[page].casefold())
            if there[0] and (there[1] or there[2]):
                return True
    return False
