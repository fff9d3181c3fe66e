"""What cells of tables hold beside plain values: quotes before formulas, errors of spreadsheets, lists, JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_RUNS = re.compile(r"[\s']*[=+\-@\t\r]")
_QUOTED = re.compile(r"'[\s']*[=+\-@\t\r]")

# As Excel and LibreOffice write them, in the languages of their users.
ERRORS = frozenset({
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
    "#N/D", "#N/D!", "#ADR!", "#ARG!", "#NAZWA?", "#DZIEL/0!", "#LICZBA!", "#ZERO!", "#RIF!", "#VALORE!", "#NOME?",
    "#NULLO!", "#¡REF!", "#¡VALOR!", "#¿NOMBRE?", "#¡DIV/0!", "#¡NUM!", "#¡NULO!", "#NV", "#BEZUG!", "#WERT!", "#ZAHL!",
    "#Н/Д", "#ССЫЛКА!", "#ЗНАЧ!", "#ИМЯ?", "#ДЕЛ/0!", "#ЧИСЛО!", "#ПУСТО!",
})  # fmt: skip
_NUMBERED_ERROR = re.compile(r"Err:\d{3}")


def plain_cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: a quote stands before what would be one."""
    return f"'{text}" if _RUNS.match(text) else text


def without_quote(cell: str) -> str:
    """The text of a cell: `plain_cell` the other way round."""
    return cell[1:] if _QUOTED.match(cell) else cell


def is_error(cell: str) -> bool:
    """Whether a spreadsheet says with it that it could not work the cell out."""
    return cell.upper() in ERRORS or _NUMBERED_ERROR.fullmatch(cell) is not None


def joined(values: Sequence[str]) -> str:
    """Several values as one cell: with semicolons between them, or as JSON where one could not be told from two."""
    if all(value and value == value.strip() and ";" not in value and value[0] != "[" for value in values):
        return "; ".join(values)
    return json.dumps(list(values), ensure_ascii=False)


def divided(cell: str) -> list[str]:
    """The values of a cell: `joined` the other way round."""
    if cell.startswith("["):
        try:
            values = json.loads(cell)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return values
    return [value for part in cell.split(";") if (value := part.strip())]


def pairs_of(cell: str) -> tuple[tuple[str, str], ...]:
    """Types and values: a JSON array of arrays of two texts. Raises ValueError."""
    found = _json(cell, list)
    if not all(isinstance(one, list) and len(one) == 2 and _texts(one) and all(one) for one in found):
        raise ValueError
    return tuple((of, value) for of, value in found)


def members_of(cell: str) -> dict[str, str]:
    """A JSON object of texts. Raises ValueError."""
    found: dict[str, str] = _json(cell, dict)
    if not _texts(list(found.values())):
        raise ValueError
    return found


def objects_of(cell: str) -> tuple[dict[str, str], ...]:
    """A JSON array of objects of texts. Raises ValueError."""
    found = _json(cell, list)
    if not all(isinstance(one, dict) and _texts(list(one.values())) for one in found):
        raise ValueError
    return tuple(found)


def as_json(value: Sequence[Any] | Mapping[str, Any]) -> str:
    """A value that `pairs_of`, `members_of` or `objects_of` reads back; nothing for an empty one."""
    return json.dumps(value, ensure_ascii=False) if value else ""


def _json(cell: str, kind: type) -> Any:
    if not cell:
        return kind()
    try:
        value = json.loads(cell)
    except RecursionError as error:
        raise ValueError from error
    if not isinstance(value, kind):
        raise ValueError
    return value


def _texts(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) for value in values)
