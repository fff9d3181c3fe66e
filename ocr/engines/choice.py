"""The choice of the recogniser that is installed."""

from importlib.util import find_spec

from ocr.engines.port import OcrEngine
from ocr.engines.tessdata import find_tessdata
from ocr.errors import ReadingRefused


def open_engine() -> OcrEngine:
    """Tesseract in process where tesserocr is installed, by command where it is not; refused where neither is."""
    if find_spec("tesserocr") is not None:
        from ocr.engines.in_process import InProcessTesseract  # noqa: PLC0415

        return InProcessTesseract(find_tessdata())
    if find_spec("pytesseract") is not None:
        from ocr.engines.by_command import CommandTesseract  # noqa: PLC0415

        return CommandTesseract(find_tessdata())
    raise ReadingRefused("ENGINE_MISSING")
