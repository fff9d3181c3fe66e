"""The demo's portfolio: every paper drawn, scanned where it is to look scanned, and the records that go with them."""

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ocr.values import Kind
from tabellion.demo import english, german, italian, polish, spanish
from tabellion.demo.cases import Case, Cases, make_cases, make_namesake_cases
from tabellion.demo.cast import Cast, make_cast
from tabellion.demo.drafts import Draft
from tabellion.demo.drawing import draw
from tabellion.demo.fonts import find_fonts
from tabellion.demo.registry import Portfolio, Registry
from tabellion.demo.weathering import weather

SEED = 2026
"""The portfolio that `tabellion demo` loads and that the screenshots show."""

AS_OF = date(2025, 4, 30)


@dataclass(frozen=True, slots=True)
class DemoPaper:
    """A file of the portfolio and what is true of it: whose, what, when; `scanned` pages have no text layer."""

    file_name: str
    content: bytes
    media_type: str
    debtor: str
    claim: str
    kind: Kind
    language: str
    dated: date
    scanned: bool


def registry(seed: int = SEED) -> Registry:
    """The parties and claims that the papers of the same seed speak of."""
    cast, cases, namesakes, _ = _play(seed)
    claims = tuple(case.claim(AS_OF) for case in (*cases.all(), *namesakes))
    return Registry(
        portfolio=Portfolio("P-AMBER", "Amber 2024", tuple(claim.external_id for claim in claims)),
        parties=(*cast.all(), *(case.debtor for case in namesakes)),
        claims=claims,
    )


def portfolio(seed: int = SEED) -> list[DemoPaper]:
    """All papers, debtor by debtor; the same seed gives the same bytes. Raises FontsMissing."""
    return list(iter_portfolio(seed))


def iter_portfolio(seed: int = SEED) -> Iterator[DemoPaper]:
    """The same, one paper at a time, as they are made (about a third of a second each)."""
    _, cases, (_, asked), rng = _play(seed)
    fonts = find_fonts()
    # Nobody but a person can say whose the last one is.
    for draft in (*_drafts(cases, rng), polish.by_name_alone(asked)):
        # A paper's noise hangs on its own name, so that a change of one leaves the others as they are.
        grain = seed ^ zlib.crc32(f"{draft.language}-{draft.stem}".encode())
        content = draw(draft.letter, fonts, seed)
        media_type, suffix = "application/pdf", ".pdf"
        if draft.scan is not None:
            content = weather(content, draft.scan, grain)
            media_type, suffix = draft.scan.media_type, draft.scan.suffix
        yield DemoPaper(
            file_name=f"{draft.case.external_id}-{draft.stem}{suffix}",
            content=content,
            media_type=media_type,
            debtor=draft.case.debtor.external_id,
            claim=draft.case.external_id,
            kind=draft.kind,
            language=draft.language,
            dated=draft.dated,
            scanned=draft.scan is not None,
        )


def _play(seed: int) -> tuple[Cast, Cases, tuple[Case, Case], random.Random]:
    rng = random.Random(seed)  # noqa: S311  # invented people, not secrets
    cast = make_cast(rng)
    # Drawn apart, so that the others' numbers do not hang on who else there is.
    apart = random.Random(f"namesakes {seed}")  # noqa: S311
    return cast, make_cases(rng, cast), make_namesake_cases(apart, cast), rng


def _drafts(cases: Cases, rng: random.Random) -> tuple[Draft, ...]:
    return (
        *polish.drafts(cases.polish, rng),
        *italian.drafts(cases.italian, rng),
        *german.drafts(cases.german),
        *english.drafts(cases.english, rng),
        *spanish.drafts(cases.spanish),
    )
