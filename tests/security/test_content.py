"""What others write stays what it is: names, texts and numbers never become mark-up, paths, templates or code.

The holes of others: script in tags, titles and file names that ran for whoever looked; file names and storage templates
that led out of the archive; templates that were evaluated; messages that were unpickled.
"""

import ast
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import ContentDisallowed
from kombu.message import Message

from api.access import ROLES
from ingest.queue import build_app
from tests.api.support import Client, House, good, papers
from tests.api.test_gate import FORM, path_of, routes_of
from tests.house.repository import ROOT

ROOMS = ("api", "archive", "ingest", "ocr", "search", "signing", "tabellion")
EVERYBODY = tuple(role for role in ROLES if role != "station")
MARK = """"'><img src=x onerror=alert(1)><svg/onload=alert(2)>{{1234567*7}}${1234567*7}{% raw %}"""
RESULT = "8641969"
PATHS = (
    "../../../../../../tmp/outside.pdf",
    "/tmp/outside.pdf",  # noqa: S108
    "..\\..\\outside.pdf",
    "....//....//outside.pdf",
    "%2e%2e%2f%2e%2e%2foutside.pdf",
    "{{ document.parent }}/outside.pdf",
    "a\x00b.pdf",
    "CON",
    ".",
    "..",
    "-rf",
    "x" * 190 + ".pdf",
)


