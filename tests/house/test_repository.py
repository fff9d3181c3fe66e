"""The checks of the repository find what they are for."""

from tests.house.repository import ROOT, faults, lock_faults, path_faults

PYPROJECT = (
    '[project]\ndependencies = ["Foo.Bar[x]>=1", "baz"]\n[project.optional-dependencies]\ndev = ["qux"]\n'
)
LOCK = """# compiled
baz==1.0 \\
    --hash=sha256:aa
    # via tabellion (pyproject.toml)
foo-bar[x]==2.0 \\
    --hash=sha256:bb
    # via tabellion (pyproject.toml)
qux==3.0 \\
    --hash=sha256:cc
    # via tabellion (pyproject.toml)
"""


def test_this_checkout_has_no_faults() -> None:
    assert list(faults(ROOT)) == []


def test_a_lock_file_in_step_has_no_faults() -> None:
    assert list(lock_faults(LOCK, PYPROJECT)) == []


def test_a_name_that_is_not_locked() -> None:
    lock = LOCK.replace("qux==3.0", "other==3.0")
    assert [fault for fault in lock_faults(lock, PYPROJECT) if "qux" in fault]
    assert [fault for fault in lock_faults(lock, PYPROJECT) if "other is no longer" in fault]


def test_a_pin_without_hash() -> None:
    assert list(lock_faults(LOCK.replace("    --hash=sha256:bb\n", ""), PYPROJECT)) == [
        "requirements.lock: foo-bar has no hash"
    ]


def test_addresses_in_the_lock_file() -> None:
    for line in ("--index-url https://index.example/simple\n", "baz @ file:///somewhere\n"):
        assert [fault for fault in lock_faults(line + LOCK, PYPROJECT) if "names an address" in fault]


def test_paths_of_a_machine() -> None:
    home = "/".join(["", "home", "someone", "scans"])
    assert list(path_faults("a.py", f"x = 1\ny = '{home}'\n")) == [
        f"a.py:2: names a path of one machine: {home}"
    ]


def test_addresses_and_system_paths_are_no_machine_paths() -> None:
    text = "https://example.org/home/page/one /usr/share/tesseract-ocr /tmp /var/lib/tabellion ~/root/x"
    assert list(path_faults("a.py", text)) == []
