"""Fields: typed candidates first, then the role that a label gives them."""

from ocr.fields.find import find_fields
from ocr.fields.lines import find_lines

__all__ = ["find_fields", "find_lines"]
