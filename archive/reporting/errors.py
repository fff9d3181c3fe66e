"""What making the papers of a package can refuse.

Unavailable
└── FontMissing          FONT_MISSING           a font that the papers need is not installed
Unreadable
└── PictureRefused       PICTURE_REFUSED        a picture of a page is none that can be put into a PDF
"""

from tabellion.base.errors import Unavailable, Unreadable


class FontMissing(Unavailable):
    """The fonts of reports and exhibits are not installed; nothing was made."""

    code = "FONT_MISSING"
    advice = "Install Debian's packages fonts-noto-core and fonts-noto-mono, or run script/bootstrap as root."


class PictureRefused(Unreadable):
    """A picture that was to stand on a page is damaged, or of a kind that is not written."""

    code = "PICTURE_REFUSED"
    advice = "Have the paper read again, which makes its pictures anew from the original."
