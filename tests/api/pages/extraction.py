"""The messages of pages and templates, by Babel's extraction.

`python -m tests.api.pages.extraction` updates the catalogues: what was translated is kept, what is new is added empty,
what is gone is dropped, and the mirrored test language is made from the English texts each time.
"""

import re

from babel.messages import Catalog, Message

from tests.catalogues import ROOT, Catalogues

LOCALE = ROOT / "api" / "locale"
MIRRORED = "qps"
_CATALOGUES = Catalogues(
    ROOT / "api",
    LOCALE,
    ("it", "pl"),
    methods=[("pages/**.py", "python"), ("templates/**.html", "jinja2")],
    options={
        "templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "newstyle_gettext": "true"}
    },
    files=(ROOT / "archive" / "reporting" / "kinds.py", ROOT / "api" / "claim_needs.py"),
)
PLACE = re.compile(r"%\(\w+\)s|%%|<[^>]*>|&\w+;")

_ACCENTED = str.maketrans("aceinostuyzACEINOSTUYZ", "äçéïñöšţüýžÄÇÉÏÑÖŠŢÜÝŽ")

extracted = _CATALOGUES.extracted
catalogue = _CATALOGUES.catalogue


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


def update() -> None:
    """Bring all catalogues up to date with the sources."""
    _CATALOGUES.update()
    _CATALOGUES.write(MIRRORED, mirror_language())


if __name__ == "__main__":
    update()
