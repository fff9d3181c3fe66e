"""Who plays which part on a paper: names gathered into parties, and one party for each role."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from rapidfuzz import fuzz

from ocr.fields.cells import Cells
from ocr.fields.flow import Flow
from ocr.fields.mentions import find_mentions
from ocr.fields.party import Party, gathered, named_like
from ocr.fields.scene import Mention, Sign
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

_LEAST = 0.75
_LAWYERS = ("radcow", "adwok", "avvocat", "legale", "komornic", "abogad", "rechtsanw")
"""What tells a law office from others that have such a name, whatever its legal form."""
_MOST_PARTIES = 6
_OTHERS = 60.0
_DOUBT = 2.5
_LABELLED = 2.5
_OF_TWO: tuple[Kind, ...] = ("contract", "invoice")
"""Papers on which a law office is a party like others."""
_WITHOUT_SENDER: tuple[Kind, ...] = ("court_order", "payment_confirmation", "contract")
_ROLES: dict[Kind, tuple[str, ...]] = {
    "contract": ("creditor", "debtor"),
    "invoice": ("creditor", "debtor"),
    "assignment_notice": ("creditor", "assignee", "debtor"),
    "dunning_letter": ("claimant", "origin", "debtor"),
    "court_order": ("claimant", "origin", "debtor"),
    "payment_confirmation": ("claimant", "debtor"),
    "correspondence": ("claimant", "debtor"),
    "other": ("creditor", "debtor"),
}


@dataclass(frozen=True, slots=True)
class Casting:
    """A party in a role: the sum of what speaks for it, the weightiest of that, and the place where it stands.

    No place: it is said of the party as a whole, as that it is a person.
    """

    party: Party
    why: str
    weight: float
    told_at: Mention | None


@dataclass(frozen=True, slots=True)
class Told:
    """A sign, and the mention beside which it stands; none: it is said of the party as a whole."""

    sign: Sign
    at: Mention | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """The parties of a paper in their roles, and whether its claim has changed hands."""

    parties: tuple[Party, ...]
    assigned: bool
    presumed: bool
    """The paper does not say that the claim has changed hands, such papers mostly mean it."""
    unsaid: bool
    """Nothing but the names on a demand tells that the claim has changed hands."""
    acting: bool
    """Who writes collects for another."""
    cells: dict[int, Cells]
    """The cells of each page, by the page's number."""

    @classmethod
    def of(cls, flows: Sequence[Flow], kind: Kind, words: Lexicon, language: str) -> "Cast":
        """Find the names on the pages and give them their roles."""
        cells = {flow.page.number: Cells(flow) for flow in flows}
        mentions = [
            mention for page in cells.values() for mention in find_mentions(page, kind, words, language)
        ]
        text = fold(" ".join(flow.text for flow in flows)).text
        parties = gathered(mentions)
        told = any(sign in text for sign in words.claims.assigned)
        chosen = _chosen(parties, kind, words, text)
        if kind == "payment_confirmation" and "claimant" not in chosen:
            # A name of which a scan has left no more than a collector's word.
            told = told or any(f" {stem}" in text for stem in words.names.collectors)
        assigned = kind == "assignment_notice" or _is_assigned(kind, chosen, told, words)
        presumed = not assigned and _is_presumed(kind, chosen, words, flows)
        for role, one in chosen.items():
            party = one.party
            party.role = _final(role, assigned or presumed)
            party.why, party.weight, party.told_at = one.why, one.weight, one.told_at
            if presumed and role == "claimant":
                party.why += "; presumed to have acquired the claim"
                party.weight = one.weight - _DOUBT
        unsaid = kind == "dunning_letter" and assigned and not told
        assigned = assigned or presumed
        acting = _acts(kind, words, text, taken=any(sign in text for sign in words.claims.taken))
        return cls(tuple(parties), assigned, presumed, unsaid, acting, cells)

    def is_doubted(self, role: str) -> bool:
        """Whether somebody is in this role because the claim seems to have changed hands, of which nothing is said."""
        return role == "assignee" and (self.presumed or self.unsaid)

    def playing(self, role: str) -> Party | None:
        """The party in this role."""
        return next((party for party in self.parties if party.role == role), None)