class Harm(HTMLParser):
    """Elements and attributes of a page that would run what somebody wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or (value or "").lstrip().lower().startswith(
                ("javascript:", "data:text")
            ):
                self.found.append(f"<{tag} {name}={value!r}>")
        inline = (
            tag == "script" and "src" not in dict(attrs) and dict(attrs).get("type") != "application/json"
        )
        if inline or tag in ("iframe", "object", "embed", "base"):
            self.found.append(f"<{tag}>")


def harm_in(page: str) -> list[str]:
    parser = Harm()
    parser.feed(page)
    return parser.found + ([RESULT] if RESULT in page else [])


@pytest.fixture
def marked(house: House) -> tuple[Client, dict[str, str]]:
    """Whatever can be named or written is named and written so; somebody who may see all of it, and their ids."""
    client = house.client(*EVERYBODY)

    def made(path: str, told: str, **body: Any) -> str:
        return str(good(client.post(f"/api/v1/{path}", json=body))[told])

    portfolio = made("portfolios", "id", name=MARK)
    party = made(
        "debtors", "id", name=f"Jan {MARK}", external_id=MARK, identifiers=[["pesel", "44051401458"]], town=MARK,
        other_names=[MARK], address={"street": MARK, "postcode": MARK},
    )  # fmt: skip
    claim = made("claims", "id", number=f"KN-1 {MARK}", portfolio=portfolio, parties=[[party, "debtor"]])
    received = house.hand_in(
        client,
        [f"Wezwanie {MARK}", f"Dluznik: Jan Kowalski PESEL 44051401458 {MARK}", f"Numer {MARK}"],
        batch_name=MARK,
        portfolio=portfolio,
        name=f"{MARK}.pdf",
    )
    house.settle()
    document = received["document"]
    matter = made("matters", "matter", name=MARK, claims=[claim])
    body = {"decision": "add", "name": "reference", "page": 1, "value": MARK}
    good(client.post(f"/api/v1/documents/{document}/fields", json=body))
    for path, more in (
        ("stations", {"portfolio": portfolio}),
        ("me/tokens", {}),
        ("search/saved", {"query": "wezwanie"}),
    ):
        good(client.post(f"/api/v1/{path}", json={"name": MARK, **more}), 201)
    house.account("collector", name=MARK[:60])
    house.settle()
    return client, {
        "document_id": document,
        "deposit_id": received["deposit"],
        "batch_id": received["batch"],
        "party_id": party,
        "claim_id": claim,
        "matter_id": matter,
    }


def test_no_page_runs_what_somebody_wrote(house: House, marked: tuple[Client, dict[str, str]]) -> None:
    client, ids = marked
    shown = 0
    for route in routes_of(house.app):
        if route.method != "GET":
            continue
        for parameters in ({}, {"q": MARK, "to": MARK, "reason": MARK, "take": MARK}):
            answer = client.get(path_of(route, **ids), params=parameters, headers={"Accept": "text/html"})
            if not answer.headers.get("content-type", "").startswith("text/html"):
                assert (
                    "<img src=x" not in answer.text or answer.headers["x-content-type-options"] == "nosniff"
                )
                continue
            assert harm_in(answer.text) == [], f"{route} {parameters}"
            shown += "onerror=alert(1)" in answer.text
    assert shown > 12, "the pages do not even show what was written"


def test_no_form_answers_with_what_somebody_wrote(
    house: House, marked: tuple[Client, dict[str, str]]
) -> None:
    client, ids = marked
    for route in routes_of(house.app):
        if route.method == "POST" and not route.path.startswith("/api/"):
            answer = client.post(
                path_of(route, **ids), data=dict.fromkeys(FORM, MARK), headers={"Accept": "text/html"}
            )
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert harm_in(answer.text) == [], route


def test_the_check_sees_harm() -> None:
    """The control of the two tests above."""
    assert harm_in(f"<p>{MARK}</p>") and harm_in("<a href=' JavaScript:x'>") and harm_in("<script>x</script>")
    assert harm_in(f"<p>{RESULT}</p>") and not harm_in(
        '<script src="/static/a.js"></script><a href="/x">y</a>'
    )


def test_no_template_leaves_escaping_to_itself() -> None:
    for path in (ROOT / "api" / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if path.name in ("batch_receipt.html", "checkpoint.html", "totp_key.html"):
            text = text.replace("{{ qr | safe }}", "")  # a QR code, as segno draws it
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|<script(?![^>]*\bsrc=)(?![^>]*json)", text), (
            path
        )


class TestPaths:
    @pytest.mark.parametrize("name", PATHS)
    def test_a_name_is_never_a_path(self, house: House, tmp_path: Path, name: str) -> None:
        before = set(outside(tmp_path))
        client = house.client(*EVERYBODY)
        answer = client.post(
            "/api/v1/deposits", params={"name": name, "batch_name": name}, content=b"%PDF-1.4 none"
        )
        assert answer.status_code in (202, 400)
        house.settle()
        stored = [str(path.relative_to(tmp_path)) for path in (tmp_path / "vault").rglob("*")]
        assert stored and not any("outside" in path or "xxx" in path or ".." in path for path in stored)
        assert set(outside(tmp_path)) == before
        if answer.status_code == 202:
            received = answer.json()
            original = client.get(f"/api/v1/deposits/{received['deposit']}/original")
            assert original.content == b"%PDF-1.4 none"
            page = client.get(f"/documents/{received['document']}/original")
            disposition = page.headers.get("content-disposition", "")
            assert "/" not in disposition.partition("''")[2] and "\\" not in disposition

    @pytest.mark.parametrize("name", [PATHS[0], PATHS[2], "..", "x" * 190 + ".pdf"])
    def test_a_name_in_a_package_is_never_a_path(self, house: House, name: str) -> None:
        client = house.client(*EVERYBODY)
        answer = client.post("/api/v1/deposits", params={"name": name}, content=papers(["Wezwanie"]))
        if answer.status_code == 400:
            return
        house.settle()
        document = answer.json()["document"]
        asked = client.post(f"/api/v1/documents/{document}/package")
        house.settle()
        asked = client.post(f"/api/v1/documents/{document}/package")
        content = client.get(f"/api/v1/packages/{asked.json()['package']}/content").content
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for entry in package.namelist():
                parts = entry.split("/")
                assert (
                    not entry.startswith("/")
                    and ".." not in parts
                    and "\\" not in entry
                    and "\0" not in entry
                )
                assert all(0 < len(part.encode()) < 256 for part in parts if part), entry

    @pytest.mark.parametrize(
        "path",
        [
            "/static/../api/app.py",
            "/static/%2e%2e/%2e%2e/pyproject.toml",
            "/static/x/..%2f..%2fapp.py",
            "/static/0/....//app.py",
            "/static//etc/passwd",
            "/static/0/%00",
            "/api/v1/log/tile/0/..%2f..%2farchive.json",
            "/api/v1/log/tile/entries/..%2f..%2farchive.json",
            "/api/v1/documents/..%2f..%2fme/text",
            "/documents/%2e%2e%2f%2e%2e%2farchive.key",
        ],
    )
    def test_an_address_is_never_a_path(self, house: House, path: str) -> None:
        for client in (house.stranger(), house.client(*EVERYBODY)):
            answer = client.get(path)
            assert answer.status_code in (303, 400, 401, 404), answer.text[:200]
            assert "import" not in answer.text and "root:" not in answer.text


def outside(tmp_path: Path) -> Iterator[str]:
    """What lies where names of this test would lead, if they led anywhere."""
    for place in (Path("/tmp"), tmp_path.parent, ROOT):  # noqa: S108
        yield from (str(path) for path in place.glob("*outside*"))


MAKERS_OF_PARSERS = ("XMLParser", "XMLPullParser", "HTMLParser", "iterparse", "fromstring", "parse")


def modules() -> Iterator[tuple[str, str]]:
    """Every module of the product, by its path in the repository."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


