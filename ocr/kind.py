"""What kind of document a text is, by its title and by the phrases that law and custom put into such papers."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ocr.folding import fold
from ocr.lexicon import lexicon
from ocr.rows import Row
from ocr.values import Kind

_TITLE_WEIGHT = 6.0
_TITLE_ANYWHERE = 0.35
_TITLE_SIMILAR = 86.0
_PHRASE_SIMILAR = 90.0
_FUZZY_FROM = 9
_LONGEST_TITLE = 90
_LETTER_WEIGHT = 0.5
_NOTHING = 1.6
_SHARPNESS = 0.55
_AT_THE_END = 0.8
_OF_SUBJECT = 0.6
_SLIP_FROM, _FEWEST_ROWS = 0.25, 12
_HEADED, _PROMINENT, _LONGEST_HEADED = 3.5, 0.3, 80
# "Subject:" in eight languages; Thai has no space behind it.
_SUBJECTS = (
    "oggetto",
    "asunto",
    "betreff",
    "betr",
    "re",
    "subject",
    "dotyczy",
    "sprawa",
    "тема",
    "предмет",
    "הנדון",
)


@dataclass(frozen=True, slots=True)
class KindVerdict:
    """The kind, how sure that is (0..1), and the words that speak for it."""

    kind: Kind
    confidence: float
    reasons: tuple[str, ...]


def kind_of(rows: Sequence[Row], language: str) -> KindVerdict:
    """The kind of a paper from the rows of its first page, or of all its pages."""
    rows = _without_slip(rows, language)
    text = fold(" ".join(row.text for row in rows)).text
    titles = [_titled(fold(row.text).text, row.prominence) for row in rows]
    scores: dict[Kind, float] = {"other": _NOTHING}
    reasons: dict[Kind, list[str]] = {"other": []}
    headed = _headed(titles, language)
    for kind, words in lexicon(language).kinds.items():
        title_score, title = max((_title(title, titles) for title in words.titles), default=(0.0, ""))
        letter = _LETTER_WEIGHT if kind == "correspondence" else 1.0
        title_score *= letter
        if headed.get(kind, 0.0) > title_score:
            title_score, title = headed[kind], "by its noun"
        found = [phrase for phrase in words.phrases if _holds(text, phrase)]
        # Each further phrase says less than the one before.
        scores[kind] = title_score + letter * 1.6 * math.log2(1 + len(found))
        reasons[kind] = ([f"title: {title}"] if title_score else []) + [
            f"phrase: {phrase}" for phrase in found
        ]
    kind = max(scores, key=lambda item: scores[item])
    weights = {item: math.exp(score * _SHARPNESS) for item, score in scores.items()}
    return KindVerdict(kind, round(weights[kind] / sum(weights.values()), 3), tuple(reasons[kind]))


def _without_slip(rows: Sequence[Row], language: str) -> Sequence[Row]:
    """The rows without the form for paying that hangs at the foot of an invoice or a demand."""
    slips = lexicon(language).labels.get("slip", ())
    for place, row in enumerate(rows):
        if row.top < _SLIP_FROM or place < _FEWEST_ROWS:
            continue
        folded = fold(row.text).text
        if any(folded.startswith(slip) for slip in slips):
            return rows[:place]
    return rows


def title_of(rows: Sequence[Row], language: str) -> tuple[float, str]:
    """How much these rows look to hold the title of a paper of any kind (0 to 7.8), and the row that does."""
    folded = [(fold(row.text).text, row.prominence) for row in rows]
    titles = [title for words in lexicon(language).kinds.values() for title in words.titles]
    return max(
        ((max(_title(title, [row])[0] for title in titles), row[0]) for row in folded),
        default=(0.0, ""),
    )


def _headed(rows: Sequence[tuple[str, float]], language: str) -> dict[Kind, float]:
    """How much a title of a wording of its own speaks for each kind: the first of the nouns in it says what it is."""
    best: dict[Kind, float] = {}
    heads = [(head, kind) for kind, words in lexicon(language).kinds.items() for head in words.heads]
    for row, prominence in rows:
        if not 0 < len(row) <= _LONGEST_HEADED or prominence < _PROMINENT:
            continue
        places = [
            (found.start(), -len(head), kind)
            for head, kind in heads
            if (found := re.search(_head(head, language), row)) is not None
        ]
        if places:
            kind = min(places)[2]
            best[kind] = max(best.get(kind, 0.0), _HEADED * prominence)
    return best


def _head(head: str, language: str) -> str:
    """The noun as a word; of a German compound, its end; Thai has no spaces."""
    if _thai(head):
        return re.escape(head)
    before = "" if language == "de" else r"(?:^| |(?<= [ובהלמכש]))"
    return rf"{before}{re.escape(head)}(?= |$)"


def _titled(row: str, prominence: float) -> tuple[str, float]:
    """The row without the word that a subject line begins with: what a letter is about is its title in any print."""
    for word in _SUBJECTS:
        if row.startswith(f"{word} "):
            return row.removeprefix(f"{word} "), max(prominence, _OF_SUBJECT)
    return row, prominence


def _title(title: str, rows: Sequence[tuple[str, float]]) -> tuple[float, str]:
    """How much the paper looks to be headed so: a short line that begins with it, better the larger its letters."""
    best = 0.0
    for row, prominence in rows:
        if len(row) > _LONGEST_TITLE or len(row) < len(title) - 2:
            continue
        if row.endswith(f" {title}") and " " in title and not _thai(title):
            # "Assured shorthold tenancy agreement": English says last what a paper is.
            filled = len(title) / len(row)
            weight = _TITLE_ANYWHERE + (1 - _TITLE_ANYWHERE) * prominence
            best = max(best, _TITLE_WEIGHT * _AT_THE_END * (0.5 + 0.5 * filled) * weight)
        start = row[: len(title) + 2]
        if row.startswith(title) and (
            len(row) == len(title) or not row[len(title)].isalpha() or _thai(title)
        ):
            similar = 100.0
        elif len(title) >= _FUZZY_FROM:
            similar = fuzz.ratio(start[: len(title)], title)
        else:
            continue
        if similar < _TITLE_SIMILAR:
            continue
        # A title fills its line and is longer than a word that happens to begin one.
        filled = len(title) / max(len(title), len(row))
        weight = _TITLE_ANYWHERE + (1 - _TITLE_ANYWHERE) * prominence
        length = min(1.3, 0.7 + len(title) / 40)
        best = max(best, _TITLE_WEIGHT * (similar / 100) * (0.5 + 0.5 * filled) * weight * length)
    return best, title


def _holds(text: str, phrase: str) -> bool:
    if phrase in text:
        return True
    return len(phrase) >= _FUZZY_FROM and fuzz.partial_ratio(phrase, text, score_cutoff=_PHRASE_SIMILAR) > 0


def _thai(text: str) -> bool:
    return "\u0e00" <= text[:1] <= "\u0e7f"
