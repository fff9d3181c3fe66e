"""Tables are read row by row: encodings, broken quotes, workbooks that mean harm."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.importing.cells import without_quote
from ingest.importing.encodings import detect
from ingest.importing.problems import Problem
from ingest.importing.tables import Layout, TableInvalid, TableRow, open_table

POLISH = "external_id;name\n1;Łukasz Żółć\n2;Święcka Gęś\n"


def rows(data: bytes, **layout: str) -> list[TableRow | Problem]:
    return list(open_table(io.BytesIO(data), Layout(**layout)).rows)


def names(data: bytes, **layout: str) -> list[str]:
    return [row.cells["name"] for row in rows(data, **layout) if isinstance(row, TableRow)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1250", "iso-8859-2"]
)
def test_the_encoding_of_a_polish_file_is_found(encoding: str) -> None:
    assert names(POLISH.encode(encoding)) == ["Łukasz Żółć", "Święcka Gęś"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Юрий Щербаков", "windows-1251"),
        ("יעקב אברהמי", "windows-1255"),
        ("สมศักดิ์", "cp874"),
        ("Jürgen Möller", "cp1252"),
    ],
)
def test_other_alphabets_are_found_too(text: str, encoding: str) -> None:
    assert names(f"name\n{text}\n".encode(encoding)) == [text]


def test_an_encoding_that_is_not_clear_must_be_told() -> None:
    data = b"name\n\x81\x8d\x8f\x90\x9d\n"
    assert detect(data) is None
    with pytest.raises(TableInvalid, match="encoding"):
        rows(data)
    with pytest.raises(TableInvalid, match="no such encoding"):
        rows(data, encoding="no-such")


def test_it_is_said_where_an_encoding_is_not_clear_and_what_to_choose() -> None:
    text = "name\nAnna\nŻółć\n".encode("cp852")
    with pytest.raises(TableInvalid, match=r"line 3 is no UTF-8; choose .*cp852") as refused:
        rows(text)
    assert "iso-8859-2" in refused.value.message and "windows-1250" not in refused.value.message
    assert names(text, encoding="cp852") == ["Anna", "Żółć"]


def test_a_line_of_another_encoding_is_a_problem_and_the_rest_is_read() -> None:
    data = b"name\nAnna\n" + b"J\xf3zef\n" + b"Ewa\n"
    found = rows(data, encoding="utf-8")
    assert [type(row) for row in found] == [TableRow, Problem, TableRow]
    assert isinstance(found[1], Problem)
    assert (found[1].line, found[1].code) == (3, "BAD_TEXT")


def test_a_quote_that_is_not_closed_costs_one_row() -> None:
    data = b'external_id,name\n1,"Anna\n2,Ewa\n3,"Jan ""Jasiek"" K"\n4,Ola "x" y\n'
    found = rows(data)
    assert [row.cells["name"] for row in found if isinstance(row, TableRow)][:2] == ["Ewa", 'Jan "Jasiek" K']
    assert [(row.line, row.code) for row in found if isinstance(row, Problem)] == [(2, "BROKEN_QUOTE")]


def test_a_cell_may_have_several_lines() -> None:
    data = b'name,street\n"Anna","Long\nStreet 1"\nEwa,x\n'
    assert [row.cells for row in rows(data) if isinstance(row, TableRow)] == [
        {"name": "Anna", "street": "Long\nStreet 1"},
        {"name": "Ewa", "street": "x"},
    ]


def test_too_many_cells_are_a_problem_and_too_few_are_empty() -> None:
    found = rows(b"a,b\n1\n1,2,3\n1,2,,\n")
    assert [row.code if isinstance(row, Problem) else dict(row.cells) for row in found] == [
        {"a": "1"},
        "TOO_MANY_CELLS",
        {"a": "1", "b": "2"},
    ]


def test_json_lines() -> None:
    lines = [
        '{"external_id": 7, "name": "Anna", "identifiers": [["pesel", "44051401359"]], "address": {"town": "Łódź"}}',
        "[1]",
        "{",
        '{"a": {"b": {"c": 1}}}',
    ]
    found = rows("\n".join(lines).encode())
    assert isinstance(found[0], TableRow)
    assert found[0].cells == {"external_id": "7", "name": "Anna", "pesel": "44051401359", "town": "Łódź"}
    assert [row.code for row in found[1:] if isinstance(row, Problem)] == ["BAD_JSON"] * 3


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"a,a\n1,2\n", b",".join([b"c%d" % n for n in range(600)]) + b"\n"]
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(TableInvalid):
        rows(data)


@settings(deadline=None)  # a busy machine may need longer
@given(
    st.lists(
        st.tuples(st.text("ab,;\"'\n=ż ", max_size=12), st.text('xyz"\n,', min_size=1, max_size=8)),
        max_size=8,
    )
)
def test_what_csv_writes_is_read_back(cells: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["first", "second"])
    writer.writerows(cells)
    found = rows(out.getvalue().encode(), separator=",")
    wanted = [
        {
            name: without_quote(cell.strip()).strip()
            for name, cell in zip(("first", "second"), row, strict=True)
        }
        for row in cells
    ]
    assert [dict(row.cells) for row in found if isinstance(row, TableRow)] == [
        row for row in wanted if any(row.values())
    ]
    assert not [row for row in found if isinstance(row, Problem)]


def workbook(path: Path, sheet: str, **parts: str) -> Path:
    """A workbook with the smallest parts that one has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, text in parts.items():
            book.writestr(f"xl/{name}.xml", text)
    return path


HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>external_id</t></is></c><c r="C1" t="s"><v>0</v></c></row>'
STRINGS = "<sst><si><t>name</t></si><si><r><t>Anna </t></r><r><t>Nowak</t></r></si></sst>"
STYLES = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def read(path: Path) -> list[TableRow | Problem]:
    with path.open("rb") as stream:
        return list(open_table(stream, Layout()).rows)


def test_a_workbook(tmp_path: Path) -> None:
    sheet = (
        f"<worksheet><sheetData>{HEAD}"
        '<row r="3"><c r="A3"><v>8.1051784697E10</v></c><c r="B3" s="1"><v>45461</v></c>'
        '<c r="C3" t="s"><v>1</v></c></row>'
        '<row r="4"><c r="A4"><v>2</v></c><c r="C4"><f>A1</f></c></row>'
        '<row r="5"><c r="A5"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
    )
    found = read(workbook(tmp_path / "a.xlsx", sheet, sharedStrings=STRINGS, styles=STYLES))
    assert found[0] == TableRow(3, {"external_id": "81051784697", "name": "Anna Nowak"})
    assert isinstance(found[1], Problem)
    assert (found[1].line, found[1].field, found[1].code) == (4, "name", "FORMULA_WITHOUT_VALUE")
    assert found[2].cells["name"] == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="99999999"><c r="A1"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData></worksheet>',
        "<worksheet><sheetData>",
        "no xml",
    ],
)
def test_a_workbook_that_means_harm_is_refused(tmp_path: Path, sheet: str) -> None:
    with pytest.raises(TableInvalid):
        read(workbook(tmp_path / "a.xlsx", sheet))


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as book:
        book.writestr("readme.txt", json.dumps({}))
    with pytest.raises(TableInvalid):
        read(tmp_path / "a.xlsx")
