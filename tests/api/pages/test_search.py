"""The search page: answers in scope, marked strips, facets as links, errors with their place, nothing found."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.pages.field_words import meant_by
from api.pages.texts import Speaker
from tests.api.pages.reading import HTML, do, markup, narrow, read_paper, see
from tests.api.support import ORIGIN, House, good


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.mark.parametrize(
    ("role", "begins"),
    [
        ("operator", "/batches"),
        ("collector", "/search"),
        ("legal", "/matters"),
        ("auditor", "/evidence"),
        ("administrator", "/operations"),
        ("station", "/batches"),
    ],
)
def test_each_role_begins_somewhere(house: House, role: str, begins: str) -> None:
    answer = house.client(role).get("/", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, begins)


def test_a_hit_shows_the_page_with_its_words_marked(house: House, north: str) -> None:
    read_paper(house, north, ["Reminder of the overdue subscription"])
    text = markup(house.client("collector"), "/search", q="subscription")
    assert "1 paper" in text
    assert "Reminder of the overdue subscription" in text
    assert 'class="hit-box"' in text
    assert "the word as typed" in text


def test_a_strip_is_sent_cut_and_only_to_whom_the_page_is_open(house: House, north: str) -> None:
    read_paper(house, north, ["Reminder of the overdue subscription"])
    found = re.search(
        r'<img src="([^"]*/band\?[^"]*)"', markup(house.client("collector"), "/search", q="subscription")
    )
    assert found is not None
    strip = house.client("collector").get(found[1])
    assert strip.headers["content-type"] == "image/jpeg"
    assert len(strip.content) < 40_000
    assert house.client("collector", scopes=["portfolio:elsewhere"]).get(found[1]).status_code == 404
    assert house.stranger().get(found[1]).status_code == 401


def test_nothing_found_says_what_is_still_being_read(house: House, north: str) -> None:
    operator = house.client("operator")
    for _ in range(3):
        house.hand_in(operator, batch_name="Box 1", portfolio=north)
    text = see(house.client("collector"), "/search", q="nowhere")
    assert "No page found. 3 papers are still being read." in text
    assert "still being read" not in see(
        house.client("collector", scopes=["portfolio:elsewhere"]), "/search", q="nowhere"
    )


def test_a_name_without_a_page_leads_to_the_papers_of_its_debtor(house: House, north: str) -> None:
    administrator, collector = house.client("administrator"), house.client("collector")
    numbers = [["nip", "5261040828"], ["regon", "012100784"]]
    put = administrator.post("/api/v1/debtors", json={"name": "Anna Nowak", "identifiers": numbers})
    anna = good(put)["id"]
    claim = {"number": "KW/2024/1", "portfolio": north, "parties": [[anna, "debtor"]]}
    good(administrator.post("/api/v1/claims", json=claim))
    text = markup(collector, "/search", q="Annie Nowak")
    assert re.search(rf'No page found.\s+Papers of <a href="/debtors/{anna}">', text)
    assert "Papers of" not in see(collector, "/search", q="Ewie Nowak")
    # The same of several identifiers stands everywhere.
    assert all(
        "···0828" in see(collector, path, q="Nowak") for path in ("/search", "/debtors", f"/debtors/{anna}")
    )


def test_the_search_promises_of_identifiers_what_finds_their_owner(house: House, north: str) -> None:
    administrator, collector = house.client("administrator"), house.client("collector")
    put = administrator.post(
        "/api/v1/debtors", json={"name": "Anna Nowak", "identifiers": [["nip", "5261040828"]]}
    )
    anna = good(put)["id"]
    assert "an identifier by its beginning or end" in see(collector, "/search")
    found = {
        part: [one["id"] for one in collector.json("/api/v1/search", params={"q": part})["debtors"]]
        for part in ("5261", "0828", "6104")
    }
    assert found == {"5261": [anna], "0828": [anna], "6104": []}


def test_half_a_name_leads_to_the_papers_of_its_debtors_in_scope(house: House, north: str) -> None:
    """On no page it stands alone; the same with part of a claim's number that no page has."""
    south = house.portfolio("South")
    administrator, collector = house.client("administrator"), house.client("collector")
    made = {}
    for name, portfolio, number in (
        ("Jan Kowalski", north, "W-778812"),
        ("Ewa Kowalik", south, "W-778813"),
    ):
        party = good(administrator.post("/api/v1/debtors", json={"name": name}))["id"]
        claim = {"number": number, "portfolio": portfolio, "parties": [[party, "debtor"]]}
        target = good(administrator.post("/api/v1/claims", json=claim))["id"]
        paper = read_paper(house, portfolio, [f"A letter to {name}", "about the tariff"])
        for kind, linked, role in (("party", party, "debtor"), ("claim", target, "claim")):
            link = {"target_type": kind, "target": linked, "role": role, "first_page": 1, "last_page": 1}
            good(collector.post(f"/api/v1/documents/{paper}/links", json=link), 201)
        made[name] = paper
    house.settle()
    jan, ewa = made["Jan Kowalski"], made["Ewa Kowalik"]

    text = markup(collector, "/search", q="Kowal")
    assert "No page found." in text and "Papers of debtors and claims that are called so" in text
    assert {*re.findall('data-document="([^"]*)"', text)} == {jan, ewa}
    assert f'href="/documents/{jan}?page=1#hit"' in text and 'href="/search?q=Kowal%2A"' in text
    inside = house.client("collector", scopes=[f"portfolio:{north}"])
    for query in ("Kowal", "7788"):
        assert re.findall('data-document="([^"]*)"', markup(inside, "/search", q=query)) == [jan]
        told = inside.json("/api/v1/search", params={"q": query})
        assert [hit["document"] for hit in told["known_papers"]] == [jan] and told["hits"] == []
    # Who finds pages, asks for more than words, or may see nobody, is told of nobody's papers.
    for client, query in ((collector, "Kowalski"), (collector, "Kowal kind:invoice"), (inside, "Kowali")):
        assert client.json("/api/v1/search", params={"q": query})["known_papers"] == []
    nobody = house.client("collector", scopes=[])
    assert nobody.json("/api/v1/search", params={"q": "Kowal"})["known_papers"] == []
    assert "called so" not in markup(house.client("auditor"), "/search", q="Kowal")


