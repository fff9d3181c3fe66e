"""Tesseract in this process through tesserocr: models stay loaded, pixels are handed over as they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tesserocr

from ocr.engines.port import Grey, Layout, Orientation, RecognisedWord
from ocr.engines.tessdata import installed_models, words_of

# Dark-on-light is what paper is; asking Tesseract to try the inverse of each line costs a third more.
_VARIABLES = {"invert_threshold": "0"}


class InProcessTesseract:
    """The adapter for tesserocr. `OMP_THREAD_LIMIT=1` must be set before the process starts."""

    name = "tesseract"
    in_process = True

    def __init__(self, tessdata: Path) -> None:
        self._tessdata = tessdata
        self._apis: dict[str, Any] = {}
        self.version: str = tesserocr.tesseract_version().split("\n")[0].removeprefix("tesseract ").strip()

    @property
    def settings(self) -> dict[str, Any]:
        return dict(_VARIABLES)

    def models(self) -> frozenset[str]:
        return installed_models(self._tessdata)

    def recognise(
        self, grey: Grey, dpi: int, models: Sequence[str], layout: Layout = Layout.PAGE
    ) -> list[RecognisedWord]:
        api = self._api("+".join(models))
        api.SetPageSegMode(layout.value)
        self._set_image(api, grey, dpi)
        try:
            if not api.Recognize():
                return []
            return words_of(api.GetTSVText(0))
        finally:
            api.Clear()

    def orientation(self, grey: Grey, dpi: int) -> Orientation | None:
        api = self._api("osd")
        api.SetPageSegMode(tesserocr.PSM.OSD_ONLY)
        self._set_image(api, grey, dpi)
        try:
            found = api.DetectOrientationScript()
        finally:
            api.Clear()
        if not found:
            return None
        # Tesseract says by how much the page has been turned counter-clockwise from upright.
        return Orientation(
            rotation=(360 - int(found["orient_deg"])) % 360,
            script=str(found["script_name"]),
            confidence=float(found["orient_conf"]),
        )

    def close(self) -> None:
        for api in self._apis.values():
            api.End()
        self._apis.clear()

    def _api(self, models: str) -> Any:
        api = self._apis.get(models)
        if api is None:
            engine = tesserocr.OEM.TESSERACT_ONLY if models == "osd" else tesserocr.OEM.LSTM_ONLY
            api = tesserocr.PyTessBaseAPI(path=str(self._tessdata), lang=models, oem=engine)
            for name, value in _VARIABLES.items():
                api.SetVariable(name, value)
            self._apis[models] = api
        return api

    @staticmethod
    def _set_image(api: Any, grey: Grey, dpi: int) -> None:
        height, width = grey.shape
        api.SetImageBytes(grey.tobytes(), width, height, 1, width)
        api.SetSourceResolution(dpi)
