"""The typefaces of the demo's papers: Liberation or DejaVu as Debian installs them, found at run time."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tabellion.base.errors import SettingsError

Face = Literal["sans", "serif", "mono"]

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/Library/Fonts"),
)

# Regular, bold, italic, bold italic, in order of preference. Liberation has the metrics of the faces that office
# programs use, so that the letters look like letters; DejaVu is what a small machine has in any case.
_FAMILIES: dict[Face, tuple[tuple[str, str, str, str], ...]] = {
    "sans": (
        (
            "LiberationSans-Regular",
            "LiberationSans-Bold",
            "LiberationSans-Italic",
            "LiberationSans-BoldItalic",
        ),
        ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    ),
    "serif": (
        (
            "LiberationSerif-Regular",
            "LiberationSerif-Bold",
            "LiberationSerif-Italic",
            "LiberationSerif-BoldItalic",
        ),
        ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic"),
    ),
    "mono": (
        (
            "LiberationMono-Regular",
            "LiberationMono-Bold",
            "LiberationMono-Italic",
            "LiberationMono-BoldItalic",
        ),
        ("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique"),
    ),
}


class FontsMissing(SettingsError):
    """No typeface with Polish letters is installed, so that the demo's papers cannot be drawn."""

    code = "FONTS_MISSING"
    advice = "Install one: `apt-get install fonts-liberation` (or fonts-dejavu); script/bootstrap does."


@dataclass(frozen=True, slots=True)
class Fonts:
    """Names under which the faces are known to reportlab."""

    sans: str
    serif: str
    mono: str

    def bold(self, face: Face) -> str:
        """The bold cut of a face."""
        return f"{getattr(self, face)}-Bold"


def find_fonts(folders: Sequence[Path] = FOLDERS) -> Fonts:
    """Find the faces and register them with reportlab; raises FontsMissing where one is absent."""
    present = {
        Path(name).stem: Path(root) / name
        for folder in folders
        for root, _, names in os.walk(folder)
        for name in names
        if name.endswith(".ttf")
    }
    return Fonts(
        sans=_register("sans", present), serif=_register("serif", present), mono=_register("mono", present)
    )


def _register(face: Face, present: dict[str, Path]) -> str:
    for family in _FAMILIES[face]:
        if all(cut in present for cut in family):
            regular = family[0]
            names = (regular, f"{regular}-Bold", f"{regular}-Italic", f"{regular}-BoldItalic")
            for name, cut in zip(names, family, strict=True):
                pdfmetrics.registerFont(TTFont(name, str(present[cut])))
            pdfmetrics.registerFontFamily(
                regular, normal=names[0], bold=names[1], italic=names[2], boldItalic=names[3]
            )
            return regular
    raise FontsMissing(
        f"no {face} typeface is installed: looked for {' and '.join(f[0] for f in _FAMILIES[face])}"
    )
