"""The figures of the bench of scale as tables for people."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bench._tables import table

_WITH_FILES = ("vault: originals", "vault: readings", "vault: keys", "vault: locks and versions")
_OF_PAPERS = (*_WITH_FILES, "vault: records", "vault: manifests", "vault: pictures")
_LARGE_INDEXES = 20


def for_people(result: Mapping[str, Any]) -> str:
    """All tables."""
    count, seconds, points = result["documents"], result["seconds"], result["points"]
    stages = [
        (name, *each.values()) for name, each in result["stages"].items() if each["ms_a_document"] >= 0.01
    ]
    cpu = sum(each["cpu_ms_a_document"] for each in result["stages"].values())
    stages.append(("all", round(1000 * seconds / count, 2), cpu, None, None))
    said = [
        f"{count} documents of {result['pages']} pages with {result['text_bytes'] / count:.0f} bytes of text, "
        f"{result['original_bytes']} bytes each as received; {result['parties']} parties; {seconds:.0f} s. "
        f"A million would take {seconds / count * 1e6 / 3600:.1f} h at this pace.",
        table(("stage", "ms a document", "CPU ms", "in the second lot", "in the last lot"), stages),
        *(_point(point) for point in points),
        _beside_each_other("ms: a quiet round of the keeper", [_rounds(point) for point in points], points),
        *(
            _beside_each_other(
                f"ms: a page, {says}",
                [{name: each[which] for name, each in point["visits"].items()} for point in points],
                points,
            )
            for says, which in (("p50", "ms_p50"), ("p95", "ms_p95"), ("the first time", "ms_first"))
        ),
    ]
    if "log_entries_a_second" in result:
        said.append(f"The log takes {result['log_entries_a_second']} entries a second.")
    return "\n\n".join(said)


def _point(point: Mapping[str, Any]) -> str:
    """What lies on the disk at one size."""
    count, shape = point["documents"], point["shape"]
    said = [f"{count} documents, {point['way']}"]
    if "made" in point:
        said.append(", ".join(f"{name} {value}" for name, value in point["made"].items()))
    if not point["files"]:
        said.append(
            "The copies' files were not written: what is said of the papers' own is of the first papers only."
        )
        shape = {name: each for name, each in shape.items() if name not in _OF_PAPERS}
    heads = ("part", "files or rows a document", "bytes a document", "GB on disk")
    largest = [
        (name, round(pages / 1e9, 3)) for name, pages in list(point["indexes"].items())[:_LARGE_INDEXES]
    ]
    return "\n\n".join(
        (
            "\n".join(said),
            table(heads, list(_parts(shape, count))),
            table(("largest indexes", "GB"), largest),
            f"{point['folders']} folders in the vault. Verifying takes {point['verify_ms_a_document']} ms a document.",
        )
    )


def _rounds(point: Mapping[str, Any]) -> dict[str, float]:
    return {
        **point["quiet_round_ms"],
        "its first round after a start": 1000 * point["keeper_start_seconds"],
    }


def _beside_each_other(
    head: str, columns: Sequence[Mapping[str, float]], points: Sequence[Mapping[str, Any]]
) -> str:
    heads = (head, *(f"{point['documents']}" for point in points))
    return table(heads, [(name, *(each.get(name) for each in columns)) for name in columns[0]])


def _parts(shape: Mapping[str, Mapping[str, int]], count: int) -> Iterator[tuple[object, ...]]:
    """A row for each part that takes a byte a document, and one for all parts."""
    for name, each in shape.items():
        if each["allocated"] >= count:
            yield name, round(each["count"] / count, 2), *_sizes([each], count)
    yield "all", None, *_sizes(shape.values(), count)


def _sizes(some: Collection[Mapping[str, int]], count: int) -> tuple[int, float]:
    size, allocated = (sum(each[what] for each in some) for what in ("bytes", "allocated"))
    return round(size / count), round(allocated / 1e9, 3)
