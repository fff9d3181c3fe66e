"""`tabellion portfolios`, `debtors`, `claims`, `users`."""

import json
from pathlib import Path

from tests.tabellion.house import House


def test_a_claim_is_kept_with_its_people_and_numbers(house: House) -> None:
    portfolio = house.terminal.run("portfolios", "add", "Amber", "--external-id", "P-1").out.strip()
    assert house.terminal.run("portfolios", "add", "Amber", code=1).err.startswith("CONFLICT")
    party = house.terminal.run(
        "debtors", "add", "Bartłomiej Wiśniowski", "--external-id", "D-1", "--identifier", "pesel=81051784697"
    ).out.strip()
    house.terminal.run(
        *(
            "claims",
            "add",
            "KW-2024-088213",
            "--external-id",
            "K-1",
            "--portfolio",
            "P-1",
            "--party",
            "debtor=D-1",
        ),
        *("--principal", "2926.05", "--currency", "pln", "--number", "contract_number=ABN/2023/004517"),
    )
    (claim,) = house.terminal.run("claims", "list", "ABN/2023/004517", "--json").json
    assert claim["portfolio"] == portfolio
    assert (claim["principal"], claim["currency"]) == ("2926.05", "PLN")
    assert claim["parties"] == [{"id": party, "name": "Bartłomiej Wiśniowski", "role": "debtor"}]
    (debtor,) = house.terminal.run("debtors", "list", "wisniowski", "--json").json
    assert debtor["identifiers"] == [["pesel", "81051784697"]]
    assert "Bartłomiej Wiśniowski" in house.terminal.run("debtors", "list").out
    assert "2926.05 PLN" in house.terminal.run("claims", "list").out
    # An upsert by the external id changes the record in place.
    again = house.terminal.run(
        "debtors", "add", "Bartłomiej Wiśniowski", "--external-id", "D-1", "--town", "Poznań"
    )
    assert again.out.strip() == party


def test_a_table_with_fewer_columns_and_a_trial_of_it(house: House, tmp_path: Path) -> None:
    whole, part, empty = (tmp_path / name for name in ("whole.csv", "part.csv", "empty.csv"))
    whole.write_text("external_id;name;town;birth_date\nT-1;Anna Nowak;Kielce;1944-05-14\n")
    part.write_text("external_id;name\nT-1;Anna Nowak\n")
    empty.write_text("external_id;birth_date\nT-1;\n")
    house.terminal.run("debtors", "import", str(whole))
    assert "1 unchanged" in house.terminal.run("debtors", "import", str(part)).out
    tried = house.terminal.run("debtors", "import", str(empty), "--dry-run", "--json").out.splitlines()
    row, counts = (json.loads(line) for line in tried)
    assert row["changes"] == [{"field": "birth_date", "from": ["1944-05-14"], "to": []}]
    assert counts["emptied"] == {"birth_date": 1}
    told = house.terminal.run("debtors", "import", str(empty), "--dry-run").out
    assert "would be emptied, and of how many records: birth_date of 1" in told
    # What no option of `add` names stays, too; and the export comes back unchanged.
    house.terminal.run(
        "debtors", "add", "Anna Nowak", "--external-id", "T-1", "--identifier", "pesel=44051401359"
    )
    exported = tmp_path / "debtors.csv"
    house.terminal.run("debtors", "export", "--output", str(exported))
    assert "Kielce" in exported.read_text() and "44051401359" in exported.read_text()
    assert "0 added, 0 changed" in house.terminal.run("debtors", "import", str(exported)).out


def test_wrong_values_are_wrong_use(house: House) -> None:
    for command in (
        ("debtors", "add", "X", "--identifier", "pesel"),
        ("debtors", "add", "X", "--identifier", "shoe_size=44"),
        ("claims", "add", "X", "--principal", "12"),
        ("claims", "add", "X", "--principal", "1.234", "--currency", "EUR"),
        ("claims", "add", "X", "--party", "friend=D-1"),
        ("batches", "open", "X", "--sheets", "0"),
        ("ingest",),
        ("ingest", "/no/such/file"),
        ("no-such-command",),
        ("verify",),
    ):
        assert house.terminal.run(*command, code=2).err


