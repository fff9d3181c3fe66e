"""What every recogniser offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""A picture as rows of grey values, 0 black to 255 white, shape (height, width)."""


class Layout(Enum):
    """What the picture holds; the values are Tesseract's page segmentation modes."""

    PAGE = 3
    BLOCK = 6
    LINE = 7
    SPARSE = 11


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word in pixels of the picture that was handed in; confidence in 0..1."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float
    block: int
    paragraph: int
    line: int


@dataclass(frozen=True, slots=True)
class Orientation:
    """How far to turn the picture clockwise until it is upright, its script, and how sure that is."""

    rotation: int
    script: str
    confidence: float


class OcrEngine(Protocol):
    """Reads pictures with models named as Tesseract names them. Not thread-safe."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def in_process(self) -> bool:
        """Whether it reads without temporary files and other programs."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """What was set, for the record of each reading."""
        ...

    def models(self) -> frozenset[str]:
        """The installed models."""
        ...

    def recognise(
        self, grey: Grey, dpi: int, models: Sequence[str], layout: Layout = Layout.PAGE
    ) -> list[RecognisedWord]:
        """The words in the order in which the engine reads them."""
        ...

    def orientation(self, grey: Grey, dpi: int) -> Orientation | None:
        """None where the picture has too little text to tell."""
        ...

    def close(self) -> None: ...