class TestDeserialisation:
    DANGEROUS = re.compile(
        r"^\s*(?:import|from)\s+(?:pickle|dill|marshal|shelve|yaml|jsonpickle|joblib)\b|(?<![\w.])(?:eval|exec|__import__)\(",
        re.MULTILINE,
    )
    AMONG_OURSELVES = frozenset(
        {
            # Pipes between a process and the children that it has started, of the same program, user and rights; what
            # comes from outside crosses them as values only. The reader of hostile bytes answers in JSON.
            "archive/verification/read_ahead.py",
            "archive/verification/read_child.py",
            "search/helper.py",
            "search/preparing.py",
        }
    )

    def test_no_module_reads_what_may_run(self) -> None:
        found = {name for name, text in modules() if self.DANGEROUS.search(text)}
        assert found == self.AMONG_OURSELVES
        assert not any("ocr/" in name or "signing/" in name for name in self.AMONG_OURSELVES)

    @pytest.mark.parametrize(
        "url", [None, "redis://localhost:1/0", "amqp://localhost:1//"], ids=["files", "redis", "rabbitmq"]
    )
    def test_the_broker_is_believed_json_alone(self, url: str | None, tmp_path: Path) -> None:
        app = build_app(url, tmp_path / "broker")
        assert list(app.conf.accept_content) == ["json"]
        assert (app.conf.task_serializer, app.conf.result_accept_content) == ("json", None)
        for kind, body in (
            ("application/x-python-serialize", b"\x80\x04N."),
            ("application/x-yaml", b"a: 1"),
        ):
            message = Message(
                body=body,
                content_type=kind,
                content_encoding="binary",
                accept={"application/json"},
            )
            with pytest.raises(ContentDisallowed):
                message.decode()

    def test_no_parser_of_xml_resolves_what_it_is_told_to(self) -> None:
        """Each is made with its dangers off; what it does with entities, tests/ocr/einvoice try."""
        made = 0
        for name, text in modules():
            for node in ast.walk(ast.parse(text)) if "etree" in text else ():
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in MAKERS_OF_PARSERS:
                    said = {word.arg: ast.unparse(word.value) for word in node.keywords}
                    assert said["resolve_entities"] == "False", name
                    assert said["no_network"] == "True", name
                    assert said["huge_tree"] == "False", name
                    made += 1
        assert made
