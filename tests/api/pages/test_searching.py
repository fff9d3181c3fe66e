"""Round the search: the form that makes a query, kept searches, lists, chosen pages; each by its owner's rights."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import pikepdf
import pytest
from sqlalchemy import select

from archive.catalogue.schema import deposits, document_deposits, log_outbox, saved_searches
from archive.registry import NewParty, put_party
from tests.api.pages.reading import HTML, do, markup, narrow, read_paper, see, visible
from tests.api.support import UNKNOWN, House, good, problem
from tests.archive.reporting.reading import pages_of


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


class TestTheForm:
    def test_it_makes_the_query_that_the_box_shows(self, house: House, north: str) -> None:
        read_paper(house, north, ["Reminder of the overdue subscription"])
        client = house.client("collector")
        assert "Words on the page" in see(client, "/search/build")
        wanted = {"every": "overdue", "without": "invoice", "kind": "", "date_from": "", "send": "1"}
        answer = client.get("/search/build", params=wanted, headers=HTML)
        assert answer.status_code == 303
        made = parse_qs(urlsplit(answer.headers["location"]).query)["q"]
        assert made == ["overdue -invoice"]
        text = markup(client, answer.headers["location"])
        assert 'value="overdue -invoice"' in text
        assert "Reminder of the overdue subscription" in text

    def test_what_is_in_the_box_is_narrowed(self, house: House) -> None:
        client = house.client("collector")
        for before, after in (
            ("faktura", "faktura kind:invoice"),
            ("faktura OR nota", "(faktura OR nota) kind:invoice"),
        ):
            answer = client.get("/search/build", params={"q": before, "kind": "invoice"}, headers=HTML)
            assert parse_qs(urlsplit(answer.headers["location"]).query)["q"] == [after]

    def test_what_is_wrong_is_said_on_the_form_and_nothing_is_lost(self, house: House) -> None:
        client = house.client("collector")
        wanted = {"every": "subscription", "amount_from": "9", "amount_to": "3"}
        answer = client.get("/search/build", params=wanted, headers=HTML)
        assert answer.status_code == 400
        assert "The range ends before it begins." in answer.text
        assert 'value="subscription"' in answer.text
        assert "Nothing is filled in yet." in see(client, "/search/build", send="1")


class TestKeptSearches:
    def test_kept_shown_run_and_deleted(self, house: House) -> None:
        client = house.client("collector")
        done = do(client, "/search/saved", q="kind:invoice", name=" My  invoices ")
        assert (done.status_code, done.headers["location"]) == (303, "/search?q=kind%3Ainvoice#kept")
        text = markup(client, "/search")
        assert 'href="/search?q=kind%3Ainvoice"' in text
        (kept,) = client.json("/api/v1/search/saved")
        assert (kept["name"], kept["query"]) == ("My invoices", "kind:invoice")
        do(client, f"/search/saved/{kept['id']}/delete")
        assert client.json("/api/v1/search/saved") == []

    def test_a_name_stands_for_one_query(self, house: House) -> None:
        client = house.client("collector")
        for query in ("one", "two"):
            good(client.post("/api/v1/search/saved", json={"name": "mine", "query": query}), 201)
        assert [each["query"] for each in client.json("/api/v1/search/saved")] == ["two"]

    def test_nobody_sees_or_deletes_anothers(self, house: House) -> None:
        owner, other = house.client("collector"), house.client("collector")
        kept = good(owner.post("/api/v1/search/saved", json={"name": "mine", "query": "secret"}), 201)
        assert other.json("/api/v1/search/saved") == []
        assert "secret" not in markup(other, "/search")
        refused = other.delete(f"/api/v1/search/saved/{kept['id']}")
        unknown = other.delete(f"/api/v1/search/saved/{UNKNOWN}")
        assert problem(refused, 404, "NOT_FOUND")["title"] == problem(unknown, 404, "NOT_FOUND")["title"]
        assert house.count(select(saved_searches)) == 1

    def test_a_query_that_cannot_be_understood_is_not_kept(self, house: House) -> None:
        client = house.client("collector")
        problem(client.post("/api/v1/search/saved", json={"name": "x", "query": "(a"}), 400, "QUERY")
        problem(client.post("/api/v1/search/saved", json={"name": " ", "query": "a"}), 400, "BAD_REQUEST")

    def test_there_is_an_end(self, house: House) -> None:
        client = house.client("collector")
        for number in range(100):
            client.post("/api/v1/search/saved", json={"name": f"n{number}", "query": "a"})
        more = client.post("/api/v1/search/saved", json={"name": "one more", "query": "a"})
        problem(more, 409, "TOO_MANY_SAVED")

    def test_it_is_run_with_the_rights_of_the_moment(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["overdue subscription"], ["the secret annex"])
        client = house.client("collector", scopes=[f"portfolio:{north}"])
        do(client, "/search/saved", q="annex", name="annexes")
        assert "1 paper" in see(client, "/search", q="annex")
        narrow(house, document, 2, "matter:M1")
        assert "No page found." in see(client, "/search", q="annex")


class TestTheList:
    def test_it_has_the_papers_in_scope_and_no_formula(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["=1+1 subscription of the north"])
        read_paper(house, house.portfolio("South"), ["subscription of the south"])
        client = house.client("collector", scopes=[f"portfolio:{north}"])
        before = house.count(select(log_outbox))
        answer = client.get("/api/v1/search/export", params={"q": "subscription"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        (row,) = rows_of(answer.text)
        assert row["document"] == document
        assert row["pages"] == "1"
        assert row["snippet"].startswith("'=1+1 subscription")
        assert row["address"].endswith(f"/documents/{document}")
        assert house.count(select(log_outbox)) == before + 2
        assert client.get("/search/list.csv", params={"q": "subscription"}).text == answer.text

    def test_it_goes_on_to_its_end(self, house: House, north: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("api.result_lists._AT_ONCE", 2)
        operator = house.client("operator")
        for number in range(5):
            house.hand_in(operator, [f"subscription {number}"], batch_name="Box 1", portfolio=north)
        house.settle()
        found = rows_of(house.client("legal").get("/search/list.csv", params={"q": "subscription"}).text)
        assert len({row["document"] for row in found}) == 5

    def test_only_whoever_has_the_right(self, house: House) -> None:
        problem(house.client("operator").get("/api/v1/search/export?q=a"), 404, "NOT_FOUND")
        assert "List as CSV" not in markup(house.client("operator"), "/search", q="a")
        problem(house.client("legal").get("/api/v1/search/export?q=(a"), 400, "QUERY")


class TestChosenPages:
    def test_each_page_says_where_it_is_from(self, house: House, north: str) -> None:
        one = read_paper(house, north, ["first page"], ["second page"], ["third page"])
        other = read_paper(house, north, ["another paper"], name="b.pdf")
        client = house.client("collector", scopes=[f"portfolio:{north}"])
        answer = client.get("/search/pages.pdf", params={"take": [f"{one}:3,1", f"{other}:1"]})
        assert answer.headers["content-type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert len(pdf.pages) == 3
        shown = pages_of(answer.content)
        assert [text.split()[0] for text in shown] == ["third", "first", "another"]
        held = select(deposits.c.sha256).join(document_deposits)
        digest = house.row(held.where(document_deposits.c.document_id == one)).sha256
        assert f"document {one}, page 3 of 3" in " ".join(shown[0].split())
        assert digest in shown[0].replace("\n", "").replace(" ", "")
        assert "Received" in shown[0]

    def test_from_the_viewer_in_the_readers_language(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["first page"], ["second page"])
        client = house.client("collector")
        assert f'action="/documents/{document}/pages.pdf"' in markup(client, f"/documents/{document}")
        answer = client.get(f"/documents/{document}/pages.pdf", params={"pages": "1-2", "lang": "it"})
        first, _ = pages_of(answer.content)
        assert "Copia per la lettura" in first
        assert f"documento {document}, pagina 1 di 2" in " ".join(first.split())

    def test_from_the_dossier(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["a letter to somebody"])
        client = house.client("collector")
        with house.archive.catalogue.write() as connection:
            party = put_party(house.archive, connection, NewParty("Anna Nowak"))
        body = {"target_type": "party", "target": party, "role": "debtor", "first_page": 1, "last_page": 1}
        good(client.post(f"/api/v1/documents/{document}/links", json=body))
        assert f'action="/documents/{document}/pages.pdf"' in markup(client, f"/debtors/{party}")

    def test_a_closed_page_is_as_one_that_is_not_there(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["first page"], ["the secret annex"])
        narrow(house, document, 2, "matter:M1")
        client = house.client("collector", scopes=[f"portfolio:{north}"])
        said = {
            problem(
                client.get("/api/v1/search/pages", params={"take": f"{document}:{n}"}), 400, "NO_SUCH_PAGES"
            )["title"].replace(n, "N")
            for n in ("2", "9")
        }
        assert said == {"no page N here for you; there is 1"}, "a closed page and none are answered alike"
        unknown = client.get("/api/v1/search/pages", params={"take": f"{UNKNOWN}:1"})
        problem(unknown, 404, "NOT_FOUND")
        problem(house.client("operator").get(f"/documents/{document}/pages.pdf"), 404, "NOT_FOUND")

    @pytest.mark.parametrize(
        "take", ["x", f"{UNKNOWN}:", f"{UNKNOWN}:0", f"{UNKNOWN}:3-1", f"{UNKNOWN}:1-500", f"{UNKNOWN}:1,,2"]
    )
    def test_what_is_no_page_is_said(self, house: House, take: str) -> None:
        problem(house.client("legal").get("/api/v1/search/pages", params={"take": take}), 400, "BAD_CHOICE")

    def test_pages_that_a_paper_has_not_are_named_and_those_that_it_has(
        self, house: House, north: str
    ) -> None:
        document = read_paper(house, north, ["one"], ["two"], ["three"])
        answer = house.client("legal").get(
            f"/documents/{document}/pages.pdf", params={"pages": "1, 5-9"}, headers={"Accept": "text/html"}
        )
        text = visible(answer, 400)
        assert "The paper does not have all of these pages." in text
        assert "no page 5-9 here for you; there is 1-3" in text

    def test_nothing_ticked(self, house: House) -> None:
        problem(house.client("legal").get("/search/pages.pdf"), 400, "BAD_CHOICE")
