"""Debtors, evidence, operations, accounts, one's own page: who sees what, and what forms do."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from api.accounts import find_account
from api.pages import evidence
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import log_entries
from archive.log import record
from archive.registry import NewClaim, NewParty, put_claim, put_party
from tests.api.pages.reading import HTML, do, markup, read_paper, see
from tests.api.support import ORIGIN, House

PESEL = "81051784697"


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.fixture
def debtor(house: House, north: str) -> str:
    """A debtor with a claim in the portfolio North."""
    with house.archive.catalogue.write() as connection:
        party = put_party(
            house.archive,
            connection,
            NewParty(
                "Bartłomiej Wiśniowski", external_id="D-17", identifiers=(("pesel", PESEL),), town="Łódź"
            ),
        )
        claim = NewClaim(
            "KW-2024-088213",
            portfolio=north,
            currency="PLN",
            principal_minor=341_200,
            parties=((party, "debtor"),),
        )
        put_claim(house.archive, connection, claim)
    return party


class TestDebtors:
    def test_a_dossier_shows_who_it_is_and_his_papers(self, house: House, north: str, debtor: str) -> None:
        read_paper(house, north, ["Reminder", "Debtor: Bartlomiej Wisniowski", f"PESEL {PESEL}"])
        client = house.client("collector")
        assert "Bartłomiej Wiśniowski" in see(client, "/debtors", q="wisniowski")
        text = see(client, f"/debtors/{debtor}")
        assert "town Łódź PESEL ···4697 claim KW-2024-088213 3,412.00 PLN" in text
        assert "1 paper, newest first" in text
        assert PESEL not in text

    def test_one_out_of_scope_is_not_there(self, house: House, debtor: str) -> None:
        outside = house.client("collector", scopes=["portfolio:elsewhere"])
        assert see(outside, f"/debtors/{debtor}", 404)
        assert see(outside, "/open/crm/D-17", 404)
        assert "Wiśniowski" not in see(outside, "/debtors")
        assert "Nobody in your scope" in see(outside, "/debtors", q="wisniowski")

    def test_the_collection_system_opens_a_dossier_by_its_own_number(self, house: House, debtor: str) -> None:
        answer = house.client("collector").get("/open/crm/D-17", headers=HTML)
        assert answer.headers["location"] == f"/debtors/{debtor}"

    def test_the_last_ones_are_at_the_start(self, house: House, debtor: str) -> None:
        client = house.client("collector")
        assert "will be listed here" in see(client, "/search")
        kept = client.get(f"/debtors/{debtor}", headers=HTML).headers["set-cookie"]
        assert "HttpOnly" in kept
        assert "Looked at last Bartłomiej Wiśniowski" in see(client, "/search")
        other = house.client("collector")
        other.cookies.update(client.cookies)
        assert "Wiśniowski" not in see(other, "/search")


class TestEvidence:
    def test_sentences_count_from_the_log(self, house: House, north: str) -> None:
        read_paper(house, north, ["one"])
        read_paper(house, house.portfolio("South"), ["two"])
        text = see(house.client("auditor", scopes=[f"portfolio:{north}"]), "/evidence")
        assert "As the log has it now: 2 received; 0 erased. 2 could be read when they came in." in text
        assert "only a check of everything tells" in text
        assert "You may open 1 of 2 papers" in text
        assert "Witnesses: none." in text
        assert "No outside time proof." in text

    def test_what_was_found_is_not_contradicted_by_what_was_counted(
        self, house: House, north: str, tmp_path: Path
    ) -> None:
        read_paper(house, north, ["one"])
        house.keeper.stamp()
        auditor = house.client("auditor")
        for found, said in (
            ("sound", "still there and unaltered was last checked"),
            ("altered", "found something that does not hold."),
        ):
            if found == "altered":
                for path in (tmp_path / "vault" / "deposits").rglob("*"):
                    if path.is_file() and "original" in str(path):
                        path.chmod(0o600)
                        path.write_bytes(bytes(path.stat().st_size))
            do(auditor, "/evidence/check")
            house.settle()
            counted, _, _ = see(auditor, "/evidence").partition("You may open")
            assert said in counted

    def test_commands_of_the_pages_are_for_a_machine_elsewhere(self, house: House, north: str) -> None:
        """What needs the archive at hand is refused where TABELLION_URL is set, as these pages ask for."""
        read_paper(house, north, ["one"])
        auditor = house.client("auditor")
        pages = see(auditor, "/evidence") + see(auditor, "/evidence/checkpoint")
        assert "tabellion verify --all --trust DIR --since FILE" in pages
        commands = set(re.findall(r"tabellion [a-z]+ [^ ]+(?: --trust DIR)?", pages))
        assert commands == {"tabellion verify --all --trust DIR", "tabellion verify FILE --trust DIR"}

    def test_checking_everything_is_an_entry(self, house: House, north: str) -> None:
        read_paper(house, north, ["one"])
        auditor = house.client("auditor")
        assert do(auditor, "/evidence/check").status_code == 303
        house.settle()
        checked = select(log_entries).where(
            log_entries.c.type == "verify", log_entries.c.object_type == "archive"
        )
        assert house.count(checked) == 1
        assert "Everything was read again today" in see(auditor, "/evidence")

    def test_an_entry_by_number_leads_to_its_paper_only_in_scope(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["one"])
        row = house.row(select(log_entries).where(log_entries.c.type == "receive"))
        auditor = house.client("auditor")
        to = auditor.get("/evidence/entries", params={"number": row.seq}, headers=HTML).headers["location"]
        text = markup(auditor, to)
        assert "received and sealed" in text
        assert row.leaf in text
        assert f"/documents/{document}" in text
        assert f"/documents/{document}" not in markup(house.client("auditor", scopes=[]), to)
        assert see(auditor, "/evidence/entries/999999", 404)

    def test_incidents_are_listed_newest_first_and_lead_to_their_entries(
        self, house: House, north: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        auditor = house.client("auditor")
        assert "incident" not in see(auditor, "/evidence")
        assert "None." in see(auditor, "/evidence/incidents")
        with house.archive.catalogue.write() as connection:
            for subject, reason in (("1", "witness-refused"), ("2", "clock")):
                record(
                    connection,
                    type="incident",
                    object_type="archive",
                    object_id=house.archive.id,
                    subject=subject * 64,
                    actor=SYSTEM_ACTOR,
                    time=house.archive.clock.now(),
                    reason=reason,
                )
        house.settle()
        assert 'href="/evidence/incidents">The log has 2 incidents.' in markup(auditor, "/evidence")
        newest = select(log_entries).where(log_entries.c.type == "incident")
        clock = house.row(newest.order_by(log_entries.c.seq.desc()).limit(1)).seq
        witness = house.row(newest.order_by(log_entries.c.seq).limit(1)).seq
        monkeypatch.setattr(evidence, "INCIDENTS", 1)
        first = markup(auditor, "/evidence/incidents")
        assert "The clock and a trusted time disagree." in first
        assert f'href="/evidence/entries/{clock}"' in first
        assert "A witness answered" not in first
        second = markup(auditor, "/evidence/incidents", before=clock)
        assert f'href="/evidence/entries/{witness}"' in second
        assert "Earlier ones" not in second
        assert see(house.client("collector"), "/evidence/incidents", 404)

    def test_a_checkpoint_goes_home_on_paper(self, house: House, north: str) -> None:
        read_paper(house, north, ["one"])
        text = markup(house.client("auditor"), "/evidence/checkpoint")
        assert 'class="qr"' in text
        assert "localhost/test" in text
        assert see(house.client("collector"), "/evidence/checkpoint", 404)


class TestOperations:
    def test_parts_in_words_and_failures_with_a_retry(self, house: House, north: str) -> None:
        params = {"name": "cut.pdf", "batch_name": "Box 1", "portfolio": north}
        house.client("operator").post("/api/v1/deposits", params=params, content=b"%PDF-1.7 cut short")
        house.settle()
        administrator = house.client("administrator")
        page = markup(administrator, "/operations")
        assert "1 part is not as it should be." in page
        assert "No keeper runs" in page
        assert "The keys have not been backed up." in page
        reason = re.search(r'name="reason" value="([A-Z_]+)"', page)
        assert reason is not None
        assert do(administrator, "/operations/retry", reason=reason[1]).status_code == 303
        assert "Nothing has failed." in see(administrator, "/operations")
        assert see(house.client("operator"), "/operations", 404)

    def test_accounts_are_made_and_changed_by_form(self, house: House, north: str) -> None:
        administrator = house.client("administrator")
        made = do(
            administrator,
            "/operations/accounts",
            name="anna.k",
            password="four unrelated plain words",
            role="collector",
            scope=f"portfolio:{north}",
        )
        assert made.status_code == 303, made.text
        text = markup(administrator, "/operations/accounts")
        assert "anna.k" in text
        assert "North" in text
        account = house.account("collector", scopes=(), name="jan.n")
        address = f"/operations/accounts/{account.id}"
        assert (
            do(administrator, f"{address}/rights", fact="role", value="legal", act="give").status_code == 303
        )
        assert (
            do(administrator, f"{address}/rights", fact="role", value="collector", act="take").status_code
            == 303
        )
        assert do(administrator, f"{address}/state", state="disabled").status_code == 303
        with house.archive.catalogue.read() as connection:
            now = find_account(connection, account.id)
        assert (now.roles, now.active) == (frozenset({"legal"}), False)

    def test_what_rest_refuses_forms_refuse(self, house: House) -> None:
        administrator = house.account("administrator", name="root")
        client = house.client_of(administrator)
        weak = do(client, "/operations/accounts", name="x", password="short", role="collector")
        assert weak.status_code == 400
        assert "short" not in weak.text
        last = do(client, f"/operations/accounts/{administrator.id}/state", state="disabled")
        assert last.status_code == 409
        assert "That did not work" in last.text


class TestMe:
    def test_language_and_zone_are_kept(self, house: House) -> None:
        client = house.client("collector")
        assert do(client, "/me/settings", language="pl", zone="Europe/Rome").status_code == 303
        assert "Twoje konto" in see(client, "/me")
        assert do(client, "/me/settings", language="xx", zone="Europe/Rome").status_code == 400
        assert do(client, "/me/settings", language="pl", zone="../etc").status_code == 400

    def test_a_token_is_shown_once_and_withdrawn(self, house: House) -> None:
        client = house.client("collector")
        shown = do(client, "/me/tokens", name="nightly export")
        token = re.search(r"tab_[A-Za-z0-9_-]{40,}", shown.text)
        assert token is not None
        page = markup(client, "/me")
        assert token[0] not in page
        named = re.search(r"nightly export.*?(/me/tokens/[0-9a-f-]{36}/withdraw)", page, re.S)
        assert named is not None
        assert do(client, named[1]).status_code == 303
        assert "nightly export" not in markup(client, "/me")


def test_an_address_that_leads_nowhere_keeps_frame_and_language(house: House) -> None:
    collector = house.client("collector")
    text = see(collector, "/nowhere", 404)
    assert "Debtors" in text and "That did not work" in text
    stranger = house.stranger()
    assert "Debtors" not in see(stranger, "/nowhere", 404)


def test_a_refusal_leads_back_to_where_one_was(house: House) -> None:
    collector = house.client("collector")

    def links(referer: str) -> str:
        return collector.get("/nowhere", headers={**HTML, "Referer": referer}).text

    assert 'href="/search?q=a"' in links(f"{ORIGIN}/search?q=a")
    for strange in ("http://evil.example/search", f"{ORIGIN}//evil.example"):
        assert "evil" not in links(strange)
    for nowhere in (f"{ORIGIN}/nowhere", "http://[", ""):
        assert "Back to where you were" not in links(nowhere)
