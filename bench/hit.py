"""How soon a page opens on its hit: a browser on loopback, from Enter in the list of answers to the line in view."""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench._questions import spread
from bench._service import Service
from bench._tables import publish, say, table
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.services.process import free_port

GOAL_MS = 300
QUERIES = ("faktura", "odsetki", "contratto", "invoice", "interest")
ROUNDS = 10
_WARM = 1
# In view, and painted on a picture that has come: what a person waits for.
SHOWN = """() => {
  const line = document.querySelector('.marks .line[data-here]');
  const picture = document.querySelector('.paper img');
  if (!line || !picture || !picture.complete || !picture.naturalWidth) return false;
  const box = line.getBoundingClientRect();
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code says whether it could be measured, not whether the goal was met."""
    parser = argparse.ArgumentParser(prog="script/bench hit", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, metavar="N", help="times that each query is asked"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tabellion-hit-") as folder:
        result = run(Path(folder), options.rounds)
    publish(result, for_people(result), as_json=options.json)
    return 0


def run(folder: Path, rounds: int) -> dict[str, Any]:
    """The demo's papers in a new archive, and a collector who opens the first answer of each query again and again."""
    service = Service(folder / "home", free_port(), folder / "service.log")
    say("filling an archive with the demo's papers")
    service.command("init")
    passwords = {account["name"]: account["password"] for account in service.json("demo")}
    service.start()
    try:
        service.wait_ready()
        return {"goal_ms": GOAL_MS, "queries": measure(service.address, passwords["collector"], rounds)}
    finally:
        service.stop()


def measure(address: str, password: str, rounds: int) -> list[dict[str, Any]]:
    """Milliseconds of each query: until the list is there, and from Enter until the hit is in view."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(base_url=address, viewport={"width": 1360, "height": 850}, locale="en-GB")
        page.goto("/sign-in")
        page.fill("[name=name]", "collector")
        page.fill("[name=password]", password)
        page.click("form.narrow button")
        page.wait_for_url("**/search")
        found = [_of_query(page, query, rounds) for query in QUERIES]
        browser.close()
    return found


def _of_query(page: Page, query: str, rounds: int) -> dict[str, Any]:
    listed, opened = [], []
    for number in range(rounds + _WARM):
        begin = time.perf_counter()
        page.goto(f"/search?q={query}")
        page.locator(".hit").first.wait_for()
        between = time.perf_counter()
        page.keyboard.press("Enter")
        page.wait_for_function(SHOWN, polling="raf")
        if number >= _WARM:
            listed.append(1000 * (between - begin))
            opened.append(1000 * (time.perf_counter() - between))
    return {"query": query, "listed": spread(listed), "opened": spread(opened)}


def for_people(result: Mapping[str, Any]) -> str:
    """The figures as a table."""
    rows = [
        (
            one["query"],
            one["listed"]["ms_p50"],
            one["listed"]["ms_p95"],
            one["opened"]["ms_p50"],
            one["opened"]["ms_p95"],
        )
        for one in result["queries"]
    ]
    heads = ("query", "list ms p50", "p95", "Enter to hit in view, ms p50", "p95")
    return f"{table(heads, rows)}\n\nGoal: a page opens on its hit in less than {result['goal_ms']} ms."


if __name__ == "__main__":
    sys.exit(main())
