"""A page of pixels as words: upright, in the right language, read once more only where the first look was poor."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr.engines import Layout, OcrEngine, RecognisedWord
from ocr.engines.port import Grey
from ocr.language import LanguageFinder, script_of
from ocr.languages import Language

_GOOD = 0.80
_POOR = 0.62
_READABLE = 0.72
_CLEARLY = 0.86
_TOLERANCE = 0.03
_STRIP = 300
_MIN_ORIENTATION_CONFIDENCE = 1.0
_OSD_SCRIPTS = {
    "Latin": "Latin",
    "Fraktur": "Latin",
    "Cyrillic": "Cyrillic",
    "Hebrew": "Hebrew",
    "Thai": "Thai",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """Words in pixels of the page turned clockwise by `rotation`."""

    words: list[RecognisedWord]
    language: str
    rotation: int
    confidence: float


class Recogniser:
    """Reads pages one after the other; the language of the last page is the first guess for the next."""

    def __init__(self, engine: OcrEngine, languages: Sequence[Language]) -> None:
        self._engine = engine
        self._languages = tuple(languages)
        self._by_code = {language.code: language for language in languages}
        self._finder = LanguageFinder(languages)
        self._last: Language | None = None

    def find_language(self, text: str) -> str:
        """The language of a text, or that of the page before, or `und`."""
        found = self._finder.find(text)
        if found is not None:
            self._last = self._by_code[found]
        return found or (self._last.code if self._last else "und")

    def read(self, grey: Grey, dpi: int, skew: float, *, bilevel: bool) -> Recognised:
        """The words of a page. Tries another orientation, script or a mirror only where it reads poorly."""
        rotation, whole = 0, grey
        language = self._last or self._guess(grey, dpi)
        words = self._words(grey, dpi, language, skew, bilevel=bilevel)
        confidence = mean_confidence(words)
        askew = sideways(words)
        if confidence < _GOOD or askew:
            found = self._engine.orientation(grey, dpi)
            if found is not None and found.confidence >= _MIN_ORIENTATION_CONFIDENCE:
                turned = turn(grey, found.rotation)
                script = _OSD_SCRIPTS.get(found.script)
                other = (
                    language
                    if script in (None, language.script)
                    else self._of_script(script or "") or language
                )
                if found.rotation or other is not language:
                    again = self._words(turned, dpi, other, 0.0 if found.rotation else skew, bilevel=bilevel)
                    if mean_confidence(again) > confidence - (_TOLERANCE if askew else 0.0):
                        words, language, rotation, grey = again, other, found.rotation, turned
                        confidence = mean_confidence(again)
        if confidence < _POOR:
            # Tesseract's opinion on orientation wants more letters than a short letter has, and errs on some.
            trial = self._reads_turned(whole, dpi, rotation, language)
            if trial is not None:
                turned = turn(whole, trial[0])
                again = self._words(turned, dpi, trial[1], 0.0, bilevel=bilevel)
                if mean_confidence(again) > confidence:
                    words, (rotation, language), grey = again, trial, turned
                    confidence = mean_confidence(again)
        told = self._finder.find(" ".join(word.text for word in words))
        if told is not None and told != language.code:
            other = self._by_code[told]
            again = self._words(grey, dpi, other, 0.0 if rotation else skew, bilevel=bilevel)
            if mean_confidence(again) >= confidence - _TOLERANCE:
                words, language, confidence = again, other, mean_confidence(again)
        if confidence < _POOR and self._reads_mirrored(grey, dpi, language):
            again = self._words(np.ascontiguousarray(grey[:, ::-1]), dpi, language, -skew, bilevel=bilevel)
            if mean_confidence(again) > confidence:
                words, confidence = _mirrored(again, grey.shape[1]), mean_confidence(again)
        if confidence >= _POOR and words:
            self._last = language
        return Recognised(words, language.code, rotation, confidence)

    def _words(
        self, grey: Grey, dpi: int, language: Language, skew: float, *, bilevel: bool
    ) -> list[RecognisedWord]:
        if not bilevel:
            return self._engine.recognise(grey, dpi, language.models)
        picture, back = _softened(grey, skew)
        return back(self._engine.recognise(picture, round(dpi * _ENLARGE), language.models))

    def _reads_mirrored(self, grey: Grey, dpi: int, language: Language) -> bool:
        """Whether a page that reads poorly reads well in a mirror: film and some feeders turn sheets over."""
        strip = np.ascontiguousarray(_densest_strip(grey)[:, ::-1])
        return mean_confidence(self._engine.recognise(strip, dpi, language.models, Layout.BLOCK)) >= _READABLE

    def _reads_turned(
        self, grey: Grey, dpi: int, tried: int, spoken: Language
    ) -> tuple[int, Language] | None:
        """How far to turn a page until a strip of it reads well, and in what language; None where none does.

        `tried` and `spoken` are the rotation and language in which the whole page read poorly.
        """
        scripts = dict.fromkeys(language.script for language in self._languages)
        for rotation in sorted((0, 90, 180, 270), key=lambda rotation: (rotation != tried, rotation != 180)):
            strip = _densest_strip(turn(grey, rotation))
            for script in sorted(scripts, key=lambda script: script != "Latin"):
                language = self._of_script(script)
                if language is None or (rotation == tried and script == spoken.script):
                    continue
                words = self._engine.recognise(strip, dpi, language.models, Layout.BLOCK)
                text = " ".join(word.text for word in words)
                if mean_confidence(words) >= _READABLE and script_of(text) == script:
                    found = self._finder.find(text)
                    return rotation, self._by_code[found] if found else language
        return None

    def _guess(self, grey: Grey, dpi: int) -> Language:
        """The language of a first page, by a quick look at its densest strip.

        Most papers are in Latin letters; where they do not read well, Tesseract's own opinion on the script is tried,
        then every other script: that opinion errs on pages of many numbers.
        """
        if len(self._languages) == 1:
            return self._languages[0]
        strip = _densest_strip(grey)
        scripts = list(dict.fromkeys(language.script for language in self._languages))
        scripts.sort(key=lambda script: script != "Latin")
        tried: list[tuple[bool, float, Language]] = []
        while scripts:
            language = self._of_script(scripts.pop(0))
            if language is None:
                continue
            words = self._engine.recognise(strip, dpi, language.models, Layout.BLOCK)
            confidence = mean_confidence(words)
            text = " ".join(word.text for word in words)
            found = self._finder.find(text) if script_of(text) == language.script else None
            # The Thai model brings the English one along, and reads poor Latin print as well as that: what it then
            # reads is not Thai.
            tried.append((found is not None, confidence, self._by_code[found] if found else language))
            # The Thai model makes letters of anything: a script that reads better is looked for.
            if confidence >= (_CLEARLY if language.script == "Thai" else _READABLE):
                break
            if len(tried) == 1:
                seen = self._engine.orientation(grey, dpi)
                script = _OSD_SCRIPTS.get(seen.script) if seen else None
                turned = seen is not None and seen.rotation and seen.confidence >= _MIN_ORIENTATION_CONFIDENCE
                # Of thin print that reads fairly well as it lies, that opinion is wrong.
                if turned and confidence < _POOR:
                    return self._of_script(script or "") or tried[0][2]
                scripts.sort(key=lambda other: other != script)
        return max(tried, key=lambda item: item[:2])[2]

    def _of_script(self, script: str) -> Language | None:
        if self._last is not None and self._last.script == script:
            return self._last
        preferred = self._by_code.get("en")
        if preferred is not None and preferred.script == script:
            return preferred
        return next((language for language in self._languages if language.script == script), None)


def mean_confidence(words: Sequence[RecognisedWord]) -> float:
    """The mean confidence by letter; 0 where nothing was read."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def sideways(words: Sequence[RecognisedWord]) -> bool:
    """Whether most words stand on end: Tesseract reads some pages that lie on their side without a word about it."""
    long = [word for word in words if len(word.text) > 2]
    return sum(word.y1 - word.y0 > word.x1 - word.x0 for word in long) > len(long) / 2


