"""The recognition port: grey pixels in, words out."""

from ocr.engines.choice import open_engine
from ocr.engines.port import Layout, OcrEngine, Orientation, RecognisedWord

__all__ = ["Layout", "OcrEngine", "Orientation", "RecognisedWord", "open_engine"]
