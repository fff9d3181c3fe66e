"""Which papers a claim needs before a court, and which of them are not there: rules on what is known, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from archive.names import fold_name
from archive.reporting.kinds import N_
from ocr.values import Kind

Reason = Literal["origin", "assigned", "passed", "asked", "reduced", "invoiced", "case", "enforced"]

REASONS: Mapping[Reason, str] = {
    "origin": N_("What the claim comes from: no contract and no invoice among its papers that you may see."),
    "assigned": N_(
        "Assigned on %(day)s to %(to)s: no notice of assignment among its papers that you may see."
    ),
    "passed": N_(
        "Passed to %(to)s, the registry does not say when: no notice of assignment among its papers that you may see."
    ),
    "asked": N_("That payment was asked for: no demand for payment among its papers that you may see."),
    "reduced": N_(
        "The principal went down from %(before)s to %(now)s: no payment confirmation among its papers that you may see."
    ),
    "invoiced": N_(
        "An invoice says %(before)s, the registry %(now)s: no payment confirmation among its papers that you may see."
    ),
    "case": N_("The registry names case %(number)s: no court order among its papers that you may see."),
    "enforced": N_(
        "The registry names enforcement %(number)s: no court order among its papers that you may see."
    ),
}
"""Why a paper is needed and that it is not seen, to be said with the values of `Missing`."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """The claim passed to another creditor; `basis` is the paper that the registry names for it."""

    to: str
    on: date | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the asker may know of a paper of the claim; amounts in minor units."""

    document: str
    kind: str
    dated: date | None = None
    assigned_on: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    total_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry says of the claim; `most_minor` is the largest principal that it ever had in its currency."""

    principal_minor: int | None = None
    most_minor: int | None = None
    currency: str | None = None
    transfers: tuple[Transfer, ...] = ()
    cases: tuple[str, ...] = ()
    enforcements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A paper that is needed and not seen: any of `kinds` would do."""

    kinds: tuple[Kind, ...]
    reason: Reason
    on: date | None = None
    to: str | None = None
    number: str | None = None
    before_minor: int | None = None


def missing_papers(claim: Known, papers: Sequence[Seen]) -> tuple[Missing, ...]:
    """The papers that the claim needs and that are not among these, in the order of a claim's life."""
    kinds = {paper.kind for paper in papers}
    found: list[Missing] = []
    if not kinds & {"contract", "invoice"}:
        found.append(Missing(("contract", "invoice"), "origin"))
    found += [
        Missing(("assignment_notice",), "passed" if each.on is None else "assigned", on=each.on, to=each.to)
        for each in _without_notice(claim.transfers, papers)
    ]
    if "dunning_letter" not in kinds:
        found.append(Missing(("dunning_letter",), "asked"))
    if "payment_confirmation" not in kinds and (less := _paid_in_part(claim, papers)) is not None:
        found.append(less)
    if "court_order" not in kinds:
        # An enforcement has a title; a case alone may still be pending, which the reason leaves to the reader.
        if claim.enforcements:
            found.append(Missing(("court_order",), "enforced", number=claim.enforcements[0]))
        elif claim.cases:
            found.append(Missing(("court_order",), "case", number=claim.cases[0]))
    return tuple(found)


def _without_notice(transfers: Sequence[Transfer], papers: Sequence[Seen]) -> list[Transfer]:
    """The transfers that no notice tells of: one tells of one, by the registry's word, its day, its buyer, its date."""
    basis = {paper.document for paper in papers}
    open_ones = [each for each in transfers if each.basis is None or each.basis not in basis]
    taken = {each.basis for each in transfers}
    notices = [paper for paper in papers if paper.kind == "assignment_notice" and paper.document not in taken]
    for fits in (_same_day, _same_buyer, _may_be):
        for each in list(open_ones):
            notice = next((paper for paper in notices if fits(each, paper)), None)
            if notice is not None:
                open_ones.remove(each)
                notices.remove(notice)
    return open_ones


def _same_day(transfer: Transfer, notice: Seen) -> bool:
    return transfer.on is not None and transfer.on.isoformat() in notice.assigned_on


def _same_buyer(transfer: Transfer, notice: Seen) -> bool:
    return fold_name(transfer.to) in {fold_name(name) for name in notice.assignees}


def _may_be(transfer: Transfer, notice: Seen) -> bool:
    """A notice on which neither day nor buyer was read, and that is not older than the transfer."""
    told = notice.assigned_on or notice.assignees
    older = transfer.on is not None and notice.dated is not None and notice.dated < transfer.on
    return not told and not older


def _paid_in_part(claim: Known, papers: Sequence[Seen]) -> Missing | None:
    """Whether the principal is less than it was, or than one invoice of the claim says; nothing is added up."""
    now = claim.principal_minor
    if now is None:
        return None
    kinds: tuple[Kind, ...] = ("payment_confirmation",)
    if claim.most_minor is not None and claim.most_minor > now:
        return Missing(kinds, "reduced", before_minor=claim.most_minor)
    invoiced = [
        paper.total_minor
        for paper in papers
        if paper.kind == "invoice" and paper.currency == claim.currency and paper.total_minor is not None
    ]
    if invoiced and max(invoiced) > now:
        return Missing(kinds, "invoiced", before_minor=max(invoiced))
    return None
