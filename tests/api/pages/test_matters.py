"""Legal staff's way: a matter, its tray, the export page, the package; who sees what of it."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from sqlalchemy import select, update

from archive.catalogue import schema as t
from archive.registry import NewClaim, NewParty, put_claim, put_party
from tests.api.pages.reading import HTML, do, markup, narrow, read_paper, see, visible
from tests.api.support import Client, House, good

FRAGMENT = {**HTML, "X-Fragment": "tray"}


@dataclass(frozen=True)
class Case:
    """A matter that is open in the tray of its opener."""

    legal: Client
    matter: str

    @property
    def path(self) -> str:
        return f"/matters/{self.matter}"

    def add(self, document: str, page: int = 0) -> None:
        assert do(self.legal, "/tray/add", document=document, page=page).status_code == 303

    def keys(self) -> list[str]:
        return re.findall(r'data-key="([^"]+)"', markup(self.legal, self.path))


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.fixture
def paper(house: House, north: str) -> str:
    return read_paper(house, north, ["INVOICE 17", "Total 100.00 EUR"], ["second page"])


@pytest.fixture
def case(house: House) -> Case:
    legal = house.client("legal")
    to = do(legal, "/matters", name="Nowak and Łódź", court="Court", numbers="I C 1/26; I C 2/26")
    return Case(legal, to.headers["location"].rpartition("/")[2])


def order(case: Case, **more: str) -> str:
    """Order the package of the newest selection; gives its address."""
    found = re.search(r'name="selection" value="([^"]+)"', markup(case.legal, f"{case.path}/export"))
    assert found is not None
    form = {"selection": found[1], "language": "en", "recipient": "court", "looked": "true", **more}
    answer = do(case.legal, f"{case.path}/packages", **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


class TestMatters:
    def test_legal_staff_begin_at_their_matters(self, house: House, case: Case) -> None:
        assert case.legal.get("/", headers=HTML).headers["location"] == "/matters"
        assert "My matters" in see(case.legal, "/matters")
        text = see(case.legal, case.path)
        assert "Nowak and Łódź" in text and "I C 1/26 · I C 2/26" in text
        assert "Nothing chosen yet." in text

    def test_are_seen_by_their_opener_and_who_has_their_scope(self, house: House, case: Case) -> None:
        stranger = house.client("legal", scopes=["portfolio:elsewhere"])
        member = house.client("legal", scopes=[f"matter:{case.matter}"])
        assert see(stranger, case.path, 404)
        assert "Nowak" not in see(stranger, "/matters", whose="all")
        assert "Nowak" in see(member, "/matters")
        assert "Nowak" not in see(house.client("legal"), "/matters")
        assert "Nowak" in see(house.client("legal"), "/matters", whose="all")
        for role in ("collector", "auditor", "operator", "administrator"):
            assert house.client(role).get(case.path, headers=HTML).status_code == 404

    def test_claims_are_found_by_number_and_only_in_scope(self, house: House, north: str, case: Case) -> None:
        with house.archive.catalogue.write() as connection:
            claim = put_claim(house.archive, connection, NewClaim("KW-2024-088213", portfolio=north))
        assert "KW-2024-088213" in see(case.legal, case.path, claim="088213")
        assert do(case.legal, f"{case.path}/claims", claim=claim, act="add").status_code == 303
        assert "take away" in see(case.legal, case.path)
        outside = house.client("legal", scopes=[f"matter:{case.matter}"])
        assert "KW-2024" not in see(outside, case.path, claim="088213")
        assert do(outside, f"{case.path}/claims", claim=claim, act="add").status_code == 404

    def test_one_that_is_opened_from_a_claim_is_about_it(self, house: House, north: str) -> None:
        legal, archive = house.client("legal"), house.archive
        with archive.catalogue.write() as connection:
            debtor = put_party(archive, connection, NewParty("Ewa Nowak", external_id="1"))
            numbers = (("case_number", "I C 77/26"), ("contract_number", "UM/1/2020"))
            claim, other = (
                put_claim(
                    archive,
                    connection,
                    NewClaim(number, portfolio=north, parties=((debtor, "debtor"),), numbers=numbers[:many]),
                )
                for number, many in (("KW-77", 2), ("KW-78", 0))
            )
        assert f'href="/matters?new=1&to=/claims/{claim}' in markup(legal, f"/claims/{claim}").replace(
            "%2F", "/"
        )
        form = markup(legal, "/matters", new=1, to=f"/claims/{claim}?page=1")
        assert 'name="name" value="KW-77, Ewa Nowak"' in form and 'value="I C 77/26"' in form
        assert re.findall(r'name="claim" value="([^"]+)" checked', form) == [claim]
        made = do(legal, "/matters", name="Nowak", claim=claim, to=f"/claims/{claim}")
        assert made.headers["location"] == f"/claims/{claim}"
        (matter,) = re.findall(r'<a class="stop" href="(/matters/[^"]+)', markup(legal, "/matters"))
        assert "KW-77" in see(legal, matter) and "None said" not in see(legal, matter)
        of_debtor = markup(legal, "/matters", new=1, to=f"/debtors/{debtor}")
        assert {claim, other} == set(re.findall(r'name="claim" value="([^"]+)">', of_debtor))
        outside = house.client("legal", scopes=["portfolio:elsewhere"])
        assert "KW-77" not in markup(outside, "/matters", new=1, to=f"/claims/{claim}")
        assert do(outside, "/matters", name="Nowak", claim=claim).status_code == 404

    def test_a_closed_matter_takes_nothing(self, house: House, case: Case, paper: str) -> None:
        do(case.legal, f"{case.path}/state", state="closed")
        assert "closed" in see(case.legal, case.path)
        assert do(case.legal, "/tray/add", document=paper).status_code == 409
        do(case.legal, f"{case.path}/state", state="open")
        case.add(paper)

    def test_words_change(self, case: Case) -> None:
        do(case.legal, f"{case.path}/facts", name="Another name", court="", numbers="")
        assert "Another name" in see(case.legal, case.path)


class TestTray:
    def test_pages_and_papers_are_put_in_order_without_scripts(
        self, house: House, north: str, case: Case, paper: str
    ) -> None:
        other = read_paper(house, north, ["another letter"])
        case.add(paper, 2)
        case.add(other)
        case.add(other)
        first, second = case.keys()
        assert (first, second) == (f"{paper}.2-2", f"{other}.0-0")
        do(case.legal, "/tray/item", key=second, act="up")
        assert case.keys() == [second, first]
        do(case.legal, "/tray/label", key=first, label="Annex 3")
        assert "Annex 3" in see(case.legal, f"/documents/{paper}")
        do(case.legal, "/tray/item", key=second, act="remove")
        assert case.keys() == [first]
        case.add(paper)
        assert case.keys() == [f"{paper}.0-0"]

    def test_a_script_gets_the_tray_alone(self, case: Case, paper: str) -> None:
        answer = case.legal.post("/tray/add", data={"document": paper, "page": 1}, headers=FRAGMENT)
        assert answer.status_code == 200
        assert answer.text.lstrip().startswith('<div id="tray-list"')
        assert f'data-key="{paper}.1-1"' in answer.text

    def test_after_a_package_says_of_what_it_was_made(self, house: House, case: Case, paper: str) -> None:
        case.add(paper)
        order(case)
        text = see(case.legal, f"/documents/{paper}")
        assert "A package was made of selection 1 (1 chosen); what you add begins the next one." in text
        assert "Nothing chosen yet" not in text
        case.add(paper, 2)
        assert "1 chosen, pages: 1" in see(case.legal, f"/documents/{paper}")

    def test_leads_back_inside_only(self, case: Case, paper: str) -> None:
        there = do(case.legal, "/tray/add", document=paper, to=f"/documents/{paper}?page=2")
        assert there.headers["location"] == f"/documents/{paper}?page=2"
        assert do(case.legal, "/tray/add", document=paper, to="//evil.test/").headers["location"] == "/"

    def test_lies_only_on_the_pages_of_legal_staff(self, house: House, case: Case, paper: str) -> None:
        assert 'id="tray"' in markup(case.legal, f"/documents/{paper}")
        assert 'id="tray"' in markup(case.legal, "/search", q="invoice")
        assert 'id="tray"' not in markup(house.client("collector"), f"/documents/{paper}")

    def test_without_a_matter_it_offers_ones_own(self, house: House, case: Case, paper: str) -> None:
        do(case.legal, "/tray/matter", matter="", to="/")
        text = see(case.legal, f"/documents/{paper}")
        assert "Collect papers for" in text and "Nowak and Łódź" in text
        assert do(case.legal, "/tray/add", document=paper).status_code == 409
        do(case.legal, "/tray/matter", matter=case.matter, to="/")
        case.add(paper)
        foreign = house.client("legal", scopes=[])
        assert do(foreign, "/tray/matter", matter=case.matter).status_code == 404

    def test_what_is_closed_cannot_be_put_in(self, house: House, north: str, paper: str) -> None:
        narrow(house, paper, 2, "matter:M1")
        legal = house.client("legal", scopes=[f"portfolio:{north}"])
        do(legal, "/matters", name="mine")
        assert do(legal, "/tray/add", document=paper, page=2).status_code == 404
        assert do(legal, "/tray/add", document=paper, page=1).status_code == 303


class TestExport:
    def test_says_what_goes_out_and_what_stays(self, house: House, case: Case, paper: str) -> None:
        case.add(paper, 1)
        text = see(case.legal, f"{case.path}/export")
        assert "an extract of page 1, as a PDF; the original stays here" in text
        assert "1 other page of" in text
        assert "time proof pending" in text and "Get time proof now" in text
        assert "Make the package, time proof pending" in text
        house.keeper.stamp()
        text = see(case.legal, f"{case.path}/export")
        assert "existed no later than" in text and "Get time proof now" not in text

    def test_time_proof_is_asked_for(self, house: House, case: Case, paper: str) -> None:
        case.add(paper)
        selection = re.search(r'name="selection" value="([^"]+)"', markup(case.legal, f"{case.path}/export"))
        assert selection is not None
        do(case.legal, f"{case.path}/stamp", selection=selection[1])
        for _ in range(3):
            house.keeper.stamps.run(house.keeper.token())
            house.keeper.run()
        assert "existed no later than" in see(case.legal, f"{case.path}/export")

    def test_other_debtors_on_a_page_are_counted(
        self, house: House, north: str, case: Case, paper: str
    ) -> None:
        archive = house.archive
        with archive.catalogue.write() as connection:
            people = [
                put_party(archive, connection, NewParty(f"Debtor {n}", external_id=f"D{n}")) for n in range(4)
            ]
            claim = NewClaim("KW-1", portfolio=north, parties=((people[0], "debtor"),))
            made = put_claim(archive, connection, claim)
            for party in people:
                connection.execute(
                    t.links.insert().values(
                        link_id=archive.ids.new(),
                        document_id=paper,
                        first_page=2,
                        last_page=2,
                        target_type="party",
                        target_id=party,
                        role="debtor",
                        score=1.0,
                        basis="identifier",
                        state="automatic",
                        at=archive.clock.now(),
                    )
                )
        case.add(paper)
        unchecked = "It was not checked who else stands on these pages"
        text = see(case.legal, f"{case.path}/export")
        assert "Page 2 is linked to 4 debtors." in text
        assert unchecked in text and "It is about KW-1" in text
        selection = re.search(r'name="selection" value="([^"]+)"', markup(case.legal, f"{case.path}/export"))
        assert selection is not None
        form = {"selection": selection[1], "language": "en", "recipient": "court"}
        refused = do(case.legal, f"{case.path}/packages", **form)
        assert refused.status_code == 409 and "OTHERS_UNCHECKED" in refused.text
        named = do(case.legal, f"{case.path}/claims", claim=made, act="add", to="export")
        assert named.headers["location"] == f"{case.path}/export"
        assert unchecked not in see(case.legal, f"{case.path}/export")
        assert "Page 2 is also linked to 3 other debtors." in see(case.legal, f"{case.path}/export")

    def test_between_twins_somebody_chooses(self, house: House, north: str, case: Case, paper: str) -> None:
        twin = read_paper(house, north, ["INVOICE 17, scanned better"])
        body = {"other": paper, "relation": "rescan_of"}
        good(house.client("operator").post(f"/api/v1/documents/{twin}/relations", json=body))
        house.settle()
        house.keeper.stamp()
        case.add(paper)
        text = see(case.legal, f"{case.path}/export")
        assert "scanned again" in text and "Which scan goes out?" in text
        assert text.count("existed no later than") == 2
        selection = re.search(r'name="selection" value="([^"]+)"', markup(case.legal, f"{case.path}/export"))
        assert selection is not None
        form = {"selection": selection[1], "language": "en", "recipient": "court", "looked": "true"}
        answer = do(case.legal, f"{case.path}/packages", **form)
        assert answer.status_code == 409 and "TWINS_UNDECIDED" in answer.text
        order(case, twin=f"{paper}.0-0:{twin}:other")
        lines = see(case.legal, case.path)
        assert "A package was made of it" in lines
        with house.archive.catalogue.read() as connection:
            row = connection.execute(select(t.selection_items)).one()
        assert (row.document_id, row.passed_over) == (twin, [paper])

    def test_what_may_not_go_out_blocks_it(self, house: House, north: str, paper: str) -> None:
        legal = house.client("legal", scopes=[f"portfolio:{north}"])
        matter = do(legal, "/matters", name="mine").headers["location"].rpartition("/")[2]
        case = Case(legal, matter)
        case.add(paper)
        narrow(house, paper, 2, "matter:M1")
        text = see(legal, f"{case.path}/export")
        assert "Take these out first" in text and "Make the package" not in text
        with house.archive.catalogue.read() as connection:
            selection = connection.scalar(select(t.selections.c.id))
        form = {"selection": selection, "language": "en", "recipient": "court"}
        assert do(legal, f"{case.path}/packages", **form).status_code == 404
        do(legal, f"{case.path}/items", key=f"{paper}.0-0", act="remove", to="export")
        assert "Take these out first" not in see(legal, f"{case.path}/export")


class TestPackages:
    def test_is_made_by_a_worker_and_says_that_the_time_is_pending(
        self, house: House, case: Case, paper: str
    ) -> None:
        case.add(paper)
        address = order(case)
        page = case.legal.get(address, headers=HTML)
        assert "Package: being made" in visible(page)
        assert page.headers["refresh"] == "2"
        assert "papers are done" not in visible(page)
        with house.archive.catalogue.write() as connection:
            connection.execute(update(t.work).where(t.work.c.kind == "package").values(state="leased"))
        assert "0 of 1 paper is done." in see(case.legal, address)
        with house.archive.catalogue.write() as connection:
            connection.execute(update(t.work).where(t.work.c.kind == "package").values(state="ready"))
        house.settle()
        text = see(case.legal, address)
        assert "Package: ready, time proof pending" in text
        assert "Made while a time proof was pending" in text
        assert "ready, time proof pending" in see(case.legal, "/matters")
        got = case.legal.get(f"{address}/file")
        name = unquote(got.headers["content-disposition"])
        assert name.endswith("_en_TIME-PROOF-PENDING.asice") and "Nowak-and-Lodz_" in name
        assert got.content.startswith(b"PK")
        assert int(got.headers["content-length"]) == len(got.content)
        house.settle()
        downloads = select(t.log_entries).where(
            t.log_entries.c.type == "download", t.log_entries.c.object_type == "package"
        )
        assert house.count(downloads) == 1

        house.keeper.stamp()
        assert "Make it again, with the time proof" in see(case.legal, address)
        later = do(case.legal, f"{address}/again").headers["location"]
        assert later != address
        house.settle()
        assert "Package: ready" in see(case.legal, later)
        assert "TIME-PROOF-PENDING" not in case.legal.get(f"{later}/file").headers["content-disposition"]
        do(case.legal, f"{later}/filed", act="filed")
        assert "Package: filed" in see(case.legal, later)
        assert "Filed" in see(case.legal, "/matters")
        do(case.legal, f"{later}/filed", act="not")
        assert "Package: ready" in see(case.legal, later)

    def test_its_bytes_need_the_right_to_all_that_is_in_it(
        self, house: House, north: str, paper: str
    ) -> None:
        legal = house.client("legal", scopes=[f"portfolio:{north}"])
        matter = do(legal, "/matters", name="mine").headers["location"].rpartition("/")[2]
        case = Case(legal, matter)
        case.add(paper)
        address = order(case)
        house.settle()
        assert legal.get(f"{address}/file").status_code == 200
        member = house.client("legal", scopes=[f"matter:{matter}"])
        assert "A paper that is not open to you" in see(member, address)
        assert member.get(f"{address}/file").status_code == 404
        assert house.client("legal", scopes=[]).get(f"{address}/file").status_code == 404

    def test_what_failed_says_why_and_can_be_tried_again(self, house: House, case: Case, paper: str) -> None:
        case.add(paper)
        address = order(case)
        with house.archive.catalogue.write() as connection:
            values = {"state": "failed", "reason_code": "EXPORT_REFUSED", "reason": "it was not possible"}
            connection.execute(update(t.packages).values(**values))
        text = see(case.legal, address)
        assert "Package: could not be made" in text and "it was not possible" in text
        assert do(case.legal, f"{address}/again").headers["location"] == address
        assert "Package: being made" in see(case.legal, address)

    def test_one_paper_from_its_evidence_panel(self, house: House, case: Case, paper: str) -> None:
        assert "Make package" in see(case.legal, f"/documents/{paper}", tab="evidence")
        assert "Make package" not in see(house.client("collector"), f"/documents/{paper}", tab="evidence")
        text = see(case.legal, f"/documents/{paper}/package")
        assert "Will contain" in text and "a new one" in text
        assert "It was not checked who else stands on these pages" in text
        form = {"language": "pl", "recipient": "opposing-party", "name": "One paper"}
        answer = do(case.legal, f"/documents/{paper}/package", **form)
        assert answer.status_code == 409 and "OTHERS_UNCHECKED" in answer.text
        assert "One paper" not in see(case.legal, "/matters")
        answer = do(case.legal, f"/documents/{paper}/package", **form, looked="true")
        assert answer.status_code == 303, answer.text
        house.settle()
        text = see(case.legal, answer.headers["location"])
        assert "One paper" in text and "the other side" in text and "Polish" in text
