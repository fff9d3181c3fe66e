import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.verdict import (
    COURT,
    EMBEDDED,
    POLICIES,
    Aspect,
    Finding,
    Policy,
    TrustInput,
    Verdict,
    conclude,
    weakest,
    worst,
)

PASSED = dict.fromkeys(Aspect, Verdict.PASSED)
CHECKED = {"documents": 1}


def test_all_passed_with_a_test_authority():
    report = conclude(EMBEDDED, PASSED, time_class="test", authorities=["A", "A"], checked=CHECKED)
    assert report.overall is Verdict.PASSED
    assert report.exit_code == 0
    assert report.headline == "PASSED under policy embedded: test authority, no legal value"
    assert report.findings == ()


def test_a_court_wants_more_than_a_test_authority():
    report = conclude(COURT, PASSED, time_class="test", checked=CHECKED)
    assert (report.overall, report.exit_code) == (Verdict.INDETERMINATE, 3)
    assert report.verdicts[Aspect.TIME] is Verdict.INDETERMINATE
    assert [finding.code for finding in report.findings] == ["TIME_TEST_AUTHORITY"]
    for time_class in ("ordinary", "qualified"):
        assert conclude(COURT, PASSED, time_class=time_class, checked=CHECKED).overall is Verdict.PASSED


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize(
    ("time_class", "code"),
    [("none", "TIME_NONE"), ("pending", "TIME_PENDING"), ("unknown", "TIME_UNKNOWN_AUTHORITY")],
)
def test_without_a_time_that_counts_nothing_is_decided(policy, time_class, code):
    report = conclude(policy, PASSED, time_class=time_class, checked=CHECKED)
    assert report.exit_code == 3
    assert [finding.code for finding in report.findings] == [code]


def test_a_finding_is_not_made_twice():
    mine = Finding("TIME_PENDING", "document 1 waits for its stamp", "1")
    assert conclude(EMBEDDED, PASSED, time_class="pending", findings=[mine], checked=CHECKED).findings == (
        mine,
    )


def test_nothing_checked_is_never_green():
    for checked in (None, {}, {"documents": 0}):
        report = conclude(EMBEDDED, PASSED, time_class="test", checked=checked)
        assert report.overall is Verdict.INDETERMINATE
        assert [finding.code for finding in report.findings] == ["NOTHING_CHECKED"]


@given(
    st.sampled_from(sorted(POLICIES)),
    st.dictionaries(st.sampled_from(list(Aspect)), st.sampled_from(list(Verdict))),
    st.sampled_from(["none", "pending", "test", "ordinary", "qualified", "unknown"]),
)
def test_the_overall_rule(name, verdicts, time_class):
    policy = POLICIES[name]
    report = conclude(policy, verdicts, time_class=time_class, checked=CHECKED)
    if Verdict.FAILED in verdicts.values():
        assert report.overall is Verdict.FAILED
    elif time_class in policy.times and all(verdicts.get(a) is Verdict.PASSED for a in policy.requires):
        assert report.overall is Verdict.PASSED
    else:
        assert report.overall is Verdict.INDETERMINATE


@pytest.mark.parametrize("aspect", list(Aspect))
def test_what_failed_fails_the_whole_even_where_it_is_not_required(aspect):
    report = conclude(EMBEDDED, PASSED | {aspect: Verdict.FAILED}, time_class="test", checked=CHECKED)
    assert (report.overall, report.exit_code) == (Verdict.FAILED, 1)


def test_the_shape_that_is_promised():
    report = conclude(
        EMBEDDED,
        {Aspect.INTEGRITY: Verdict.FAILED},
        time_class="test",
        authorities=["the authority"],
        findings=[
            Finding("ORIGINAL_ALTERED", "compare with the backup", "d1"),
            Finding("OTHER", "no document"),
        ],
        checked={"documents": 2, "bytes": 10},
        trust=[TrustInput("log", "ab" * 32, "the archive's own key file")],
    )
    assert report.to_json() == {
        "overall": "FAILED",
        "policy": "embedded",
        "headline": "FAILED under policy embedded: test authority, no legal value",
        "integrity": "FAILED",
        "time": "INDETERMINATE",
        "origin": "INDETERMINATE",
        "log": "INDETERMINATE",
        "witness": "INDETERMINATE",
        "completeness": "INDETERMINATE",
        "time_class": "test",
        "time_authorities": ["the authority"],
        "findings": [
            {"code": "ORIGINAL_ALTERED", "detail": "compare with the backup", "document": "d1"},
            {"code": "OTHER", "detail": "no document"},
        ],
        "checked": {"documents": 2, "bytes": 10},
        "trust": [{"use": "log", "fingerprint": "ab" * 32, "source": "the archive's own key file"}],
    }


def test_worst_and_weakest():
    assert worst([]) is Verdict.INDETERMINATE
    assert worst([Verdict.PASSED, Verdict.INDETERMINATE]) is Verdict.INDETERMINATE
    assert worst([Verdict.INDETERMINATE, Verdict.FAILED]) is Verdict.FAILED
    assert worst([Verdict.PASSED]) is Verdict.PASSED
    assert weakest([]) == "none"
    assert weakest(["qualified", "pending", "test"]) == "pending"
    assert weakest(["qualified", "test"]) == "test"


def test_a_policy_that_does_not_ask_for_time_does_not_want_more_of_it():
    policy = Policy("mine", frozenset({Aspect.INTEGRITY}), frozenset({"qualified"}))
    report = conclude(policy, PASSED, time_class="none", checked=CHECKED)
    assert report.overall is Verdict.PASSED
    assert [each.detail for each in report.findings] == [
        "the policy mine does not ask for time: no time proof"
    ]