def _chosen(parties: Sequence[Party], kind: Kind, words: Lexicon, text: str) -> dict[str, Casting]:
    received = kind == "payment_confirmation" and any(
        sign in text for sign in words.labels.get("receipts", ())
    )
    # A receipt by who was paid may say whose claim it was first.
    roles = _ROLES["dunning_letter" if received else kind]
    given = any(sign in text for sign in words.claims.given)
    taken = any(sign in text for sign in words.claims.taken)
    weights: list[tuple[Party, dict[str, Casting]]] = []
    shared = _shared(parties)
    collectors = sum(not party.is_person and named_like(party, words.names.collectors) for party in parties)
    others = [party for party in parties if not party.is_person and not _acts_for_others(party, words)]
    if _acts(kind, words, text, taken=taken):
        principals = [
            party
            for party in others
            if not named_like(party, words.names.collectors) and not _is_sender(party)
        ]
        parties = [party for party in parties if party.is_person or party in (principals or others)]
    for party in parties:
        if kind not in _OF_TWO and others and not party.is_person and _acts_for_others(party, words):
            # Who writes or collects for somebody is no party where somebody is named.
            continue
        found: dict[str, list[Told]] = {}
        signs = [
            Told(sign, mention)
            for mention in party.mentions
            for sign in mention.signs
            if _said(sign) not in shared
        ]
        named = {told.sign.role for told in signs}
        acquires = "assignee" in named and "creditor" not in named
        for told in signs:
            # Who writes a notice is told by what it says of him, before the words that it uses.
            taking, giving = (True, False) if acquires else (taken, given)
            role = _translated(told.sign.role, kind, roles, given=giving, taken=taking)
            if received and told.sign.role == "sender":
                # Who acknowledges a payment was paid.
                role = "claimant"
            if role in roles:
                found.setdefault(role, []).append(told)
        if party.is_person:
            found.setdefault("debtor", []).append(Told(Sign("debtor", 1.0, "a person")))
        elif kind not in ("contract", "invoice") and named_like(party, words.names.collectors):
            role = "assignee" if "assignee" in roles else "claimant"
            if role in roles:
                found.setdefault(role, []).append(Told(Sign(role, 0.9, "a collector by its name")))
            if kind == "assignment_notice" and collectors > 1:
                # Of two such companies one has sold.
                found.setdefault("creditor", []).append(Told(Sign("creditor", _LEAST, "a company")))
        else:
            first = next((role for role in ("origin", "creditor", "claimant") if role in roles), "creditor")
            found.setdefault(first, []).append(
                Told(Sign(first, 0.8 if first != "origin" else 0.76, "a company"))
            )
        if kind == "payment_confirmation" and not party.is_person and named_like(party, words.names.banks):
            found = {
                role: signs for role, signs in found.items() if any(told.sign.weight >= 2 for told in signs)
            }
        weights.append((party, {role: _summed(party, signs) for role, signs in found.items()}))
    weights.sort(key=lambda item: -max((one.weight for one in item[1].values()), default=0.0))
    return _best_cast(weights[:_MOST_PARTIES], roles)


def _acts(kind: Kind, words: Lexicon, text: str, *, taken: bool) -> bool:
    """Whether a demand says that its sender collects for another, and not that the claim has changed hands."""
    acting = kind == "dunning_letter" and any(sign in text for sign in words.labels.get("acting", ()))
    return acting and not taken and not any(sign in text for sign in words.claims.assigned)


def _is_sender(party: Party) -> bool:
    """Whether a company writes the paper, by its place, and nothing on it says that the money is owed to it."""
    signs = [sign for mention in party.mentions for sign in mention.signs]
    return not party.is_person and bool(signs) and all(sign.role == "sender" for sign in signs)


def _acts_for_others(party: Party, words: Lexicon) -> bool:
    """Whether the party is a law office or a bailiff by its name, and no company of another form."""
    names = [fold(mention.name.value).text for mention in party.mentions]
    forms = tuple(f" {fold(form).text}" for form in words.names.after)
    if any(name.startswith(words.names.agents) and any(stem in name for stem in _LAWYERS) for name in names):
        return True
    return any(name.startswith(words.names.agents) and not name.endswith(forms) for name in names)


