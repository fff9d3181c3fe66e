"""The recognition port: grey pixels in, words out."""

from ocr.engines.port import Layout, OcrEngine, Orientation, RecognisedWord, open_engine

__all__ = ["Layout", "OcrEngine", "Orientation", "RecognisedWord", "open_engine"]
