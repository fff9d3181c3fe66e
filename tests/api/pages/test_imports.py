"""The pages of an import: which columns were read and which not, from a trial to the writing; forms that do not fit."""

from datetime import timedelta

from sqlalchemy import select

from archive.catalogue.schema import parties
from archive.catalogue.schema.registry import import_problems, import_rows
from tests.api.pages.reading import HTML, markup, see
from tests.api.support import ORIGIN, Client, House, good, problem

FILE = "Numer klienta;Nazwisko;Imię;Data ur.;Uwagi\nK-1;Nowak;Anna;1960-01-02;x\nK-2;Zuch;Jan;1961-02-03;\n"


def test_a_trial_says_which_columns_it_read_and_leads_on(house: House) -> None:
    administrator = house.client("administrator")
    form = {"what": "debtors", "dry_run": "true", "to": "/imports"}
    sent = administrator.post("/api/v1/imports", data=form, files={"file": ("crm.csv", FILE.encode())})
    house.worker.drain()
    text = see(administrator, sent.headers["location"])
    assert (
        "Columns: Numer klienta as external_id, Nazwisko as family_name, Imię as given_name, "
        "Data ur. as birth_date. Not read: Uwagi." in text
    )
    assert "rows 2 new 2" in text
    assert 'href="/imports?write=debtors"' in markup(administrator, sent.headers["location"])
    assert 'name="dry_run" value="true" checked' in markup(administrator, "/imports")
    again = markup(administrator, "/imports", write="claims")
    assert 'name="dry_run" value="true">' in again
    assert '<option value="claims" selected>' in again


def test_a_form_that_does_not_fit_says_what_is_missing_and_leads_back(house: House) -> None:
    form = {"name": "CRM", "url": "https://crm.example/x", "events": "document.read"}
    came = {"Referer": f"{ORIGIN}/operations/webhooks", **HTML}
    answer = house.client("administrator").post("/operations/webhooks", data=form, headers=came)
    assert answer.status_code == 400
    assert "tick of what it is told and about which papers" in answer.text
    assert 'href="/operations/webhooks"' in answer.text


def try_out(house: House, client: Client, text: str, what: str = "debtors", *, dry: bool = True) -> str:
    params = {"what": what, "name": "crm.csv", "dry_run": str(dry).lower()}
    made: str = good(client.post("/api/v1/imports", params=params, content=text.encode()), 202)["id"]
    house.worker.drain()
    return made


def test_a_trial_tells_what_would_become_of_every_row(house: House) -> None:
    administrator = house.client("administrator")
    head = "external_id,name,town,nip\n"
    try_out(house, administrator, f"{head}D-1,Anna Nowak,Kielce,\nD-2,Jan Zuch,Gdynia,\n", dry=False)
    changed = f"{head}D-1,Anna Nowak,<Radom>,5261040828\nD-2,Jan Zuch,Gdynia,\nD-3,Ewa Kos,,\nD-2,Ola,,\n,Nobody,,\n"
    tried = try_out(house, administrator, changed)
    assert house.count(select(parties)) == 2
    path = f"/imports/{tried}"
    text = see(administrator, path)
    assert "all 5 new 1 changed 1 as before 1 refused 2" in text
    assert "Anna Nowak D-1 would change Town: Kielce → <Radom> NIP: ···0828 (new)" in text
    assert "Jan Zuch D-2 stays as it is" in text and "Ewa Kos D-3 would be new" in text
    assert "would be refused external_id An earlier row has the same external id" in text
    assert "(line 3 has the same external id)" in text
    only = see(administrator, path, only="changed")
    assert "Kielce → <Radom>" in only and "Ewa Kos" not in only

    rest = f"/api/v1{path}/rows"
    first = administrator.json(rest, params={"limit": 2})
    told = [*first["rows"], *administrator.json(rest, params={"cursor": first["next"]})["rows"]]
    assert [(row["line"], row["outcome"], row["problems"]) for row in told] == [
        (2, "changed", []),
        (3, "unchanged", []),
        (4, "added", []),
        (5, "refused", ["DUPLICATE_EXTERNAL_ID"]),
        (6, "refused", ["NO_EXTERNAL_ID"]),
    ]
    assert told[0]["changes"] == [
        {"field": "town", "from": ["Kielce"], "to": ["<Radom>"]},
        {"field": "nip", "from": [], "to": ["5261040828"]},
    ]
    assert [row["line"] for row in administrator.json(rest, params={"outcome": "added"})["rows"]] == [4]
    # Of a record out of scope it is said what would stand there, and not what stands there now.
    elsewhere = house.client("administrator", scopes=["portfolio:elsewhere"])
    hidden = elsewhere.json(rest)["rows"][0]
    assert (hidden["outcome"], hidden["in_scope"], hidden["record"]) == ("changed", False, None)
    assert hidden["changes"][0] == {"field": "town", "from": [], "to": ["<Radom>"]}
    outside = see(elsewhere, path)
    assert "Town: <Radom>" in outside and "Kielce" not in outside
    assert "what stands there now is out of your scope" in outside
    problem(house.client("collector").get(rest), 404, "NOT_FOUND")

    # What was tried and then written is not listed any more, nor what was tried days ago.
    try_out(house, administrator, changed, dry=False)
    assert house.count(select(import_rows)) == 0
    assert "What would become of the rows" not in see(administrator, path)
    try_out(house, elsewhere, changed)
    assert house.count(select(import_rows)) == 5
    # Nor what was refused then: it tells of people, and no erasure looks here.
    try_out(house, elsewhere, "external_id,name,birth_date\nD-8,Iga,31.02.1990\n", dry=False)
    shown = select(import_problems).where(import_problems.c.value != "")
    assert house.count(shown) == 1
    house.clock.advance(seconds=timedelta(days=2).total_seconds())
    try_out(house, administrator, "external_id,name\nD-9,Iga\n")
    assert house.count(select(import_rows)) == 1
    assert house.count(shown) == 0


