"""A value that was recognised by its form, before anything is known of its role."""

from dataclasses import dataclass

from ocr.fields.flow import Flow


@dataclass(frozen=True, slots=True)
class Candidate:
    """`value` in its normal form, printed at `start:end` of the flow; `certainty` is that of the form alone."""

    flow: Flow
    start: int
    end: int
    value: str
    rule: str
    certainty: float

    @property
    def raw(self) -> str:
        return " ".join(self.flow.text[self.start : self.end].split())
