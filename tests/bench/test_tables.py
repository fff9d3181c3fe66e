"""The table for people and the document for programs."""

import io
import json

from bench._tables import publish, table


def test_columns_line_up() -> None:
    text = table(("", "s a page"), [("OCRmyPDF", 3.2), ("Tabellion", None)])
    assert text.splitlines() == [
        "           s a page",
        "---------  --------",
        "OCRmyPDF       3.20",
        "Tabellion         -",
    ]


def test_json_is_one_document() -> None:
    out = io.StringIO()
    publish({"ratio": 0.2, "name": "ż"}, "a table", as_json=True, out=out)
    assert json.loads(out.getvalue()) == {"ratio": 0.2, "name": "ż"}
    out = io.StringIO()
    publish({}, "a table", as_json=False, out=out)
    assert out.getvalue() == "a table\n"
