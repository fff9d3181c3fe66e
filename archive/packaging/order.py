"""What is ordered: documents or some of their pages, language, checkpoint, for whom; and why that may be refused."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args

from signing import canonical
from tabellion.base.errors import BadRequest, Conflict, Unavailable

MOST_DOCUMENTS = 1000
MOST_PAGES = 100_000
LANGUAGES = ("en", "pl", "it")
"""Languages of the report and of readable copies."""

Recipient = Literal["court", "opposing-party", "data-subject", "internal"]
"""The class of whom a package is for: the reasons of `export` entries."""


class ExportRefused(Conflict):
    """What was chosen cannot go out as it was asked for."""

    code = "EXPORT_REFUSED"
    advice = "Change the choice as the message says; `tabellion show DOCUMENT` tells the state of a paper."


class ExportNotReady(Unavailable):
    """The log does not have all entries yet that the package must prove."""

    code = "EXPORT_NOT_READY"
    advice = (
        "Ask again in a moment. If it stays so, no keeper is running, or the log is read-only: see /readyz."
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A document, or some of its pages (numbers within the document, from 1; none: all of it).

    `label` is what people call it in the case ("Annex 3"); the report prints it.
    """

    document: str
    pages: tuple[int, ...] = ()
    label: str | None = None

    def to_json(self) -> dict[str, Any]:
        """A canonical JSON object; what is not said is absent."""
        return (
            {"document": self.document}
            | ({"pages": list(self.pages)} if self.pages else {})
            | ({} if self.label is None else {"label": self.label})
        )


@dataclass(frozen=True, slots=True)
class Order:
    """What a package is to hold, in this order; raises `BadRequest` for what is no order.

    Choices of pages of one document become one choice. `checkpoint` is a size of the log (None: the newest that a
    verified stamp covers, else the newest), `matter` the reference of the case, for the report.
    """

    choices: tuple[Choice, ...]
    language: str = "en"
    checkpoint: int | None = None
    recipient: Recipient = "court"
    matter: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", _merged(self.choices))
        if not 0 < len(self.choices) <= MOST_DOCUMENTS:
            raise BadRequest(f"a package has at least one document and at most {MOST_DOCUMENTS}")
        if sum(len(choice.pages) for choice in self.choices) > MOST_PAGES:
            raise BadRequest(f"a package has at most {MOST_PAGES} chosen pages")
        if self.language not in LANGUAGES:
            raise BadRequest(f"a package is made in one of these languages: {', '.join(LANGUAGES)}")
        if self.recipient not in get_args(Recipient):
            raise BadRequest(f"a package is for one of: {', '.join(get_args(Recipient))}")
        if self.checkpoint is not None and self.checkpoint < 1:
            raise BadRequest("a checkpoint has at least one entry")

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents, in their order."""
        return tuple(choice.document for choice in self.choices)

    @property
    def selection(self) -> str:
        """SHA-256 (hex) of what is chosen: with language, checkpoint and evidence, it names a package."""
        return hashlib.sha256(canonical.dumps(self._chosen())).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """A canonical JSON object that `from_json` reads."""
        return self._chosen() | {"language": self.language, "recipient": self.recipient}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The order that `to_json` told; its checkpoint is that of the package."""
        choices = tuple(
            Choice(one["document"], tuple(one.get("pages", ())), one.get("label")) for one in value["choices"]
        )
        return cls(choices, value["language"], None, value["recipient"], value.get("matter"))

    def _chosen(self) -> dict[str, Any]:
        value: dict[str, Any] = {"choices": [choice.to_json() for choice in self.choices]}
        return value if self.matter is None else value | {"matter": self.matter}


def _merged(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """One choice a document, where it was first named; a page is there once, the whole document swallows its pages."""
    found: dict[str, Choice] = {}
    for choice in choices:
        if any(page < 1 for page in choice.pages):
            raise BadRequest("pages are numbered from 1")
        known = found.get(choice.document)
        if known is None:
            found[choice.document] = replace(choice, pages=tuple(dict.fromkeys(choice.pages)))
            continue
        pages = known.pages + choice.pages if known.pages and choice.pages else ()
        label = choice.label if known.label is None else known.label
        found[choice.document] = Choice(choice.document, tuple(dict.fromkeys(pages)), label)
    return tuple(found.values())
