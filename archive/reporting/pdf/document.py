"""A PDF/A-2b file (ISO 19005-2, conformance level B): what makes it one beside its pages."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape, quoteattr

from PIL import ImageCms

from archive.reporting.pdf.canvas import Canvas
from archive.reporting.pdf.hidden_text import HiddenFont
from archive.reporting.pdf.objects import (
    ObjectFile,
    Sink,
    array,
    date,
    dictionary,
    number,
    ref,
    text_string,
)
from archive.reporting.pdf.pictures import Placed, put_carried, put_picture
from archive.reporting.pdf.shelf import Shelf
from ocr.carried import Carried

_PRODUCER = "Tabellion"


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself: title, language (a BCP 47 tag), when it was made, by whom, and what it is."""

    title: str
    language: str
    made_at: datetime
    author: str
    subject: str


class PdfDocument:
    """Pages go to `out` as they are added; leaving the `with` block without an error finishes the file."""

    def __init__(self, out: Sink, about: About) -> None:
        self.shelf = Shelf()
        self.hidden = HiddenFont()
        self._about = about
        self._file = ObjectFile(out)
        self._pages: list[int] = []
        self._pictures: dict[bytes, Placed] = {}
        self._tree, self._fonts = self._file.reserve(), self._file.reserve()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()

    def canvas(self, width: float, height: float) -> Canvas:
        """A page to draw on, in points; `add` puts it into the file."""
        return Canvas(width, height, self.shelf)

    def picture(self, picture: bytes | Carried) -> Placed:
        """Write a picture, once, to be shown on any number of pages. Raises `PictureRefused`."""
        data = picture.data if isinstance(picture, Carried) else picture
        key = hashlib.sha256(data).digest()
        if key not in self._pictures:
            self._pictures[key] = (
                put_carried(self._file, picture)
                if isinstance(picture, Carried)
                else put_picture(self._file, picture)
            )
        return self._pictures[key]

    def describe(self, subject: str) -> None:
        """Say of the file what is only known once its pages are written."""
        self._about = replace(self._about, subject=subject)

    def add(self, page: Canvas) -> None:
        """Write a page."""
        content = self._file.put_stream(page.content)
        pictures = {label: ref(target) for label, target in page.pictures.items()}
        resources = dictionary(Font=ref(self._fonts), XObject=dictionary(**pictures) if pictures else None)
        box = array(b"0", b"0", number(page.width), number(page.height))
        self._pages.append(
            self._file.put(
                dictionary(
                    Type=b"/Page",
                    Parent=ref(self._tree),
                    MediaBox=box,
                    Resources=resources,
                    Contents=ref(content),
                )
            )
        )

    def _finish(self) -> None:
        file, about = self._file, self._about
        fonts = {font.resource: ref(font.write(file)) for font in self.shelf}
        if self.hidden.used:
            fonts[self.hidden.resource] = ref(self.hidden.write(file))
        file.put(dictionary(**fonts), self._fonts)
        pages = array(*(ref(page) for page in self._pages))
        tree = dictionary(Type=b"/Pages", Kids=pages, Count=b"%d" % len(self._pages))
        file.put(tree, self._tree)
        profile = file.put_stream(_srgb(), N=b"3")
        intent = dictionary(
            Type=b"/OutputIntent",
            S=b"/GTS_PDFA1",
            OutputConditionIdentifier=text_string("sRGB"),
            Info=text_string("sRGB IEC61966-2.1"),
            DestOutputProfile=ref(profile),
        )
        # Metadata is never compressed, so that programs that know no PDF can read it.
        metadata = file.put_stream(_xmp(about), raw=True, Type=b"/Metadata", Subtype=b"/XML")
        root = file.put(
            dictionary(
                Type=b"/Catalog",
                Pages=ref(self._tree),
                Metadata=ref(metadata),
                OutputIntents=array(intent),
                Lang=text_string(about.language),
                ViewerPreferences=b"<</DisplayDocTitle true>>",
            )
        )
        info = file.put(
            dictionary(
                Title=text_string(about.title),
                Author=text_string(about.author),
                Subject=text_string(about.subject),
                Producer=text_string(_PRODUCER),
                CreationDate=date(about.made_at),
                ModDate=date(about.made_at),
            )
        )
        file.finish(root, info)


@cache
def _srgb() -> bytes:
    """The profile of sRGB, with a fixed date in the place of the time at which it was computed (ICC.1 section 7.2)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07e600010001000000000000")
    return bytes(profile)


def _xmp(about: About) -> bytes:
    """The metadata, equal to the document information (ISO 19005-2 section 6.6.2)."""
    instant = about.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    language = quoteattr("x-default")
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang={language}>{escape(about.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(about.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang={language}>{escape(about.subject)}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{escape(about.language)}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{instant}</xmp:CreateDate>
<xmp:ModifyDate>{instant}</xmp:ModifyDate>
<pdf:Producer>{_PRODUCER}</pdf:Producer>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
