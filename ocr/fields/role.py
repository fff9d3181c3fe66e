"""A value in the part that it plays on a paper."""

from dataclasses import dataclass

from ocr.fields.candidate import Candidate
from ocr.fields.confidence import calibrated
from ocr.values import FieldReading


@dataclass(frozen=True, slots=True)
class Role:
    """A candidate in a role; `strength` orders the rivals for one name, 0..1.

    `spelt` is where its value was read, if that is another place than the one that tells the role.
    """

    name: str
    candidate: Candidate
    rule: str
    strength: float
    spelt: Candidate | None = None

    def reading(self) -> FieldReading:
        flow = self.candidate.flow
        spelt = self.spelt or self.candidate
        read = spelt.flow.confidence(spelt.start, spelt.end)
        return FieldReading(
            name=self.name,
            value=self.candidate.value,
            raw=self.candidate.raw,
            confidence=calibrated(self.strength * self.candidate.certainty * (0.5 + 0.5 * read)),
            page=flow.page.number,
            box=flow.box(self.candidate.start, self.candidate.end),
            rule=self.rule,
        )
