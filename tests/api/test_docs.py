"""docs/rest.md keeps its promises: its examples run, in order, and its names are those of the code."""

import base64
import hashlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.field_values import IDENTIFIERS, NAMES
from tests.api.support import House, papers

PAGE = (Path(__file__).parents[2] / "docs" / "rest.md").read_text(encoding="utf-8")
SIDES = {f"side-{n}.pdf": papers([f"Invoice FV/{n}", "Total to pay: 2926.05 PLN"]) for n in (1, 2)}
ASSIGNED = re.compile(r"(?P<name>\w+)=\$\((?P<command>.*) \| jq -r \.(?P<path>\S+)\)")


@dataclass
class Curl:
    """One curl command, as far as the page uses it."""

    url: str = ""
    method: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes | None = None
    query: list[tuple[str, str]] = field(default_factory=list)
    form: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def parse(cls, command: str) -> "Curl":
        words, made, as_query, texts = iter(shlex.split(command)[1:]), cls(), False, []
        for word in words:
            match word:
                case "-sS" | "--fail" | "--retry-all-errors":
                    continue
                case "-o" | "--retry":
                    next(words)
                case "-G":
                    as_query = True
                case "-X":
                    made.method = next(words)
                case "-H":
                    name, _, value = next(words).partition(": ")
                    made.headers[name] = value
                case "-d" | "--data-urlencode":
                    texts.append(next(words))
                case "--data-binary":
                    made.data = SIDES[next(words).removeprefix("@")]
                case "-F":
                    made.form.append(tuple(next(words).split("=", 1)))  # type: ignore[arg-type]
                case _:
                    assert not word.startswith("-"), f"the test does not know curl {word}"
                    made.url = word
        if as_query:
            made.query = [tuple(text.split("=", 1)) for text in texts]  # type: ignore[misc]
        elif texts:
            made.data = "&".join(texts).encode()
        return made

    def send(self, house: House) -> Any:
        method = self.method or ("POST" if self.data or self.form else "GET")
        options: dict[str, Any] = {"headers": self.headers}
        if self.query:
            options["params"] = self.query
        if self.form:
            *fields, (part, file) = self.form
            name = file.removeprefix("@")
            options |= {"data": dict(fields), "files": {part: (name, SIDES[name])}}
        elif self.data is not None:
            options["content"] = self.data
        return house.stranger().request(method, self.url, **options)


def expanded(command: str, variables: dict[str, str]) -> str:
    """The command with its variables filled in where a shell does: not between single quotes."""
    pieces = re.findall(r"'[^']*'|[^']+", command)
    return "".join(
        piece if piece[0] == "'" else re.sub(r"\$(\w+)", lambda match: variables[match[1]], piece)
        for piece in pieces
    )


def commands() -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if "curl " in line:
                yield " ".join(line.split())


def test_every_example_runs(house: House) -> None:
    token = house.client("operator", "collector", "legal", "administrator").authorization.removeprefix(
        "Bearer "
    )
    digest = hashlib.sha256(SIDES["side-1.pdf"]).digest()
    variables = {
        "TABELLION_URL": "http://archive.test",
        "TABELLION_TOKEN": token,
        "SHA256": digest.hex(),
        "SHA256_BASE64": base64.b64encode(digest).decode(),
    }
    done = 0
    for command in commands():
        assigned = ASSIGNED.fullmatch(command)
        text = assigned["command"] if assigned else command
        answer = Curl.parse(expanded(text, variables)).send(house)
        assert answer.is_success, f"{command}\n{answer.text}"
        if assigned:
            value = answer.json()
            for name in re.findall(r"\w+", assigned["path"]):
                value = value[int(name)] if name.isdecimal() else value[name]
            variables[assigned["name"]] = value
        house.settle()
        done += 1
    assert done >= 14


def test_the_names_of_fields_are_all_there() -> None:
    listed = set(re.findall(r"`([a-z_.]+)`", PAGE.partition("Names:")[2].partition("## ")[0]))
    parts = {part for name in NAMES for part in name.split(".")} - {"parties", "amounts", "court"}
    assert parts | set(IDENTIFIERS) <= listed | {part.rstrip(".") for part in listed} | {"court"}
    for name in listed:
        assert any(name.strip(".") in known for known in NAMES), name


def test_the_codes_that_are_named_are_those_of_the_errors_page() -> None:
    errors = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| `([A-Z_]+)`", errors, re.MULTILINE))
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", PAGE))
    assert {"VERSION_MOVED", "NUMBER_TAKEN", "SOURCE_REUSED"} <= named <= known