def test_a_trial_of_claims_names_who_would_owe(house: House) -> None:
    administrator = house.client("administrator")
    north = house.portfolio("North")
    for name in ("Anna", "Jan"):
        good(administrator.post("/api/v1/debtors", json={"name": f"{name} Nowak", "external_id": name}))
    head = "external_id,number,portfolio,currency,principal,debtor,due_date\n"
    try_out(house, administrator, f"{head}C-1,KW/1,North,PLN,100.00,Anna,2024-05-01\n", "claims", dry=False)
    tried = try_out(house, administrator, f"{head}C-1,KW/1,North,PLN,80.50,Jan,2024-05-02\n", "claims")
    text = see(administrator, f"/imports/{tried}")
    assert "Principal: 100.00 → 80.50" in text and "To pay by: 1 May 2024 → 2 May 2024" in text
    # Jan has no claim yet: who sees one portfolio does not learn whom that id names.
    inside = house.client("administrator", scopes=[f"portfolio:{north}"])
    assert "Debtor: Anna Nowak → somebody who is not open to you" in see(inside, f"/imports/{tried}")
    assert "Debtor: Anna Nowak → Jan Nowak" in text


def test_a_trial_says_what_would_be_removed_and_shows_what_cannot_be_taken(house: House) -> None:
    administrator = house.client("administrator")
    head = "external_id,name,birth_date,town\n"
    try_out(house, administrator, f"{head}D-1,Anna,1960-01-02,Kielce\n", dry=False)
    tried = try_out(house, administrator, f"{head}D-1,Anna,,Kielce\nD-2,#N/A,,\nD-3,Jan,31.02.1960,\n")
    text = see(administrator, f"/imports/{tried}")
    assert "Would be removed from records: Born (1)" in text
    assert "(removed)" in text
    assert "#N/A The error of a formula, not a value." in text
    assert "31.02.1960 Not a date such as" in text
    state = administrator.json(f"/api/v1/imports/{tried}")
    assert state["counts"]["emptied"] == {"birth_date": 1}
    told = administrator.json(f"/api/v1/imports/{tried}/problems")["problems"]
    assert [(one["field"], one["value"]) for one in told] == [("name", "#N/A"), ("birth_date", "31.02.1960")]


def test_months_first_are_said_on_the_form(house: House) -> None:
    administrator = house.client("administrator")
    form = {"what": "debtors", "dates": "month-first", "to": "/imports"}
    table = "external_id,name,birth_date\nD-1,Anna,11/30/1966\n"
    sent = administrator.post("/api/v1/imports", data=form, files={"file": ("crm.csv", table.encode())})
    house.worker.drain()
    assert "rows 1 new 1" in see(administrator, sent.headers["location"])
    bad = administrator.post(
        "/api/v1/imports", data={**form, "dates": "year"}, files={"file": ("crm.csv", table.encode())}
    )
    assert bad.status_code == 400


def test_columns_are_chosen_on_the_page_of_a_trial_and_the_choice_is_kept(house: House) -> None:
    administrator = house.client("administrator")
    table = "Nr akt,Osoba,Uwagi\nD-1,Anna Nowak,x\n"
    tried = try_out(house, administrator, table)
    page = markup(administrator, f"/imports/{tried}")
    assert "no column is called like a field" in page
    assert '<input type="hidden" name="column.2" value="Osoba">' in page
    assert '<select name="field.2">' in page
    form = {
        **{"what": "debtors", "to": "/imports", "save_as": "old crm"},
        **{"column.1": "Nr akt", "field.1": "external_id", "column.2": "Osoba", "field.2": "name"},
        **{"column.3": "Uwagi", "field.3": ""},
    }
    files = {"file": ("crm.csv", table.encode())}
    sent = administrator.post("/api/v1/imports", data=form, files=files)
    house.worker.drain()
    text = see(administrator, sent.headers["location"])
    assert "rows 1 new 1" in text and "Nr akt as external_id, Osoba as name. Not read: Uwagi." in text
    (kept,) = administrator.json("/api/v1/import-mappings", params={"what": "debtors"})
    assert kept == {"name": "old crm", "columns": {"Nr akt": "external_id", "Osoba": "name"}}
    refused = administrator.post("/api/v1/imports", data={**form, "field.3": "no_such"}, files=files)
    assert refused.status_code == 400
    assert "<option>cp852</option>" in markup(administrator, "/imports")


def test_a_clerk_of_the_registry_imports_and_is_told_why_nothing_is_seen(house: House) -> None:
    clerk = house.client("registrar", scopes=[])
    assert clerk.get("/", follow_redirects=False).headers["location"] == "/imports"
    made = try_out(house, clerk, "external_id,name\nD-1,Anna\n", dry=False)
    text = see(clerk, f"/imports/{made}")
    assert "Your account has no scope, so it sees none of them" in text
    assert "an administrator does that under Accounts" in text
    empty = see(clerk, "/debtors")
    assert "No debtor is in your scope." in empty and "To import needs no scope" in empty
    assert 'href="/operations/accounts"' in markup(
        house.client("administrator", scopes=[]), f"/imports/{made}"
    )
    problem(clerk.get("/api/v1/accounts"), 404, "NOT_FOUND")
    problem(clerk.get("/api/v1/search", params={"q": "Anna"}), 404, "NOT_FOUND")
    everything = house.client("registrar", scopes=["all"])
    assert "has no scope" not in see(everything, f"/imports/{made}")