def _summed(party: Party, signs: Sequence[Told]) -> Casting:
    first = max(signs, key=lambda told: told.sign.weight)
    return Casting(party, first.sign.why, sum(told.sign.weight for told in signs), first.at)


def _said(sign: Sign) -> tuple[str, str, bool]:
    """What a sign says, and whether it is a label beside the name and not a word before it in the text."""
    return sign.role, sign.why, sign.weight >= _LABELLED


def _shared(parties: Sequence[Party]) -> set[tuple[str, str, bool]]:
    """What stands before the names of different companies, as "on behalf of" over two signatures, tells nothing."""
    names: dict[tuple[str, str, bool], str] = {}
    shared: set[tuple[str, str, bool]] = set()
    for party in parties:
        if party.is_person:
            continue
        name = fold(party.mentions[0].name.value).text
        for key in {_said(sign) for mention in party.mentions for sign in mention.signs}:
            if key[1].startswith("after ") and fuzz.ratio(names.setdefault(key, name), name) < _OTHERS:
                shared.add(key)
    return shared


def _best_cast(
    weights: Sequence[tuple[Party, dict[str, Casting]]], roles: Sequence[str]
) -> dict[str, Casting]:
    """The casting with the greatest sum of weights; a role may stay empty, nobody plays two."""
    best: tuple[float, dict[str, Casting]] = (0.0, {})
    seats: list[tuple[Party, dict[str, Casting]] | None] = [*weights, *([None] * len(roles))]
    for order in permutations(seats, len(roles)):
        total = 0.0
        cast: dict[str, Casting] = {}
        for role, seat in zip(roles, order, strict=True):
            if seat is None:
                continue
            one = seat[1].get(role)
            if one is None or one.weight < _LEAST:
                total -= 1.0
                continue
            total += one.weight
            cast[role] = one
        if total > best[0]:
            best = total, cast
    return best[1]


def _translated(role: str, kind: Kind, roles: Sequence[str], *, given: bool, taken: bool) -> str:
    """The role of the paper that a sign speaks for."""
    if role == "sender" and kind == "assignment_notice":
        return "assignee" if taken and not given else "creditor"
    if role == "sender" and kind in _WITHOUT_SENDER:
        return ""
    if role == "creditor" and "origin" in roles:
        return "origin"
    if role in roles:
        return role
    # Who claims the money goes by different names on different papers.
    return next((name for name in ("claimant", "creditor") if name in roles), role)


def _is_assigned(kind: Kind, chosen: dict[str, Casting], told: bool, words: Lexicon) -> bool:
    """Whether who claims the money is not who it was first owed to."""
    if kind in ("contract", "invoice"):
        return False
    if "origin" in chosen and "claimant" in chosen:
        return True
    claimant = chosen.get("claimant")
    if claimant is None:
        return told
    return told or named_like(claimant.party, words.names.collectors)


def _is_presumed(kind: Kind, chosen: dict[str, Casting], words: Lexicon, flows: Sequence[Flow]) -> bool:
    """A court order that is silent on it: in the files of those who acquire claims, the claimant has acquired his.

    And so has who is paid by a transfer that names the case of a court. Not a bank, which sues for its own loans, nor a
    supplier of what is used up by then, nor where the order says that the contract was the claimant's own; and the
    doubt is part of the confidence.
    """
    claimant = chosen.get("claimant")
    if kind not in ("court_order", "payment_confirmation") or claimant is None or claimant.party.is_person:
        return False
    if kind == "payment_confirmation" and not _names_a_case(flows, words):
        return False
    if named_like(claimant.party, words.names.banks) or named_like(claimant.party, words.names.suppliers):
        return False
    text = fold(" ".join(flow.text for flow in flows)).text
    return not any(phrase in text for phrase in words.claims.own)


def _names_a_case(flows: Sequence[Flow], words: Lexicon) -> bool:
    return any(
        re.search(pattern, flow.text) for pattern in words.patterns.get("case_number", ()) for flow in flows
    )


def _final(role: str, assigned: bool) -> str:
    if role == "claimant":
        return "assignee" if assigned else "creditor"
    return "creditor" if role == "origin" else role
