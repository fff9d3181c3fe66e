"""The way of one page: its source, its figures, its words, its pictures for the screen."""

import cv2
import numpy as np

from ocr.engines import OcrEngine
from ocr.languages import LANGUAGES, Language
from ocr.layout import placed, text_of
from ocr.page_images import PageImages
from ocr.raster.leaders import without_leaders
from ocr.raster.measure import measure, positive
from ocr.raster.regions import Mark, find_marks, is_drawn
from ocr.raster.separators import separator_of
from ocr.raster.source import Pixels, Source
from ocr.raster.stamps import find_stamps, without
from ocr.recognition import Recogniser, mean_confidence, turn
from ocr.second_look import SecondLook
from ocr.sieve import sifted
from ocr.signs import with_signs
from ocr.tidying import is_print, spelt
from ocr.values import PageReading

PAGE_WIDTH, THUMB_WIDTH = 1400, 220
_JPEG_QUALITY, _KEPT_QUALITY = 75, 85
_HARDLY = 1.4


class PageReader:
    """Reads the pages of one source."""

    def __init__(self, source: Source, engine: OcrEngine, languages: tuple[Language, ...]) -> None:
        self._source = source
        self._engine = engine
        self._recogniser = Recogniser(engine, languages)

    def read(self, number: int) -> tuple[PageReading, PageImages]:
        """The page and its pictures; raises PageRefused where it cannot be had."""
        page = self._source.page(number)
        grey = positive(_grey(page.pixels))
        figures = measure(grey)
        quality = {**figures.quality(), "scan_dpi": float(page.scan_dpi)}
        if page.told_dpi is not None:
            quality["told_dpi"] = float(page.told_dpi)
        rotation, language = 0, "und"
        words = page.words
        whole, stamps, across = grey, [], []
        if words is not None:
            language = self._recogniser.find_language(" ".join(word.text for word in words))
        elif not figures.blank:
            stamps = find_stamps(grey, page.dpi, figures.skew)
            if not figures.bilevel:
                grey = without(grey, stamps)
            grey = without_leaders(grey, page.dpi)
            read = self._recogniser.read(grey, page.dpi, figures.skew, bilevel=figures.bilevel)
            words, language, rotation = tuple(read.words), read.language, read.rotation
        upright = turn(page.pixels, rotation)
        if rotation:
            grey, whole = turn(grey, rotation), turn(whole, rotation)
            figures = measure(grey)
            stamps = find_stamps(whole, page.dpi, figures.skew)
        if page.words is None and words and language in LANGUAGES:
            look = SecondLook(self._engine, grey, page.dpi, figures.skew, figures.bilevel)
            seen = with_signs(look.at(words, LANGUAGES[language]), LANGUAGES[language])
            words = tuple(sifted(seen, figures.skew))
            kept = {id(word) for word in words}
            across = [word for word in seen if id(word) not in kept]
        height, width = upright.shape[:2]
        if page.words is None:
            words = tuple(spelt(words or (), language))
        marks: list[Mark] = []
        if page.words is None and not figures.blank:
            marks = find_marks(whole, page.dpi, words or (), across, stamps)
        regions = tuple(mark.region(width, height) for mark in marks)
        values = placed(words or (), width, height)
        quality["confidence"] = round(mean_confidence(words or ()), 3)
        # Where two models read one page, the other sees letters of its own in marks of the page's script.
        dusty = figures.bilevel or (language in LANGUAGES and len(LANGUAGES[language].models) > 1)
        reading = PageReading(
            number=number,
            width=width,
            height=height,
            dpi=page.dpi,
            rotation=rotation,
            skew=figures.skew,
            blank=figures.blank and not values,
            language=language if values else "und",
            source="embedded" if page.embedded else "ocr" if page.words is None else "text",
            text=text_of(
                [word for word in values if is_print(word, dusty=dusty) and not is_drawn(word, regions)]
            ),
            regions=regions,
            words=values,
            quality=quality,
            separator=None if figures.blank else separator_of(grey, page.dpi, len(values)),
        )
        return reading, images(number, upright)


def images(number: int, upright: Pixels) -> PageImages:
    """The pictures of an upright page."""
    page = _reduced(upright, PAGE_WIDTH)
    return PageImages(number, _jpeg(page), _jpeg(_reduced(page, THUMB_WIDTH)))


def drawn(upright: Pixels) -> bytes:
    """An upright page at the resolution at which it is read, as a JPEG to be kept."""
    return _jpeg(upright, _KEPT_QUALITY)


def _reduced(pixels: Pixels, width: int) -> Pixels:
    height_now, width_now = pixels.shape[:2]
    if width_now <= width:
        return pixels
    size = (width, max(1, round(height_now * width / width_now)))
    # Where hardly anything is left out, averaging areas shows nothing that interpolation does not, and costs more.
    way = cv2.INTER_AREA if width_now > _HARDLY * width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=way), dtype=np.uint8)


def _jpeg(pixels: Pixels, quality: int = _JPEG_QUALITY) -> bytes:
    ordered = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    _, encoded = cv2.imencode(".jpg", ordered, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(encoded.tobytes())


def _grey(pixels: Pixels) -> Pixels:
    return (
        np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8) if pixels.ndim == 3 else pixels
    )
