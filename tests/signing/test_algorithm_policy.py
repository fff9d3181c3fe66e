import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import signing
from signing import canonical
from signing.algorithm_policy import SCHEMA, parse_policy, policy_bytes, policy_digest, tighten
from signing.algorithms import BUILT_IN, AlgorithmPolicy, AlgorithmUse, Rule
from signing.errors import AlgorithmPolicyInvalid

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LATER = datetime(2040, 1, 1, tzinfo=UTC)
years = st.integers(2000, 2050).map(lambda year: datetime(year, 1, 1, tzinfo=UTC))
rules = st.builds(
    Rule,
    st.sampled_from(["sha256", "rsa", "ed25519", "sha1"]),
    years,
    st.none(),
    st.sampled_from([0, 2048, 3000]),
) | st.builds(
    lambda name, start: Rule(name, start, start.replace(year=start.year + 9)),
    st.sampled_from(["sha256", "rsa"]),
    years,
)
policies = st.builds(AlgorithmPolicy, st.integers(1, 9), st.lists(rules, max_size=6).map(tuple))


def test_the_file_is_the_built_in_list():
    data = (Path(signing.__path__[0]) / "algorithms.json").read_bytes()
    assert data == policy_bytes(BUILT_IN)
    assert parse_policy(data) == BUILT_IN
    assert len(policy_digest(BUILT_IN)) == 64


@given(policies)
def test_bytes_and_policies_go_round(policy):
    assert parse_policy(policy_bytes(policy)) == policy


@given(policies, policies, st.sampled_from(["sha256", "rsa", "ed25519", "sha1"]), years)
def test_tightened_never_allows_more_than_either(floor, other, name, at):
    both = tighten(floor, other)
    assert both.version == other.version
    for bits in (0, 2048, 3072):
        alone = [policy.refusal(name, at, bits) is None for policy in (floor, other)]
        assert (both.refusal(name, at, bits) is None) == all(alone)


def test_a_policy_that_loosens_changes_nothing():
    loose = AlgorithmPolicy(9, (*BUILT_IN.rules, Rule("sha1", NOW), Rule("rsa", NOW, least_bits=1024)))
    tightened = tighten(BUILT_IN, loose)
    assert tightened.refusal("sha1", LATER)
    assert tightened.refusal("rsa", LATER, 2048)
    assert tightened.refusal("rsa", LATER, 3072) is None


def test_sunsets():
    rsa = (Rule("rsa", NOW, LATER, 3000), Rule("rsa", NOW, None, 4000))
    policy = AlgorithmPolicy(1, (*rsa, Rule("sha256", NOW, LATER.replace(year=2035))))
    assert policy.sunset([AlgorithmUse("rsa", 3072)]) == LATER
    assert policy.sunset([AlgorithmUse("rsa", 4096)]) is None
    assert policy.sunset([AlgorithmUse("rsa", 3072), AlgorithmUse("sha256")]) == LATER.replace(year=2035)
    assert policy.refusal("rsa", LATER, 3072)
    assert policy.refusal("rsa", LATER, 4096) is None


@pytest.mark.parametrize(
    "change",
    [
        {"$schema": "urn:other"},
        {"version": 0},
        {"version": "1"},
        {"rules": {}},
        {"rules": [1]},
        {"rules": [{"algorithm": "sha256"}]},
        {"rules": [{"algorithm": "SHA 256", "valid_from": "2026-01-01T00:00:00.000000Z"}]},
        {"rules": [{"algorithm": "sha256", "valid_from": "2026-01-01"}]},
        {"rules": [{"algorithm": "sha256", "valid_from": "2026-1-1T0:0:0.0Z"}]},
        {"rules": [{"algorithm": "rsa", "valid_from": "2026-01-01T00:00:00.000000Z", "least_bits": 0}]},
        {"rules": [{"algorithm": "rsa", "valid_from": "2026-01-01T00:00:00.000000Z", "note": "!"}]},
        {"rules": [{"algorithm": "a", "valid_from": "2026-01-01T00:00:00.000000Z"}] * 257},
        {"more": 1},
    ],
)
def test_malformed(change):
    with pytest.raises(AlgorithmPolicyInvalid):
        parse_policy(canonical.dumps({"$schema": SCHEMA, "version": 1, "rules": []} | change))


def test_a_sunset_comes_after_the_beginning():
    backwards = replace(BUILT_IN, rules=(Rule("sha256", NOW, NOW),))
    with pytest.raises(AlgorithmPolicyInvalid, match="not after"):
        parse_policy(policy_bytes(backwards))


def test_only_the_canonical_bytes_count():
    for data in (b"", json.dumps(json.loads(policy_bytes(BUILT_IN))).encode(), b" " * (1 << 16) + b"{}"):
        with pytest.raises(AlgorithmPolicyInvalid):
            parse_policy(data)
