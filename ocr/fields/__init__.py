"""Fields: typed candidates first, then the role that a label gives them."""

from ocr.fields.find import find_fields

__all__ = ["find_fields"]
