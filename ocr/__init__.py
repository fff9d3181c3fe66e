"""What a page says: a file in, values out; everything hostile happens in a subprocess with limits."""

from ocr.carried import Carried
from ocr.errors import REASONS, ReadingRefused, Reason
from ocr.languages import LANGUAGES
from ocr.limits import Limits
from ocr.media import HEAD_BYTES, MEDIA_TYPES, sniff
from ocr.page_images import PageImages
from ocr.reader import OnPage, Reader
from ocr.values import Box, FieldReading, Kind, PageReading, Part, Reading, Source, Word

__all__ = [
    "HEAD_BYTES",
    "LANGUAGES",
    "MEDIA_TYPES",
    "REASONS",
    "Box",
    "Carried",
    "FieldReading",
    "Kind",
    "Limits",
    "OnPage",
    "PageImages",
    "PageReading",
    "Part",
    "Reader",
    "Reading",
    "ReadingRefused",
    "Reason",
    "Source",
    "Word",
    "sniff",
]
