"""The lines of an invoice, told by arithmetic: quantity times price makes an amount, the amounts make the net.

No word of a table's head is needed for it, so that it works in every language and layout; a table that does not add up
anywhere is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import accumulate, pairwise
from statistics import median

from ocr.bidi import is_right_to_left
from ocr.fields.digits import western
from ocr.layout import spaced
from ocr.rows import rows_of
from ocr.values import Box, FieldReading, InvoiceLine, PageReading, Word

_RULES = "|¦[]"
_GAP = 0.85
"""Of the height of a row: the space between columns is wider, that within a number or between words narrower."""
_CENT = Decimal("0.01")
_ROUNDING = Decimal("0.02")
_CURRENCY = r"(?:zł|zl|PLN|€|EUR|£|GBP|руб\.?|р\.|₽|₪|ש[\"״]ח|บาท|฿|\$|USD)"
_NUMBER = re.compile(
    rf"{_CURRENCY}?\s?(?P<number>[-−]?\d[\d.,'’ \u00a0\u202f]*)\s?{_CURRENCY}?", re.IGNORECASE
)
_COUNTED = re.compile(r"(?P<number>[-−]?\d[\d.,]*)\s?(?P<unit>[^\W\d_]{1,6}\.?)")
_UNIT = re.compile(r"[^\W\d_]{1,5}\.?")
_RATE = re.compile(r"(?P<number>\d{1,2}(?:[.,]\d{1,2})?)\s?%")
_HIGHEST_RATE = 30
_MOST = 200
_LETTERS, _SHORT = 2, 2
_FOLLOWS = 1.8
"""Heights of a row, down to the next line of a description at most."""
_LABELLED = re.compile(r":|\d[.,]\d{2}(?!\d)")
"""What a sum or a label beneath the table has, and hardly a description's second line."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """Words of a row without the space of a column between them."""

    text: str
    words: tuple[int, ...]
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class _Item:
    """A row that may be a line: what stands before its numbers, the numbers in reading order, and a rate."""

    page: PageReading
    text: _Cell
    numbers: tuple[tuple[Decimal, ...], ...]
    counted: tuple[bool, ...]
    """Which of the numbers have a unit."""
    rate: str
    words: tuple[int, ...]
    edge: float
    """Where the column after the description begins."""
    middle: float
    height: float

    def priced(self, place: int) -> tuple[Decimal, Decimal] | None:
        """Quantity and amount, where the number at that place is the product of two that stand before it."""
        for amount in self.numbers[place]:
            for first, second in pairwise(range(place)):
                for one in self.numbers[first]:
                    for other in self.numbers[second]:
                        if amount and abs(one * other - amount) <= _ROUNDING:
                            return self._quantity(first, one, second, other), amount
        if not self.numbers[0] and place > 1:
            return self._completed(place)
        return None

    def _quantity(self, first: int, one: Decimal, second: int, other: Decimal) -> Decimal:
        """Which of two factors is no price: what has a unit, else what has fewer decimals, whichever comes first."""
        if self.counted[first] != self.counted[second]:
            return one if self.counted[first] else other
        return min(one, other, key=_places)

    def _completed(self, place: int) -> tuple[Decimal, Decimal] | None:
        """The quantity that could not be read, where the price goes into the amount."""
        for amount in self.numbers[place]:
            for price in self.numbers[1]:
                if price and (quantity := amount / price) == quantity.to_integral_value() > 0:
                    return quantity, amount
        return None


def find_lines(pages: Sequence[PageReading], fields: Sequence[FieldReading]) -> tuple[PageReading, ...]:
    """The pages of an invoice with its lines; none where no sum and no product confirms a table."""
    rows = {page.number: list(_rows(page)) for page in pages if page.words}
    items = [item for page in pages for row in rows.get(page.number, ()) if (item := _item(page, *row))]
    totals = {field.name: field.value for field in fields}
    wanted = [Decimal(totals[name]) for name in ("amounts.net", "amounts.total") if name in totals]
    lines = list(_lines(items[:_MOST], wanted))
    if not lines:
        return tuple(pages)
    found: dict[int, list[InvoiceLine]] = {}
    own = {word for item, _ in lines for word in _keys(item)}
    for item, line in lines:
        more = _continued(item, rows[item.page.number], own)
        found.setdefault(item.page.number, []).append(_described(item, line, more))
    return tuple(replace(page, lines=tuple(found.get(page.number, ()))) for page in pages)


