"""The messages of reports and exhibits, by Babel's extraction.

`python -m tests.archive.reporting.extraction` updates the catalogues: what was translated is kept, what is new is added
empty, what is gone is dropped.
"""

from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

REPORTING = Path(__file__).parents[3] / "archive" / "reporting"
LOCALE = REPORTING / "locale"
LANGUAGES = ("pl", "it")


def extracted() -> Catalog:
    """Every message, in a catalogue without translations."""
    found = Catalog(project="Tabellion", charset="utf-8")
    keywords = DEFAULT_KEYWORDS | {"N_": None}
    rows = extract_from_dir(
        REPORTING, [("**.py", "python")], keywords=keywords, comment_tags=("Translators:",)
    )
    for file, line, message, comments, context in rows:
        found.add(
            message, locations=[(f"archive/reporting/{file}", line)], auto_comments=comments, context=context
        )
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it lies in the repository; empty where there is none yet."""
    path = LOCALE / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, project="Tabellion")
    with path.open("rb") as source:
        return read_po(source, locale=language)


def as_bytes(made: Catalog) -> bytes:
    """The bytes of a PO file: sorted by message, without line numbers, so that a change of code is not one here."""
    out = BytesIO()
    write_po(out, made, width=110, sort_output=True, no_location=True, ignore_obsolete=True)
    return out.getvalue()


def update() -> None:
    """Bring the catalogues up to date with the sources."""
    source = extracted()
    for language in LANGUAGES:
        known = catalogue(language)
        known.update(source, no_fuzzy_matching=True)
        (LOCALE / f"{language}.po").write_bytes(as_bytes(known))


if __name__ == "__main__":
    update()
