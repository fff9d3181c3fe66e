"""Whose an identifier or account is: by its nature, by the word for a party before it, by the kind of paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ocr.fields.candidate import Candidate
from ocr.fields.flow import Flow
from ocr.fields.identifiers import Bearer
from ocr.fields.labels import nearest_label
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

Party = Literal["creditor", "assignee", "debtor"]

_REACH_BEFORE = 200
_REACH_AFTER = 60
_CUES = ("assignee", "claimant", "debtor", "creditor")


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is who on this paper. `collector` says that the claim has changed hands."""

    kind: Kind
    words: Lexicon
    collector: bool

    @classmethod
    def on(cls, flows: Sequence[Flow], kind: Kind, words: Lexicon) -> "Parties":
        """Look through the whole paper for signs of an assignment."""
        text = fold(" ".join(flow.text for flow in flows)).text
        signs = any(sign in text for sign in words.parties["collector"])
        return cls(
            kind, words, kind == "assignment_notice" or (signs and kind not in ("contract", "invoice"))
        )

    @property
    def claimant(self) -> Party:
        """Who claims the money on this paper."""
        return "assignee" if self.collector else "creditor"

    def of_identifier(self, candidate: Candidate, bearer: Bearer) -> tuple[Party, str]:
        """Whose identifier it is, and by what rule."""
        if bearer == "person":
            return "debtor", "a person's identifier"
        cue = self._cue(candidate)
        if cue is not None:
            party = self._party(cue)
            if party == "debtor" and bearer == "company" and self.kind in ("court_order", "dunning_letter"):
                return self.claimant, "a company's identifier beside the claimant"
            return party, f"near “{cue}”"
        if self.kind == "assignment_notice":
            return "creditor", "first company of a notice"
        return self.claimant, "sender of the paper"

    def of_account(self, candidate: Candidate) -> tuple[Party, str] | None:
        """Whose account it is, and by what rule; None where the paper does not say."""
        if self.kind != "payment_confirmation":
            return self.claimant, "account to pay into"
        cue = self._cue(candidate)
        return None if cue is None else (self._party(cue), f"near “{cue}”")

    def _cue(self, candidate: Candidate) -> str | None:
        roles = {role: self.words.parties[role] for role in _CUES}
        if self.kind == "assignment_notice":
            flow = candidate.flow
            after = fold(flow.text[candidate.end : candidate.end + _REACH_AFTER]).text
            # "(the assignee)" may follow what it names, before anybody else is named.
            first = min(
                (
                    (after.find(word), role)
                    for role in ("assignee", "creditor")
                    for word in roles[role]
                    if word in after
                ),
                default=None,
            )
            if (
                first is not None
                and "(" in flow.text[candidate.end : candidate.end + _REACH_AFTER]
                and first[0] < 40
            ):
                return first[1]
        found = nearest_label(
            candidate.flow.before(candidate.start, _REACH_BEFORE), roles, _CUES, _REACH_BEFORE
        )
        return found.role if found and found.likeness == 1.0 else None

    def _party(self, cue: str) -> Party:
        if cue == "claimant":
            return self.claimant
        if cue == "assignee":
            return "assignee" if self.collector else "creditor"
        return "debtor" if cue == "debtor" else "creditor"