def _lines(items: Sequence[_Item], wanted: Sequence[Decimal]) -> Iterator[tuple[_Item, InvoiceLine]]:
    """The items with quantity and net; the column of amounts is the one that makes the net (or the whole) sum."""
    for whole in wanted:
        for column in (1, 2, 3):
            fitting = [item for item in items if len(item.numbers) > column]
            amounts = [_amount_at(item, len(item.numbers) - column) for item in fitting]
            first, last = _run_that_makes(whole, amounts)
            for item, amount in list(zip(fitting, amounts, strict=True))[first:last]:
                yield item, _line(item, len(item.numbers) - column, amount, "adds up")
            if last:
                return
    priced = [item for item in items if _last_product(item) is not None]
    if 2 * len(priced) > len(items):
        for item in priced:
            place = _last_product(item) or 0
            yield item, _line(item, place, _amount_at(item, place), "quantity times price")


def _bare_rate(item: _Item, place: int) -> str:
    """A rate in a column of its own, without a sign, behind the amount."""
    behind = [number for numbers in item.numbers[place + 1 :] for number in numbers]
    if len(behind) != 1 or not 0 <= behind[0] <= _HIGHEST_RATE:
        return ""
    return f"{behind[0].normalize():f}" if _places(behind[0]) <= 1 else ""


def _places(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def _run_that_makes(whole: Decimal, amounts: Sequence[Decimal]) -> tuple[int, int]:
    """The longest run of amounts with that sum: rows above or beneath a table may look like it; (0, 0) for none."""
    sums = [Decimal(0), *accumulate(amounts)]
    runs = (
        (first, first + length)
        for length in range(len(amounts), 0, -1)
        for first in range(len(amounts) - length + 1)
    )
    first, last = next((run for run in runs if sums[run[1]] - sums[run[0]] == whole != 0), (0, 0))
    # A tax of nothing beneath the table adds nothing.
    while last and amounts[last - 1] == 0:
        last -= 1
    return first, last


def _last_product(item: _Item) -> int | None:
    places = (place for place in range(len(item.numbers) - 1, 1, -1) if item.priced(place))
    return next(places, None)


def _amount_at(item: _Item, place: int) -> Decimal:
    product = item.priced(place)
    return product[1] if product else item.numbers[place][0]


def _line(item: _Item, place: int, amount: Decimal, why: str) -> InvoiceLine:
    product = item.priced(place)
    quantity = f"{product[0].normalize():f}" if product else ""
    boxes = [item.page.words[index].box for index in item.words]
    box = Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )
    rule = f"row of a table; {why}" + ("; quantity times price" if product and why == "adds up" else "")
    rate = item.rate or _bare_rate(item, place)
    return InvoiceLine(item.text.text, quantity, f"{amount.quantize(_CENT)}", rate, box, rule)


def _item(page: PageReading, cells: Sequence[_Cell], middle: float, height: float) -> _Item | None:
    """A row with a description, and behind it at least two numbers, of which the last may be an amount."""
    texts = _texts(cells)
    if not texts:
        return None
    numbers: list[tuple[Decimal, ...]] = []
    counted: list[bool] = []
    rate = ""
    for cell in cells[texts[-1] + 1 :]:
        if match := _RATE.fullmatch(cell.text):
            rate = match["number"].replace(",", ".")
        elif (values := _values(cell.text)) or (not numbers and len(cell.text) <= _SHORT):
            # A figure alone in its column is what scans misread most; what stands behind it may tell it.
            numbers.append(values)
            counted.append(_NUMBER.fullmatch(western(cell.text)) is None)
        elif numbers and _UNIT.fullmatch(cell.text):
            counted[-1] = True
        else:
            return None
    if len(numbers) < 2 or not all(numbers[1:]) or len(texts) > 2:
        return None
    words = tuple(index for cell in cells for index in cell.words)
    beside = cells[texts[-1] + 1]
    edge = beside.x1 if is_right_to_left(page.text) else beside.x0
    return _Item(page, cells[texts[-1]], tuple(numbers), tuple(counted), rate, words, edge, middle, height)


def _texts(cells: Sequence[_Cell]) -> list[int]:
    """The cells that describe: neither a unit behind a number nor a figure that was taken for letters."""
    texts = [place for place, cell in enumerate(cells) if _is_text(cell.text)]
    telling = [
        place
        for place in texts
        if len(cells[place].text) > _SHORT
        and not (place and _values(cells[place - 1].text) and _UNIT.fullmatch(cells[place].text))
    ]
    return telling or texts[:1]


