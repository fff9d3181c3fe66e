"""Doubtful links are shown to a person beside the paper; what he decides is final, and told to other papers."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.catalogue.schema import current, links
from archive.histories import LINK_KEY
from archive.registry import NewClaim, NewParty, put_claim, put_party
from tests.api.pages.reading import do, markup, read_paper, see
from tests.api.support import Client, House, good

NAME = "Bartholomew Wisniowski"
NUMBERED = ["Payment reminder", f"Dear {NAME},", "contract no. HOR/2022/07719", "Amount due: 1,234.50 EUR"]


def add(archive: Archive, name: str, **more: object) -> str:
    with archive.catalogue.write() as connection:
        return put_party(archive, connection, NewParty(name, **more))  # type: ignore[arg-type]


def states(house: House, document: str) -> dict[str, tuple[str, bool]]:
    """State of the links of a document by target, and whether a person decided."""
    query = select(links).where(links.c.document_id == document, current(links, *LINK_KEY))
    with house.archive.catalogue.read() as connection:
        return {row.target_id: (row.state, row.actor is not None) for row in connection.execute(query)}


@pytest.fixture
def paper(house: House) -> str:
    document: str = house.hand_in(house.client("operator"), NUMBERED)["document"]
    house.settle()
    return document


def waiting(client: Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.json("/api/v1/review/links")["links"]
    return found


def test_a_name_alone_is_proposed_and_shown_with_what_stands_on_the_page(house: House, paper: str) -> None:
    party = add(house.archive, NAME, town="Leeds")
    house.worker.drain()
    client = house.client("collector")
    (one,) = waiting(client)
    assert (one["document"], one["target"], one["role"], one["basis"]) == (paper, party, "debtor", "name")
    text = client.get("/review").text
    assert f"Is this {NAME}?" in text
    assert text.count('<rect class="mark"') == 2
    assert 'class="same"' in text
    assert "not found on the page" in text
    dossier = client.get(f"/debtors/{party}").text
    assert "May belong (1), not confirmed" in dossier


@pytest.mark.parametrize(("decision", "state"), [("accept", "confirmed"), ("reject", "rejected")])
def test_what_a_person_decides_is_final(house: House, paper: str, decision: str, state: str) -> None:
    party = add(house.archive, NAME, external_id="1")
    house.worker.drain()
    client = house.client("collector")
    link = waiting(client)[0]["link"]
    answer = client.post(f"/review/{link}", data={"decision": decision})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert states(house, paper) == {party: (state, True)}
    assert "Nothing waits" in client.get("/review").text
    # Neither a second look nor a change of the registry asks again.
    add(house.archive, NAME, external_id="1", town="Leeds")
    house.worker.drain()
    assert states(house, paper) == {party: (state, True)}
    assert client.post(f"/review/{link}", data={"decision": "accept"}).status_code == 404


def test_of_namesakes_one_is_chosen_and_the_machine_takes_the_other_back(house: House, paper: str) -> None:
    first, second = add(house.archive, NAME, town="Leeds"), add(house.archive, NAME, town="York")
    house.worker.drain()
    client = house.client("collector")
    one, two = waiting(client)
    text = client.get("/review", params={"link": str(one["link"])}).text
    assert "Also possible" in text
    assert str(two["link"]) in text
    good(client.patch(f"/api/v1/documents/{paper}/links/{one['link']}", json={"state": "confirmed"}))
    house.worker.drain()
    assert states(house, paper)[str(one["target"])] == ("confirmed", True)
    assert states(house, paper)[str(two["target"])] == ("rejected", False)
    assert {one["target"], two["target"]} == {first, second}


def test_who_looks_for_somebody_else_goes_on_from_the_first_who_is_found(house: House, paper: str) -> None:
    add(house.archive, NAME)
    right = [add(house.archive, f"{name} Zakrzewska") for name in ("Ewelina", "Felicja")]
    house.worker.drain()
    client = house.client("collector")
    link = waiting(client)[0]["link"]
    found = markup(client, f"/review?link={link}&other=Zakrzewska")
    focused = re.findall(r"<(\w+)[^>]*\bautofocus\b", found)
    assert focused == ["button"]
    first = re.search(r'name="target" value="([^"]+)">\s*<button[^>]*autofocus', found)
    assert first is not None and first[1] in right
    assert re.findall(r"<(\w+)[^>]*\bautofocus\b", markup(client, f"/review?link={link}&other=Nobody")) == [
        "input"
    ]
    assert "autofocus" not in markup(client, f"/review?link={link}")


def test_somebody_else_is_found_and_chosen(house: House, paper: str) -> None:
    wrong = add(house.archive, NAME)
    right = add(house.archive, "Barbara Whitlock")
    house.worker.drain()
    client = house.client("collector")
    link = str(waiting(client)[0]["link"])
    text = client.get("/review", params={"link": link, "other": "whitl"}).text
    assert f'value="{right}"' in text
    client.post(f"/review/{link}", data={"decision": "other", "target": right})
    assert states(house, paper) == {wrong: ("rejected", True), right: ("confirmed", True)}


def test_a_decision_tells_whose_the_other_papers_with_the_same_number_are(house: House, paper: str) -> None:
    other = house.hand_in(
        house.client("operator"), ["Invoice INV-1", "Contract no. HOR/2022/07719", "Total: 77.00 EUR"]
    )["document"]
    party = add(house.archive, NAME)
    house.settle()
    client = house.client("collector")
    (link,) = (one["link"] for one in waiting(client) if one["document"] == paper)
    client.post(f"/review/{link}", data={"decision": "accept"})
    house.worker.drain()
    assert states(house, other) == {party: ("proposed", False)}


def test_the_number_that_leads_to_a_debtor_is_named_and_where_it_stands(house: House, paper: str) -> None:
    """An annex has only the number of a letter: the review says which one, marks it, and leads to the letter."""
    operator = house.client("operator")
    annex = house.hand_in(operator, ["Schedule of instalments", "Contract no. HOR/2022/07719"])["document"]
    add(house.archive, NAME)
    house.settle()
    client = house.client("collector")
    links = {one["document"]: one for one in waiting(client)}
    client.post(f"/review/{links[paper]['link']}", data={"decision": "accept"})
    house.worker.drain()
    (one,) = waiting(client)
    assert (one["document"], one["basis"]) == (annex, "number")
    text = markup(client, "/review")
    shown = re.search(r"Number of other papers</dt>(.*?)</div>", text, re.S)
    assert shown is not None
    assert "HOR/2022/07719" in shown[1] and "on the page" in shown[1] and "not found" not in shown[1]
    assert f'href="/documents/{paper}"' in shown[1]
    assert text.count('<rect class="mark"') == 1


def test_review_holds_to_scopes(house: House, paper: str) -> None:
    add(house.archive, NAME)
    house.worker.drain()
    elsewhere = house.client("collector", scopes=["portfolio:elsewhere"])
    assert elsewhere.json("/api/v1/review/links") == {"links": [], "waiting": 0, "next": None}
    link = waiting(house.client("collector"))[0]["link"]
    assert elsewhere.post(f"/review/{link}", data={"decision": "accept"}).status_code == 404
    assert NAME not in elsewhere.get("/review", params={"link": str(link)}).text
    for role in ("operator", "auditor", "administrator"):
        assert house.client(role).get("/api/v1/review/links").status_code == 404


def test_what_nobody_in_the_portfolio_can_decide_is_told_to_who_can_help(house: House) -> None:
    """A paper of a portfolio that may be of a debtor without a claim there: no word of it to who has the portfolio."""
    north = house.portfolio("North")
    document = read_paper(house, north, NUMBERED)
    party = add(house.archive, NAME)
    house.settle()
    inside = house.client("collector", scopes=[f"portfolio:{north}"])
    text = see(inside, "/review?kind=links")
    assert "Nothing waits that you may decide." in text and "every link" not in text
    assert "nobody can decide" not in text and NAME not in text
    # Of another paper that may be his, somebody with its portfolio can decide: that says nothing of this one.
    south = house.portfolio("South")
    with house.archive.catalogue.write() as connection:
        put_claim(house.archive, connection, NewClaim("K-0", portfolio=south, parties=((party, "debtor"),)))
    read_paper(house, south, [*NUMBERED[:2], "Amount due: 7.00 EUR"])
    told = "Papers with proposals that their portfolio alone does not let anybody decide 1"
    assert told in see(house.client("administrator"), "/operations")
    assert "1 paper waits with a proposal that nobody can decide" in see(house.client("collector"), "/review")
    with house.archive.catalogue.write() as connection:
        put_claim(house.archive, connection, NewClaim("K-1", portfolio=north, parties=((party, "debtor"),)))
    assert told not in see(house.client("administrator"), "/operations")
    assert [one["document"] for one in waiting(inside)] == [document]


def test_beside_the_paper_a_link_is_confirmed_and_taken_away(house: House, paper: str) -> None:
    party = add(house.archive, NAME, external_id="1")
    house.worker.drain()
    client = house.client("collector")
    link = waiting(client)[0]["link"]
    shown = client.get(f"/documents/{paper}?tab=links").text
    address = f"/documents/{paper}/links/{link}"
    assert f'action="{address}"' in shown
    assert "decide" not in house.client("operator").get(f"/documents/{paper}?tab=links").text
    for said in ("confirmed", "rejected"):
        answer = client.post(address, data={"said": said, "to": f"/documents/{paper}?page=1"})
        assert answer.headers["location"] == f"/documents/{paper}?page=1"
        assert states(house, paper)[party] == (said, True)
    again = client.post(address, data={"said": "confirmed", "to": "//evil.example"})
    assert again.headers["location"] == "/"


def test_what_is_wrong_in_a_dossier_is_sent_to_the_review(house: House) -> None:
    """A link that a person doubts counts no more, waits in the review, and the machine leaves it alone."""
    house.hand_in(house.client("operator"), [*NUMBERED, "born 17 May 1981", "PESEL 81051784697"])
    born = {"birth_date": date(1981, 5, 17), "identifiers": (("pesel", "81051784697"),)}
    party = add(house.archive, NAME, **born)
    house.settle()
    client = house.client("collector")
    (paper,) = client.json(f"/api/v1/debtors/{party}")["documents"]
    assert paper["link"] == "automatic" and waiting(client) == []
    text = markup(client, f"/debtors/{party}")
    assert "Something is wrong here" in text
    (action,) = re.findall('id="doubt".*?action="([^"]*)"', text, re.S)
    for role in ("operator", "administrator"):
        assert "Something is wrong here" not in markup(house.client(role), f"/debtors/{party}")
    back = f"/debtors/{party}?paper={paper['document']}"
    assert do(client, action, said="proposed", to=back).headers["location"] == back
    house.worker.drain()
    (one,) = waiting(client)
    assert (one["document"], one["target"]) == (paper["document"], party)
    assert states(house, paper["document"]) == {party: ("proposed", True)}
    text = markup(client, back)
    assert "May belong (1), not confirmed" in text and f'href="/review?link={one["link"]}"' in text
    decision = client.patch(action.replace("/documents", "/api/v1/documents"), json={"state": "confirmed"})
    assert good(decision)["state"] == "confirmed" and waiting(client) == []