def test_accounts_are_made_and_their_passwords_shown_once(house: House) -> None:
    public = {"TABELLION_PUBLIC_URL": "https://archive.example"}
    made = house.terminal.run(
        "users", "add", "anna", "--role", "collector", "--scope", "unassigned", environment=public
    )
    said = [line.split(maxsplit=1) for line in made.out.splitlines()]
    assert said[:2] == [["account", "anna, collector"], ["papers", "unassigned"]]
    assert said[2][0] == "password" and said[2][1].endswith("(shown only this once)")
    assert made.out.endswith("\nsign in   https://archive.example/sign-in\n")
    without = house.terminal.run("users", "add", "bert", "--role", "auditor").out
    assert "papers    none: `tabellion users grant` gives a --scope" in without
    clerk = house.terminal.run("users", "add", "cleo", "--role", "administrator").out
    assert "papers    none, and the role reads none; a --scope lets it see debtors" in clerk
    assert "http://127.0.0.1:8000/sign-in" in without
    house.terminal.run("users", "grant", "anna", "--role", "legal")
    house.terminal.run("users", "revoke", "anna", "--scope", "unassigned")
    users = {user["name"]: user for user in house.terminal.run("users", "list", "--json").json}
    assert users["anna"]["roles"] == ["collector", "legal"]
    assert users["anna"]["scopes"] == []
    assert house.terminal.run("users", "token", "anna").out.startswith("tab_")
    house.terminal.run("users", "disable", "anna")
    assert house.terminal.run("users", "add", "anna", "--role", "legal", code=1).err.startswith("CONFLICT")
    hebrew = ("users", "add", "dov", "--role", "legal", "--locale", "he")
    assert "no pages in 'he'; there are: en, it, pl" in house.terminal.run(*hebrew, code=2).err


def test_a_scope_names_a_portfolio_that_is_there(house: House) -> None:
    gone = ("users", "add", "dora", "--role", "collector", "--scope", "portfolio:Nowhere")
    assert "`tabellion portfolios add NAME` makes one" in house.terminal.run(*gone, code=1).err
    portfolio = house.terminal.run("portfolios", "add", "Box of dora").out.strip()
    said = house.terminal.run(*gone[:-1], "portfolio:Box of dora").out
    assert f"papers    portfolio:{portfolio}\n" in said
    house.terminal.run("users", "revoke", "dora", "--scope", "portfolio:Box of dora")
    users = {user["name"]: user for user in house.terminal.run("users", "list", "--json").json}
    assert users["dora"]["scopes"] == []


def test_a_second_factor_is_wanted_and_taken_away(house: House) -> None:
    house.terminal.run("users", "add", "berta", "--role", "collector")
    house.terminal.run("users", "second-factor", "berta", code=2)
    house.terminal.run("users", "second-factor", "berta", "--required", "--reset")
    users = {user["name"]: user for user in house.terminal.run("users", "list", "--json").json}
    assert (users["berta"]["second_factor_required"], users["berta"]["second_factors"]) == (True, [])
    house.terminal.run("users", "second-factor", "berta", "--optional")
    assert "required" not in house.terminal.run("users", "list").out
    house.terminal.run("users", "sign-out", "berta")


def test_tokens_have_an_end_and_are_withdrawn(house: House) -> None:
    house.terminal.run("users", "add", "carla", "--role", "collector")
    house.terminal.run("users", "token", "carla", "--for", "export", "--action", "search", "--days", "30")
    (one,) = house.terminal.run("users", "tokens", "carla", "--json").json
    assert (one["name"], one["actions"], one["seen_at"]) == ("export", ["search"], None)
    assert one["expires_at"] is not None
    assert "export" in house.terminal.run("users", "tokens", "carla").out
    house.terminal.run("users", "tokens", "carla", "--withdraw", one["id"])
    assert house.terminal.run("users", "tokens", "carla", "--json").json == []


def test_a_file_is_tried_imported_and_exported(house: House, tmp_path: Path) -> None:
    file = tmp_path / "debtors.csv"
    file.write_bytes("Nr;Nazwa;PESEL\nF-1;=Łucja Żak;44051401359\nF-2;;\n".encode("windows-1250"))
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"Nr": "external_id", "Nazwa": "name", "PESEL": "pesel"}')
    options = ("debtors", "import", file, "--json")
    tried = house.terminal.run(
        *options, "--dry-run", "--mapping", mapping, "--save-mapping", "crm", code=1
    ).lines
    assert [line.get("outcome") for line in tried] == ["added", "refused", None]
    assert (tried[1]["line"], tried[1]["problems"][0]["code"]) == (3, "NO_NAME")
    assert house.terminal.run("debtors", "list", "zak", "--json").json == []
    done = house.terminal.run(*options, "--mapping", "crm", code=1).lines
    assert (done[-1]["added"], done[-1]["refused"]) == (1, 1)
    again = house.terminal.run("debtors", "import", file, "--mapping", "crm", code=1)
    assert "1 unchanged" in again.out
    assert "line 3: name: no name." in again.out
    out = tmp_path / "out.csv"
    house.terminal.run("debtors", "export", "--output", out)
    assert "'=Łucja Żak" in out.read_text()
    lines = house.terminal.run("debtors", "export", "--format", "jsonl").lines
    assert [line["name"] for line in lines if line["external_id"] == "F-1"] == ["=Łucja Żak"]
