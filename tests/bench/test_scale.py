"""The bench of scale on a few papers: everything is stored, linked, logged, indexed, stamped, multiplied and asked."""

import argparse
from pathlib import Path

from bench import scale
from bench._scale_told import for_people
from bench._shape import sort_of


def test_a_few_papers_go_all_the_way_are_multiplied_and_every_part_is_measured(tmp_path: Path) -> None:
    options = argparse.Namespace(documents=3, size=300, visits=1, entries=300, multiply=[3], files=9)
    result = scale.run(options, tmp_path)
    first, grown = result["points"]
    shape = first["shape"]
    assert shape["vault: originals"]["count"] == shape["vault: readings"]["count"] == 3
    assert shape["catalogue: documents"]["count"] == shape["catalogue: readings"]["count"] == 3
    assert shape["vault: stamps"]["bytes"] > shape["vault: stamps"]["count"] > 0
    assert shape["search index"]["bytes"] > 0
    assert result["stages"]["keeper: index"]["ms_a_document"] > 0
    assert set(first["quiet_round_ms"]) >= {"sequence", "stamps", "index", "receipts"}
    assert all(each["ms_p95"] >= each["ms_p50"] > 0 for each in first["visits"].values())

    assert grown["documents"] == 9
    assert grown["made"]["entries"] >= 2 * 4 * 3 and grown["made"]["stamps"] == 1
    assert grown["shape"]["catalogue: log_entries"]["count"] > 300 + 2 * 4 * 3
    for part in (
        "vault: originals",
        "vault: readings",
        "vault: keys",
        "vault: records",
        "catalogue: documents",
        "catalogue: fields",
    ):
        assert grown["shape"][part]["count"] == 3 * shape[part]["count"], part
    assert grown["visits"].keys() == first["visits"].keys()

    said = for_people(result)
    for part in ("vault: originals", "catalogue: objects", "search index", "dossier", "multiplied by 3"):
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
