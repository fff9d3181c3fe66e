"""The label that gives a value its role: the nearest one that is read before it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cells
from ocr.folding import HEBREW_PREFIXES, fold

_SIMILAR = 88.0
_FUZZY_FROM = 8
LABEL_REACH = 34
_SHORTEST_OF_ROW = 2
_ENUMERATED = re.compile(r"^(?:(?:[ivx]{1,4}|\d{1,2}|[a-h]) )+(?=[^\W\d_]{3})")
"""The number of a row: "II. Costs"."""
# "Interest for the period from 18.02.2022 to 12.12.2023 - 100.00": the period may stand between.
_PERIOD = re.compile(
    r"(?:за период|for the period|für die Zeit|za okres|per il periodo)\s[^\d]{0,6}\d{1,2}\.\d{1,2}\.\d{2,4}"
    r"[^\d]{1,6}\d{1,2}\.\d{1,2}\.\d{2,4}(?:\s?гг?\.)?"
)
_FLOW_REACH = 110
_FAR_BEHIND = 220
_IN_WORDS = re.compile(r"\s*\([^\d()]{4,150}(?:\d{1,2}/100[^()]{0,12})?\)")
_LEADERS = re.compile(r"(?:[.…_] ?){4,}")
_DASH = re.compile(r"\.? ?[-–—=]\s")
_ITEM = re.compile(
    r"(?:^|[\s:;,])(?:[a-z\d]{1,2}[).]|[-–—•*])?\s*(?:kwot[aęy]|€|euro|eur)?\s*$", re.IGNORECASE
)
"""A list of amounts, each with what it is behind a dash: "a) 500.00 - the fee"."""
# "100.00 - principal, 20.00 - interest": in one line, where a dash at its beginning would be that of a list.
_BESIDE = re.compile(r"\.? ?[-–—]\s?(?=[^\W\d])|\.? ?\((?=[^\W\d])")
# Russian counts out money of something: "145 200 руб. долга".
_GENITIVES = (
    "долга", "основного долга", "неустоики", "процентов", "пени ", "пенеи", "расходов", "государственнои пошлины",
    "kosztow procesu", "kosztow postepowania", "kosztow sadowych", "kosztow zastepstwa", "kosztow windykacji",
    "naleznosci glownej", "odsetek ", "kapitalu",
    "госпошлины", "судебных расходов", "судебных издержек", "штрафа", "задолженности",
)  # fmt: skip
# "64 000 руб. в месяц": what is paid every month.
_A_MONTH = tuple(
    fold(word).text
    for word in (
        "в месяц",
        "ежемесячно",
        "לחודש",
        "מדי חודש",
        "בכל חודש",
        "ต่อเดือน",
        "ทุกเดือน",
        "per month",
        "a month",
        "monatlich",
    )
)
# Words that may stand between an amount and the label behind it.
_BRIDGE = re.compile(
    r"(?:(?:en|de|del|concepto|por|in|respect|of|for|tytulem|z|titolo|a|di|per|als|an|fur|para|presupuestad[oa]s|calculad[oa]s|fijad[oa]s|bestimmte[nrs]?|festgesetzte[nrs]?|в|качестве)\s)*"
)


@dataclass(frozen=True, slots=True)
class LabelFound:
    """A label and its role, how many folded letters lie between it and the value, how alike it was (0..1)."""

    role: str
    label: str
    distance: int
    likeness: float


def nearest_label(
    context: str, roles: Mapping[str, Sequence[str]], order: Sequence[str], reach: int
) -> LabelFound | None:
    """The label whose end lies nearest to the end of the context, the longest of those that end alike.

    Where two roles share a label, the one that comes first in `order` has it. Smudged labels count where no clean one
    is found.
    """
    folded = fold(context).text
    best: LabelFound | None = None
    rank = {role: place for place, role in enumerate(order)}
    for role in sorted(roles, key=lambda item: rank.get(item, len(rank))):
        for label in roles[role]:
            end = _end_of(folded, label)
            if end < 0 or len(folded) - end > reach:
                continue
            distance = len(folded) - end
            if best is None or (distance, -len(label)) < (best.distance, -len(best.label)):
                best = LabelFound(role, label, distance, 1.0)
    return best or _smudged(folded[-60:], roles, order, reach)


def label_before(
    candidate: Candidate,
    labels: dict[str, tuple[str, ...]],
    order: Sequence[str],
    others: Sequence[str],
    reach: int = LABEL_REACH,
) -> LabelFound | None:
    """The nearest label before the value: in its row, else in the running text, which may have begun a line higher."""
    flow = candidate.flow
    row = _PERIOD.sub(" ", without_leaders(flow.row_before(candidate.start)))[-_FLOW_REACH:]
    found = nearest_label(cut_after(row, others), labels, order, reach)
    # A label that begins its row may have begun a line higher.
    broken = found is not None and len(fold(row).text) - found.distance <= len(found.label)
    if broken and found is not None:
        running = flow.before(candidate.start, _FLOW_REACH)
        longer = nearest_label(cut_after(running, others), labels, order, reach)
        if longer is not None and longer.distance == found.distance and longer.label.endswith(found.label):
            return longer
    if found is None:
        running = _PERIOD.sub(" ", _own_column(candidate))
        found = nearest_label(cut_after(running, others), labels, order, reach)
    return found


def without_leaders(text: str) -> str:
    """The text without dotted leaders, which say nothing, however long they are."""
    return _LEADERS.sub(" ", text)


def _own_column(candidate: Candidate) -> str:
    """The running text before the value, without what stands lower on the page: that is another column's."""
    flow = candidate.flow
    start = max(0, candidate.start - _FLOW_REACH)
    words = flow.page.words
    first = flow.words(candidate.start, candidate.start + 1)[0]
    own = words[first].box
    for index in reversed(flow.words(start, candidate.start)):
        if index < first and words[index].box.y0 > own.y1:
            start = max(start, flow.starts[index] + len(words[index].text))
            break
    return flow.text[start : candidate.start]


