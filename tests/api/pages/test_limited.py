"""The page of operations and the figures say whom the limits have refused, and why; nobody else is told."""

import re

from api.limits import Limiter
from api.limits.kept import write_down
from tests.api.support import House, problem


def test_operations_name_who_was_refused(house: House) -> None:
    administrator = house.client("administrator")
    assert (
        "Refused by the limits" not in administrator.get("/operations", headers={"Accept": "text/html"}).text
    )
    account = house.account("operator", name="<b>ann</b>")
    limiter: Limiter = house.app.state.limiter
    for code in ("RATE_LIMITED", "RATE_LIMITED", "QUOTA_REACHED"):
        limiter.refusals.note(account.id, code)
    limiter.refusals.note(None, "BUSY")
    write_down(house.archive, limiter.refusals)
    page = administrator.get("/operations", headers={"Accept": "text/html"}).text
    section = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.partition("Refused by the limits")[2]))
    for line in (
        "&lt;b&gt;ann&lt;/b&gt; more requests than the rate allows RATE_LIMITED 2 last ",
        "&lt;b&gt;ann&lt;/b&gt; more files or bytes than the quota allows QUOTA_REACHED 1 last ",
        "not signed in no turn came in time: the service is busy BUSY 1 last ",
    ):
        assert line in section
    figures = administrator.get("/metrics").text
    assert 'tabellion_refused{code="RATE_LIMITED"} 2\n' in figures
    problem(house.client_of(account).get("/operations"), 404, "NOT_FOUND")
