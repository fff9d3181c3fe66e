"""How a reading is scored against an evaluation page: the rules of the set's own scorer, in one process."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from archive.doubts import Value, doubts_of
from ocr import Reading

_UNSEEN = dict.fromkeys(
    map(
        ord,
        "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00ad",
    )
)


@dataclass(frozen=True, slots=True)
class Score:
    """One file: hits, wanted and given for words and for fields; letters wrong of so many; kind and language right."""

    words: tuple[int, int, int]
    fields: tuple[int, int, int]
    letters: tuple[int, int]
    kind: bool
    language: bool
    missed: tuple[str, ...]
    wrong: tuple[tuple[float, bool], ...]
    """Of every field given: its confidence, and whether it is right."""
    queued: tuple[bool, ...]
    """Of every field given: whether it waits for a person."""


def score(reading: Reading, truth: Mapping[str, object], text: str) -> Score:
    """Words by bag (Thai by trigrams), fields by name and normalised value; a currency nobody asked for is no error."""
    language = str(truth["language"])
    wanted_fields: Mapping[str, str] = truth["fields"]  # type: ignore[assignment]
    given_text = "\n".join(page.text for page in reading.pages)
    wanted, given = _tokens(text, language), _tokens(given_text, language)
    asked = Counter((name, _value(name, value)) for name, value in wanted_fields.items())
    doubts = doubts_of(
        [Value(field.name, field.value, field.confidence, printed=field.printed) for field in reading.fields],
        reading.kind,
    )
    asked_for = [
        place
        for place, field in enumerate(reading.fields)
        if field.name in wanted_fields or field.name != "currency"
    ]
    answers = [
        ((field.name, _value(field.name, field.value)), field.confidence)
        for field in (reading.fields[place] for place in asked_for)
    ]
    answered = Counter(answer for answer, _ in answers)
    shown, hidden = _norm(text, language), _norm(given_text, language)
    return Score(
        words=((wanted & given).total(), wanted.total(), given.total()),
        fields=((asked & answered).total(), asked.total(), answered.total()),
        letters=(Levenshtein.distance(shown, hidden), len(shown)),
        kind=reading.kind == truth["doc_type"],
        language=reading.language == language,
        missed=tuple(name for name, _ in (asked - answered)),
        wrong=tuple((confidence, answer in asked) for answer, confidence in answers),
        queued=tuple(place in doubts.reasons for place in asked_for),
    )


def f1(parts: Sequence[tuple[int, int, int]]) -> float:
    """Micro-F1 in percent over several files."""
    hits, wanted, given = (sum(part[place] for part in parts) for place in range(3))
    return 200 * hits / max(1, wanted + given)


def _norm(text: str, language: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    return re.sub(r"\s+", "" if language == "th" else " ", plain).strip()


def _tokens(text: str, language: str) -> Counter[str]:
    plain = _norm(text, language)
    if language == "th":
        return Counter(plain[start : start + 3] for start in range(max(0, len(plain) - 2)))
    return Counter(plain.split())


def _value(name: str, value: str) -> str:
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value)).translate(_UNSEEN)).strip()
    return plain.casefold() if name.endswith(".name") else plain