def test_a_search_that_is_saved_says_so(house: House, north: str) -> None:
    read_paper(house, north, ["Reminder of the overdue subscription"])
    collector = house.client("collector")
    do(collector, "/search/saved", q="subscription", name="Subscribers")
    assert "Saved as Subscribers" in see(collector, "/search", q="subscription")
    assert "Saved as" not in see(collector, "/search", q="reminder")


def test_nothing_ticked_is_said_with_a_way_back(house: House) -> None:
    came = {"Referer": f"{ORIGIN}/search?q=umowa", **HTML}
    answer = house.client("collector").get("/search/pages.pdf", headers=came)
    assert answer.status_code == 400
    assert "No page was chosen" in answer.text
    assert 'href="/search?q=umowa"' in answer.text


def test_an_error_in_the_query_shows_its_place(house: House) -> None:
    answer = house.client("collector").get("/search", params={"q": "invoice (due"}, headers=HTML)
    assert answer.status_code == 400
    assert "invoice <mark>(</mark>due" in answer.text
    assert "This parenthesis is never closed." in answer.text


def test_hostile_queries_stay_text(house: House) -> None:
    text = (
        house.client("collector").get("/search", params={"q": "<script>alert(1)</script>"}, headers=HTML).text
    )
    assert "<script>alert" not in text


def test_facets_narrow_and_widen_again(house: House, north: str) -> None:
    read_paper(house, north, ["INVOICE number FV/1/2024", "subscription", "Total 100.00 EUR"])
    read_paper(house, north, ["Dear Sir, about the subscription we spoke of."])
    text = markup(house.client("collector"), "/search", q="subscription")
    narrower = re.findall(r'href="(/search\?q=subscription\+kind[^"]*)"', text)
    assert narrower
    narrowed = markup(house.client("collector"), narrower[0])
    assert "1 paper" in narrowed
    assert 'href="/search?q=subscription" aria-current="true"' in narrowed


def test_pages_out_of_scope_are_neither_shown_nor_counted(house: House, north: str) -> None:
    document = read_paper(house, north, ["first page"], ["the secret annex"])
    narrow(house, document, 2, "matter:M1")
    client = house.client("collector", scopes=[f"portfolio:{north}"])
    assert "No page found." in see(client, "/search", q="annex")
    assert "1 paper" in see(house.client("collector", scopes=["matter:M1"]), "/search", q="annex")


def test_more_papers_are_a_link_away(house: House, north: str) -> None:
    operator = house.client("operator")
    for number in range(23):
        house.hand_in(operator, [f"subscription {number}"], batch_name="Box 1", portfolio=north)
    house.settle()
    client = house.client("collector")
    first = markup(client, "/search", q="subscription")
    assert first.count('class="hit"') == 20
    following = re.search(r'rel="next" href="([^"]*)"', first)
    assert following is not None
    assert markup(client, following[1]).count('class="hit"') == 3


def test_a_word_of_the_screen_in_the_place_of_a_code_is_understood(house: House, north: str) -> None:
    read_paper(house, north, ["INVOICE", "Invoice number: INV-100482", "Total due: 123.00 EUR"])
    collector = house.client("collector")
    polish = markup(collector, "/search", q='total kind:Faktura direction:"otrzymany"', lang="pl")
    assert 'href="/search?q=total%20kind%3Ainvoice%20direction%3Ain"' in polish
    assert "kind%3Ainvoice" in markup(collector, "/search", q="kind:inv", lang="pl")
    nothing = see(collector, "/search", q="kind:poem")
    assert (
        "There is no such kind of paper. Kinds are: kind:contract Contract, kind:invoice Invoice," in nothing
    )
    assert "You may mean" not in see(collector, "/search", q="kind:invoice total")
    assert "no such kind" not in see(collector, "/search", q="kind:contract nowhere")


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("kind:faktura", "kind:invoice"),
        ('odsetki kind:"Wezwanie do zapłaty" -koszty', "odsetki kind:dunning_letter -koszty"),
        ("language:polski OR language:German", "language:pl OR language:de"),
        ("kind:invoice", None),
        ("kind:fa", None),
        ('"kind of:faktura" faktura', None),
    ],
)
def test_what_is_meant_by_words_of_the_screen(query: str, meant: str | None) -> None:
    assert meant_by(query, Speaker("pl", ZoneInfo("Europe/Warsaw")), ("pl", "de", "en")) == meant


def test_while_the_search_is_away_debtors_are_found(house: House, north: str, tmp_path: Path) -> None:
    collector = house.client("collector")
    (tmp_path / "index").rename(tmp_path / "index-away")
    refused = collector.get("/search", params={"q": "Nowak"}, headers=HTML)
    assert refused.status_code == 503
    assert 'href="/debtors?q=Nowak"' in refused.text
    assert "Nobody in your scope has this name" in see(collector, "/debtors", q="Nowak")
    auditor = house.client("auditor").get("/search", params={"q": "Nowak"}, headers=HTML)
    assert (auditor.status_code, "/debtors" in auditor.text) == (503, False)
