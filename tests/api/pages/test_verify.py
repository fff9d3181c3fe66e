"""Verifying a file on the auditor's page: the steps as they pass, whose keys are trusted, what is hostile."""

from collections.abc import Mapping

import pytest

from tests.api.pages.reading import HTML, do, read_paper, see, visible
from tests.api.support import Client, House, good
from tests.archive.packaging.making import public_files


def drop(
    client: Client,
    data: bytes,
    name: str = "package.asice",
    *,
    policy: str = "embedded",
    trust: Mapping[str, bytes] | None = None,
) -> str:
    """The words of the answer to a file that was dropped."""
    files = [("trust", (path, content, "text/plain")) for path, content in (trust or {}).items()]
    answer = client.post(
        "/evidence/verify",
        data={"policy": policy},
        files=[*files, ("file", (name, data, "application/octet-stream"))],
        headers=HTML,
    )
    return visible(answer)


@pytest.fixture
def package(house: House) -> bytes:
    """A package of one paper, with its time proof."""
    document = read_paper(house, house.portfolio("North"), ["INVOICE 17"])
    house.keeper.stamp()
    legal = house.client("legal")
    made = good(legal.post(f"/api/v1/documents/{document}/package"))
    house.settle()
    return legal.get(f"/api/v1/packages/{made['package']}/content").content


class TestPackages:
    def test_holds_with_the_archive_s_own_keys(self, house: House, package: bytes) -> None:
        text = drop(house.client("auditor", scopes=[]), package, "naïve\u202e.asice")
        assert "All that was checked holds." in text
        assert "The time is proved by a test authority: no legal value." in text
        assert "Trusted were this archive's own keys" in text
        assert "this archive's own keys, seal.pem" in text
        assert "naïve.asice" in text
        assert text.count("nothing to look at") == 1  # nobody handed in a checkpoint that he kept

    def test_what_was_altered_is_told_at_its_step(self, house: House, package: bytes) -> None:
        at = package.index(b"%PDF")
        text = drop(house.client("auditor"), package[:at] + b"%PDX" + package[at + 4 :])
        assert "Something does not hold." in text
        assert "ZIP_ALTERED" in text and "A file does not have the checksum that the zip says." in text

    def test_a_stricter_policy_is_not_met_by_a_test_authority(self, house: House, package: bytes) -> None:
        text = drop(house.client("auditor"), package, policy="court")
        assert "Not everything could be decided." in text
        assert "The policy asks for more than a test authority." in text

    def test_keys_that_are_handed_in_are_trusted_alone(self, house: House, package: bytes) -> None:
        files = {f"trust/{name}": data for name, data in public_files(house.archive.origin).items()}
        text = drop(house.client("auditor"), package, trust=files)
        assert "All that was checked holds." in text and "handed in with the file, seal.pem" in text
        without = {name: data for name, data in files.items() if "seal" not in name and "keys" not in name}
        text = drop(house.client("auditor"), package, trust=without)
        assert "The seal is by nobody who is trusted here." in text
        assert "All that was checked holds." not in text
        broken = drop(house.client("auditor"), package, trust={"trust/keys.json": b"{"})
        assert "The folder of trust cannot be used." in broken

    @pytest.mark.parametrize("data", [b"", b"PK", b"no package", b"{}", b"PK\x05\x06" + bytes(18)])
    def test_what_is_no_package_fails_in_words(self, house: House, data: bytes) -> None:
        text = drop(house.client("auditor"), data)
        assert "Something does not hold." in text


class TestReceipts:
    def test_a_receipt_proves_acceptance_and_no_time(self, house: House) -> None:
        operator = house.client("operator")
        received = house.hand_in(operator, ["one"])
        house.settle()
        receipt = operator.get(f"/api/v1/deposits/{received['deposit']}/receipt").content
        text = drop(house.client("auditor"), receipt, "one.receipt.json", policy="court")
        assert "the policy court was chosen" in text
        assert "The verdict is under the policy receipt, which asks that it is signed, unaltered" in text
        assert "The chosen policy, court, asks for a time-stamp, which no receipt has" in text
        assert "This is a receipt: it proves that the archive accepted something, and no time." in text
        assert "The file that the receipt is about was not handed in." in text
        assert "FAILED" not in text
        altered = drop(house.client("auditor"), receipt.replace(b'"size":', b'"size":1'), "one.receipt.json")
        assert "The receipt does not prove what it says." in altered


class TestForm:
    def test_is_for_everybody_who_may_see_evidence(self, house: House) -> None:
        for role in ("auditor", "legal", "collector"):
            assert "Whom to trust" in see(house.client(role, scopes=[]), "/evidence/verify")
        assert house.client("administrator").get("/evidence/verify", headers=HTML).status_code == 404

    def test_a_form_without_a_file_or_with_another_policy_is_refused(self, house: House) -> None:
        auditor = house.client("auditor")
        assert do(auditor, "/evidence/verify").status_code == 400
        answer = auditor.post(
            "/evidence/verify", data={"policy": "anything"}, files={"file": ("a", b"x")}, headers=HTML
        )
        assert answer.status_code == 400


class TestEverything:
    def test_is_checked_by_a_worker_with_progress(self, house: House) -> None:
        read_paper(house, house.portfolio("North"), ["one"])
        auditor = house.client("auditor", scopes=[])
        begun = do(auditor, "/evidence/check").headers["location"]
        assert do(auditor, "/evidence/check").headers["location"] == begun
        page = auditor.get(begun, headers=HTML)
        assert "It waits for a worker." in visible(page)
        assert page.headers["refresh"] == "2"
        assert "Everything is being checked just now" in see(auditor, "/evidence")
        house.settle()
        text = see(auditor, begun)
        assert "Not everything could be decided. The time proof is pending." in text
        assert "What was trusted, and where it came from" in text
        assert "refresh" not in auditor.get(begun, headers=HTML).headers
        assert see(house.client("legal"), begun, 404)
