"""The pages of an import: which columns were read and which not, from a trial to the writing; forms that do not fit."""

from tests.api.pages.reading import HTML, markup, see
from tests.api.support import ORIGIN, House

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
