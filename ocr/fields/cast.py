"""Who plays which part on a paper: names gathered into parties, and one party for each role."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from rapidfuzz import fuzz

from ocr.fields.cells import Cells
from ocr.fields.flow import Flow
from ocr.fields.mentions import find_mentions
from ocr.fields.scene import Mention, Sign
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

_SAME = 86.0
_LEAST = 0.75
_MOST_PARTIES = 6
_MOST_MENTIONS = 600
_DOUBT = 2.5
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


@dataclass(slots=True)
class Party:
    """One person or company of the paper, with every place that names it and, once it is cast, its role."""

    mentions: list[Mention]
    role: str = ""
    why: str = ""
    weight: float = 0.0

    @property
    def is_person(self) -> bool:
        return all(mention.name.form == "person" for mention in self.mentions)

    @property
    def best(self) -> Mention:
        """The mention whose spelling is most to be trusted: said most often and read most surely."""
        spellings: dict[str, float] = {}
        for mention in self.mentions:
            spellings[mention.name.value] = spellings.get(mention.name.value, 0.0) + self._sure(mention) ** 2
        return max(self.mentions, key=lambda item: (spellings[item.name.value], self._sure(item)))

    @staticmethod
    def _sure(mention: Mention) -> float:
        return mention.cell.flow.confidence(mention.name.start, mention.name.end)


@dataclass(frozen=True, slots=True)
class Cast:
    """The parties of a paper in their roles, and whether its claim has changed hands."""

    parties: tuple[Party, ...]
    assigned: bool
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
        parties = _gathered(mentions)
        told = any(sign in text for sign in words.claims.assigned)
        chosen = _chosen(parties, kind, words, text)
        assigned = kind == "assignment_notice" or _is_assigned(kind, chosen, told, words)
        presumed = not assigned and _is_presumed(kind, chosen, words)
        for role, (party, why, weight) in chosen.items():
            party.role = _final(role, assigned or presumed)
            party.why, party.weight = why, weight
            if presumed and role == "claimant":
                party.why += "; presumed to have acquired the claim"
                party.weight = weight - _DOUBT
        assigned = assigned or presumed
        return cls(tuple(parties), assigned, cells)

    def playing(self, role: str) -> Party | None:
        """The party in this role."""
        return next((party for party in self.parties if party.role == role), None)


def _gathered(mentions: Sequence[Mention]) -> list[Party]:
    parties: list[Party] = []
    spellings: list[set[str]] = []
    # A file of many papers names many; what it is about stands on its first pages.
    for mention in mentions[:_MOST_MENTIONS]:
        folded = fold(mention.name.value).text
        for party, known in zip(parties, spellings, strict=True):
            alike = party.mentions[0].name.form == mention.name.form
            if alike and any(_same(spelling, folded) for spelling in known):
                party.mentions.append(mention)
                known.add(folded)
                break
        else:
            parties.append(Party([mention]))
            spellings.append({folded})
    return parties


def _same(one: str, other: str) -> bool:
    if fuzz.ratio(one, other) >= _SAME:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 8 and (long.endswith(" " + short) or long.startswith(short + " "))


def _chosen(
    parties: Sequence[Party], kind: Kind, words: Lexicon, text: str
) -> dict[str, tuple[Party, str, float]]:
    roles = _ROLES[kind]
    given = any(sign in text for sign in words.claims.given)
    taken = any(sign in text for sign in words.claims.taken)
    weights: list[tuple[Party, dict[str, Sign]]] = []
    for party in parties:
        found: dict[str, list[Sign]] = {}
        for mention in party.mentions:
            for sign in mention.signs:
                role = _translated(sign.role, kind, roles, given=given, taken=taken)
                if role in roles:
                    found.setdefault(role, []).append(sign)
        if party.is_person:
            found.setdefault("debtor", []).append(Sign("debtor", 1.0, "a person"))
        elif _named_like(party, words.names.collectors):
            role = "assignee" if "assignee" in roles else "claimant"
            if role in roles and kind not in ("contract", "invoice"):
                found.setdefault(role, []).append(Sign(role, 0.9, "a collector by its name"))
        else:
            first = next((role for role in ("origin", "creditor", "claimant") if role in roles), "creditor")
            found.setdefault(first, []).append(Sign(first, 0.8 if first != "origin" else 0.76, "a company"))
        if kind == "payment_confirmation" and not party.is_person and _named_like(party, words.names.banks):
            found = {role: signs for role, signs in found.items() if any(sign.weight >= 2 for sign in signs)}
        summed = {
            role: Sign(role, sum(sign.weight for sign in signs), max(signs, key=lambda sign: sign.weight).why)
            for role, signs in found.items()
        }
        weights.append((party, summed))
    weights.sort(key=lambda item: -max((sign.weight for sign in item[1].values()), default=0.0))
    return _best_cast(weights[:_MOST_PARTIES], roles)


def _best_cast(
    weights: Sequence[tuple[Party, dict[str, Sign]]], roles: Sequence[str]
) -> dict[str, tuple[Party, str, float]]:
    """The casting with the greatest sum of weights; a role may stay empty, nobody plays two."""
    best: tuple[float, dict[str, tuple[Party, str, float]]] = (0.0, {})
    seats: list[tuple[Party, dict[str, Sign]] | None] = [*weights, *([None] * len(roles))]
    for order in permutations(seats, len(roles)):
        total = 0.0
        cast: dict[str, tuple[Party, str, float]] = {}
        for role, seat in zip(roles, order, strict=True):
            if seat is None:
                continue
            sign = seat[1].get(role)
            if sign is None or sign.weight < _LEAST:
                total -= 1.0
                continue
            total += sign.weight
            cast[role] = (seat[0], sign.why, sign.weight)
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


def _is_assigned(kind: Kind, chosen: dict[str, tuple[Party, str, float]], told: bool, words: Lexicon) -> bool:
    """Whether who claims the money is not who it was first owed to."""
    if kind in ("contract", "invoice"):
        return False
    if "origin" in chosen and "claimant" in chosen:
        return True
    claimant = chosen.get("claimant")
    if claimant is None:
        return told
    return told or _named_like(claimant[0], words.names.collectors)


def _is_presumed(kind: Kind, chosen: dict[str, tuple[Party, str, float]], words: Lexicon) -> bool:
    """A court order that is silent on it: in the files of those who acquire claims, the claimant has acquired his.

    Not a bank, which sues for its own loans; and the doubt is part of the confidence.
    """
    claimant = chosen.get("claimant")
    if kind != "court_order" or claimant is None or claimant[0].is_person:
        return False
    return not _named_like(claimant[0], words.names.banks)


def _final(role: str, assigned: bool) -> str:
    if role == "claimant":
        return "assignee" if assigned else "creditor"
    return "creditor" if role == "origin" else role


def _named_like(party: Party, stems: Sequence[str]) -> bool:
    names = [f" {fold(mention.name.value).text}" for mention in party.mentions]
    return any(stem in name for name in names for stem in stems)
