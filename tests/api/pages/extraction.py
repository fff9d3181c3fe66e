"""The messages of pages and templates, by Babel's extraction.

`python -m tests.api.pages.extraction` updates the catalogues: what was translated is kept, what is new is added empty,
what is gone is dropped, and the mirrored test language is made from the English texts each time.
"""

import re
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

API = Path(__file__).parents[3] / "api"
LOCALE = API / "locale"
LANGUAGES = ("it", "pl")
MIRRORED = "qps"
METHODS = [("pages/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {
    "templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "newstyle_gettext": "true"}
}
PLACE = re.compile(r"%\(\w+\)s|%%|<[^>]*>|&\w+;")

_ACCENTED = str.maketrans("aceinostuyzACEINOSTUYZ", "äçéïñöšţüýžÄÇÉÏÑÖŠŢÜÝŽ")


def extracted() -> Catalog:
    """Every message with where it stands, in a catalogue without translations."""
    found = Catalog(project="Tabellion", charset="utf-8")
    keywords = DEFAULT_KEYWORDS | {"N_": None}
    rows = extract_from_dir(API, METHODS, OPTIONS, keywords=keywords, comment_tags=("Translators:",))
    for file, line, message, comments, context in rows:
        found.add(message, locations=[(f"api/{file}", line)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it lies in the repository; empty where there is none yet."""
    path = LOCALE / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, project="Tabellion")
    with path.open("rb") as source:
        return read_po(source, locale=None if language == MIRRORED else language)


def mirrored(text: str) -> str:
    """A text of the test language: accented and longer, what stands for values left as it is."""
    places = PLACE.findall(text)
    between = [piece.translate(_ACCENTED) for piece in PLACE.split(text)]
    joined = "".join(piece + place for piece, place in zip(between, [*places, ""], strict=True))
    return f"{joined} ~" if len(text) > 3 else joined


def mirror_language() -> Catalog:
    """The whole catalogue of the mirrored test language."""
    made = extracted()
    for message in made:
        if message.id:
            message.string = _mirrored(message)
    return made


def _mirrored(message: Message) -> str | tuple[str, ...]:
    if isinstance(message.id, str):
        return mirrored(message.id)
    return tuple(mirrored(each) for each in message.id)


def as_bytes(made: Catalog) -> bytes:
    """The bytes of a PO file: sorted by message, without line numbers, so that a change of code is not one here."""
    out = BytesIO()
    write_po(
        out, made, width=110, sort_output=True, no_location=True, omit_header=False, ignore_obsolete=True
    )
    return out.getvalue()


def update() -> None:
    """Bring all catalogues up to date with the sources."""
    source = extracted()
    for language in LANGUAGES:
        known = catalogue(language)
        known.update(source, no_fuzzy_matching=True)
        (LOCALE / f"{language}.po").write_bytes(as_bytes(known))
    (LOCALE / f"{MIRRORED}.po").write_bytes(as_bytes(mirror_language()))


if __name__ == "__main__":
    update()