def _described(item: _Item, line: InvoiceLine, more: Sequence[_Cell]) -> InvoiceLine:
    if not more or line.box is None:
        return line
    words = [item.page.words[index].box for cell in more for index in cell.words]
    box = line.box._replace(y1=max(line.box.y1, *(box.y1 for box in words)))
    return replace(line, description=" ".join((line.description, *(cell.text for cell in more))), box=box)


def _continued(
    item: _Item, rows: Sequence[tuple[tuple[_Cell, ...], float, float]], own: set[tuple[int, int]]
) -> list[_Cell]:
    """The further lines of a description: a cell alone in its row, right beneath, that begins where it begins."""
    leftward = is_right_to_left(item.page.text)
    found: list[_Cell] = []
    middle = item.middle
    for cells, below, height in rows:
        if not middle < below <= middle + _FOLLOWS * item.height:
            continue
        (cell, *others) = cells
        taken = any((item.page.number, index) in own for index in cell.words)
        begins = abs(cell.x1 - item.text.x1) if leftward else abs(cell.x0 - item.text.x0)
        beyond = cell.x0 < item.edge if leftward else cell.x1 > item.edge
        if others or taken or beyond or begins > height or _LABELLED.search(western(cell.text)):
            break
        found.append(cell)
        middle = below
    return found


def _keys(item: _Item) -> Iterator[tuple[int, int]]:
    return ((item.page.number, index) for index in item.words)


def _is_text(text: str) -> bool:
    if _values(text) or _RATE.fullmatch(text):
        return False
    return sum(letter.isalpha() for letter in text) >= _LETTERS


def _values(text: str) -> tuple[Decimal, ...]:
    """What a number can mean: "1.840" is more than a thousand, or less than two."""
    plain = western(text.strip())
    match = _NUMBER.fullmatch(plain) or _COUNTED.fullmatch(plain)
    if match is None:
        return ()
    digits = re.sub(r"[\s'’\u00a0\u202f]", "", match["number"]).replace("−", "-").rstrip(".,")
    readings = []
    whole, mark, rest = digits, "", ""
    if (at := max(digits.rfind("."), digits.rfind(","))) > 0:
        whole, mark, rest = digits[:at], digits[at], digits[at + 1 :]
        readings.append(f"{re.sub(r'[.,]', '', whole)}.{rest}")
    if not mark or (len(rest) == 3 and re.fullmatch(r"-?\d{1,3}(?:[.,]\d{3})*", whole)):
        readings.append(re.sub(r"[.,]", "", digits))
    try:
        return tuple(Decimal(reading) for reading in readings if len(reading) < 16)
    except InvalidOperation:
        return ()


def _rows(page: PageReading) -> Iterator[tuple[tuple[_Cell, ...], float, float]]:
    """The rows of a page as cells in reading order, with the middle and height of each; heights of the page's width."""
    leftward = is_right_to_left(page.text)
    for row in rows_of(page):
        words = sorted(
            (index for index in row.words if page.words[index].text.strip(_RULES)),
            key=lambda index: page.words[index].box.x0,
        )
        if not words:
            continue
        height = median(page.words[index].box.y1 - page.words[index].box.y0 for index in words)
        wide = height * page.height / max(1, page.width)
        groups = [[words[0]]]
        for before, index in pairwise(words):
            ruled = page.words[before].text[-1] in _RULES or page.words[index].text[0] in _RULES
            if ruled or page.words[index].box.x0 - page.words[before].box.x1 > _GAP * wide:
                groups.append([])
            groups[-1].append(index)
        order = {index: place for place, index in enumerate(row.words)}
        cells = [_cell(page.words, sorted(group, key=order.__getitem__)) for group in groups]
        yield tuple(reversed(cells) if leftward else cells), row.top, height


def _cell(words: Sequence[Word], indices: Sequence[int]) -> _Cell:
    own = [words[index] for index in indices]
    text = ""
    for word, apart in zip(own, spaced(own), strict=True):
        text += (" " if apart and text else "") + word.text
    return _Cell(
        text.strip(f" {_RULES}"),
        tuple(indices),
        min(word.box.x0 for word in own),
        max(word.box.x1 for word in own),
    )
