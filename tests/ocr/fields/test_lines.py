"""Lines of invoices, told by products and sums in any language, layout and column order; and what is no line."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.fields import find_lines
from ocr.values import Box, FieldReading, InvoiceLine, PageReading
from tests.ocr.papers import page_of


def totals(**amounts: str) -> list[FieldReading]:
    return [
        FieldReading(f"amounts.{name}", value, value, 0.9, 1, Box(0, 0, 1, 1), "test")
        for name, value in amounts.items()
    ]


def lines_of(page: PageReading, **amounts: str) -> list[InvoiceLine]:
    return [line for page in find_lines([page], totals(**amounts)) for line in page.lines]


def short(lines: list[InvoiceLine]) -> list[tuple[str, str, str, str]]:
    return [(line.description, line.quantity, line.net, line.vat_rate) for line in lines]


@pytest.mark.parametrize(
    ("rows", "net", "wanted"),
    [
        (
            ["1\tAbonament\t1\t189,90\t189,90\t23%", "2\tDzierżawa routera\t2\t24,50\t49,00\t8%"],
            "238.90",
            [("Abonament", "1", "189.90", "23"), ("Dzierżawa routera", "2", "49.00", "8")],
        ),
        (
            ["Energia (kWh)\t1840\t€ 0,2145\t394,68\t22%"],
            "394.68",
            [("Energia (kWh)", "1840", "394.68", "22")],
        ),
        # The price first, a unit at the quantity, the rate without a sign, the gross amount last.
        (
            ["Monteur\t43,2000\t3 Std\t129,60\t19\t154,22", "Kabel\t1,5000\t2 Stk.\t3,00\t19\t3,57"],
            "132.60",
            [("Monteur", "3", "129.60", ""), ("Kabel", "2", "3.00", "")],
        ),
        (
            ["Trennblätter\t20\tStk.\t9,90\t198,00\t19", "Joghurt\t50\tStk.\t5,50\t275,00\t7"],
            "473.00",
            [("Trennblätter", "20", "198.00", "19"), ("Joghurt", "50", "275.00", "7")],
        ),
        (["Цемент М500\t240\t585,00\t140 400,00"], "140400.00", [("Цемент М500", "240", "140400.00", "")]),
        (["เครื่องถ่าย\t๑\t42,500.00\t42,500.00"], "42500.00", [("เครื่องถ่าย", "1", "42500.00", "")]),
        # A credit note.
        (["Zitronensäure\t-5,0000 Stk.\t1,00\t-5,00"], "-5.00", [("Zitronensäure", "-5", "-5.00", "")]),
    ],
)
def test_tables_of_many_kinds(rows: list[str], net: str, wanted: list[tuple[str, ...]]) -> None:
    page = page_of(["INVOICE", "Description\tQty\tPrice\tAmount", *rows, f"Net:\t{net}", "Thank you"])
    assert short(lines_of(page, net=net)) == wanted


def test_from_the_right_where_the_page_is_read_from_the_right() -> None:
    page = page_of(["חשבונית מס", "119.90\t359.70\t3\tמנוי אינטרנט"])
    mirrored = tuple(
        replace(word, text=text, box=Box(x, word.box.y0, x + 0.06, word.box.y1))
        for word, text, x in zip(
            page.words[2:],
            ("מנוי", "אינטרנט", "3", "119.90", "359.70"),
            (0.87, 0.8, 0.6, 0.45, 0.3),
            strict=True,
        )
    )
    page = replace(page, words=(*page.words[:2], *mirrored), text="חשבונית מס\nמנוי אינטרנט 3 119.90 359.70")
    assert short(lines_of(page, net="359.70")) == [("מנוי אינטרנט", "3", "359.70", "")]


def test_a_description_of_two_lines_is_one_and_what_follows_the_table_is_not() -> None:
    page = page_of(
        ["Rent of a copier\t2\t40.00\t80.00", "first quarter 2024", "Net:\t80.00", "Please pay soon."] * 1
    )
    # Lines of one paragraph stand close.
    close = tuple(
        replace(word, box=word.box._replace(y0=0.1 + 0.018 * word.line, y1=0.112 + 0.018 * word.line))
        for word in page.words
    )
    (line,) = lines_of(replace(page, words=close), net="80.00")
    assert line.description == "Rent of a copier first quarter 2024"
    assert line.box is not None and line.box.y1 == pytest.approx(0.13)


def test_one_line_misread_leaves_the_others_and_says_that_they_do_not_add_up() -> None:
    rows = ["Copier\t1\t845.00\t845.00", "Toner\t6\t58.25\t349.50", "Charge\t1\t1,260.00\t1,280.00"]
    found = lines_of(page_of(["INVOICE", *rows]), net="2454.50")
    assert [line.net for line in found] == ["845.00", "349.50"]
    assert all("adds up" not in line.rule for line in found)


def test_a_quantity_that_cannot_be_read_follows_from_price_and_amount() -> None:
    found = lines_of(page_of(["INVOICE", "Monteur\tıl\t68,40\t752,40"]), net="752.40")
    assert short(found) == [("Monteur", "11", "752.40", "")]


@pytest.mark.parametrize(
    "rows",
    [
        ["Principal\t1,000.00", "Interest\t50.00"],
        ["Account\t3\t12\t77.00", "Branch\t9\t4\t18.00"],
        ["Dear Sir,", "we ask you to pay 120.00 EUR by 3 May 2024."],
        [],
    ],
)
def test_what_is_no_table_of_lines_gives_none(rows: list[str]) -> None:
    assert lines_of(page_of(["INVOICE", *rows]), net="1050.00") == []


def test_of_several_pages_each_keeps_its_own() -> None:
    first, second = page_of(["Copier\t1\t845.00\t845.00"]), page_of(["Toner\t6\t58.25\t349.50"], number=2)
    pages = find_lines([first, second], totals(net="1194.50"))
    assert [[line.net for line in page.lines] for page in pages] == [["845.00"], ["349.50"]]


@given(
    st.lists(st.tuples(st.integers(1, 400), st.decimals("0.01", "9999.99", places=2)), min_size=1, max_size=6)
)
def test_whatever_adds_up_is_found_exactly(goods: list[tuple[int, Decimal]]) -> None:
    rows = [f"Ware\t{count}\t{price}\t{count * price}" for count, price in goods]
    net = sum((count * price for count, price in goods), Decimal(0))
    found = lines_of(page_of(["INVOICE", *rows]), net=str(net))
    assert [line.net for line in found] == [f"{count * price:.2f}" for count, price in goods]
