"""Foreign XML, parsed without what makes XML dangerous, and walked by local names."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from ocr.errors import ReadingRefused

MAX_BYTES = 24 << 20
_MAX_ELEMENTS = 300_000
Element = Any


def parse(data: bytes) -> Element:
    """The root element. Raises ReadingRefused: DAMAGED where it is no XML or declares a document type.

    No invoice format has a document type; entities, and with them entity bombs and external files, need one.
    libxml2 itself ends what nests deeper than 256 elements or has attributes of more than 10 MB.
    """
    if len(data) > MAX_BYTES:
        raise ReadingRefused("MEMORY_LIMIT", f"the XML has {len(data)} bytes, at most {MAX_BYTES}")
    parser = etree.XMLPullParser(
        events=("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    count = 0
    root: Element = None
    try:
        for start in range(0, len(data), 1 << 16):
            parser.feed(data[start : start + (1 << 16)])
            for _, element in parser.read_events():
                if root is None:
                    root = element
                    if root.getroottree().docinfo.doctype:
                        raise ReadingRefused(
                            "DAMAGED", "the XML declares a document type, which no invoice does"
                        )
                count += 1
            if count > _MAX_ELEMENTS:
                raise ReadingRefused("MEMORY_LIMIT", f"the XML has more than {_MAX_ELEMENTS} elements")
        parser.close()
    except etree.XMLSyntaxError as error:
        raise ReadingRefused("DAMAGED", f"the XML is broken: {error}"[:200]) from None
    if root is None:
        raise ReadingRefused("DAMAGED", "the XML has no element")
    return root


def name_of(element: Element) -> str:
    """The local name: versions of the same format differ in namespaces."""
    return str(etree.QName(element).localname)


def children(element: Element, name: str) -> Iterator[Element]:
    """The children of this local name."""
    return (child for child in element if isinstance(child.tag, str) and name_of(child) == name)


def find_all(element: Element, path: str) -> list[Element]:
    """The elements at the end of a path of local names; a step may name alternatives, parted by `|`."""
    found = [element]
    for step in path.split("/"):
        found = [child for parent in found for name in step.split("|") for child in children(parent, name)]
    return found


def find(element: Element, path: str) -> Element | None:
    """The first of `find_all`."""
    return next(iter(find_all(element, path)), None)


def text(element: Element | None, path: str = "") -> str:
    """The text of the first element at the path, white space collapsed; empty where there is none."""
    if element is None:
        return ""
    found = find(element, path) if path else element
    return " ".join((found.text or "").split()) if found is not None else ""
