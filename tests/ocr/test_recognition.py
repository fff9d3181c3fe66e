"""Which models a page is read with: the guess by a strip of it."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

from ocr.engines import Layout, OcrEngine, RecognisedWord, open_engine
from ocr.engines.port import Grey, Orientation
from ocr.languages import LANGUAGES
from ocr.recognition import Recogniser
from tests.ocr import papers

POLISH = (
    "Uprzejmie prosimy o uregulowanie należności",
    "w ciągu siedmiu dni od otrzymania pisma.",
    "Kwota zadłużenia wynosi 1 250,40 złotych,",
    "odsetki ustawowe liczone od dnia 12.03.2024,",
    "koszty sądowe oraz koszty zastępstwa.",
    "Wpłaty prosimy dokonać przelewem na rachunek",
    "wskazany w umowie, z podaniem numeru sprawy.",
    "Po bezskutecznym upływie terminu skierujemy",
    "sprawę na drogę postępowania sądowego.",
)


class Listening:
    """The engine that is installed, and the models that whole pages were read with."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine
        self.pages: list[Sequence[str]] = []

    name, version, in_process = "tesseract", "", True
    settings: ClassVar[dict[str, Any]] = {}

    def models(self) -> frozenset[str]:
        return self._engine.models()

    def close(self) -> None:
        pass

    def recognise(
        self, grey: Grey, dpi: int, models: Sequence[str], layout: Layout = Layout.PAGE
    ) -> list[RecognisedWord]:
        words = self._engine.recognise(grey, dpi, models, layout)
        if layout is Layout.PAGE:
            self.pages.append(models)
        return words

    def orientation(self, grey: Grey, dpi: int) -> Orientation | None:
        return self._engine.orientation(grey, dpi)


@pytest.fixture(scope="module")
def engine() -> Iterator[OcrEngine]:
    opened = open_engine()
    yield opened
    opened.close()


@pytest.mark.parametrize("reduced", [0.25, 0.27])
def test_poor_latin_print_is_not_taken_for_thai(engine: OcrEngine, reduced: float) -> None:
    page = np.asarray(papers.drawn(POLISH), dtype=np.uint8)
    small = cv2.resize(page, None, fx=reduced, fy=reduced, interpolation=cv2.INTER_AREA)
    poor = np.asarray(cv2.resize(small, page.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    listening = Listening(engine)
    read = Recogniser(listening, tuple(LANGUAGES.values())).read(poor, 200, 0.0, bilevel=False)
    assert read.language == "pl"
    assert ("tha", "eng") not in listening.pages