def label_of_row(
    candidate: Candidate, cells: Cells, labels: Mapping[str, Sequence[str]], order: Sequence[str]
) -> LabelFound | None:
    """The label with which the row of a value begins that is all its cell says: "II. Costs: of court 38.00"."""
    own = cells.at(candidate.start)
    if any(map(str.isalpha, own.text[: candidate.start - own.start])):
        return None
    before = cells.before(own)
    if before is None or len(before.text) < len(own.text):
        return None
    folded = _ENUMERATED.sub("", fold(before.text).text)
    rank = {role: place for place, role in enumerate(order)}
    begun = [
        (label, role)
        for role in sorted(labels, key=lambda item: rank.get(item, len(rank)))
        for label in labels[role]
        if len(label) > _SHORTEST_OF_ROW
        and folded.startswith(label)
        and _parted(folded, len(label), label[-1])
    ]
    if not begun:
        return None
    label, role = max(begun, key=lambda item: len(item[0]))
    return LabelFound(role, label, 0, 1.0)


def label_behind(
    candidate: Candidate, labels: dict[str, tuple[str, ...]], allowed: Sequence[str]
) -> LabelFound | None:
    """The label that follows its amount: "210.00 in respect of costs"."""
    after = candidate.flow.text[candidate.end : candidate.end + _FAR_BEHIND]
    # The amount in words may stand between.
    rest = after[in_words.end() :] if (in_words := _IN_WORDS.match(after)) else after
    behind = fold(rest[: LABEL_REACH * 2]).text
    bridge = _BRIDGE.match(behind)
    flow = candidate.flow
    place = min(candidate.end + 2, len(flow.text) - 1)
    same = flow.row_number(place) == flow.row_number(max(candidate.start, candidate.end - 1))
    listed = same and _DASH.match(rest) is not None and _ITEM.search(flow.row_before(candidate.start))
    beside = same and "\t" not in rest[:3] and (behind.startswith(_GENITIVES) or _BESIDE.match(rest))
    if "amounts.monthly_fee" in allowed and same and behind.startswith(_A_MONTH):
        return LabelFound("amounts.monthly_fee", behind[: len(_A_MONTH[0])], 0, 1.0)
    if bridge is None or not (bridge[0] or listed or beside):
        return None
    rest = behind[bridge.end() :]
    for role in allowed:
        for label in labels.get(role, ()):
            if len(label) > 4 and rest.startswith(label) and not rest[len(label) : len(label) + 1].isalpha():
                return LabelFound(role, label, bridge.end(), 1.0)
    return None


def cut_after(context: str, values: Iterable[str]) -> str:
    """The context after the last of the other values in it: their labels are not ours."""
    for value in values:
        place = context.rfind(value)
        if place >= 0:
            context = context[place + len(value) :]
    return context


def _end_of(folded: str, label: str) -> int:
    """The end of the label's last occurrence as whole words, or -1."""
    end = len(folded)
    while True:
        start = folded.rfind(label, 0, end)
        if start < 0:
            return -1
        stop = start + len(label)
        if _begins(folded, start, label) and _parted(folded, stop, label[-1]):
            return stop
        end = stop - 1


def _begins(folded: str, start: int, label: str) -> bool:
    if _parted(folded, start - 1, label[0]):
        return True
    if folded[start - 1] not in HEBREW_PREFIXES:
        return False
    return _parted(folded, start - 2, label[0]) or (
        folded[start - 2] in HEBREW_PREFIXES and _parted(folded, start - 3, label[0])
    )


def _parted(folded: str, place: int, beside: str) -> bool:
    """Whether a word ends at this place. Thai has no spaces between words."""
    if not 0 <= place < len(folded) or "\u0e00" <= beside <= "\u0e7f":
        return True
    return not folded[place].isalpha()


def _smudged(
    tail: str, roles: Mapping[str, Sequence[str]], order: Sequence[str], reach: int
) -> LabelFound | None:
    best: LabelFound | None = None
    for role in order:
        for label in roles.get(role, ()):
            if len(label) < _FUZZY_FROM:
                continue
            found = fuzz.partial_ratio_alignment(label, tail, score_cutoff=_SIMILAR)
            if found is None or len(tail) < len(label):
                continue
            distance = len(tail) - found.dest_end
            likeness = found.score / 100
            if distance <= reach and (best is None or likeness > best.likeness):
                best = LabelFound(role, label, distance, likeness)
    return best
