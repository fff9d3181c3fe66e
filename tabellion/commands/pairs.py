"""Options of the form TYPE=VALUE."""

from collections.abc import Collection
from typing import Any

import click


class Pair(click.ParamType[tuple[str, str]]):
    """Two texts around an equals sign, the first one out of a list."""

    name = "pair"

    def __init__(self, what: str, allowed: Collection[str]) -> None:
        self._what = what
        self._allowed = allowed

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        first, sign, second = str(value).partition("=")
        if not sign or not second.strip():
            self.fail(f"{value!r} is not of the form {self._what.upper()}=VALUE", param, ctx)
        if first not in self._allowed:
            self.fail(f"{self._what} {first!r} is none of {', '.join(sorted(self._allowed))}", param, ctx)
        return first, second.strip()
