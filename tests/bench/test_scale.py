"""The bench of scale on a few papers: everything is stored, linked, logged, indexed, stamped, counted and asked."""

import argparse
from pathlib import Path

from bench import scale
from bench._shape import sort_of


def test_a_few_papers_go_all_the_way_and_every_part_is_measured(tmp_path: Path) -> None:
    options = argparse.Namespace(documents=6, size=300, visits=1, entries=300)
    result = scale.run(options, tmp_path)
    shape = result["shape"]
    assert shape["vault: originals"]["count"] == shape["vault: readings"]["count"] == 6
    assert shape["catalogue: documents"]["count"] == shape["catalogue: readings"]["count"] == 6
    assert shape["catalogue: log_entries"]["count"] > 300
    assert shape["vault: stamps"]["bytes"] > shape["vault: stamps"]["count"] > 0
    assert shape["search index"]["bytes"] > 0
    assert result["stages"]["keeper: index"]["ms_a_document"] > 0
    assert set(result["quiet_round_ms"]) >= {"sequence", "stamps", "index", "receipts"}
    assert all(each["ms_p95"] >= each["ms_p50"] > 0 for each in result["visits"].values())
    said = scale.for_people(result)
    for part in ("vault: originals", "catalogue: objects", "search index", "dossier", "A million would take"):
        assert part in said


def test_files_of_the_vault_are_told_apart() -> None:
    names = {
        "deposits/d/original": "originals",
        "deposits/d/reading-1": "readings",
        "deposits/d/derived/images-1": "pictures",
        "deposits/d/manifest-2.json": "manifests",
        "deposits/d/key": "keys",
        "deposits/d/original@0011.lock": "locks and versions",
        "documents/p/record-3": "records",
        "batches/b/record-1": "records",
        "log/tile/0/001": "log",
        "inventory/1": "inventory",
        "stamps/s/token.tsr": "stamps",
        "archive.json": "archive.json",
    }
    assert {name: sort_of(Path(name)) for name in names} == names
