"""Tesseract by its command line through pytesseract, where tesserocr cannot be had."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytesseract
from PIL import Image

from ocr.engines.port import Grey, Layout, Orientation, RecognisedWord
from ocr.engines.tessdata import installed_models, words_of
from ocr.errors import ReadingRefused

_VARIABLES = {"invert_threshold": "0"}


class CommandTesseract:
    """The adapter for the `tesseract` program; each call starts it anew and passes the page by a temporary file."""

    name = "tesseract"
    in_process = False

    def __init__(self, tessdata: Path) -> None:
        self._tessdata = tessdata
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        try:
            self.version: str = str(pytesseract.get_tesseract_version())
        except pytesseract.TesseractNotFoundError as error:
            raise ReadingRefused("ENGINE_MISSING") from error

    @property
    def settings(self) -> dict[str, Any]:
        return dict(_VARIABLES)

    def models(self) -> frozenset[str]:
        return installed_models(self._tessdata)

    def recognise(
        self, grey: Grey, dpi: int, models: Sequence[str], layout: Layout = Layout.PAGE
    ) -> list[RecognisedWord]:
        variables = " ".join(f"-c {name}={value}" for name, value in _VARIABLES.items())
        tsv = pytesseract.image_to_data(
            Image.fromarray(grey),
            lang="+".join(models),
            config=f"{self._config(dpi)} --oem 1 --psm {layout.value} {variables}",
        )
        return words_of(tsv)

    def orientation(self, grey: Grey, dpi: int) -> Orientation | None:
        try:
            found = pytesseract.image_to_osd(
                Image.fromarray(grey), config=self._config(dpi), output_type=pytesseract.Output.DICT
            )
        except pytesseract.TesseractError:
            return None
        return Orientation(
            rotation=int(found["rotate"]),
            script=str(found["script"]),
            confidence=float(found["orientation_conf"]),
        )

    def close(self) -> None:
        """Nothing stays open between two calls."""

    def _config(self, dpi: int) -> str:
        return f'--tessdata-dir "{self._tessdata}" --dpi {dpi}'
