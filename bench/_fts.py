"""The peer of `script/bench search`: SQLite FTS5 over the same pages, with the scope and the filters as columns."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import regex

from bench._made import MadePage

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_BATCH = 5_000


class Peer:
    """Pages in FTS5 without a copy of their text; one user's portfolio is a condition of each query."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;"
            "CREATE TABLE IF NOT EXISTS pages "
            "(id INTEGER PRIMARY KEY, document TEXT, kind TEXT, day INTEGER, portfolio INTEGER);"
            "CREATE VIRTUAL TABLE IF NOT EXISTS words "
            "USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2');"
        )

    def fill(self, papers: Iterable[list[MadePage]]) -> int:
        """Index all pages and merge what was indexed; how many there were."""
        number = -1
        self._database.execute("BEGIN")
        for number, page in enumerate(page for paper in papers for page in paper):
            row = (number, page.document, page.kind, page.day.toordinal(), page.portfolio)
            self._database.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?)", row)
            self._database.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (number, page.text))
            if number % _BATCH == _BATCH - 1:
                self._database.execute("COMMIT")
                self._database.execute("BEGIN")
        self._database.execute("COMMIT")
        self._database.execute("CREATE INDEX by_portfolio ON pages (portfolio, day)")
        self._database.execute("INSERT INTO words(words) VALUES ('optimize')")
        return number + 1

    def ask(
        self, words: str, portfolio: int, *, kind: str | None = None, phrase: bool = False, skip: int = 0
    ) -> int:
        """The best twenty documents after so many, and how many there are of each kind; gives the number of all."""
        found = _WORD.findall(words)
        match = '"' + " ".join(found) + '"' if phrase else " ".join(f'"{word}"' for word in found)
        matching = "FROM words JOIN pages ON pages.id = words.rowid WHERE words MATCH ? AND portfolio = ?" + (
            "" if kind is None else " AND kind = ?"
        )
        values = (match, portfolio, *(() if kind is None else (kind,)))
        self._database.execute(
            f"SELECT document, min(rank) AS best {matching} GROUP BY document ORDER BY best LIMIT 20 OFFSET {skip}",
            values,
        ).fetchall()
        rows = self._database.execute(
            f"SELECT kind, count(DISTINCT document) {matching} GROUP BY kind",
            values,
        )
        return sum(count for _, count in rows)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