def _mirrored(words: Sequence[RecognisedWord], width: int) -> list[RecognisedWord]:
    """Words of the mirrored page with their boxes where the page has them."""
    return [replace(word, x0=width - word.x1, x1=width - word.x0) for word in words]


def turn(pixels: Grey, rotation: int) -> Grey:
    """The picture turned clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -(rotation // 90) % 4))


def _densest_strip(grey: Grey) -> Grey:
    """The strip of the page, some seven lines high, that holds the most edges."""
    height = grey.shape[0]
    if height <= _STRIP:
        return grey
    edges = np.abs(np.diff(grey[:, ::2].astype(np.int16), axis=1)) > 60
    rows = np.convolve(edges.sum(axis=1), np.ones(_STRIP), mode="valid")
    top = int(rows.argmax())
    return np.ascontiguousarray(grey[top : top + _STRIP])


_ENLARGE = 1.5


def _softened(grey: Grey, skew: float) -> tuple[Grey, "_Back"]:
    """A bilevel page straightened, enlarged and blurred, and the way back for boxes.

    Measured on fax-like pages: word-bag F1 83.5 as they are, 86.0 so (docs/adr/0008).
    """
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew, _ENLARGE)
    size = round(width * _ENLARGE), round(height * _ENLARGE)
    matrix[0, 2] += size[0] / 2 - width / 2
    matrix[1, 2] += size[1] / 2 - height / 2
    picture = cv2.warpAffine(
        grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    picture = cv2.GaussianBlur(picture, (0, 0), 1.5)
    return np.asarray(picture, dtype=np.uint8), _Back(np.asarray(cv2.invertAffineTransform(matrix)))


@dataclass(frozen=True, slots=True, eq=False)
class _Back:
    """Boxes of a transformed picture as boxes of the page."""

    matrix: np.ndarray

    def __call__(self, words: Sequence[RecognisedWord]) -> list[RecognisedWord]:
        return [self._word(word) for word in words]

    def _word(self, word: RecognisedWord) -> RecognisedWord:
        # The middle goes back exactly; the sides keep their length, so that a tilted line does not swell its boxes.
        scale = float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))
        x, y = self.matrix @ np.array([(word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2, 1.0])
        half_width, half_height = (word.x1 - word.x0) * scale / 2, (word.y1 - word.y0) * scale / 2
        return replace(
            word,
            x0=round(x - half_width),
            y0=round(y - half_height),
            x1=round(x + half_width),
            y1=round(y + half_height),
        )
