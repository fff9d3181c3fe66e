"""The messages of reports and exhibits, by Babel's extraction.

`python -m tests.archive.reporting.extraction` updates the catalogues: what was translated is kept, what is new is added
empty, what is gone is dropped.
"""

from tests.catalogues import ROOT, Catalogues

LANGUAGES = ("pl", "it")
_REPORTING = ROOT / "archive" / "reporting"
_CATALOGUES = Catalogues(_REPORTING, _REPORTING / "locale", LANGUAGES, [("**.py", "python")])

extracted = _CATALOGUES.extracted
catalogue = _CATALOGUES.catalogue


if __name__ == "__main__":
    _CATALOGUES.update()
