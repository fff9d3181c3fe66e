"""Memory and time of each part of a service: resident bytes over time, CPU seconds, with all that it started."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psutil

from bench._beside import Beside

EVERY = 5.0
FLAT_SHARE, FLAT_BYTES = 0.02, 4 << 20
"""What counts as flat: growth within a minute of at most this share of the part's memory, or of so many bytes."""


@dataclass(slots=True)
class Scale(Beside):
    """Weighs parts every few seconds; `weights` has second and bytes of each, by part.

    `worked` are the CPU seconds of each from the first weighing to the last, but for processes that ended between.
    """

    processes: Callable[[str], Iterable[psutil.Process]]
    parts: Sequence[str]
    weights: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    worked: dict[str, float] = field(default_factory=dict)

    def work(self) -> None:
        """Weigh, until it is told to stop."""
        begun, before = time.monotonic(), dict[str, float]()
        while True:
            for part in self.parts:
                families = [_family(process) for process in self.processes(part)]
                weight = sum(_resident(one) for family in families for one in family)
                spent = sum(_worked(one) for family in families for one in family)
                if weight:
                    self.weights.setdefault(part, []).append((time.monotonic() - begun, weight))
                    self.worked[part] = spent - before.setdefault(part, spent)
            if self.told_within(EVERY):
                return

    def at_minutes(self) -> Mapping[str, list[int]]:
        """By part, its bytes at each full minute from the beginning."""
        return {part: _marks(weighed) for part, weighed in self.weights.items()}


def _family(process: psutil.Process) -> list[psutil.Process]:
    """The process and its descendants; nothing where it has ended."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _worked(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _marks(weighed: Sequence[tuple[float, int]]) -> list[int]:
    marks: list[int] = []
    for second, weight in weighed:
        if second >= 60 * len(marks):
            marks.append(weight)
    return marks


def slope(weighed: Sequence[tuple[float, int]], since: float) -> float | None:
    """Bytes a minute by which a part grew from that second on: of the line that lies closest (least squares).

    None: there are fewer than five weighings.
    """
    points = [(second / 60, weight) for second, weight in weighed if second >= since]
    if len(points) < 5:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def is_flat(weighed: Sequence[tuple[float, int]], since: float) -> bool:
    """Whether a part grew by next to nothing from that second on; also where too little was weighed to tell."""
    grown = slope(weighed, since)
    largest = max((weight for _, weight in weighed), default=0)
    return grown is None or grown <= max(FLAT_BYTES, FLAT_SHARE * largest)
