"""Catalogues of messages by Babel's extraction: in step with the sources, and stored in one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
_KEYWORDS = DEFAULT_KEYWORDS | {"N_": None}
_COMMENTS = ("Translators:",)


@dataclass(frozen=True)
class Catalogues:
    """Of the sources in `folder` by `methods` of Babel, and of `files` elsewhere; they lie in `locale`."""

    folder: Path
    locale: Path
    languages: tuple[str, ...]
    methods: Sequence[tuple[str, str]]
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()

    def extracted(self) -> Catalog:
        """Every message with where it stands, in a catalogue without translations."""
        found = Catalog(project="Tabellion", charset="utf-8")
        rows = extract_from_dir(
            self.folder, self.methods, self.options, keywords=_KEYWORDS, comment_tags=_COMMENTS
        )
        for file, line, message, comments, context in rows:
            place = (self.folder / file).relative_to(ROOT)
            found.add(message, locations=[(str(place), line)], auto_comments=comments, context=context)
        for path in self.files:
            place = path.relative_to(ROOT)
            for line, message, comments, context in extract_from_file(
                "python", path, keywords=_KEYWORDS, comment_tags=_COMMENTS
            ):
                found.add(message, locations=[(str(place), line)], auto_comments=comments, context=context)
        return found

    def catalogue(self, language: str) -> Catalog:
        """The catalogue of a language as it lies in the repository; empty where there is none yet."""
        path, locale = self._path(language), language if language in self.languages else None
        if not path.exists():
            return Catalog(locale=locale, project="Tabellion")
        with path.open("rb") as source:
            return read_po(source, locale=locale)

    def update(self) -> None:
        """Bring the catalogues up to date: what was translated is kept, what is new is empty, the rest is dropped."""
        source = self.extracted()
        for language in self.languages:
            known = self.catalogue(language)
            known.update(source, no_fuzzy_matching=True, update_creation_date=False)
            self.write(language, known)

    def write(self, language: str, made: Catalog) -> None:
        """Store the catalogue of a language."""
        self._path(language).write_bytes(as_bytes(made))

    def _path(self, language: str) -> Path:
        return self.locale / f"{language}.po"


def as_bytes(made: Catalog) -> bytes:
    """The bytes of a PO file: sorted by message, without line numbers, so that a change of code is not one here."""
    out = BytesIO()
    write_po(out, made, width=110, sort_output=True, no_location=True, ignore_obsolete=True)
    return out.getvalue()
