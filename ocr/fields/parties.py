"""Whose an identifier or account is: by the label beside it, the name before it, its nature, the kind of paper."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ocr.fields.candidate import Candidate
from ocr.fields.cast import Cast
from ocr.fields.headings import heading_above
from ocr.fields.identifiers import Bearer
from ocr.fields.labels import without_leaders
from ocr.fields.party import named_like
from ocr.fields.payment_order import PaymentOrder
from ocr.fields.scene import Mention
from ocr.fields.wording import holds_word
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

Role = Literal["creditor", "assignee", "debtor"]

_LABEL_REACH = 60
_ACCOUNT_LABEL = 40
_NAME_REACH = 220
_COLUMN_REACH = 0.12
_NEAR = 0.03
_LEAST_LABEL = 2
_OFFICE_BEFORE, _OFFICE_BEHIND = 110, 70
_SETTINGS: dict[Kind, str] = {
    "contract": "deal",
    "invoice": "deal",
    "assignment_notice": "assignment",
    "dunning_letter": "assignment",
    "court_order": "court",
    "payment_confirmation": "payment",
    "correspondence": "deal",
    "other": "payment",
}


@dataclass(frozen=True, slots=True)
class Parties:
    """The owners of what stands on a paper."""

    kind: Kind
    words: Lexicon
    cast: Cast

    @property
    def claimant(self) -> Role:
        """Who claims the money on this paper."""
        return "assignee" if self.cast.assigned else "creditor"

    def of_identifier(self, candidate: Candidate, bearer: Bearer) -> tuple[str, str]:
        """Whose identifier it is, and by what rule."""
        labelled = self._label(candidate)
        if (
            labelled is not None
            and labelled[0] == "debtor"
            and bearer == "company"
            and self._debtor_is_person
        ):
            labelled = None
        told = self._half(candidate) or labelled
        if told is not None:
            return told
        mention = self._name_before(candidate, bearer)
        if mention is not None:
            party = next(party for party in self.cast.parties if mention in party.mentions)
            if party.role:
                return party.role, f"of “{party.best.name.value}”"
            if self.cast.acting and named_like(party, self.words.names.collectors):
                # Who collects for another is no party of the claim.
                return "", ""
        if bearer != "person":
            return self._senders()
        if self.kind == "invoice" and self.cast.playing("debtor") is not None and not self._debtor_is_person:
            return "creditor", "a trader's own identifier"
        return "debtor", "a person's identifier"

    def _senders(self) -> tuple[str, str]:
        """Who writes, to whom a company's identifier belongs that stands near no name."""
        if self.kind != "assignment_notice":
            return self.claimant, "sender of the paper"
        for party in self.cast.parties:
            if party.role and any(sign.role == "sender" for one in party.mentions for sign in one.signs):
                return party.role, "sender of the paper"
        return "creditor", "first company of a notice"

    def may_be_debtors(self, candidate: Candidate) -> bool:
        """Whether a day of birth does not follow the name of another person than the debtor."""
        mention = self._name_before(candidate, "person")
        party = next((one for one in self.cast.parties if mention in one.mentions), None)
        return party is None or party.role in ("", "debtor")

    def of_account(self, candidate: Candidate) -> tuple[str, str] | None:
        """Whose account it is, and by what rule; None where the paper does not say."""
        if self.kind != "payment_confirmation":
            return self._of_terms(candidate)
        labelled = self._half(candidate) or self._label(candidate)
        if labelled is not None:
            return labelled
        mention = self._name_before(candidate, "either")
        if mention is None:
            return None
        party = next(party for party in self.cast.parties if mention in party.mentions)
        return (party.role, f"of “{party.best.name.value}”") if party.role else None

    def _of_terms(self, candidate: Candidate) -> tuple[str, str] | None:
        """Whose account it is where money is asked for: the claimant's, if the paper does not say otherwise."""
        if self._is_of_office(candidate):
            return None
        if self.kind == "contract" and (told := self._over(candidate)) is not None:
            return told
        if self.kind in ("contract", "invoice") and self._is_debtors(candidate):
            return "debtor", "account of the debtor by its label"
        return self.claimant, "account to pay into"

    def _is_of_office(self, candidate: Candidate) -> bool:
        """Whether what stands around the account says that it is a court's or a bailiff's, which no party owns."""
        near = fold(
            candidate.flow.text[max(0, candidate.start - _OFFICE_BEFORE) : candidate.end + _OFFICE_BEHIND]
        ).text
        return any(holds_word(near, office) for office in self.words.names.offices)

    def _over(self, candidate: Candidate) -> tuple[str, str] | None:
        """The party named over the account in one of two columns, as a contract ends."""
        flow = candidate.flow
        cells = self.cast.cells[flow.page.number]
        own = cells.at(candidate.start)
        if not any(other is not own and other.beside(own) for other in cells.all):
            return None
        over = [
            (mention, party)
            for party in self.cast.parties
            for mention in party.mentions
            if mention.cell.flow is flow
            and party.role
            and 0 < own.middle - mention.cell.middle < _COLUMN_REACH
            and min(abs(mention.cell.x0 - own.x0), abs(mention.cell.x1 - own.x1)) < _NEAR
        ]
        if not over:
            return None
        mention, party = max(over, key=lambda pair: pair[0].cell.middle)
        return party.role, f"beneath “{mention.name.value}”"

    def _half(self, candidate: Candidate) -> tuple[str, str] | None:
        """On a Russian payment order, the half of the form in which the value stands."""
        if self.kind != "payment_confirmation":
            return None
        cells = self.cast.cells[candidate.flow.page.number]
        form = PaymentOrder.on(cells)
        if form is None:
            return None
        payers = form.is_payers(cells.at(candidate.start))
        return ("debtor" if payers else self.claimant), f"{'upper' if payers else 'lower'} half of the form"

    def _is_debtors(self, candidate: Candidate) -> bool:
        """Whether the label of the account names who owes: "customer's account", from which the fee is collected.

        A word that also names who is paid ("recipient") says nothing.
        """
        label = fold(without_leaders(candidate.flow.row_before(candidate.start))[-_LABEL_REACH:]).text
        if not label:
            # In a form the label stands above.
            cells = self.cast.cells[candidate.flow.page.number]
            above = cells.above(cells.at(candidate.start))
            label = "" if above is None else fold(above.text).text
        if any(label.endswith((own, f"{own} iban")) for own in self.words.names.own):
            return False
        if any(holds_word(label, word) for word in self.words.names.debited):
            return True
        debtor = self.cast.playing("debtor")
        if debtor is not None and label == fold(debtor.best.name.value).text:
            # In a form, beside the holder of the account.
            return True
        nouns = self.words.roles["deal"]["debtor"]
        paid = self.words.roles["payment"]["claimant"]
        return (
            len(label) < _ACCOUNT_LABEL
            and any(holds_word(label, noun) for noun in nouns if len(noun) > 3 and noun not in paid)
            and any(holds_word(label, word) for word in self.words.names.accounts)
        )

    @property
    def _debtor_is_person(self) -> bool:
        debtor = self.cast.playing("debtor")
        return debtor is not None and debtor.is_person

    def _label(self, candidate: Candidate) -> tuple[str, str] | None:
        """The role that the label of the value's own line names."""
        flow = candidate.flow
        cell = self.cast.cells[flow.page.number].at(candidate.start)
        context = flow.text[max(cell.start, candidate.start - _LABEL_REACH) : candidate.start]
        if self.cast.cells[flow.page.number].wrapped(cell) is not None:
            # "to our / account GB12 ...": the label began in the line above.
            context = flow.text[max(0, candidate.start - _LABEL_REACH) : candidate.start]
        if len(fold(context).text) < 2:
            context = without_leaders(flow.row_before(candidate.start))[-_LABEL_REACH:]
        heading = heading_above(cell, self.cast.cells[flow.page.number])
        if len(fold(context).text) < _LEAST_LABEL and heading is not None:
            context = heading.text
        named = [
            mention.name.end - (candidate.start - len(context))
            for party in self.cast.parties
            for mention in party.mentions
            if mention.cell.flow is flow and cell.start <= mention.name.end <= candidate.start
        ]
        # A name nearer to the value than the label has it.
        context = context[max(0, *named, 0) :] if named else context
        best: tuple[int, int, str, str] | None = None
        for role, noun in self._nouns():
            for place in _places(fold(context).text, noun):
                if best is None or (place, len(noun)) > best[:2]:
                    best = place, len(noun), role, noun
        if best is None:
            return None
        role = self.claimant if best[2] == "claimant" else best[2]
        if role == "assignee":
            role = self.claimant
        return role, f"near “{best[3]}”"

    def _nouns(self) -> Iterator[tuple[str, str]]:
        for role, nouns in self.words.roles[_SETTINGS[self.kind]].items():
            for noun in nouns:
                if len(noun) > 3:
                    yield role, noun

    def _name_before(self, candidate: Candidate, bearer: Bearer) -> Mention | None:
        """The name that the value belongs to: before it in its line, above it in its column, before it in the text."""
        flow = candidate.flow
        cells = self.cast.cells[flow.page.number]
        own = cells.at(candidate.start)
        mentions = [
            mention
            for party in self.cast.parties
            for mention in party.mentions
            if mention.name.end <= candidate.start
            and mention.cell.flow is flow
            and not (bearer == "person" and mention.name.form == "company" and not party.is_person)
            and not (bearer == "company" and mention.name.form == "person")
        ]
        same = [mention for mention in mentions if mention.name.start >= own.start]
        if same:
            return max(same, key=lambda mention: mention.name.start)
        column = [
            mention
            for mention in mentions
            if 0 <= own.middle - mention.cell.middle < _COLUMN_REACH
            and (
                abs(mention.cell.x1 - own.x1) < _NEAR
                if cells.leftward
                else abs(mention.cell.x0 - own.x0) < _NEAR
            )
        ]
        near = [mention for mention in mentions if candidate.start - mention.name.end < _NAME_REACH]
        if column:
            return max(column, key=lambda mention: (mention.cell.middle, mention.name.start))
        return max(near, key=lambda mention: mention.name.start, default=None)


def _places(folded: str, noun: str) -> Iterator[int]:
    if "\u0e00" <= noun[0] <= "\u0e7f":
        yield from (match.start() for match in re.finditer(re.escape(noun), folded))
    else:
        pattern = rf"(?:^| )[ובהלמכש]?{re.escape(noun)}"
        yield from (match.start() for match in re.finditer(pattern, folded))
